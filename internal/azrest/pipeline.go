package azrest

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
)

// Config is what a service package makes its [Client] from.
type Config struct {
	Module     string   // "keyvault": in errors, spans and the User-Agent
	Namespace  string   // "Microsoft.KeyVault": the az.namespace of spans
	Endpoint   *url.URL // scheme and host of the service
	APIVersion string   // the package's default; Options.APIVersion wins
	// VersionHeader carries the API version. Empty: the query api-version does.
	VersionHeader string
	HTTPClient    *http.Client
	Options       azcore.ClientOptions
	Bearer        *Bearer       // nil: requests carry no token
	Authorize     policy.Policy // signs each try in another way; nil: nothing does
	// Judge knows from an error's code whether to ask again. Nil: the status says it all.
	Judge func(status int, code string) Verdict
}

// Client sends the calls of one service client. It is immutable and safe for
// concurrent use.
type Client struct {
	module        string
	endpoint      *url.URL
	origin        string // of endpoint
	apiVersion    string
	versionHeader string
	versionQuery  string // empty if versionHeader is not
	accept        []string
	userAgent     []string
	judge         func(status int, code string) Verdict
	pipeline      runtime.Pipeline
	with          func(perCall ...policy.Policy) runtime.Pipeline
	tracer        tracing.Tracer
}

// New makes a Client. It does no I/O.
func New(config Config) (*Client, error) {
	options := config.Options
	sender, err := Transport(config.HTTPClient, options.Transport)
	if err != nil {
		return nil, err
	}
	c := &Client{
		module: config.Module, endpoint: config.Endpoint, origin: Origin(config.Endpoint),
		apiVersion: config.APIVersion, versionHeader: config.VersionHeader, judge: config.Judge,
	}
	if options.APIVersion != "" {
		c.apiVersion = options.APIVersion
	}
	if !validAPIVersion(c.apiVersion) {
		return nil, errors.New("APIVersion in the client options must look like 7.4 or 2016-10-01")
	}
	if c.apiVersion != "" && c.versionHeader == "" {
		c.versionQuery = "?api-version=" + c.apiVersion
	}
	options.APIVersion = "" // azcore's policy would sort the queries of links
	options.Transport = wire{direct(sender)}
	options.Logging = SafeLogging(options.Logging)
	if err := c.build(config, &options); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Client) build(config Config, options *azcore.ClientOptions) error {
	name := "keyless-" + c.module
	c.tracer = options.TracingProvider.NewTracer(name, Version)
	if c.tracer.Enabled() && config.Namespace != "" {
		c.tracer.SetAttributes(tracing.Attribute{Key: "az.namespace", Value: config.Namespace})
	}
	authorize := config.Authorize
	if config.Bearer != nil {
		bearer, err := c.bearer(config, options)
		if err != nil {
			return err
		}
		authorize = bearer
	}
	perRetry := []policy.Policy{&tryPolicy{c, authorize}}
	c.accept, c.userAgent = []string{"application/json"}, userAgent(name, &options.Telemetry)
	options.Telemetry.Disabled = true
	c.with = func(perCall ...policy.Policy) runtime.Pipeline {
		return runtime.NewPipeline(name, Version, runtime.PipelineOptions{PerCall: perCall, PerRetry: perRetry}, options)
	}
	c.pipeline = c.with(&errorPolicy{client: c})
	return nil
}

func (c *Client) bearer(config Config, options *azcore.ClientOptions) (*bearerPolicy, error) {
	switch {
	case isNil(config.Bearer.Credential):
		return nil, errors.New("the credential is nil")
	case config.Bearer.Scope == "" && config.Bearer.Challenge == nil:
		return nil, errors.New("there is no scope to ask a token for")
	case c.endpoint.Scheme != "https" && !options.InsecureAllowCredentialWithHTTP:
		return nil, errors.New("a token goes over https only")
	}
	p := newBearerPolicy(c.endpoint, config.Bearer)
	open := runtime.NewPipeline("keyless-"+c.module, Version, runtime.PipelineOptions{PerRetry: []policy.Policy{&tryPolicy{client: c}}}, options)
	p.discoverWith(func(ctx context.Context) (*http.Response, error) {
		probe := &Call{Method: http.MethodGet, Path: config.Bearer.ProbePath}
		req, err := c.request(withCall(ctx, probe), probe)
		if err != nil {
			return nil, err
		}
		return open.Do(req)
	})
	return p, nil
}

// isNil also sees what a constructor returns beside an error that nobody has
// looked at: a nil pointer, which in an interface is not nil.
func isNil(cred azcore.TokenCredential) bool {
	v := reflect.ValueOf(cred)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// userAgent is what azcore's telemetry would send. It is made once.
func userAgent(name string, options *policy.TelemetryOptions) []string {
	req, err := runtime.NewRequest(context.Background(), http.MethodGet, "https://localhost")
	if err != nil {
		return nil
	}
	// There is no next policy to send it.
	_, _ = runtime.NewTelemetryPolicy(name, Version, options).Do(req) //nolint:bodyclose // and no answer
	return req.Raw().Header["User-Agent"]
}

func validAPIVersion(version string) bool {
	ok, _ := regexp.MatchString(`^(\d{4}-\d\d-\d\d(-preview)?|\d+\.\d+(-preview\.\d+)?)?$`, version)
	return ok
}

// SafeLogging takes back what would put a secret into the log: bodies, and the
// names of headers and queries that carry one.
func SafeLogging(options policy.LogOptions) policy.LogOptions {
	options.IncludeBody = false
	options.AllowedHeaders = slices.DeleteFunc(slices.Clone(options.AllowedHeaders), isSecretName)
	options.AllowedQueryParams = slices.DeleteFunc(slices.Clone(options.AllowedQueryParams), isSecretName)
	return options
}

func isSecretName(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{
		"authorization", "cookie", "secret", "token", "password", "identity-header", "key",
		"sig", "code", "assertion", "copy-source", "location", "operation", "delegation",
	}, func(part string) bool { return strings.Contains(name, part) })
}
