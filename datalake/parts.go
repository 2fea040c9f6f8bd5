package datalake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

func (u *upload) partSize() int64 {
	switch {
	case u.options.Resume.Unit > 0:
		return u.options.Resume.Unit
	case u.options.ChunkSize > 0:
		return u.options.ChunkSize
	default:
		return blockSize
	}
}

// inParts sends each part to a file of its own, and joins them. If the server
// does not join them, all is sent again in one stream.
func (u *upload) inParts(ctx context.Context) error {
	p := &partwise{upload: u, at: u.options.Resume, done: map[int][]byte{}, sent: map[int]int64{}}
	if p.at.Offset == 0 {
		p.at = Checkpoint{Name: u.name, Temp: tempName(u.name), Unit: u.partSize()}
	}
	err := p.run(ctx)
	refused := errors.Is(err, errNotJoined)
	if err == nil || u.options.Checkpoint != nil && !refused {
		return err
	}
	u.client.discard(ctx, err, 0, p.names(p.count)...)
	if refused && u.source.at != nil {
		return u.client.write(ctx, u.name, u.source, u.put())
	}
	return err
}

var errNotJoined = errors.New("the server does not concatenate the parts")

// partwise is an upload in parts.
type partwise struct {
	*upload
	wait  sync.WaitGroup
	count int // of the parts begun

	mu     sync.Mutex // guards what follows
	at     Checkpoint
	chain  chain
	done   map[int][]byte // :: part → its hash, of those that wait for an earlier one
	sent   map[int]int64  // :: part → bytes, of those on their way
	total  int64          // of the parts that have arrived, and were there before
	ending bool           // a part was not full: there is no further one
}

func (p *partwise) run(ctx context.Context) error {
	r, _ := p.source.from(0)
	seen, err := p.at.skipTo(r)
	if err != nil {
		return err
	}
	p.chain, p.total, p.count = seen.chain, p.at.Offset, int(p.at.Offset/p.at.Unit)
	if err := p.sendAll(ctx, r); err != nil {
		return err
	}
	names := p.names(p.count)
	if err := p.join(ctx, names); err != nil {
		return err
	}
	return p.client.publish(ctx, names[0], p.name, p.total)
}

// sendAll starts parts while there is room. Without a source that can be read
// from anywhere there is room for one.
func (p *partwise) sendAll(ctx context.Context, r io.Reader) error {
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	width := 1
	if p.source.at != nil {
		width = min(max(p.options.Concurrency, 1), maxConcurrency)
	}
	room := make(chan struct{}, width)
	for working.Err() == nil {
		room <- struct{}{}
		if working.Err() != nil || p.over() {
			break
		}
		index := p.count
		p.count++
		p.wait.Go(func() {
			if err := p.send(working, index, r); err != nil {
				stop(err)
			}
			<-room
		})
	}
	p.wait.Wait()
	return cmp.Or(ctx.Err(), context.Cause(working))
}

// over says whether all parts have begun. The first part is there in any case.
func (p *partwise) over() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.source.at != nil {
		return int64(p.count) > (p.source.size-1)/p.at.Unit // no product, which may be too large
	}
	return p.ending
}

func (p *partwise) partName(index int) string { return fmt.Sprintf("%s-%05d", p.at.Temp, index) }

func (p *partwise) names(count int) []string {
	names := make([]string, 0, count)
	for i := range count {
		names = append(names, p.partName(i))
	}
	return names
}

// join hands over names in groups: on Hadoop they are in the address.
func (p *partwise) join(ctx context.Context, names []string) error {
	b, ok := p.client.backend.(concatenator)
	if !ok {
		return errNotJoined
	}
	size := p.at.Unit
	for rest := names[1:]; len(rest) > 0; {
		n := min(len(rest), 16)
		size = min(size+int64(n)*p.at.Unit, p.total)
		err := p.client.join(ctx, b, names[0], rest[:n], size)
		if _, refused := asRemote(err); refused && !errors.Is(err, ErrBusy) {
			return fmt.Errorf("%w: %w", errNotJoined, err)
		}
		if err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}
