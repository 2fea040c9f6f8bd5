package azuretest

import (
	"net"
	"net/http"
	"strings"
)

// A service answers the requests to its hosts.
type service interface {
	// listens reports whether a connection to the port gets through.
	listens(port string, tls bool) bool
	// operation names what is asked for, such as "keyvault.get".
	operation(r *http.Request) string
	// admit counts the request against the service's rate limit. It returns
	// what to call when the request is done, or nil if it has refused it.
	admit(c *call) func()
	// serve answers.
	serve(c *call)
	// fail answers with an error in the service's own shape; "" is the
	// service's usual code for that status.
	fail(c *call, status int, code, message string)
}

// route returns the service at a host, which may carry a port, or nil. On the
// loopback the port decides and, behind a real socket whose port says nothing,
// the path.
func (s *Server) route(hostport, path string) service {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		host, port = hostport, ""
	}
	switch {
	case host == imdsHost:
		return imds{s}
	case isLoopback(host):
		return s.routeLoopback(port, path)
	case isEntraHost(host):
		return entra{s}
	}
	if cloud := managementCloud(host); cloud != nil {
		return arm{s, *cloud}
	}
	if v := s.vaults.find(host); v != nil {
		return v
	}
	if l := s.lakes.find(host); l != nil {
		return l
	}
	return s.blobsAt(host)
}

func (s *Server) routeLoopback(port, path string) service {
	switch port {
	case vmExtensionPort:
		return vmExtension{s}
	case cloudShellPort:
		return cloudShell{s}
	case appServicePort, appServiceWindowsPort:
		return appService{s}
	case azureMLPort:
		return azureML{s}
	case arcPort:
		return arc{s}
	case serviceFabricPort:
		return serviceFabric{s}
	case podIdentityPort:
		return podIdentity{imds{s}}
	}
	return s.routePath(path)
}

// routePath is for the endpoints that have a path of their own. The others are
// only found by their port.
func (s *Server) routePath(path string) service {
	switch {
	case strings.HasPrefix(path, "/metadata/"):
		return imds{s}
	case path == vmExtensionPath:
		return vmExtension{s}
	case isPath(path, appServicePath):
		return appService{s}
	case isPath(path, azureMLPath):
		return azureML{s}
	case isEntraPath(path):
		return entra{s}
	}
	return nil
}

// serviceFor returns the service that a request is for, or nil. At the address of
// a socket that the caller has opened the port says nothing, even if it happens to
// be one of those above.
func (s *Server) serviceFor(r *http.Request) service {
	if !atOwnAddress(r) {
		return s.route(r.Host, r.URL.Path)
	}
	if r.URL.Path == imdsPath && r.Header.Get("Secret") != "" {
		return serviceFabric{s} // IMDS knows no secret
	}
	return s.routePath(r.URL.Path)
}

// atOwnAddress reports whether a request is for the socket it came by, on the
// loopback.
func atOwnAddress(r *http.Request) bool {
	_, inMemory := r.Context().Value(connKey{}).(*serverConn)
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if inMemory || !ok {
		return false
	}
	host, port, err := net.SplitHostPort(r.Host)
	_, own, ownErr := net.SplitHostPort(local.String())
	return err == nil && ownErr == nil && isLoopback(host) && port == own
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
