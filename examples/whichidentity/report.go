package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/keyless-go/azure/credential"
)

// inquiry is one request for a token.
type inquiry struct {
	scope   string
	options credential.ManagedIdentityCredentialOptions
}

// report makes the request and prints what comes of it. The error says it again,
// in the credential's words.
func (q inquiry) report(ctx context.Context, out io.Writer) error {
	p := &printer{out: out}
	cred, err := credential.NewManagedIdentityCredential(&q.options)
	if err != nil {
		p.diagnosis(diagnose(err))
		return errors.Join(err, p.err)
	}
	token, err := cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{q.scope}})
	status := cred.Status() // now, because Azure Arc may be found by its files at the first request
	p.line("source", "%s: %s", status.Source, status.Reason)
	p.line("asked for", "%s", status.Identity)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		p.diagnosis(diagnose(err))
	default:
		p.token(token)
	}
	return errors.Join(err, p.err)
}

// printer prints lines with a title each, until that fails.
type printer struct {
	out io.Writer
	err error
}

func (p *printer) line(title, format string, values ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, "%-10s  %s\n", title, fmt.Sprintf(format, values...))
	}
}

func (p *printer) diagnosis(d diagnosis) {
	p.line("diagnosis", "%s", d.what)
	for _, todo := range d.todo {
		p.line("to do", "%s", todo)
	}
}

// claims is what a token says that matters here.
type claims struct {
	Audience string  `json:"aud"`
	ClientID string  `json:"appid"`
	Party    string  `json:"azp"` // the client ID in tokens of version 2
	ObjectID string  `json:"oid"`
	TenantID string  `json:"tid"`
	Resource string  `json:"xms_mirid"`
	Person   string  `json:"upn"`
	IssuedAt float64 `json:"iat"`
}

// readClaims reads a token without checking its signature: it is the service's
// business to believe it.
func readClaims(token string) (c claims, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return c, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	return c, err == nil && json.Unmarshal(payload, &c) == nil
}

// token prints what the token says of itself and never the token.
func (p *printer) token(t azcore.AccessToken) {
	c, ok := readClaims(t.Token)
	if !ok {
		p.line("token", "is not readable, which is its service's business")
	}
	if c.ClientID == "" {
		c.ClientID = c.Party
	}
	for _, fact := range []struct{ title, value string }{
		{"person", c.Person}, {"client ID", c.ClientID}, {"object ID", c.ObjectID}, {"tenant ID", c.TenantID}, {"identity", c.Resource}, {"audience", c.Audience},
	} {
		if fact.value != "" {
			p.line(fact.title, "%s", fact.value)
		}
	}
	if c.IssuedAt > 0 {
		p.line("issued", "%s", moment(unix(c.IssuedAt)))
	}
	p.line("expires", "%s", moment(t.ExpiresOn))
	p.line("renewal", "%s", moment(t.RefreshOn))
}

func unix(seconds float64) time.Time {
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e9))
}

// moment prints a time, and how far it is.
func moment(t time.Time) string {
	far := time.Until(t).Round(time.Second)
	if far < 0 {
		return fmt.Sprintf("%s, %s ago", t.UTC().Format(time.RFC3339), -far)
	}
	return fmt.Sprintf("%s, in %s", t.UTC().Format(time.RFC3339), far)
}
