package keyvault

import (
	"sync"
	"sync/atomic"
	"time"
)

const maxShelves = 1000

// shelf holds the newest secret of a name. What the cache of ages keeps is the
// shelf, so that whoever is told of a change finds the new secret there.
type shelf struct {
	item atomic.Pointer[item] // nil until the first success
}

// item is a secret and the time until which it may be served.
type item struct {
	Secret

	stale time.Time
}

// serves says whether there is a secret that may be served, be it an old one.
func (s *shelf) serves() bool {
	i := s.item.Load()
	return i != nil && time.Now().Before(i.stale)
}

// shelves are the shelves by name, up to maxShelves.
type shelves struct {
	mu     sync.Mutex // guards byName
	byName map[string]*shelf
}

// of answers the shelf of a name. One that had to go is made anew, empty.
func (s *shelves) of(name string) *shelf {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.byName[name]; found != nil {
		return found
	}
	if s.byName == nil {
		s.byName = map[string]*shelf{}
	}
	for other := range s.byName {
		if len(s.byName) < maxShelves {
			break
		}
		delete(s.byName, other)
	}
	made := &shelf{}
	s.byName[name] = made
	return made
}
