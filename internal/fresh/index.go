package fresh

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// acquire finds or makes the entry of key and keeps it from eviction until
// release. The map is copied on write: its readers take no lock.
func (c *Cache[K, T]) acquire(key K) (*entry[K, T], error) {
	canonical, err := c.options.Canonical(key)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	index := *c.index.Load()
	e := index[key]
	if e == nil {
		e = c.insert(key, canonical)
	}
	e.users.Add(1)
	return e, nil
}

func (c *Cache[K, T]) release(e *entry[K, T]) {
	if e.users.Add(-1) == 0 && len(*c.index.Load()) > c.options.MaxKeys {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.publish(maps.Clone(*c.index.Load()))
	}
}

// insert needs mu.
func (c *Cache[K, T]) insert(key, canonical K) *entry[K, T] {
	index := maps.Clone(*c.index.Load())
	e := index[canonical]
	if e == nil {
		e = &entry[K, T]{key: canonical}
	}
	e.users.Add(1) // not to be evicted by its own arrival
	defer e.users.Add(-1)
	index[canonical], index[key] = e, e
	c.publish(index)
	return e
}

// publish makes index the cache's, bounded to MaxKeys: first those go that have
// nothing valid, then those that expire soonest, and none that is in use.
func (c *Cache[K, T]) publish(index map[K]*entry[K, T]) {
	if excess := len(index) - c.options.MaxKeys; excess > 0 {
		for _, e := range idle(index) {
			if excess <= 0 {
				break
			}
			before := len(index)
			maps.DeleteFunc(index, func(_ K, other *entry[K, T]) bool { return other == e })
			excess -= before - len(index)
		}
	}
	c.index.Store(&index)
}

// idle lists the entries nobody uses, the least valuable first.
func idle[K comparable, T any](index map[K]*entry[K, T]) []*entry[K, T] {
	var list []*entry[K, T]
	for e := range entries(index) {
		if e.users.Load() == 0 {
			list = append(list, e)
		}
	}
	now := time.Now().UnixNano()
	slices.SortFunc(list, func(a, b *entry[K, T]) int { return cmp.Compare(a.worth(now), b.worth(now)) })
	return list
}

// worth is the end of the entry's value, 0 if it has none that is valid.
func (e *entry[K, T]) worth(now int64) int64 {
	if s := e.current.Load(); s != nil && now < s.until {
		return s.until
	}
	return 0
}

// entries lists each entry once, however many keys lead to it.
func entries[K comparable, T any](index map[K]*entry[K, T]) map[*entry[K, T]]struct{} {
	set := make(map[*entry[K, T]]struct{}, len(index))
	for _, e := range index {
		set[e] = struct{}{}
	}
	return set
}
