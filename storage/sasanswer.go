package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/keyless-go/azure/internal/azrest"
)

// list sends a request for a SAS. Beside the SAS it tells what time it is for
// the service, also if that refuses; zero if it does not say.
func (c *SASClient) list(ctx context.Context, request azrest.Call) (SAS, time.Time, error) {
	resp, err := c.rest.Send(ctx, request) //nolint:bodyclose // the pipeline has read and closed it
	if refusal, ok := errors.AsType[*azcore.ResponseError](err); ok {
		return SAS{}, dateOf(refusal.RawResponse.Header), err
	}
	if err != nil {
		return SAS{}, time.Time{}, err
	}
	sas, err := readSAS(resp)
	if err != nil {
		err = c.rest.Fail(request, fmt.Errorf("%w: %w", ErrUnexpectedResponse, err))
	}
	return sas, dateOf(resp.Header), err
}

// readSAS reads the one field that the answer has.
func readSAS(resp *http.Response) (SAS, error) {
	var wire struct {
		ServiceSASToken string `json:"serviceSasToken"`
		AccountSASToken string `json:"accountSasToken"`
	}
	body, err := runtime.Payload(resp)
	if err != nil || json.Unmarshal(body, &wire) != nil {
		return SAS{}, errNoSAS // an error of encoding/json may quote it
	}
	return parseSAS(wire.ServiceSASToken + wire.AccountSASToken)
}

func dateOf(header http.Header) time.Time {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return date
}
