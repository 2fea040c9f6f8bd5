package azuresql

import (
	"fmt"
	"net"
	"time"
)

// Retirement is retirement.
func Retirement(now, expires time.Time, lifetime time.Duration) time.Time {
	return retirement(now, expires, lifetime)
}

// HungUp is hungUp.
func HungUp(raw net.Conn) bool { return hungUp(raw) }

// ScopeOf is scopeOf.
func ScopeOf(host string) string { return scopeOf(host) }

// ServerOf is parseServer.
func ServerOf(server string) (string, error) {
	at, err := parseServer(server)
	return fmt.Sprintf("%s %d", at.host, at.port), err
}

// SIDOf is a GUID as T-SQL's literal for its SID.
func SIDOf(text string) (string, error) {
	g, err := parseGUID("ID", text)
	return g.literal(), err
}

// BearerOf is what a token says of itself.
func BearerOf(token string) (name, facts string, made time.Time) {
	b := bearerOf(token)
	return b.name(), b.String(), b.made()
}

// QuoteName is quoteName.
func QuoteName(name string) string { return quoteName(name) }

// OneLine is oneLine.
func OneLine(err error) string { return oneLine(err) }
