package azuretest

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// armKind is what a request counts as.
type armKind int

const (
	armRead armKind = iota
	armWrite
	armDelete
	storageRead // also an armRead
	storageList // also an armWrite: it is a POST
)

// armLimits counts the requests to one subscription.
type armLimits struct {
	on      bool
	buckets map[bucketKey]*bucket
	reads   limit // of storage accounts
	lists   limit // of their keys and SAS
}

type bucketKey struct {
	objectID string
	kind     armKind
}

// bucket holds tokens, each good for one request.
type bucket struct {
	left float64
	at   time.Time // when left was so
}

func (l *armLimits) set(on bool) {
	l.on, l.buckets = on, nil
	reads, lists := 0, 0
	if on {
		reads, lists = 800, 100
	}
	l.reads.set(reads, 5*time.Minute, 0)
	l.lists.set(lists, 5*time.Minute, 0)
}

// take counts a request, or refuses it. The header tells what is left.
func (l *armLimits) take(h http.Header, q *armRequest, kind armKind) *armError {
	counted := kind
	switch kind {
	case storageRead:
		counted = armRead
	case storageList:
		counted = armWrite
	}
	word, size, rate := counted.bucket()
	left, ok := l.draw(bucketKey{q.id.objectID, counted}, size, rate)
	h.Set("X-Ms-Ratelimit-Remaining-Subscription-"+word+"s", strconv.Itoa(max(left, 0)))
	if !ok && l.on {
		h.Set("Retry-After", "1")
		return tooMany("SubscriptionRequestsThrottled", fmt.Sprintf("Number of '%s' requests for subscription '%s' actor '%s' exceeded. Please try again after '1' seconds after additional tokens are available. "+
			"Refer to https://aka.ms/arm-throttling for additional information.", word, q.subscription.guid, q.id.objectID))
	}
	return l.takeStorage(h, kind)
}

// bucket says what a kind is called and how its bucket is filled: size, and tokens a second.
func (k armKind) bucket() (word string, size, rate float64) {
	switch k {
	case armWrite:
		return "Write", 200, 10
	case armDelete:
		return "Delete", 200, 10
	}
	return "Read", 250, 25
}

// draw takes one token and returns how many are left.
func (l *armLimits) draw(key bucketKey, size, rate float64) (left int, ok bool) {
	now := time.Now()
	b := l.buckets[key]
	if b == nil {
		b = &bucket{left: size, at: now}
		if l.buckets == nil {
			l.buckets = map[bucketKey]*bucket{}
		}
		l.buckets[key] = b
	}
	b.left = math.Min(size, b.left+rate*now.Sub(b.at).Seconds())
	b.at = now
	if b.left < 1 {
		return 0, false
	}
	b.left--
	return int(b.left), true
}

// takeStorage counts a request against the limits of the storage resource provider.
// https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits
func (l *armLimits) takeStorage(h http.Header, kind armKind) *armError {
	window, word := &l.reads, "Read"
	switch kind {
	case storageRead:
	case storageList:
		window, word = &l.lists, "List"
	default:
		return nil
	}
	done, ok := window.enter()
	if ok {
		done()
		return nil
	}
	h.Set("Retry-After", strconv.FormatFloat(math.Ceil(window.opensIn().Seconds()), 'f', 0, 64))
	return tooMany("TooManyRequests", fmt.Sprintf("The request is being throttled as the limit has been reached for operation type - %s_ObservationWindow_00:05:00. "+
		"For more information, see - https://aka.ms/srpthrottlinglimits", word))
}

// opensIn returns how long it is until a full window admits one more.
func (l *limit) opensIn() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.recent) == 0 {
		return 0
	}
	return l.window - time.Since(l.recent[0])
}

func tooMany(code, message string) *armError {
	return &armError{http.StatusTooManyRequests, armErrorBody{Code: code, Message: message}}
}
