package azuresql

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// defaultPort is that of TDS.
const defaultPort = 1433

// address is where a server is.
type address struct {
	host string
	port uint64
}

// String is the form that users write.
func (a address) String() string {
	if a.port == defaultPort {
		return a.host
	}
	return net.JoinHostPort(a.host, strconv.FormatUint(a.port, 10))
}

// parseServer takes "host" and "host:port". It tells what is wrong with other
// forms without quoting them: they may hold a password.
func parseServer(server string) (address, error) {
	host, port := server, uint64(defaultPort)
	if a, err := parseIP(server); err == nil {
		return address{host: a.String(), port: port}, nil
	}
	if at := strings.LastIndexByte(server, ':'); at >= 0 {
		var err error
		if port, err = strconv.ParseUint(server[at+1:], 10, 16); err != nil || port == 0 {
			return address{}, formError(server, "what follows its last colon is no port")
		}
		host = server[:at]
	}
	if a, err := parseIP(host); err == nil {
		return address{host: a.String(), port: port}, nil
	}
	host = strings.TrimSuffix(host, ".")
	if host == "" {
		return address{}, errors.New(`the server has no host: name it as "myserver.database.windows.net"`)
	}
	if !isHostName(host) {
		return address{}, formError(server, "it holds what no host name does")
	}
	return address{host: host, port: port}, nil
}

// parseIP takes an address, in brackets or not.
func parseIP(text string) (netip.Addr, error) {
	if inner, ok := strings.CutPrefix(text, "["); ok && strings.HasSuffix(inner, "]") {
		text = strings.TrimSuffix(inner, "]")
	}
	a, err := netip.ParseAddr(text)
	if err == nil && strings.ContainsFunc(a.Zone(), isNoHostRune) {
		err = errors.New("a zone can hold anything")
	}
	return a, err
}

// formError names the form that the user may have had in mind.
func formError(server, problem string) error {
	switch {
	case strings.Contains(server, "://"):
		problem = "it is a URL"
	case strings.ContainsAny(server, ";="):
		problem = "it is a connection string"
	case strings.Contains(server, `\`):
		problem = "it names an instance, which Azure SQL does not have"
	case strings.Contains(server, ",") || strings.HasPrefix(server, "tcp:"):
		problem = "it is in the form tcp:host,port"
	}
	return errors.New(`the server cannot be used, ` + problem + `: write "host" or "host:port"`)
}

func isHostName(host string) bool {
	if len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, isNoHostRune) {
			return false
		}
	}
	return true
}

func isNoHostRune(r rune) bool {
	letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	digit := r >= '0' && r <= '9'
	return !letter && !digit && r != '-' && r != '_'
}
