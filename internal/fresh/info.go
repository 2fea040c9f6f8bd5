package fresh

import "time"

// Info is what the cache knows of a key, without the value.
type Info[K comparable] struct {
	Key K
	// Expires, RefreshAfter and Received are zero while there is no value.
	Expires, RefreshAfter, Received time.Time
	// Err is why the latest fetch failed, nil if it succeeded.
	Err error
}

// Infos lists what the cache holds, in no order. It does no fetch.
func (c *Cache[K, T]) Infos() []Info[K] {
	index := *c.index.Load()
	list := make([]Info[K], 0, len(index))
	for e := range countKeys(index) {
		list = append(list, e.info())
	}
	return list
}

func (e *entry[K, T]) info() Info[K] {
	e.mu.Lock()
	defer e.mu.Unlock()
	info := Info[K]{Key: e.key, Err: e.lastErr}
	if s := e.current.Load(); s != nil {
		info.Expires, info.RefreshAfter, info.Received = s.value.Expires, s.value.RefreshAfter, s.received
	}
	return info
}
