package datalake_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

// Whether to ask again is told by the exception, not by the status.
func TestRetriesGoByTheException(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		body   string
		tries  int
	}{
		{"starting", 403, exceptionBody("SafeModeException"), 4},
		{"standing by", 403, exceptionBody("StandbyException"), 4},
		{"retriable", 403, exceptionBody("RetriableException"), 4},
		{"throttled", 429, exceptionBody("ThrottledException"), 4},
		{"unknown", 500, exceptionBody("NullPointerException"), 4},
		{"overloaded", 503, "<html>", 4},
		{"bad gateway", 502, "", 4},
		{"HttpFS's own", 500, exceptionBody("IOException"), 1},
		{"HttpFS's server", 500, exceptionBody("RemoteException"), 1},
		{"definite at HttpFS", 500, exceptionBody("FileAlreadyExistsException"), 1},
		{"not there", 404, exceptionBody("FileNotFoundException"), 1},
		{"not allowed", 403, exceptionBody("AccessControlException"), 1},
		{"not supported", 501, "", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client, s := newScripted(t, nameNode)
			for range test.tries {
				s.answer(test.status, test.body)
			}
			err := client.Chmod(t.Context(), "/f", 0o600)
			require.Error(t, err)
			require.Len(t, s.seen, test.tries)
			remote, ok := errors.AsType[*datalake.RemoteError](err)
			require.True(t, ok)
			require.Equal(t, test.status, remote.Status)
		})
	}
}

func exceptionBody(name string) string {
	return `{"RemoteException":{"exception":"` + name + `","javaClassName":"org.example.` + name + `","message":"no\n\tat org.example"}}`
}

func TestExceptionsAreErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]error{
		"FileNotFoundException": fs.ErrNotExist, "FileAlreadyExistsException": fs.ErrExist, "AccessControlException": fs.ErrPermission,
		"AuthorizationException": fs.ErrPermission, "SecurityException": fs.ErrPermission, "IllegalArgumentException": fs.ErrInvalid,
		"InvalidPathException": fs.ErrInvalid, "UnsupportedOperationException": errors.ErrUnsupported,
		"AlreadyBeingCreatedException": datalake.ErrBusy, "NSQuotaExceededException": datalake.ErrQuota, "BadOffsetException": datalake.ErrChanged,
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, s := newScripted(t, nameNode)
			s.answer(http.StatusForbidden, exceptionBody(name), "X-Ms-Request-Id", "4711")
			err := client.Chmod(t.Context(), "/f", 0o600)
			require.ErrorIs(t, err, want)
			remote, ok := errors.AsType[*datalake.RemoteError](err)
			require.True(t, ok)
			require.Equal(t, []any{name, "no", "4711", 403}, []any{remote.Exception, remote.Message, remote.RequestID, remote.Status})
			require.Equal(t, "chmod /f: namenode.contoso.test:9870: 403 "+name+": no (request id 4711)", err.Error())
			response, ok := errors.AsType[*azcore.ResponseError](err)
			require.True(t, ok)
			require.Equal(t, name, response.ErrorCode)
		})
	}
}

// Only a file system knows that there is no such file.
func TestOtherAnswersAreNoFileSystems(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		body   string
		want   error
	}{
		{"a gateway without that topology", 404, "<html><h1>404</h1></html>", datalake.ErrNotFound},
		{"a limit of IIS", 404, "", datalake.ErrNotFound},
		{"JSON of somebody else", 404, `{"error":"not found"}`, datalake.ErrNotFound},
		{"an exception of another kind", 403, exceptionBody("IOException"), datalake.ErrForbidden},
		{"HTML of a proxy", 403, "<html>", datalake.ErrForbidden},
		{"a page", 200, "<html>welcome</html>", datalake.ErrUnexpectedResponse},
		{"cut JSON", 200, `{"FileStatus":{"type":"FILE","len`, datalake.ErrUnexpectedResponse},
		{"no status", 200, `{}`, datalake.ErrUnexpectedResponse},
		{"no type", 200, `{"FileStatus":{"length":1}}`, datalake.ErrUnexpectedResponse},
		{"a negative length", 200, `{"FileStatus":{"type":"FILE","length":-1}}`, datalake.ErrUnexpectedResponse},
		{"a wrong permission", 200, `{"FileStatus":{"type":"FILE","permission":"rwx"}}`, datalake.ErrUnexpectedResponse},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client, s := newScripted(t, nameNode)
			s.answer(test.status, test.body)
			_, err := client.Stat(t.Context(), "/f")
			require.ErrorIs(t, err, test.want)
			require.NotErrorIs(t, err, fs.ErrNotExist)
			require.NotErrorIs(t, err, fs.ErrPermission)
			require.NotContains(t, err.Error(), "<")
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestThrottlingIsObeyed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, azuretest.Gen1)
		l.server.Fail(azuretest.Fault{Operation: "datalake.append", Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second})
		require.NoError(t, l.Upload(t.Context(), "/f", stream("one"), nil))
		before := time.Now()
		require.NoError(t, l.Append(t.Context(), "/f", stream("two")))
		require.Equal(t, 7*time.Second, time.Since(before))
		got, _ := l.data.ReadFile("/f")
		require.Equal(t, "onetwo", string(got))
	})
}

