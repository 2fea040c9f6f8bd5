package storage_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/storage"
)

func TestSASIsReadByNames(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		token, sent string
		expiry      time.Time
	}{
		"the tutorial's":     {tutorialSAS, tutorialSAS, time.Date(2017, 9, 23, 0, 0, 0, 0, time.UTC)},
		"another order":      {"sig=a%2Bb&sp=rcw&se=2050-01-01T00%3A00%3A00.0000000Z&sr=c&sv=2015-04-05", "", time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC)},
		"a question mark":    {"?sv=2015-04-05&sr=c&se=2050-01-01&sp=rcw&sig=x", "sv=2015-04-05&sr=c&se=2050-01-01&sp=rcw&sig=x", time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC)},
		"a naked plus":       {"sv=2015-04-05&sr=c&se=2050-01-01T01:02Z&sp=rcw&sig=a+b/c=", "sv=2015-04-05&sr=c&se=2050-01-01T01:02Z&sp=rcw&sig=a%2Bb/c=", time.Date(2050, 1, 1, 1, 2, 0, 0, time.UTC)},
		"an offset":          {"sv=2015-04-05&sr=c&se=2050-01-01T01%3A02%3A03-01%3A00&sp=rcw&sig=x", "", time.Date(2050, 1, 1, 2, 2, 3, 0, time.UTC)},
		"a policy's":         {"sv=2015-04-05&sr=c&sp=rcw&si=policy&sig=x", "", time.Time{}},
		"fields of tomorrow": {"sv=2030-01-01&sr=c&sp=rcw&zz=1&sig=x", "", time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sas, err := sasOf(t, test.token).ListServiceSAS(t.Context(), rcw())
			require.NoError(t, err)
			want := test.sent
			if want == "" {
				want = test.token
			}
			require.Equal(t, want, sas.Token())
			require.Equal(t, test.expiry, sas.Expiry())
			require.Equal(t, "rcw", sas.Permissions())
			require.Equal(t, "c", sas.Resource())
			require.Contains(t, []string{"2015-04-05", "2030-01-01"}, sas.Version())
		})
	}
}

func TestWhatIsNoSAS(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]string{
		"nothing":        "",
		"no signature":   "sv=2015-04-05&sr=c&sp=rcw",
		"no version":     "sr=c&sp=rcw&sig=secret",
		"a bad escape":   "sv=2015-04-05&sig=secret%zz",
		"no value":       "sv=2015-04-05&sig=secret&sp",
		"twice":          "sv=2015-04-05&sig=secret&sig=secret",
		"a bad time":     "sv=2015-04-05&sig=secret&se=tomorrow",
		"a space":        "sv=2015-04-05&sig=secret &sp=r",
		"a fragment":     "sv=2015-04-05&sig=secret#x",
		"another line":   `sv=2015-04-05&sig=secret\nx`,
		"an empty field": "sv=2015-04-05&&sig=secret",
		"a semicolon":    "sv=2015-04-05&sig=secret;x",
		"a coded name":   "sv=2015-04-05&sig=secret&s%70=r",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := sasOf(t, token).ListServiceSAS(t.Context(), rcw())
			require.ErrorIs(t, err, storage.ErrUnexpectedResponse)
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestASASNeverPrints(t *testing.T) {
	t.Parallel()
	sas, err := sasOf(t, tutorialSAS).ListServiceSAS(t.Context(), rcw())
	require.NoError(t, err)
	const shown = "sv=2015-04-05&sr=c&spr=https&se=2017-09-23T00%3A00%3A00Z&sp=rcw&sig=REDACTED"
	require.Equal(t, shown, sas.String())
	require.Equal(t, `"`+shown+`"`, fmt.Sprintf("%q", sas))

	type holder struct {
		Public  storage.SAS
		private storage.SAS
		pointer *storage.SAS
	}
	held := holder{sas, sas, &sas}
	var texts []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		texts = append(texts, fmt.Sprintf(verb, sas), fmt.Sprintf(verb, &sas), fmt.Sprintf(verb, held), fmt.Sprintf(verb, &held), fmt.Sprintf(verb, []storage.SAS{sas}))
	}
	for _, value := range []any{sas, held, map[string]storage.SAS{"a": sas}} {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		texts = append(texts, string(text))
	}
	var logged strings.Builder
	for _, handler := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
		slog.New(handler).Info("got", "sas", sas, "pointer", &sas, "group", slog.GroupValue(slog.Any("sas", sas)))
	}
	for _, text := range append(texts, logged.String(), fmt.Errorf("no: %v", sas).Error()) {
		require.NotContains(t, text, "JVhI")
		require.NotContains(t, text, "4O0E")
	}
	require.Contains(t, logged.String(), "REDACTED")
	require.Equal(t, "REDACTED", storage.SAS{}.String())
	require.Empty(t, storage.SAS{}.Token())
}

// What is read goes into a URL as it is, and its signature into nothing else.
func FuzzSAS(f *testing.F) {
	for _, seed := range []string{
		tutorialSAS, "?" + tutorialSAS, "sv=1&sig=+", "sv=1&sig=%2b&se=2020-01-01", "&&", "sv=1&sig=x&sp=%zz", "sig=a=b&sv==",
		"sv=1&sig=x&unknown=secret", "sv=1&sig=x\x00", "sv=1&sig=x&se=9999-12-31T23:59:59.9999999Z", "sv=1&sig=ü", "SIG=x&sv=1&sig=y", "%73ig=x&sv=1&sig=y", "%0=&sv=1&sig=y", "sv=1&sig=y;z",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		sas, err := storage.ParseSAS(token)
		if err != nil {
			require.NotContains(t, err.Error(), "=")
			return
		}
		query, err := url.ParseQuery(sas.Token())
		require.NoError(t, err)
		require.NotEmpty(t, query.Get("sig"))
		require.Equal(t, query.Get("sv"), sas.Version())
		require.Equal(t, query.Get("sp"), sas.Permissions())
		u, err := url.Parse("https://host/path?" + sas.Token())
		require.NoError(t, err)
		require.Equal(t, sas.Token(), u.RawQuery)
		require.Empty(t, u.Fragment)
		require.Contains(t, sas.String(), "sig=REDACTED")
		again, err := storage.ParseSAS(sas.Token())
		require.NoError(t, err)
		require.Equal(t, sas, again)
	})
}
