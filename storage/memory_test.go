package storage_test

import "sync"

// memory is a file in memory. It knows how much of it was written.
type memory struct {
	mu      sync.Mutex
	data    []byte
	written int64
}

func (m *memory) WriteAt(p []byte, at int64) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if end := int(at) + len(p); end > len(m.data) {
		m.data = append(m.data, make([]byte, end-len(m.data))...)
	}
	m.written += int64(len(p))
	return copy(m.data[at:], p), nil
}
