package storage

import "sync"

// progress adds up what the parts of a transfer have moved, and tells whoever
// wants to know, one call at a time and with ever larger numbers.
type progress struct {
	mu     sync.Mutex // guards total, and is held during report
	total  int64
	report func(int64) // may be nil
}

func (p *progress) add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total += n
	if p.report != nil {
		p.report(p.total)
	}
}

func (p *progress) sum() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.total
}
