package fresh

import (
	"cmp"
	"maps"
	"slices"
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
	old := *c.index.Load()
	e := cmp.Or(old[key], old[canonical])
	if e == nil {
		e = &entry[K, T]{key: canonical}
	}
	e.users.Add(1)
	if old[key] != e {
		index := maps.Clone(old)
		index[canonical], index[key] = e, e
		c.publish(index)
	}
	return e, nil
}

func (c *Cache[K, T]) release(e *entry[K, T]) {
	if e.users.Add(-1) == 0 && len(*c.index.Load()) > c.options.MaxKeys {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.publish(maps.Clone(*c.index.Load()))
	}
}

// publish makes index the cache's, bounded to MaxKeys unless more are in use.
func (c *Cache[K, T]) publish(index map[K]*entry[K, T]) {
	if excess := len(index) - c.options.MaxKeys; excess > 0 {
		evict(index, excess)
	}
	c.index.Store(&index)
}

// evict removes entries until excess keys are gone: first those that have
// no value, then those that expired first, or will, and none that is in use.
func evict[K comparable, T any](index map[K]*entry[K, T], excess int) {
	keys := countKeys(index)
	gone := make(map[*entry[K, T]]bool)
	for _, e := range idle(keys) {
		if excess <= 0 {
			break
		}
		gone[e] = true
		excess -= keys[e]
	}
	maps.DeleteFunc(index, func(_ K, e *entry[K, T]) bool { return gone[e] })
}

// idle lists the entries nobody uses, the least valuable first.
func idle[K comparable, T any](keys map[*entry[K, T]]int) []*entry[K, T] {
	var list []*entry[K, T]
	for e := range keys {
		if e.users.Load() == 0 {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b *entry[K, T]) int { return cmp.Compare(a.until(), b.until()) })
	return list
}

// until is the end of the entry's value, 0 if it has none.
func (e *entry[K, T]) until() int64 {
	if s := e.current.Load(); s != nil {
		return s.until
	}
	return 0
}

// countKeys lists each entry once, with the number of keys that lead to it.
func countKeys[K comparable, T any](index map[K]*entry[K, T]) map[*entry[K, T]]int {
	keys := make(map[*entry[K, T]]int, len(index))
	for _, e := range index {
		keys[e]++
	}
	return keys
}
