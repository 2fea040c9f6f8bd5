package storage_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/storage"
)

// What the documentation sends, to the letter.
func TestTheTutorialsRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apiVersion("2017-06-01"))
	w.Advance(time.Until(time.Date(2017, 9, 22, 23, 0, 0, 0, time.UTC)))
	sas, err := w.client.ListServiceSAS(t.Context(), storage.ServiceSASParameters{
		Container: "mycontainer", Permissions: "rcw", Protocol: "https", Expiry: time.Now().Add(time.Hour).Truncate(time.Second),
	})
	require.NoError(t, err)
	sent := w.last(t, "storage.listservicesas")
	require.Equal(t, "POST "+inARM+"/listServiceSas?api-version=2017-06-01", sent.Method+" "+sent.URL)
	require.Equal(t, `{"canonicalizedResource":"/blob/mystorageacct/mycontainer","signedResource":"c","signedPermission":"rcw",`+
		`"signedProtocol":"https","signedExpiry":"`+sas.Expiry().Format(time.RFC3339)+`"}`, string(sent.Body))
	require.Equal(t, "application/json", sent.Header.Get("Content-Type"))
	require.Equal(t, []string{"https://management.azure.com//.default"}, w.cred.asked[0].Scopes)

	query, err := url.ParseQuery(sas.Token())
	require.NoError(t, err)
	require.Equal(t, "2015-04-05", query.Get("sv"))
	require.Equal(t, "rcw", query.Get("sp"))
	require.NotEmpty(t, query.Get("sig"))
}

