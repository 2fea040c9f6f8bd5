package azuretest

import (
	"context"
	"iter"
	"slices"
)

// maxWatched is how many requests wait for a slow watcher.
const maxWatched = 1024

// Watch yields the requests that are answered from this call on, each when it is
// done, with the Number that it got then. It ends when ctx is done or the Server is
// closed; one of them has to come, also if nobody ranges over the result, which is good
// for one range only. The Server never waits for a watcher: 1,024 requests are kept for a
// slow one, and if there are more it misses the oldest, which a gap in the Numbers tells.
// What it yields is the caller's, as from [Server.Requests].
func (s *Server) Watch(ctx context.Context) iter.Seq[Request] {
	queue := s.log.watch()
	stop := context.AfterFunc(ctx, func() { s.log.unwatch(queue) })
	return func(yield func(Request) bool) {
		defer stop()
		defer s.log.unwatch(queue)
		for e := range queue {
			if ctx.Err() != nil || !yield(s.log.copy(e)) {
				return
			}
		}
	}
}

// watch returns a queue of what is finished from now on.
func (l *requestLog) watch() chan *Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	queue := make(chan *Request, maxWatched)
	if l.closed {
		close(queue)
		return queue
	}
	l.watchers = append(l.watchers, queue)
	return queue
}

func (l *requestLog) unwatch(queue chan *Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.watchers, queue); i >= 0 {
		l.watchers = slices.Delete(l.watchers, i, i+1)
		close(queue)
	}
}

// close ends all watching. What is in the queues is still read.
func (l *requestLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, queue := range l.watchers {
		close(queue)
	}
	l.watchers, l.closed = nil, true
}

// done numbers a request that is finished and shows it to the watchers. The caller
// holds l.mu, so that nobody else sends.
func (l *requestLog) done(e *Request) {
	if e.Number != 0 {
		return
	}
	l.finished++
	e.Number = l.finished
	for _, queue := range l.watchers {
		if len(queue) == cap(queue) {
			select {
			case <-queue: // the oldest
			default: // its reader was quicker
			}
		}
		queue <- e
	}
}

// copy returns an entry for a caller to own.
func (l *requestLog) copy(e *Request) Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.copyLocked(e)
}

// copyLocked is copy for who holds l.mu.
func (l *requestLog) copyLocked(e *Request) Request {
	r := *e
	r.Header = e.Header.Clone()
	r.Body = l.redact(e.Body)
	return r
}
