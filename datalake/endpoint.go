package datalake

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/keyless-go/azure/internal/azrest"
)

type kind int

const (
	hadoop kind = iota // the NameNode, HttpFS or a gateway: their answers tell
	gen1
	gen2
)

const (
	gen1Domain = ".azuredatalakestore.net"
	webhdfsV1  = "/webhdfs/v1"
)

// target is where an endpoint leads.
type target struct {
	kind   kind
	origin *url.URL // scheme and host
	path   string   // before the names of files, escaped, without a slash at the end
}

// parseEndpoint reads the forms of an endpoint. No error repeats it, since it
// may hold a password.
func parseEndpoint(raw string) (target, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return target{}, errors.New("it is not a URL")
	case u.RawQuery != "" || u.ForceQuery:
		return target{}, errors.New("it must not have a query")
	case u.Fragment != "" || strings.HasSuffix(raw, "#"):
		return target{}, errors.New("it must not have a fragment")
	}
	path := strings.TrimSuffix(u.EscapedPath(), "/")
	switch strings.ToLower(u.Scheme) {
	case "adl":
		return parseADL(u, path)
	case "abfss":
		return parseABFSS(u, path)
	case "abfs":
		return target{}, errors.New("abfs is without encryption: use abfss")
	case "webhdfs":
		return parseWebHDFS("http", u, path, "9870")
	case "swebhdfs":
		return parseWebHDFS("https", u, path, "9871")
	case "http", "https":
		return parseHTTP(u, path)
	default:
		return target{}, errors.New("it must begin with https://, http://, adl://, abfss://, webhdfs:// or swebhdfs://")
	}
}

func parseHTTP(u *url.URL, path string) (target, error) {
	host := azrest.CanonicalName(u.Hostname())
	scheme := strings.ToLower(u.Scheme)
	isGen1, isGen2 := isGen1Host(host), isGen2Host(host)
	switch {
	case (isGen1 || isGen2) && scheme != "https":
		return target{}, errAzureHost()
	case isGen1 && (path == "" || path == webhdfsV1):
		return at(gen1, scheme, u, webhdfsV1)
	case isGen1:
		return target{}, errors.New("it must not have a path")
	case isGen2 && isFileSystem(strings.TrimPrefix(path, "/")):
		return at(gen2, scheme, u, path)
	case isGen2:
		return target{}, errors.New("its path must be the name of a file system")
	case strings.HasSuffix(path, webhdfsV1):
		return at(hadoop, scheme, u, path)
	default:
		return target{}, errors.New("its path must end in /webhdfs/v1, or it must begin with abfss:// for Gen2 in a cloud of its own")
	}
}

func parseADL(u *url.URL, path string) (target, error) {
	if path != "" {
		return target{}, errors.New("it must not have a path")
	}
	if !strings.Contains(u.Host, ".") {
		u.Host += gen1Domain // the account alone
	}
	return at(gen1, "https", u, webhdfsV1)
}

func parseABFSS(u *url.URL, path string) (target, error) {
	_, password := u.User.Password()
	fileSystem := u.User.Username()
	if path != "" || password || !isFileSystem(fileSystem) {
		return target{}, errors.New("it must look like abfss://FILESYSTEM@ACCOUNT.dfs.core.windows.net")
	}
	u.User = nil
	return at(gen2, "https", u, "/"+escapePart(fileSystem))
}

func parseWebHDFS(scheme string, u *url.URL, path, port string) (target, error) {
	switch host := azrest.CanonicalName(u.Hostname()); {
	case isGen1Host(host) || isGen2Host(host):
		return target{}, errAzureHost()
	case path != "" && !strings.HasSuffix(path, webhdfsV1):
		return target{}, errors.New("its path must be empty or end in /webhdfs/v1")
	}
	if u.Port() == "" && path == "" {
		u.Host = strings.TrimSuffix(u.Host, ":") + ":" + port
	}
	if path == "" {
		path = webhdfsV1
	}
	return at(hadoop, scheme, u, path)
}

func at(k kind, scheme string, u *url.URL, path string) (target, error) {
	origin, err := azrest.ParseEndpoint((&url.URL{Scheme: scheme, User: u.User, Host: u.Host}).String(), true)
	if err != nil {
		return target{}, err
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if plain, err := url.PathUnescape(part); err != nil || checkPart(plain) != nil {
			return target{}, errors.New("its path is malformed")
		}
	}
	return target{kind: k, origin: origin, path: path}, nil
}

func errAzureHost() error { return errors.New("it must begin with https://, as everything of Azure") }

func isGen1Host(host string) bool { return strings.HasSuffix(host, gen1Domain) }

// isGen2Host recognises an account of Azure's clouds, or Fabric's OneLake. Any
// other host, whatever it is called, may be a cluster's.
// https://learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-endpoints
func isGen2Host(host string) bool {
	return slices.ContainsFunc([]string{
		".dfs.core.windows.net", ".dfs.storage.azure.net", ".dfs.core.usgovcloudapi.net", ".dfs.core.chinacloudapi.cn",
		".dfs.core.cloudapi.de", ".dfs.fabric.microsoft.com",
	}, func(domain string) bool { return strings.HasSuffix(host, domain) })
}

func isFileSystem(name string) bool {
	return name != "" && !strings.Contains(name, "/") && checkPart(name) == nil
}