func TestListServiceSASSendsWhatIsAsked(t *testing.T) {
	t.Parallel()
	expiry := time.Date(2096, 1, 2, 3, 4, 5, 678, time.FixedZone("", 3600))
	for name, test := range map[string]struct {
		parameters storage.ServiceSASParameters
		want       string
	}{
		"letters in order": {
			storage.ServiceSASParameters{Container: "c-1", Permissions: "ldwcarr", Expiry: expiry},
			`{"canonicalizedResource":"/blob/mystorageacct/c-1","signedResource":"c","signedPermission":"racwdl","signedExpiry":"2096-01-02T02:04:05Z"}`,
		},
		"a blob": {
			storage.ServiceSASParameters{Container: "$web", Blob: `a b\c & d`, Permissions: "wr", Expiry: expiry},
			`{"canonicalizedResource":"/blob/mystorageacct/$web/a b/c & d","signedResource":"b","signedPermission":"rw","signedExpiry":"2096-01-02T02:04:05Z"}`,
		},
		"everything": {
			storage.ServiceSASParameters{
				Container: "con", Permissions: "r", Protocol: "https,http", IP: "10.0.0.1-10.0.0.9", Identifier: "policy", KeyToSign: "key2",
				Start: expiry.Add(-time.Hour), Expiry: expiry,
				CacheControl: "cc", ContentDisposition: "cd", ContentEncoding: "ce", ContentLanguage: "cl", ContentType: "ct",
			},
			`{"canonicalizedResource":"/blob/mystorageacct/con","signedResource":"c","signedPermission":"r","signedProtocol":"https,http",` +
				`"signedExpiry":"2096-01-02T02:04:05Z","signedStart":"2096-01-02T01:04:05Z","signedIp":"10.0.0.1-10.0.0.9","signedIdentifier":"policy",` +
				`"keyToSign":"key2","rscc":"cc","rscd":"cd","rsce":"ce","rscl":"cl","rsct":"ct"}`,
		},
		"a policy alone": {
			storage.ServiceSASParameters{Container: "con", Identifier: "policy"},
			`{"canonicalizedResource":"/blob/mystorageacct/con","signedResource":"c","signedIdentifier":"policy"}`,
		},
		"a table": {
			storage.ServiceSASParameters{CanonicalizedResource: "/table/mystorageacct/people", Permissions: "dar", Expiry: expiry, PartitionKeyStart: "a", PartitionKeyEnd: "b", RowKeyStart: "c", RowKeyEnd: "d"},
			`{"canonicalizedResource":"/table/mystorageacct/people","signedPermission":"rad","signedExpiry":"2096-01-02T02:04:05Z","startPk":"a","endPk":"b","startRk":"c","endRk":"d"}`,
		},
		"a queue": {
			storage.ServiceSASParameters{CanonicalizedResource: "/queue/mystorageacct/jobs", Permissions: "pur", Expiry: expiry},
			`{"canonicalizedResource":"/queue/mystorageacct/jobs","signedPermission":"rup","signedExpiry":"2096-01-02T02:04:05Z"}`,
		},
		"a share": {
			storage.ServiceSASParameters{CanonicalizedResource: "/file/mystorageacct/share", Resource: "s", Permissions: "rl", Expiry: expiry},
			`{"canonicalizedResource":"/file/mystorageacct/share","signedResource":"s","signedPermission":"rl","signedExpiry":"2096-01-02T02:04:05Z"}`,
		},
		"a file": {
			storage.ServiceSASParameters{CanonicalizedResource: "/file/mystorageacct/share/a/b", Permissions: "cr", Expiry: expiry},
			`{"canonicalizedResource":"/file/mystorageacct/share/a/b","signedResource":"f","signedPermission":"rc","signedExpiry":"2096-01-02T02:04:05Z"}`,
		},
		"a blob by its path": {
			storage.ServiceSASParameters{CanonicalizedResource: "/blob/mystorageacct/con/a/b", Resource: "b", Permissions: "r", Expiry: expiry},
			`{"canonicalizedResource":"/blob/mystorageacct/con/a/b","signedResource":"b","signedPermission":"r","signedExpiry":"2096-01-02T02:04:05Z"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent string
			s := service(func(req *http.Request) (*http.Response, error) {
				body, err := io.ReadAll(req.Body)
				sent = req.Method + " " + req.URL.String() + " " + string(body)
				return answer(200, `{"serviceSasToken":"`+tutorialSAS+`"}`), err
			})
			client, err := storage.NewSASClient(subscription, group, account, fixed{}, &storage.ClientOptions{HTTPClient: s.client()})
			require.NoError(t, err)
			sas, err := client.ListServiceSAS(t.Context(), test.parameters)
			require.NoError(t, err)
			require.Equal(t, "POST "+inARM+"/listServiceSas?api-version=2021-04-01 "+test.want, sent)
			require.Equal(t, tutorialSAS, sas.Token())
		})
	}
}

// One clear error, and no request.
func TestListServiceSASRefuses(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, test := range map[string]struct {
		change func(*storage.ServiceSASParameters)
		want   string
	}{
		"an unknown letter":      {func(p *storage.ServiceSASParameters) { p.Permissions = "rx" }, "'x' is no permission of a container: there are racwdl"},
		"a capital letter":       {func(p *storage.ServiceSASParameters) { p.Permissions = "R" }, "'R' is no permission of a container: there are racwdl"},
		"a newer letter":         {func(p *storage.ServiceSASParameters) { p.Permissions = "rt" }, "'t' is no permission of a container"},
		"to list a blob":         {func(p *storage.ServiceSASParameters) { p.Blob, p.Permissions = "b", "rl" }, "'l' is no permission of a blob: there are racwd"},
		"no letters":             {func(p *storage.ServiceSASParameters) { p.Permissions = "" }, "a SAS needs at least one permission of a container: racwdl"},
		"a queue's letter":       {func(p *storage.ServiceSASParameters) { p.Permissions = "p" }, "'p' is no permission of a container"},
		"no expiry":              {func(p *storage.ServiceSASParameters) { p.Expiry = time.Time{} }, "a SAS needs an Expiry, unless a stored access policy has one"},
		"an expiry in the past":  {func(p *storage.ServiceSASParameters) { p.Expiry = now.Add(-time.Second) }, "the Expiry is in the past"},
		"an expiry now":          {func(p *storage.ServiceSASParameters) { p.Expiry = now }, "the Expiry is in the past"},
		"a start after the end":  {func(p *storage.ServiceSASParameters) { p.Start = p.Expiry.Add(time.Second) }, "the Start is not before the Expiry"},
		"a start at the end":     {func(p *storage.ServiceSASParameters) { p.Start = p.Expiry }, "the Start is not before the Expiry"},
		"an endless one":         {func(p *storage.ServiceSASParameters) { p.Expiry = now.AddDate(9000, 0, 0) }, "a SAS ends in the year 9999 at the latest"},
		"http only":              {func(p *storage.ServiceSASParameters) { p.Protocol = "http" }, `a SAS's Protocol is https or "https,http"`},
		"HTTPS":                  {func(p *storage.ServiceSASParameters) { p.Protocol = "HTTPS" }, `a SAS's Protocol is https or "https,http"`},
		"a name as IP":           {func(p *storage.ServiceSASParameters) { p.IP = "localhost" }, "a SAS's IP is an IPv4 address"},
		"an IPv6 address":        {func(p *storage.ServiceSASParameters) { p.IP = "::1" }, "a SAS's IP is an IPv4 address"},
		"an empty range":         {func(p *storage.ServiceSASParameters) { p.IP = "10.0.0.9-10.0.0.1" }, "a SAS's IP is an IPv4 address"},
		"half a range":           {func(p *storage.ServiceSASParameters) { p.IP = "10.0.0.9-" }, "a SAS's IP is an IPv4 address"},
		"a third key":            {func(p *storage.ServiceSASParameters) { p.KeyToSign = "key3" }, "a SAS's KeyToSign is key1 or key2"},
		"a long policy":          {func(p *storage.ServiceSASParameters) { p.Identifier = strings.Repeat("i", 65) }, "has 64 characters at most"},
		"keys of a container":    {func(p *storage.ServiceSASParameters) { p.RowKeyEnd = "x" }, "a SAS of a container has no partition and row keys"},
		"no container":           {func(p *storage.ServiceSASParameters) { p.Container = "" }, "a container's name has 3 to 63"},
		"a short container":      {func(p *storage.ServiceSASParameters) { p.Container = "ab" }, "a container's name has 3 to 63"},
		"a long container":       {func(p *storage.ServiceSASParameters) { p.Container = strings.Repeat("a", 64) }, "a container's name has 3 to 63"},
		"a capital container":    {func(p *storage.ServiceSASParameters) { p.Container = "MyContainer" }, "a container's name has 3 to 63"},
		"two hyphens":            {func(p *storage.ServiceSASParameters) { p.Container = "a--b" }, "a container's name has 3 to 63"},
		"a last hyphen":          {func(p *storage.ServiceSASParameters) { p.Container = "abc-" }, "a container's name has 3 to 63"},
		"a container's path":     {func(p *storage.ServiceSASParameters) { p.Container = "abc/d" }, "a container's name has 3 to 63"},
		"a blob that escapes":    {func(p *storage.ServiceSASParameters) { p.Blob = "a/../../other/b" }, "a blob's name must not have . or .."},
		"both ways to say it":    {func(p *storage.ServiceSASParameters) { p.CanonicalizedResource = "/blob/mystorageacct/mycontainer" }, "a SAS is for a Container or for a CanonicalizedResource: set one"},
		"a resource of nothing":  {func(p *storage.ServiceSASParameters) { p.Resource = "c" }, "a Resource needs a CanonicalizedResource"},
		"another account":        {canonical("/blob/other/mycontainer", ""), "the CanonicalizedResource must be of account mystorageacct"},
		"another letter":         {canonical("/blob/mystorageacct/mycontainer", "b"), `the Resource of a container is "c"`},
		"no such service":        {canonical("/disk/mystorageacct/x", ""), "a CanonicalizedResource begins with /blob/, /file/, /queue/ or /table/"},
		"below a queue":          {canonical("/queue/mystorageacct/x/y", ""), "a CanonicalizedResource begins with"},
		"a whole account":        {canonical("/blob/mystorageacct", ""), "a CanonicalizedResource is for example /blob/account/container"},
		"a resource without one": {canonical("blob/mystorageacct/x", ""), "a CanonicalizedResource is for example"},
		"an empty blob":          {canonical("/blob/mystorageacct/con/", ""), "a CanonicalizedResource begins with"},
		"a bad container":        {canonical("/blob/mystorageacct/CON", ""), "a container's name has 3 to 63"},
		"a blob that leads away": {canonical("/blob/mystorageacct/con/../x", ""), "a blob's name must not have"},
		"an expiry before time":  {func(p *storage.ServiceSASParameters) { p.Expiry = time.Time{}.Add(time.Second / 2) }, "the Expiry is in the past"},
		"a start before time":    {func(p *storage.ServiceSASParameters) { p.Start = time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC) }, "a SAS starts in the year 1 at the earliest"},
		"a policy of two lines":  {func(p *storage.ServiceSASParameters) { p.Identifier = "a\nb" }, "must be UTF-8 without control characters"},
		"a policy of no text":    {func(p *storage.ServiceSASParameters) { p.Identifier = "a\xff" }, "must be UTF-8 without control characters"},
		"a header too many":      {func(p *storage.ServiceSASParameters) { p.CacheControl = "a\r\nb: c" }, "must be UTF-8 without control characters"},
		"halves of a letter":     {func(p *storage.ServiceSASParameters) { p.CacheControl, p.ContentDisposition = "a\xc3", "\xa9b" }, "must be UTF-8 without control characters"},
		"a queue of two lines":   {canonical("/queue/mystorageacct/a\nb", ""), "must be UTF-8 without control characters"},
		"a share of no text":     {canonical("/file/mystorageacct/a\xff", ""), "must be UTF-8 without control characters"},
		"a file of no text":      {canonical("/file/mystorageacct/a/\xff", ""), "a file's name must be UTF-8"},
		"a file that leads away": {canonical("/file/mystorageacct/a/../b", ""), "a file's name must not have . or .."},
		"a key of no text": {func(p *storage.ServiceSASParameters) {
			canonical("/table/mystorageacct/x", "")(p)
			p.PartitionKeyStart = "\xff"
			p.Permissions = "r"
		}, "must be UTF-8 without control characters"},
		"headers of a queue": {func(p *storage.ServiceSASParameters) {
			canonical("/queue/mystorageacct/x", "")(p)
			p.ContentType = "x"
			p.Permissions = "r"
		}, "a SAS of a queue has no headers for its answers"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := service(func(*http.Request) (*http.Response, error) {
				t.Error("a request was sent")
				return answer(500, ""), nil
			})
			client, err := storage.NewSASClient(subscription, group, account, fixed{}, &storage.ClientOptions{HTTPClient: s.client()})
			require.NoError(t, err)
			parameters := rcw()
			test.change(&parameters)
			_, err = client.ListServiceSAS(t.Context(), parameters)
			require.ErrorContains(t, err, `storage: list service SAS of account "mystorageacct" in management.azure.com: `)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func canonical(resource, letter string) func(*storage.ServiceSASParameters) {
	return func(p *storage.ServiceSASParameters) {
		p.Container, p.CanonicalizedResource, p.Resource = "", resource, letter
	}
}

func TestListAccountSAS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	parameters := storage.AccountSASParameters{
		Services: "fb", ResourceTypes: "oc", Permissions: "lwr", Protocol: "https", IP: "10.0.0.1", KeyToSign: "key1",
		Start: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Expiry: time.Date(2096, 1, 1, 0, 0, 0, 999, time.UTC),
	}
	sas, err := w.client.ListAccountSAS(t.Context(), parameters)
	require.NoError(t, err)
	sent := w.last(t, "storage.listaccountsas")
	require.Equal(t, "POST "+inARM+"/listAccountSas?api-version=2021-04-01", sent.Method+" "+sent.URL)
	require.Equal(t, `{"signedServices":"bf","signedResourceTypes":"co","signedPermission":"rwl","signedProtocol":"https",`+
		`"signedExpiry":"2096-01-01T00:00:00Z","signedStart":"2020-01-01T00:00:00Z","signedIp":"10.0.0.1","keyToSign":"key1"}`, string(sent.Body))
	require.Equal(t, "rwl", sas.Permissions())
	require.Equal(t, time.Date(2096, 1, 1, 0, 0, 0, 0, time.UTC), sas.Expiry())
	require.Empty(t, sas.Resource())

	for want, change := range map[string]func(*storage.AccountSASParameters){
		"'x' is no service of an account: there are bqtf":             func(p *storage.AccountSASParameters) { p.Services = "bx" },
		"a SAS needs at least one service of an account: bqtf":        func(p *storage.AccountSASParameters) { p.Services = "" },
		"'b' is no resource type of an account: there are sco":        func(p *storage.AccountSASParameters) { p.ResourceTypes = "b" },
		"'x' is no permission of an account: there are rwdlacup":      func(p *storage.AccountSASParameters) { p.Permissions = "x" },
		"a SAS needs an Expiry":                                       func(p *storage.AccountSASParameters) { p.Expiry = time.Time{} },
		"the Expiry is in the past":                                   func(p *storage.AccountSASParameters) { p.Expiry = time.Now() },
		"a SAS's Protocol is https":                                   func(p *storage.AccountSASParameters) { p.Protocol = "ftp" },
		"a SAS's IP is an IPv4 address":                               func(p *storage.AccountSASParameters) { p.IP = "x" },
		"a SAS's KeyToSign is key1 or key2":                           func(p *storage.AccountSASParameters) { p.KeyToSign = "x" },
		"a SAS needs at least one resource type of an account: sco":   func(p *storage.AccountSASParameters) { p.ResourceTypes = "" },
		"a SAS needs at least one permission of an account: rwdlacup": func(p *storage.AccountSASParameters) { p.Permissions = "" },
	} {
		changed := parameters
		change(&changed)
		_, err := w.client.ListAccountSAS(t.Context(), changed)
		require.ErrorContains(t, err, `storage: list account SAS of account "mystorageacct" in management.azure.com: `+want)
	}
	require.Equal(t, 1, w.count("storage.listaccountsas"))
}

func TestNewSASClientRefuses(t *testing.T) {
	t.Parallel()
	for want, test := range map[string]struct {
		subscription, group, account string
		change                       change
	}{
		"storage: the subscription is named by its ID":                 {"", "g", "acct", nil},
		"storage: a resource group's name has 1 to 90":                 {"s", "a/b", "acct", nil},
		"storage: a storage account's name has 3 to 24":                {"s", "g", "MyAccount", nil},
		`storage: SASHosts: "https://x" is not the name of a host`:     {"s", "g", "acct", hosts("https://x")},
		`storage: SASHosts: "" is not the name of a host`:              {"s", "g", "acct", hosts("")},
		"storage: APIVersion in the client options must look like 7.4": {"s", "g", "acct", apiVersion("x")},
		"storage: HTTPClient and Transport are both set":               {"s", "g", "acct", func(o *storage.ClientOptions) { o.Transport = &http.Client{} }},
	} {
		options := &storage.ClientOptions{HTTPClient: &http.Client{}}
		if test.change != nil {
			test.change(options)
		}
		_, err := storage.NewSASClient(test.subscription, test.group, test.account, fixed{}, options)
		require.ErrorContains(t, err, want)
	}
	_, err := storage.NewSASClient("s", "g", "acct", nil, nil)
	require.EqualError(t, err, "storage: the credential is nil")
	_, err = storage.NewSASClient("s", "g", "acct", fixed{}, nil)
	require.NoError(t, err)
}

func TestARefusedSASIsAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account.Unassign(w.cred.of)
	_, err := w.client.ListServiceSAS(t.Context(), rcw())
	require.ErrorIs(t, err, storage.ErrForbidden)
	require.ErrorContains(t, err, `storage: list service SAS of account "mystorageacct" in management.azure.com: 403 AuthorizationFailed: `)
}
