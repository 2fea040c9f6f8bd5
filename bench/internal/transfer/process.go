package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// Serve serves on a port of the loopback interface, whose address it prints as a
// line, until in ends.
func Serve(handler http.Handler, in io.Reader, out io.Writer) error {
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		_ = server.Close()
	}()
	if _, err := fmt.Fprintln(out, listener.Addr()); err != nil {
		return err
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Measure runs a transfer, and prints how many nanoseconds it took and how many
// bytes of memory this process has had at most.
func Measure(run func() error, out io.Writer) error {
	begin := time.Now()
	if err := run(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, time.Since(begin).Nanoseconds(), peak())
	return err
}

// peak is the process's largest resident set, 0 where there is no procfs. That of
// getrusage would not do: it begins with the parent's.
// https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
func peak() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, text, _ := strings.Cut(string(status), "VmHWM:")
	text, _, _ = strings.Cut(text, "kB")
	kib, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return 0
	}
	return kib << 10
}
