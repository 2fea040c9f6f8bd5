package fresh

// Peek answers the value that key has, valid or not, without fetching.
func (c *Cache[K, T]) Peek(key K) (Value[T], bool) {
	e := (*c.index.Load())[key]
	if e == nil {
		return Value[T]{}, false
	}
	s := e.current.Load()
	if s == nil {
		return Value[T]{}, false
	}
	return s.value, true
}
