package datalake

import (
	"context"
	"crypto/sha256"
	"io"
)

// send sends one part, again if that fails and can be. Each try has a name of its
// own, see [Client.store].
func (p *partwise) send(ctx context.Context, index int, r io.Reader) error {
	for tries := 1; ; tries++ {
		part := io.LimitReader(r, p.at.Unit)
		o := putOptions{mode: p.mode, checksum: p.options.Checksum, progress: func(n int64) { p.progress(index, n) }}
		if p.source.at != nil {
			from := int64(index) * p.at.Unit
			o.size = min(p.at.Unit, p.source.size-from)
			part = io.NewSectionReader(p.source.at, from, o.size)
		}
		digest := sha256.New()
		if p.options.Checkpoint != nil {
			part = io.TeeReader(part, digest)
		}
		temp := p.partName(index) + "." + randomHex(4)
		size, err := p.client.backend.put(ctx, temp, part, o)
		sent := err == nil
		if sent {
			err = p.arrived(ctx, temp, index, size, digest.Sum(nil))
		}
		if err != nil {
			p.client.discard(ctx, err, size, temp)
		}
		if sent {
			return err
		}
		if p.source.at == nil || !p.client.retry.again(ctx, tries, err) {
			return gaveUp(ctx, err)
		}
	}
}

func (p *partwise) progress(index int, n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent[index] = n
	p.report()
}

func (p *partwise) report() {
	if p.options.Progress == nil {
		return
	}
	sum := p.total
	for _, n := range p.sent {
		sum += n
	}
	p.options.Progress(sum)
}

// arrived takes note of a part, and of how far all is there without a gap.
func (p *partwise) arrived(ctx context.Context, temp string, index int, size int64, hash []byte) error {
	if size == 0 && index > 0 {
		// The source has ended with the part before. No server joins empty parts.
		p.mu.Lock()
		defer p.mu.Unlock()
		p.ending = true
		p.count--
		return p.client.backend.remove(ctx, temp, false)
	}
	if err := p.client.publish(ctx, temp, p.partName(index), size); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sent, index)
	p.total += size
	p.report()
	if p.ending = p.ending || size < p.at.Unit; p.ending || p.options.Checkpoint == nil {
		return nil
	}
	p.done[index] = hash
	p.advance()
	return nil
}

func (p *partwise) advance() {
	for {
		index := int(p.at.Offset / p.at.Unit)
		hash, ok := p.done[index]
		if !ok {
			return
		}
		delete(p.done, index)
		p.chain.add(hash)
		p.at.Offset, p.at.Hash = p.at.Offset+p.at.Unit, p.chain.sum
		p.options.Checkpoint(p.at)
	}
}
