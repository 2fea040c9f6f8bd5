package credential

import "sync"

// meanwhile is what the fetches under way have met so far, by resource: for
// callers who do not wait for the end, and for a health page.
type meanwhile struct{ failures sync.Map }

func (m *meanwhile) note(resource string, e *Error) { m.failures.Store(resource, e) }

func (m *meanwhile) forget(resource string) { m.failures.Delete(resource) }

// last is the latest failure of a fetch that goes on, nil if there is none.
func (m *meanwhile) last(resource string) *Error {
	e, _ := m.failures.Load(resource)
	failure, _ := e.(*Error)
	return failure
}
