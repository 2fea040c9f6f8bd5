package datalake

import (
	"errors"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/keyless-go/azure/internal/azrest"
)

// RemoteError is a server's refusal. It is in the chain of the *fs.PathError or
// *os.LinkError of an operation that a server refused, along with the
// *azcore.ResponseError.
type RemoteError struct {
	Status    int
	Exception string // Hadoop's exception without its package, or Gen2's error code; may be empty
	Message   string // of one line; may be empty
	RequestID string // may be empty

	text   string
	causes []error
}

// Error is one line: mydatalake.azuredatalakestore.net: 404 FileNotFoundException: … (request id …)
func (e *RemoteError) Error() string { return e.text }

// Unwrap leads to what the exception stands for, the sentinel of the status,
// and the *azcore.ResponseError.
func (e *RemoteError) Unwrap() []error { return e.causes }

// fault makes the error of a request to host from azrest's, nil for nil.
func fault(host string, err error) error {
	if refusal, ok := errors.AsType[*azrest.ServiceError](err); ok {
		return newRemoteError(host, refusal)
	}
	if e, ok := errors.AsType[*azrest.Error](err); ok {
		return e.Unwrap()
	}
	return err
}

// withoutMeaning is for a refusal that does not mean what its exception says.
func withoutMeaning(err error) error {
	e, ok := asRemote(err)
	if !ok {
		return err
	}
	other := *e
	other.causes = e.causes[len(e.causes)-1:]
	return &other
}

func newRemoteError(host string, refusal *azrest.ServiceError) *RemoteError {
	e := &RemoteError{Message: refusal.Message(), text: host + ": " + refusal.Error(), causes: []error{refusal}}
	if resp, ok := errors.AsType[*azcore.ResponseError](refusal); ok {
		e.Status, e.Exception = resp.StatusCode, resp.ErrorCode
		e.RequestID = resp.RawResponse.Header.Get("X-Ms-Request-Id")
	}
	if err := e.meaning(); err != nil {
		e.causes = append([]error{err}, e.causes...)
	}
	return e
}

func (e *RemoteError) meaning() error {
	switch {
	case e.Status >= 300 && e.Status < 400 && e.Status != http.StatusTemporaryRedirect && e.Status != http.StatusPermanentRedirect:
		return ErrUnauthorized // a gateway sends browsers to a page to log in
	case e.isGen1LeaseConflict():
		return ErrBusy
	default:
		return meaning(e.Exception)
	}
}

// isGen1LeaseConflict: Gen1 has no exception of its own for it, but a result, in
// the header or, as its own clients look for it, in the message.
func (e *RemoteError) isGen1LeaseConflict() bool {
	const result = "83090a16"
	resp, ok := errors.AsType[*azcore.ResponseError](e.causes[0])
	return ok && strings.EqualFold(resp.RawResponse.Header.Get("Status"), "0x"+result) ||
		e.Status == http.StatusBadRequest && strings.Contains(strings.ToLower(e.Message), "0x"+result)
}

// exception is the server's name for what err is, "" if no server said it.
func exception(err error) string {
	if e, ok := asRemote(err); ok {
		return e.Exception
	}
	return ""
}

func asRemote(err error) (*RemoteError, bool) { return errors.AsType[*RemoteError](err) }
