package azrest

// SourceError is an error of what a body is read from, which is not the service's.
type SourceError struct{ Err error }

// Error says so.
func (e *SourceError) Error() string { return "read the content: " + e.Err.Error() }

// Unwrap returns what has gone wrong.
func (e *SourceError) Unwrap() error { return e.Err }

// NonRetriable tells azcore's retry that another try would not mend it.
func (e *SourceError) NonRetriable() {}
