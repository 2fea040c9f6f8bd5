package datalake_test

import (
	cryptorand "crypto/rand"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

// The tests named TestConformance… say what a data lake does, whoever serves it.
// They run on every profile of the emulator, and on the servers that the
// environment variable DATALAKE_TARGETS names: see realTarget.

// site is an empty directory in a data lake.
type site struct {
	*datalake.Client
	profile azuretest.Profile
	dir     string
	late    int // how many files of a hundred broken uploads may come after the client has looked for them
	wire    http.RoundTripper
	connect func(wire http.RoundTripper) (*datalake.Client, error)
}

// at is a name in the site.
func (s *site) at(name string) string { return strings.TrimSuffix(s.dir, "/") + "/" + name }

func (s *site) isHadoop() bool { return isHadoop(s.profile) }

// through is the same site behind another transport.
func (s *site) through(t *testing.T, wire http.RoundTripper) *site {
	t.Helper()
	client, err := s.connect(wire)
	require.NoError(t, err)
	other := *s
	other.Client, other.wire = client, wire
	return &other
}

// conform runs a test on every site.
func conform(t *testing.T, test func(t *testing.T, s *site)) {
	t.Helper()
	for _, profile := range profiles() {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			test(t, newLake(t, profile).site(t))
		})
	}
	for _, to := range realTargets(t) {
		t.Run(to.Name, func(t *testing.T) {
			t.Parallel()
			test(t, to.site(t))
		})
	}
}

func (l *lake) site(t *testing.T) *site {
	t.Helper()
	require.NoError(t, l.MkdirAll(t.Context(), "/site", 0o755))
	return &site{
		Client: l.Client, profile: l.profile, dir: "/site", wire: l.options.HTTPClient.Transport,
		connect: func(wire http.RoundTripper) (*datalake.Client, error) {
			options := *l.options
			options.HTTPClient = &http.Client{Transport: wire}
			return datalake.NewClient(l.data.URL(), l.cred, &options)
		},
	}
}

// write makes a file.
func (s *site) write(t *testing.T, name, content string) string {
	t.Helper()
	w, err := s.Create(t.Context(), s.at(name))
	require.NoError(t, err)
	_, err = io.WriteString(w, content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return s.at(name)
}

// read is all of a file.
func (s *site) read(t *testing.T, name string) string {
	t.Helper()
	f, err := s.Open(t.Context(), s.at(name))
	require.NoError(t, err)
	content, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return string(content)
}

// names are those in a directory, in the server's order.
func (s *site) names(t *testing.T, dir string) []string {
	t.Helper()
	names := []string{}
	for entry, err := range s.ReadDir(t.Context(), dir) {
		require.NoError(t, err)
		names = append(names, entry.Name())
	}
	return names
}

// content is n bytes without a pattern that a wrong offset could hide in.
func content(n int) []byte {
	data := make([]byte, n)
	var seed [32]byte
	_, _ = cryptorand.Read(seed[:])
	_, _ = rand.NewChaCha8(seed).Read(data)
	return data
}
