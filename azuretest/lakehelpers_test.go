package azuretest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

const (
	gen1Audience = "https://datalake.azure.net/"
	gen2Audience = "https://storage.azure.com/"
)

// lakeSide sends requests to a lake as its profile wants them.
type lakeSide struct {
	srv     *azuretest.Server
	lake    *azuretest.DataLake
	profile azuretest.Profile
	client  *http.Client
	user    string    // who the requests are from; the machine's identity if empty
	tokens  *sync.Map // :: user → token
}

func newLake(tb testing.TB, profile azuretest.Profile) lakeSide {
	tb.Helper()
	srv := azuretest.New(tb, azuretest.Empty())
	client := srv.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return lakeSide{srv, srv.DataLake("lake"+strings.ToLower(profile.String()), profile), profile, client, "", &sync.Map{}}
}

func webProfiles() []azuretest.Profile {
	return []azuretest.Profile{azuretest.Gen1, azuretest.Hadoop, azuretest.HttpFS, azuretest.Knox}
}

// onProfiles runs a test on each of the profiles.
func onProfiles(t *testing.T, profiles []azuretest.Profile, test func(*testing.T, lakeSide)) {
	t.Helper()
	for _, profile := range profiles {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			test(t, newLake(t, profile))
		})
	}
}

// as returns a side for another user: a name on Hadoop, elsewhere that of a
// user-assigned identity.
func (s lakeSide) as(user string) lakeSide {
	s.user = user
	return s
}

func (s lakeSide) identity() *azuretest.Identity {
	if s.user == "" {
		return s.srv.SystemIdentity()
	}
	return s.srv.AddUserIdentity(s.user)
}

func (s lakeSide) token() string {
	audience := map[azuretest.Profile]string{azuretest.Gen1: gen1Audience, azuretest.Gen2: gen2Audience, azuretest.Knox: "api://lakeknox"}[s.profile]
	if audience == "" {
		return ""
	}
	token, ok := s.tokens.Load(s.user)
	if !ok {
		token, _ = s.tokens.LoadOrStore(s.user, s.identity().Token(audience, time.Hour))
	}
	text, _ := token.(string)
	return text
}

func (s lakeSide) base() string {
	if s.profile == azuretest.Gen1 {
		return s.lake.URL() + "/webhdfs/v1"
	}
	return s.lake.URL()
}

// url makes the address of a path and query.
func (s lakeSide) url(rest string) string {
	address := s.base() + rest
	if s.token() == "" {
		user := s.user
		if user == "" {
			user = "machine"
		}
		address += "&user.name=" + user
	}
	return address
}

// once sends one request, and follows nothing.
func (s lakeSide) once(tb testing.TB, method, address, body string, header ...string) answer {
	tb.Helper()
	a, err := s.try(tb, method, address, body, header...)
	require.NoError(tb, err)
	return a
}

func (s lakeSide) try(tb testing.TB, method, address, body string, header ...string) (answer, error) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), method, address, strings.NewReader(body))
	require.NoError(tb, err)
	if body == "" {
		req.Body = http.NoBody
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	if s.profile == azuretest.Gen2 {
		req.Header.Set("X-Ms-Version", "2023-11-03")
	}
	if token := s.token(); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return answer{Status: resp.StatusCode, Header: resp.Header, Body: string(data)}, err
}

// do sends a request and, if there is one, its second step, which carries the body.
func (s lakeSide) do(tb testing.TB, method, rest, body string) answer {
	tb.Helper()
	first := s.once(tb, method, s.url(rest), "")
	if first.Status != http.StatusTemporaryRedirect {
		return first
	}
	return s.once(tb, method, first.Header.Get("Location"), body)
}

// put uploads a file.
func (s lakeSide) put(tb testing.TB, path, body string) {
	tb.Helper()
	got := s.do(tb, http.MethodPut, path+"?op=CREATE&overwrite=true", body)
	require.Equal(tb, http.StatusCreated, got.Status, got.Body)
}

// exception returns the name of the exception in an answer.
func (a answer) exception(t *testing.T) string {
	t.Helper()
	name, _ := a.At(t, "RemoteException", "exception").(string)
	return name
}

func escape(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(part), "+", "%2B")
	}
	return strings.Join(parts, "/")
}

// jsonAt returns what is at a path of keys in a body, as JSON.
func jsonAt(t *testing.T, a answer, keys ...string) string {
	t.Helper()
	data, err := json.Marshal(a.At(t, keys...))
	require.NoError(t, err)
	return string(data)
}

// slowBody is a request body that comes when the test says so.
type slowBody struct {
	io.Reader

	w *io.PipeWriter
}

func newSlowBody() slowBody {
	r, w := io.Pipe()
	return slowBody{r, w}
}

func (b slowBody) Write(text string) { _, _ = b.w.Write([]byte(text)) }

func (b slowBody) Close() { _ = b.w.Close() }
