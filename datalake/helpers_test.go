package datalake_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

// identity is a credential with the tokens of an emulated identity.
type identity struct{ of *azuretest.Identity }

func (i identity) GetToken(_ context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	audience := strings.TrimSuffix(options.Scopes[0], "/.default")
	return azcore.AccessToken{Token: i.of.Token(audience, time.Hour), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// lake is a client for an empty data lake of the emulator.
type lake struct {
	*datalake.Client
	profile azuretest.Profile
	server  *azuretest.Server
	data    *azuretest.DataLake
	cred    azcore.TokenCredential
	options *datalake.ClientOptions
}

type change func(*datalake.ClientOptions)

// hasty tries again at once.
func hasty(o *datalake.ClientOptions) { o.Retry = policy.RetryOptions{RetryDelay: time.Millisecond} }

func noRetries(o *datalake.ClientOptions) { o.Retry.MaxRetries = -1 }

func newLake(tb testing.TB, profile azuretest.Profile, changes ...change) *lake {
	tb.Helper()
	server := azuretest.New(tb)
	data := server.DataLake("lake1", profile)
	options := &datalake.ClientOptions{HTTPClient: server.Client()}
	var cred azcore.TokenCredential
	if profile == azuretest.Hadoop || profile == azuretest.HttpFS {
		options.User = "alice"
	} else {
		cred = identity{server.SystemIdentity()}
	}
	hasty(options)
	for _, c := range changes {
		c(options)
	}
	client, err := datalake.NewClient(data.URL(), cred, options)
	require.NoError(tb, err)
	return &lake{client, profile, server, data, cred, options}
}

// through is the same lake behind another transport.
func (l *lake) through(t *testing.T, wire *lossy) *lake {
	t.Helper()
	wire.next = l.server.Client().Transport
	options := *l.options
	options.HTTPClient = &http.Client{Transport: wire}
	client, err := datalake.NewClient(l.data.URL(), l.cred, &options)
	require.NoError(t, err)
	other := *l
	other.Client = client
	return &other
}

func profiles() []azuretest.Profile {
	return []azuretest.Profile{azuretest.Gen1, azuretest.Hadoop, azuretest.HttpFS, azuretest.Knox, azuretest.Gen2}
}

// each runs a test on every profile.
func each(t *testing.T, test func(t *testing.T, l *lake), changes ...change) {
	t.Helper()
	for _, p := range profiles() {
		t.Run(p.String(), func(t *testing.T) {
			t.Parallel()
			test(t, newLake(t, p, changes...))
		})
	}
}

// scripted answers request after request, without an emulator. It keeps what
// arrived.
type scripted struct {
	t       *testing.T
	mu      sync.Mutex
	answers []func(*http.Request) (*http.Response, error)
	seen    []arrival
}

type arrival struct {
	line   string // method and URL
	header http.Header
	body   string
}

const (
	gen1Endpoint = "https://contoso.azuredatalakestore.net"
	gen2Endpoint = "https://contoso.dfs.core.windows.net/logs"
	nameNode     = "http://namenode.contoso.test:9870/webhdfs/v1"
	gateway      = "https://gateway.contoso.test:8443/gateway/default/webhdfs/v1"
)

// newScripted makes a client for an endpoint that a script is behind. It has a
// token if that can be sent.
func newScripted(t *testing.T, endpoint string, changes ...change) (*datalake.Client, *scripted) {
	t.Helper()
	s := &scripted{t: t}
	options := &datalake.ClientOptions{HTTPClient: &http.Client{Transport: s}}
	hasty(options)
	for _, c := range changes {
		c(options)
	}
	var cred azcore.TokenCredential
	if strings.HasPrefix(endpoint, "https:") {
		cred = staticToken("token")
	}
	client, err := datalake.NewClient(endpoint, cred, options)
	require.NoError(t, err)
	return client, s
}

// answer adds an answer; headers come in pairs.
func (s *scripted) answer(status int, body string, headers ...string) {
	s.answers = append(s.answers, func(req *http.Request) (*http.Response, error) {
		header := http.Header{}
		for i := 0; i < len(headers); i += 2 {
			header.Add(headers[i], headers[i+1])
		}
		return &http.Response{
			StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", Header: header,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
		}, nil
	})
}

// RoundTrip answers the next request.
func (s *scripted) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := arrival{line: req.Method + " " + req.URL.String(), header: req.Header.Clone()}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		one.body = string(body)
	}
	s.seen = append(s.seen, one)
	require.LessOrEqual(s.t, len(s.seen), len(s.answers), "nobody expects %s", one.line)
	return s.answers[len(s.seen)-1](req)
}

func isAny(err error, wanted ...error) bool {
	return slices.ContainsFunc(wanted, func(want error) bool { return errors.Is(err, want) })
}

// stream hides all that a reader can but read.
func stream(text string) io.Reader { return struct{ io.Reader }{strings.NewReader(text)} }

func exceptionOf(err error) string {
	if e, ok := errors.AsType[*datalake.RemoteError](err); ok {
		return e.Exception
	}
	return ""
}

// sprintf keeps vet from knowing better.
func sprintf(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// deadNode is a transport on which the first data node cannot be reached.
type deadNode struct {
	next     http.RoundTripper
	excluded []string // what each first step has excluded
	met      bool
}

func (d *deadNode) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Port() == "9870" && req.URL.Query().Get("op") == "CREATE" {
		d.excluded = append(d.excluded, req.URL.Query().Get("excludedatanodes"))
	}
	if req.URL.Port() == "9864" && !d.met {
		d.met = true
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	}
	return d.next.RoundTrip(req)
}

// asked is a credential that remembers for what.
type asked struct{ scopes []string }

func (a *asked) GetToken(_ context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	a.scopes = append(a.scopes, options.Scopes...)
	return azcore.AccessToken{Token: "token", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// cutLine parts method and URL.
func cutLine(line string) (method, url string, ok bool) { return strings.Cut(line, " ") }
