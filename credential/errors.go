package credential

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/keyless-go/azure/internal/azrest"
)

// What went wrong, for [errors.Is]. Each comes with an [Error] that has the details.
var (
	// ErrUnavailable means that the source did not answer, or said that it
	// cannot now. Trying again later may help.
	ErrUnavailable = errors.New("the identity endpoint is unavailable")
	// ErrIdentityNotFound means that the identity asked for is not assigned
	// to the machine, or none is.
	ErrIdentityNotFound = errors.New("identity not found")
	// ErrMultipleIdentities means that the machine has several identities
	// and the options name none.
	ErrMultipleIdentities = errors.New("several identities, and none is named")
	// ErrResourceNotFound means that the directory knows no such resource.
	ErrResourceNotFound = errors.New("resource not found")
	// ErrThrottled means that the source was asked too often, or asks for
	// patience for another reason: it goes along with every [Error].RetryAfter.
	// It is the same value in every package.
	ErrThrottled = azrest.ErrThrottled
	// ErrUnexpectedResponse means that the answer is not one of the source:
	// something else listens on its address, or the answer was damaged.
	// It is the same value in every package.
	ErrUnexpectedResponse = azrest.ErrUnexpectedResponse
)

// Error is why there is no token. Its text is one line and never holds a token
// or another secret. It says whether an answer was wrong ([errors.Is] with this
// package's sentinels) or what failed on the way ([errors.As] with net errors).
type Error struct {
	Source        Source        // who was asked
	StatusCode    int           // of the last answer; 0: there was none
	Code          string        // the source's error code, if it gave one
	Description   string        // the source's explanation: for people, not for code
	CorrelationID string        // for support
	RequestID     string        // for support
	Attempts      int           // tries made
	Elapsed       time.Duration // from the first try to the end of the last
	RetryAfter    time.Duration // the source's wish; 0: none

	kind      error  // a sentinel, or nil
	cause     error  // of no answer, or of an unusable one; or nil
	detail    string // more of that, if it has no cause to find
	server    string // who answered, if not the source
	reason    string // why the source was asked
	resource  string
	identity  string
	retryable bool
	offAzure  bool // nobody has ever answered at the address
}

// Error says in one line what was asked of whom and what came of it.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "credential: token for %q from %s (%s; %s): ", e.resource, e.Source, e.identity, e.reason)
	b.WriteString(strings.Join(e.parts(), ": "))
	b.WriteString(e.trailer())
	if hint := e.hint(); hint != "" {
		b.WriteString("; " + hint)
	}
	return b.String()
}

func (e *Error) parts() []string {
	var parts []string
	if e.StatusCode != 0 {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%d %s", e.StatusCode, e.Code)))
	}
	for _, text := range []string{e.Description, e.detail} {
		if text != "" {
			parts = append(parts, text)
		}
	}
	if e.cause != nil {
		parts = append(parts, e.cause.Error())
	}
	if e.Description == "" && e.detail == "" && e.kind != nil {
		parts = append(parts, e.kind.Error())
	}
	return parts
}

func (e *Error) trailer() string {
	facts := []string{}
	add := func(format, value string) {
		if value != "" {
			facts = append(facts, fmt.Sprintf(format, value))
		}
	}
	add("request id %s", e.RequestID)
	add("correlation id %s", e.CorrelationID)
	add("answered by server %q", e.server)
	if e.RetryAfter > 0 {
		add("retry after %s", e.RetryAfter.String())
	}
	add("%s", fmt.Sprintf("attempts %d in %s", e.Attempts, e.Elapsed.Round(time.Millisecond)))
	return " (" + strings.Join(facts, ", ") + ")"
}

// hint is what to do about it.
func (e *Error) hint() string {
	switch {
	case errors.Is(e.kind, ErrIdentityNotFound) && e.Source == SourceWorkloadIdentity:
		return "check client ID, tenant and the federated credential, which works some minutes after it was made"
	case errors.Is(e.kind, ErrIdentityNotFound) && e.Source == SourceServiceFabric:
		return "give the application an identity in the cluster: a request cannot name one"
	case errors.Is(e.kind, ErrIdentityNotFound):
		return "assign that identity to the machine, or name another in ManagedIdentityCredentialOptions.ID"
	case errors.Is(e.kind, ErrMultipleIdentities):
		return "name one in ManagedIdentityCredentialOptions.ID"
	case errors.Is(e.kind, ErrResourceNotFound):
		return "check the scope to the letter, its trailing slash included"
	case errors.Is(e.kind, ErrUnavailable) && e.StatusCode == 0 && e.Source != SourceWorkloadIdentity:
		return "is this an Azure machine with a managed identity, and may this process reach the endpoint?"
	default:
		return ""
	}
}

// NonRetriable marks the error for azcore: the credential has tried again
// already, and azcore's retry policy must not.
func (e *Error) NonRetriable() {}

// Unwrap gives the sentinel and the transport error, for [errors.Is] and [errors.As].
func (e *Error) Unwrap() []error {
	var errs []error
	for _, err := range []error{e.kind, e.cause} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	if e.RetryAfter > 0 {
		errs = append(errs, ErrThrottled)
	}
	return errs
}
