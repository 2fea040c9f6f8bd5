package storage

import (
	"cmp"
	"context"
	"crypto/md5" //nolint:gosec // the service's checksum, not a signature
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"net/url"
	"strings"

	"github.com/keyless-go/azure/internal/azrest"
)

// staging is the part of an upload that sends blocks.
type staging struct {
	*upload
	crew
	prefix [14]byte      // of the blocks' IDs, not that of any other upload
	ids    []string      // in the order of the content
	slots  chan struct{} // one for each request under way
	whole  hash.Hash     // MD5 of all blocks so far
}

// blocks sends the content in blocks, of which it is given the first, and makes
// them the blob.
func (u *upload) blocks(ctx context.Context, first block) error {
	s := &staging{upload: u, whole: md5.New()} //nolint:gosec // as above
	s.slots = make(chan struct{}, u.options.Concurrency)
	_, _ = rand.Read(s.prefix[:]) // it never fails
	staging, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.cancel = cancel
	err := s.all(staging, first)
	s.wait()
	if err = cmp.Or(ctx.Err(), context.Cause(staging), err); err != nil {
		return u.failed(err)
	}
	return s.commit(ctx)
}

// all starts a request for each block.
func (s *staging) all(ctx context.Context, b block) error {
	for b.Size() > 0 {
		if len(s.ids) == s.maxBlocks {
			return s.stop(errTooManyBlocks())
		}
		err := s.start(ctx, b)
		if err == nil {
			b, err = s.source.next(ctx)
		}
		if err != nil {
			return s.stop(err)
		}
	}
	return nil
}

func (s *staging) stop(err error) error {
	s.cancel(err)
	return err
}

// start sends a block in the background, once there is a slot.
func (s *staging) start(ctx context.Context, b block) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case s.slots <- struct{}{}:
	}
	id := s.nextID()
	if s.options.Checksum {
		_, _ = s.whole.Write(b.data)
	}
	s.do(func() error {
		defer func() { <-s.slots }()
		if err := s.put(ctx, id, b); err != nil {
			return err
		}
		s.progress.add(b.Size())
		s.source.release(b)
		return nil
	})
	return nil
}

// nextID makes IDs of one length, as those of a blob must be.
func (s *staging) nextID() string {
	number := binary.BigEndian.AppendUint32(s.prefix[:len(s.prefix):len(s.prefix)], uint32(len(s.ids))) //nolint:gosec // at most maxBlocks
	id := base64.StdEncoding.EncodeToString(number)
	s.ids = append(s.ids, id)
	return id
}

func (s *staging) put(ctx context.Context, id string, b block) error {
	call := s.call
	call.Query = url.Values{"comp": {"block"}, "blockid": {id}}
	if s.options.Checksum {
		call.Header = call.Header.Clone()
		call.Header.Set("Content-Md5", checksum(b.data))
	}
	call.Body = b.Content
	_, err := s.client.rest.Send(ctx, call) //nolint:bodyclose // the pipeline has read and closed it
	return err
}

// commit makes the blocks the blob.
func (s *staging) commit(ctx context.Context) error {
	var list strings.Builder
	list.WriteString(`<?xml version="1.0" encoding="utf-8"?><BlockList>`)
	for _, id := range s.ids {
		list.WriteString("<Latest>" + id + "</Latest>")
	}
	list.WriteString("</BlockList>")
	call := s.call
	call.Query = url.Values{"comp": {"blocklist"}}
	s.options.headers(&call)
	if s.options.Checksum {
		call.Header.Set("X-Ms-Blob-Content-Md5", base64.StdEncoding.EncodeToString(s.whole.Sum(nil)))
	}
	call.Body, call.Doubt = azrest.NewContent("application/xml", []byte(list.String())), &s.doubt
	if _, err := s.client.rest.Send(ctx, call); err != nil { //nolint:bodyclose // as above
		return s.failed(err)
	}
	return nil
}
