package datalake_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

// The tests named TestConformance… say what a data lake does, whoever serves it.
// They run on every profile of the emulator, and on the servers that the
// environment variable DATALAKE_TARGETS names, as JSON:
//
//	[{"name": "hadoop", "kind": "Hadoop", "endpoint": "http://127.0.0.1:9870/webhdfs/v1", "user": "alice", "dir": "/tmp"}]
//
// The kind is a profile's name. Instead of a user there may be a token, and
// "insecure" accepts any certificate.

// site is an empty directory in a data lake.
type site struct {
	*datalake.Client
	profile azuretest.Profile
	dir     string
	real    bool // it is none of the emulator's
}

// at is a name in the site.
func (s *site) at(name string) string { return strings.TrimSuffix(s.dir, "/") + "/" + name }

func (s *site) isHadoop() bool {
	return s.profile == azuretest.Hadoop || s.profile == azuretest.HttpFS || s.profile == azuretest.Knox
}

// conform runs a test on every site.
func conform(t *testing.T, test func(t *testing.T, s *site)) {
	t.Helper()
	for _, profile := range profiles() {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			l := newLake(t, profile)
			require.NoError(t, l.MkdirAll(t.Context(), "/site", 0o755))
			test(t, &site{Client: l.Client, profile: profile, dir: "/site"})
		})
	}
	for _, to := range realTargets(t) {
		t.Run(to.Name, func(t *testing.T) {
			t.Parallel()
			test(t, to.site(t))
		})
	}
}

type realTarget struct {
	Name, Kind, Endpoint, User, Token, Dir, Control string
	Insecure                                        bool
}

func realTargets(t *testing.T) []realTarget {
	t.Helper()
	var targets []realTarget
	if text := os.Getenv("DATALAKE_TARGETS"); text != "" {
		require.NoError(t, json.Unmarshal([]byte(text), &targets))
	}
	return targets
}

func (r realTarget) site(t *testing.T) *site {
	t.Helper()
	options := &datalake.ClientOptions{User: r.User}
	if r.Insecure {
		options.HTTPClient = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	}
	var cred azcore.TokenCredential
	if r.Token != "" {
		cred = staticToken(r.Token)
	}
	client, err := datalake.NewClient(r.Endpoint, cred, options)
	require.NoError(t, err)
	dir := fmt.Sprintf("%s/conformance-%s", strings.TrimSuffix(r.Dir, "/"), rand.Text())
	require.NoError(t, client.MkdirAll(t.Context(), dir, 0o755))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, client.RemoveAll(ctx, dir))
	})
	s := &site{Client: client, dir: dir, real: true}
	for _, profile := range profiles() {
		if profile.String() == r.Kind {
			s.profile = profile
		}
	}
	return s
}

type staticToken string

func (s staticToken) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(s), ExpiresOn: time.Now().Add(time.Hour)}, nil
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
	_, _ = rand.Read(data)
	return data
}
