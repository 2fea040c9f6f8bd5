package keyvault

import (
	"sync"
	"sync/atomic"
)

const maxShelves = 1000

// shelf holds the newest secret of a name. What the cache of ages keeps is the
// shelf, so that whoever is told of a change finds the new secret there.
type shelf struct {
	secret atomic.Pointer[Secret]
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
