package azuretest

import (
	"fmt"
	"slices"
)

// AddFault is [Server.Fail] with an error in place of a panic, for a Fault that comes
// from elsewhere. The ID, from 1, is the one that [Server.Faults] tells.
func (s *Server) AddFault(f Fault) (id int, err error) {
	if err := f.problem(); err != nil {
		return 0, fmt.Errorf("azuretest: AddFault: %w", err)
	}
	return s.faults.add(f), nil
}

// An ActiveFault is a Fault that is not over.
type ActiveFault struct {
	Fault

	ID     int // for [Server.RemoveFault]
	Struck int // how many requests it has struck
	Left   int // how many it is still to strike; -1: no end
}

// Faults returns the faults that are not over, the oldest first. The caller owns the
// result.
func (s *Server) Faults() []ActiveFault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	list := make([]ActiveFault, len(s.faults.list))
	for i, f := range s.faults.list {
		list[i] = ActiveFault{Fault: f.Fault, ID: f.id, Struck: f.struck, Left: -1}
		list[i].Header = f.Header.Clone()
		if f.Times >= 0 {
			list[i].Left = max(f.Times, 1) - f.struck
		}
	}
	return list
}

// RemoveFault ends a fault and reports whether it was there. What it does to requests
// that are being served it goes on doing.
func (s *Server) RemoveFault(id int) bool {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	before := len(s.faults.list)
	s.faults.list = slices.DeleteFunc(s.faults.list, func(f *pending) bool { return f.id == id })
	return len(s.faults.list) < before
}
