package azuretest

import (
	"errors"
	"os"
	"runtime"
	"sync"
)

// lakeSpills is the temporary files of a Server's lakes.
type lakeSpills struct {
	mu     sync.Mutex // guards files
	files  map[*os.File]bool
	closed bool
}

// lakeSpill is one temporary file that only grows. When nothing refers to it any
// more, it is removed.
type lakeSpill struct {
	file *os.File

	mu  sync.Mutex // guards end
	end int64
}

func (s *lakeSpills) create() (*lakeSpill, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	file, err := os.CreateTemp("", "azuretest-*")
	if err != nil {
		return nil, err
	}
	if s.files == nil {
		s.files = map[*os.File]bool{}
	}
	s.files[file] = true
	spill := &lakeSpill{file: file}
	runtime.AddCleanup(spill, s.remove, file)
	return spill, nil
}

func (s *lakeSpills) remove(file *os.File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.files[file] {
		delete(s.files, file)
		discard(file)
	}
}

func (s *lakeSpills) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for file := range s.files {
		discard(file)
	}
	s.files = nil
}

func discard(file *os.File) {
	_ = errors.Join(file.Close(), os.Remove(file.Name())) // at worst a temporary file stays
}

// write adds p and tells where it is.
func (s *lakeSpill) write(p []byte) (at int64, err error) {
	s.mu.Lock()
	at = s.end
	s.end += int64(len(p))
	s.mu.Unlock()
	_, err = s.file.WriteAt(p, at)
	return at, err
}
