package blobs

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/keyless-go/azure/bench/internal/transfer"
)

// serviceBuffer is large, so that the service is not what is measured.
const serviceBuffer = 256 << 10

// Service serves blobs of zeros, all of one size, and forgets what it is sent. It
// refuses to make a blob of any other size. Make it with [NewService].
type Service struct {
	size    int64
	buffers sync.Pool

	mu     sync.Mutex // guards what follows
	staged map[string]int64
}

// NewService makes a service whose blobs have size bytes.
func NewService(size int64) *Service {
	s := &Service{size: size, staged: map[string]int64{}}
	s.buffers.New = func() any { return new([serviceBuffer]byte) }
	return s
}

// ServeHTTP answers Put Blob, Put Block, Put Block List, Get Blob with and without
// a range, and Get Blob Properties.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Etag", `"0x8D8A5B1E0E5C2A0"`)
	w.Header().Set("Last-Modified", "Wed, 23 Sep 2020 22:33:48 GMT")
	w.Header().Set("X-Ms-Blob-Type", "BlockBlob")
	switch r.Method {
	case http.MethodPut:
		w.WriteHeader(s.put(r))
	case http.MethodHead:
		w.Header().Set("Content-Length", strconv.FormatInt(s.size, 10))
	case http.MethodGet:
		s.get(w, r)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func (s *Service) put(r *http.Request) int {
	n, err := s.discard(r.Body)
	if err != nil {
		return http.StatusBadRequest
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.URL.Query().Get("comp") {
	case "block":
		s.staged[r.URL.Path] += n
		return http.StatusCreated
	case "blocklist":
		n = s.staged[r.URL.Path]
		delete(s.staged, r.URL.Path)
	}
	if n != s.size {
		return http.StatusBadRequest
	}
	return http.StatusCreated
}

// discard reads in large pieces, as [io.Discard] does not.
func (s *Service) discard(r io.Reader) (int64, error) {
	buffer := s.buffer()
	defer s.buffers.Put(buffer)
	return io.CopyBuffer(transfer.Sink{}, r, buffer[:])
}

func (s *Service) get(w http.ResponseWriter, r *http.Request) {
	start, end, status := int64(0), s.size, http.StatusOK
	asked := r.Header.Get("X-Ms-Range") + r.Header.Get("Range") // azblob sends the former
	if asked != "" {
		var last int64
		if _, err := fmt.Sscanf(asked, "bytes=%d-%d", &start, &last); err != nil || start > last || start >= s.size {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		end, status = min(last+1, s.size), http.StatusPartialContent
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, end-1, s.size))
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.FormatInt(end-start, 10))
	w.WriteHeader(status)
	buffer := s.buffer()
	defer s.buffers.Put(buffer)
	for left := end - start; left > 0; left -= serviceBuffer {
		if _, err := w.Write(buffer[:min(left, serviceBuffer)]); err != nil {
			return
		}
	}
}

// buffer may have been written to: nobody looks at the content.
func (s *Service) buffer() *[serviceBuffer]byte {
	buffer, ok := s.buffers.Get().(*[serviceBuffer]byte)
	if !ok {
		return new([serviceBuffer]byte)
	}
	return buffer
}

// Serve serves blobs of [Size] until in ends, at an address that it prints as a line.
func Serve(in io.Reader, out io.Writer) error { return transfer.Serve(NewService(Size), in, out) }
