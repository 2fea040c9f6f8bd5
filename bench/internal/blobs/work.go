package blobs

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

// Size is that of the blob of the tables.
const Size = 256 << 20

// Serve serves blobs of [Size] on a port of the loopback interface, whose URL it
// prints as a line, until in ends.
func Serve(in io.Reader, out io.Writer) error {
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: NewService(Size), ReadHeaderTimeout: time.Minute}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		_ = server.Close()
	}()
	if _, err := fmt.Fprintf(out, "http://%s\n", listener.Addr()); err != nil {
		return err
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Work does one operation of one contender, and prints how many nanoseconds it
// took and how many bytes of memory this process has had at most. The content is
// the name of a file of [Size].
func Work(ctx context.Context, url, contender, operation, content string, out io.Writer) error {
	contenders, err := Contenders(url)
	if err != nil {
		return err
	}
	for _, c := range contenders {
		for _, o := range Operations() {
			if c.Name != contender || o.Name != operation {
				continue
			}
			begin := time.Now()
			if err := o.Run(ctx, c, content); err != nil {
				return fmt.Errorf("%s: %s: %w", contender, operation, err)
			}
			_, err := fmt.Fprintln(out, time.Since(begin).Nanoseconds(), peak())
			return err
		}
	}
	return fmt.Errorf("there is no %s of %s", operation, contender)
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
