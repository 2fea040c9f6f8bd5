package sqlserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// arrival is one request that has come.
type arrival struct{ *azuretest.Arrival }

// receive notes a request.
func (h *handler) receive(operation, database, text string) arrival {
	text = text[:min(len(text), h.server.room(len(text)))]
	u := url.URL{Scheme: "sqlserver", Host: Host + ":" + port, RawQuery: url.Values{"database": {database}}.Encode()}
	_, method, _ := strings.Cut(operation, ".")
	return arrival{h.server.azure.Receive(azuretest.Request{
		Method: strings.ToUpper(method), URL: u.String(), Operation: operation, Body: []byte(text),
	})}
}

// What is kept of the text of requests: all of the first, then the beginning of each. An
// azuretest.Server keeps many requests, and long ones would be much together.
const (
	maxNoted = 4 << 20
	maxBrief = 256
)

// room returns how much of a text of n bytes is kept.
func (s *Server) room(n int) int {
	if s.noted.Add(int64(n)) <= maxNoted {
		return n
	}
	return maxBrief
}

// end notes how a request has ended. What the client has been told already is no error
// any more.
func (a arrival) end(identity string, err error) error {
	status, reason := http.StatusOK, ""
	if err != nil {
		status, reason = 0, err.Error()
	}
	if e, ok := errors.AsType[*tds.Error](err); ok {
		status = int(e.Number)
	}
	if already, ok := errors.AsType[told](err); ok {
		status, err = int(already.err.Number), nil
	}
	a.Finish(status, identity, reason)
	return err
}

// strike does what the faults want done before the request is served, and returns what
// to answer in the service's place.
func (a arrival) strike(ctx context.Context) error {
	f := a.Fault
	if err := pause(ctx, f.Delay); err != nil {
		return err
	}
	number, err := strconv.ParseInt(f.Code, 10, 32)
	switch {
	case f.Status < 0:
		return tds.ErrHangUp
	case f.Code != "" && err == nil:
		return faultError(int32(number), f.Body)
	case f.Code != "":
		return nil // of PRELOGIN
	case f.Body != "":
		return tds.GarbageError(f.Body)
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return tds.ErrHangUp
	}
}

// faultError makes an error of its number. Those of the service that end the connection
// are of a class that does.
// https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues
func faultError(number int32, message string) *tds.Error {
	e := &tds.Error{Number: number, State: 1, Class: 16, Message: message}
	text := ""
	switch number {
	case 4060:
		e.Class, text = 11, "Cannot open database \"mydatabase\" requested by the login. The login failed."
	case 18456:
		e.Class, text = 14, "Login failed for user '"+principal+"'."
	case 40197:
		e.Class, text = 20, "The service has encountered an error processing your request. Please try again. Error code 40143."
	case 40501:
		e.Class, text = 20, "The service is currently busy. Retry the request after 10 seconds."
	case 40613:
		e.Class, text = 20, "Database 'mydatabase' on server 'myserver' is not currently available. Please retry the connection later."
	case 49918:
		text = "Cannot process request. Not enough resources to process request. Please retry your request later."
	case 10928:
		e.Class, text = 20, "Resource ID : 1. The request limit for the database is 30 and has been reached."
	case 1205:
		e.Class, text = 13, "Transaction (Process ID 51) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction."
	case 40615:
		e.Class, text = 14, "Cannot open server 'myserver' requested by the login. Client with IP address '192.0.2.1' is not allowed to access the server."
	default:
		text = fmt.Sprintf("Error %d, injected by the test.", number)
	}
	if e.Message == "" {
		e.Message = text
	}
	return e
}

// Hello implements [tds.Handler].
func (h *handler) Hello(ctx context.Context) (tds.Encryption, error) {
	a := h.receive("sql.prelogin", "", "")
	err := a.strike(ctx)
	encryption := tds.EncryptOn
	switch a.Fault.Code {
	case "ENCRYPT_OFF":
		encryption = tds.EncryptOff
	case "ENCRYPT_NOT_SUP":
		encryption = tds.EncryptNotSupported
	case "ENCRYPT_REQ":
		encryption = tds.EncryptRequired
	}
	return encryption, a.end("", err)
}

// Secure implements [tds.Handler].
func (h *handler) Secure(ctx context.Context) error {
	a := h.receive("sql.tls", "", "")
	return a.end("", a.strike(ctx))
}
