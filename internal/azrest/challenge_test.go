package azrest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

func TestParseChallenges(t *testing.T) {
	t.Parallel()
	type params = map[string]string
	vault := params{"authorization": "https://login.windows.net/t", "resource": "https://vault.azure.net"}
	for name, test := range map[string]struct {
		headers []string
		want    []azrest.Challenge
	}{
		"none":          {nil, nil},
		"empty":         {[]string{"", " ,, "}, nil},
		"key vault":     {[]string{`Bearer authorization="https://login.windows.net/t", resource="https://vault.azure.net"`}, []azrest.Challenge{{Scheme: "bearer", Params: vault}}},
		"no blanks":     {[]string{`Bearer authorization="https://login.windows.net/t",resource="https://vault.azure.net"`}, []azrest.Challenge{{Scheme: "bearer", Params: vault}}},
		"many blanks":   {[]string{"  BEARER \t Authorization = \"https://login.windows.net/t\"\t,  , RESOURCE=https://vault.azure.net  "}, []azrest.Challenge{{Scheme: "bearer", Params: vault}}},
		"no commas":     {[]string{`Bearer authorization="https://login.windows.net/t" resource="https://vault.azure.net"`}, []azrest.Challenge{{Scheme: "bearer", Params: vault}}},
		"quotes":        {[]string{`Bearer realm="a\"b\\c, d=e", x=""`}, []azrest.Challenge{{Scheme: "bearer", Params: params{"realm": `a"b\c, d=e`, "x": ""}}}},
		"several":       {[]string{`Negotiate, Basic realm="x", Bearer a=b, c=d`, `PoP nonce="n"`}, []azrest.Challenge{{Scheme: "negotiate", Params: params{}}, {Scheme: "basic", Params: params{"realm": "x"}}, {Scheme: "bearer", Params: params{"a": "b", "c": "d"}}, {Scheme: "pop", Params: params{"nonce": "n"}}}},
		"token68":       {[]string{`Negotiate YWJj/+==, Bearer a=b`}, []azrest.Challenge{{Scheme: "negotiate", Token68: "YWJj/+==", Params: params{}}, {Scheme: "bearer", Params: params{"a": "b"}}}},
		"first wins":    {[]string{`Bearer a=1, A=2`}, []azrest.Challenge{{Scheme: "bearer", Params: params{"a": "1"}}}},
		"open quote":    {[]string{`Bearer a="b`, `Bearer a="\`}, []azrest.Challenge{{Scheme: "bearer", Params: params{"a": "b"}}, {Scheme: "bearer", Params: params{"a": `\`}}}},
		"no scheme":     {[]string{`realm="x", Bearer a=b`}, []azrest.Challenge{{Scheme: "bearer", Params: params{"a": "b"}}}},
		"arc":           {[]string{`Basic realm=/var/opt/azcmagent/tokens/x.key`}, []azrest.Challenge{{Scheme: "basic", Params: params{"realm": "/var/opt/azcmagent/tokens/x.key"}}}},
		"stray bytes":   {[]string{"\"\\=;Bearer a=b"}, []azrest.Challenge{{Scheme: "bearer", Params: params{"a": "b"}}}},
		"no value":      {[]string{`Bearer a=, b=c`}, []azrest.Challenge{{Scheme: "bearer", Token68: "a=", Params: params{}}}},
		"only a scheme": {[]string{`Bearer`}, []azrest.Challenge{{Scheme: "bearer", Params: params{}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := azrest.ParseChallenges(http.Header{"Www-Authenticate": test.headers})
			require.Equal(t, test.want, got)
		})
	}
}

func TestChallengesAreBounded(t *testing.T) {
	t.Parallel()
	many := http.Header{"Www-Authenticate": {strings.Repeat("Bearer a=b, ", 100_000), "Bearer " + strings.Repeat("a", 1<<20)}}
	require.LessOrEqual(t, len(azrest.ParseChallenges(many)), 32)
}

func TestBearerClaims(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		`Bearer error="insufficient_claims", claims="e30="`:                                 "{}",
		`Basic realm="x", bearer Claims=e30 , ERROR=insufficient_claims`:                    "{}",
		`Bearer error="invalid_token", claims="e30="`:                                       "",
		`Bearer claims="e30="`:                                                              "",
		`PoP error="insufficient_claims", claims="e30="`:                                    "",
		`Bearer error="insufficient_claims", claims="%%%"`:                                  "",
		`Bearer error="insufficient_claims", claims="bm8ganNvbg=="`:                         "",
		`Bearer error="insufficient_claims", claims=""`:                                     "",
		`Bearer error="insufficient_claims"`:                                                "",
		`Bearer error="insufficient_claims", claims="` + strings.Repeat("e30A", 4096) + `"`: "",
	} {
		require.Equal(t, want, azrest.BearerClaims(http.Header{"Www-Authenticate": {header}}), header)
	}
}

func FuzzParseChallenges(f *testing.F) {
	for _, seed := range []string{
		`Bearer authorization="https://login.windows.net/t", resource="https://vault.azure.net"`,
		`Bearer authorization="https://login.x",resource="https://vault.azure.net"`, `Negotiate YWJj==, Basic realm="a\"b"`,
		`Bearer error="insufficient_claims", claims="e30="`, `,=,"`, `a=b=c`, "Bearer \x00", `Bearer a="`, `Bearer a=\`,
	} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		header := http.Header{"Www-Authenticate": {one, other}}
		all := azrest.ParseChallenges(header)
		if len(all) > 32 {
			t.Fatalf("%d challenges", len(all))
		}
		for _, c := range all {
			if c.Scheme == "" || c.Scheme != strings.ToLower(c.Scheme) || c.Params == nil {
				t.Fatalf("malformed challenge %+v", c)
			}
			if c.Token68 != "" && len(c.Params) > 0 {
				t.Fatalf("both forms in %+v", c)
			}
		}
		azrest.BearerClaims(header)
	})
}