func TestThrottlingIsTold(t *testing.T) {
	t.Parallel()
	l := newLake(t, azuretest.Gen2, noRetries)
	l.server.Fail(azuretest.Fault{Operation: "datalake.getfilestatus", Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second})
	_, err := l.Stat(t.Context(), "/f")
	require.ErrorIs(t, err, datalake.ErrThrottled)
	asked, ok := errors.AsType[interface {
		error
		RetryAfter() time.Duration
	}](err)
	require.True(t, ok)
	require.Equal(t, 7*time.Second, asked.RetryAfter())
}

// renewing is a credential that has a new token each time it is asked.
type renewing struct {
	of *azuretest.Identity

	mu    sync.Mutex
	asked int
	life  time.Duration
}

func (r *renewing) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	audience := strings.TrimSuffix(options.Scopes[0], "/.default")
	return azcore.AccessToken{Token: r.of.Token(audience, r.life), ExpiresOn: time.Now().Add(r.life)}, ctx.Err()
}

// times is how often it has been asked. In the background it may be, at any time.
func (r *renewing) times() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

// A transfer outlives its token.
func TestTokensAreRenewedWithinATransfer(t *testing.T) {
	t.Parallel()
	for _, profile := range []azuretest.Profile{azuretest.Gen1, azuretest.Gen2} {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := azuretest.New(t)
				data := server.DataLake("lake1", profile)
				cred := &renewing{of: server.SystemIdentity(), life: 10 * time.Minute}
				client, err := datalake.NewClient(data.URL(), cred, &datalake.ClientOptions{HTTPClient: server.Client()})
				require.NoError(t, err)
				w, err := client.Create(t.Context(), "/f")
				require.NoError(t, err)
				for range 6 {
					_, err = w.Write(content(4 << 20))
					require.NoError(t, err)
					time.Sleep(7 * time.Minute)
				}
				require.NoError(t, w.Close())
				require.GreaterOrEqual(t, cred.times(), 4)
				info, ok := data.Stat("/f")
				require.True(t, ok)
				require.Equal(t, int64(24<<20), info.Size())
			})
		})
	}
}

// A token that is refused is asked for anew, and the same data are sent again.
func TestRefusedTokensAreRenewed(t *testing.T) {
	t.Parallel()
	for _, profile := range []azuretest.Profile{azuretest.Gen1, azuretest.Knox, azuretest.Gen2} {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			server := azuretest.New(t)
			data := server.DataLake("lake1", profile)
			cred := &renewing{of: server.SystemIdentity(), life: time.Hour}
			client, err := datalake.NewClient(data.URL(), cred, &datalake.ClientOptions{HTTPClient: server.Client()})
			require.NoError(t, err)
			for _, operation := range []string{"datalake.create", "datalake.append"} {
				server.Fail(azuretest.Fault{Operation: operation, Status: http.StatusUnauthorized})
			}
			require.NoError(t, client.Upload(t.Context(), "/f", stream(strings.Repeat("x", 100_000)), nil))
			got, _ := data.ReadFile("/f")
			require.Len(t, got, 100_000)
			require.GreaterOrEqual(t, cred.times(), 2)
		})
	}
}

// A data node that has gone is not asked again.
func TestUnreachableDataNodes(t *testing.T) {
	t.Parallel()
	l := newLake(t, azuretest.Hadoop)
	dead := &deadNode{next: l.server.Client().Transport}
	options := *l.options
	options.HTTPClient = &http.Client{Transport: dead}
	client, err := datalake.NewClient(l.data.URL(), nil, &options)
	require.NoError(t, err)
	require.NoError(t, client.Upload(t.Context(), "/f", stream("data"), nil))
	got, _ := l.data.ReadFile("/f")
	require.Equal(t, "data", string(got))
	require.Equal(t, []string{"", "datanode.lake1.test:9864"}, dead.excluded)
}
