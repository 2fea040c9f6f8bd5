package azuretest

import (
	"testing"
	"time"
)

// settleTime is longer than a client may go on with a request for a token that
// nobody waits for any more.
const settleTime = 10 * time.Minute

// settle lets such requests come to their end. In a bubble time stands still once
// the test is over, and a goroutine that waits for some to pass is a deadlock.
func settle(tb testing.TB) {
	tb.Helper()
	if inBubble(tb) {
		<-time.After(settleTime)
	}
}

// inBubble reports whether tb is the test of a testing/synctest bubble. There is a
// way to see it: Deadline panics there, as [testing/synctest.Test] says.
func inBubble(tb testing.TB) (bubble bool) {
	tb.Helper()
	t, ok := tb.(*testing.T)
	if !ok {
		return false
	}
	defer func() { bubble = recover() != nil }()
	t.Deadline()
	return false
}
