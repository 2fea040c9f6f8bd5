package storage

import (
	"errors"
	"fmt"

	"github.com/keyless-go/azure/internal/azrest"
)

// noted is the error of a transfer, with how far it got.
type noted struct {
	err  error
	note string
}

func (e *noted) Error() string { return e.err.Error() + " (" + e.note + ")" }

func (e *noted) Unwrap() error { return e.err }

// note adds to an error in the form of all others, which it gets if it has not.
// An error that has a note keeps it.
func (c *ContainerClient) note(call azrest.Call, err error, format string, args ...any) error {
	if _, has := errors.AsType[*noted](err); has {
		return err
	}
	if _, ours := errors.AsType[*azrest.Error](err); !ours {
		err = c.rest.Fail(call, err)
	}
	return &noted{err, fmt.Sprintf(format, args...)}
}
