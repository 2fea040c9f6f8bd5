package azuretest

import (
	"errors"
	"fmt"
)

// blobState is a blob in a saved state. Its data follow: what is committed, block by
// block if it came so, then the blocks that wait.
type blobState struct {
	Name      rawText         `json:"name"`
	Committed *committedState `json:"committed,omitempty"` // nil: there are only blocks
	Waiting   []blockState    `json:"waiting,omitempty"`
}

type committedState struct {
	Size        int64              `json:"size"`
	Blocks      []blockState       `json:"blocks,omitempty"`
	ETag        string             `json:"etag"`
	Created     instant            `json:"created"`
	Modified    instant            `json:"modified"`
	Type        rawText            `json:"contentType,omitempty"`
	Encoding    rawText            `json:"contentEncoding,omitempty"`
	Language    rawText            `json:"contentLanguage,omitempty"`
	Disposition rawText            `json:"contentDisposition,omitempty"`
	Cache       rawText            `json:"cacheControl,omitempty"`
	MD5         []byte             `json:"contentMD5,omitempty"`
	Metadata    map[string]rawText `json:"metadata,omitempty"`
}

type blockState struct {
	ID   []byte `json:"id"`
	Size int64  `json:"size"`
}

// savedBlob is a blob and what follows its record.
type savedBlob struct {
	about    *blobState
	contents []content
}

// savedBlob is a blob as it is. The caller holds the account's mu.
func (c *container) savedBlob(name string) savedBlob {
	out := savedBlob{about: &blobState{Name: rawText(name)}}
	if b := c.committed(name); b != nil {
		out.about.Committed = b.saved()
		if len(b.blocks) == 0 {
			out.contents = append(out.contents, b.content)
		}
		for _, one := range b.blocks {
			out.contents = append(out.contents, one.content)
		}
	}
	for _, one := range c.waitingBlocks(name) {
		out.about.Waiting = append(out.about.Waiting, blockState{[]byte(one.id), one.content.size})
		out.contents = append(out.contents, one.content)
	}
	return out
}

func (b *committedBlob) saved() *committedState {
	h := b.headers
	out := &committedState{
		Size: b.content.size, ETag: b.etag, Created: instant{b.created}, Modified: instant{b.modified},
		Type: rawText(h.contentType), Encoding: rawText(h.encoding), Language: rawText(h.language),
		Disposition: rawText(h.disposition), Cache: rawText(h.cacheControl), MD5: h.md5, Metadata: rawMap(b.metadata),
	}
	for _, one := range b.blocks {
		out.Blocks = append(out.Blocks, blockState{[]byte(one.id), one.content.size})
	}
	return out
}

func (l *stateLoader) takeBlob(st *blobState) error {
	name := string(st.Name)
	switch {
	case l.container == nil:
		return errors.New("a blob without a container")
	case !isBlobName(name) || l.container.blobs[name] != nil || st.Committed == nil && st.Waiting == nil:
		return fmt.Errorf("no blob, or no second one, can be %q", name)
	}
	b := &blob{}
	if st.Committed != nil {
		var err error
		if b.committedBlob, err = l.committed(st.Committed); err != nil {
			return fmt.Errorf("blob %q: %w", name, err)
		}
	}
	waiting, err := l.blocks(st.Waiting)
	if err != nil {
		return fmt.Errorf("blob %q: %w", name, err)
	}
	if len(waiting) > 0 {
		b.waiting = map[string]content{}
	}
	for _, one := range waiting {
		if len(one.id) != len(waiting[0].id) {
			return fmt.Errorf("blob %q: the IDs of blocks that wait are not equally long", name)
		}
		b.waiting[one.id] = one.content
	}
	l.container.blobs[name] = b
	return nil
}

func (l *stateLoader) committed(st *committedState) (*committedBlob, error) {
	b := &committedBlob{
		etag: st.ETag, created: st.Created.Time, modified: st.Modified.Time, metadata: plainMap(st.Metadata),
		headers: blobHeaders{string(st.Type), string(st.Encoding), string(st.Language), string(st.Disposition), string(st.Cache), st.MD5},
	}
	var err error
	if len(st.Blocks) == 0 {
		b.content, err = l.content(st.Size)
		return b, err
	}
	if b.blocks, err = l.blocks(st.Blocks); err != nil {
		return nil, err
	}
	list := make([]content, len(b.blocks))
	for i := range b.blocks {
		list[i] = b.blocks[i].content
	}
	if b.content = joined(list); b.content.size != st.Size {
		return nil, fmt.Errorf("its blocks have %d bytes of %d", b.content.size, st.Size)
	}
	return b, nil
}

func (l *stateLoader) blocks(list []blockState) ([]block, error) {
	var blocks []block
	for _, st := range list {
		if len(st.ID) == 0 || len(st.ID) > maxBlockID {
			return nil, errors.New("a block's ID is none")
		}
		kept, err := l.content(st.Size)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, block{string(st.ID), kept})
	}
	return blocks, nil
}

// content reads the bytes that follow a record.
func (l *stateLoader) content(size int64) (content, error) {
	c := content{size: size}
	err := l.in.content(size, func(piece []byte) error {
		c.parts = append(c.parts, piece)
		return nil
	})
	return c, err
}
