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
	}
	if v := s.vaults.find(host); v != nil {
		return v
	}
	return nil
}

func (s *Server) routeLoopback(port, path string) service {
	switch {
	case port == vmExtensionPort:
		return vmExtension{s}
	case strings.HasPrefix(path, "/metadata/"):
		return imds{s}
	case path == vmExtensionPath:
		return vmExtension{s}
	}
	return nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
