package azuretest_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// sample is a request that services take, before it is spoilt.
type sample struct {
	method, host, target string
	header               [][2]string
	body                 string

	broken bool // the body ends before its length, or in an error
}

// String writes the request so that a test of its own can be made of it.
func (s sample) String() string {
	return fmt.Sprintf("%q %q %q %q %q broken %t", s.method, s.host, s.target, s.header, s.body, s.broken)
}

// mutator spoils requests, the same ones for the same seed.
type mutator struct {
	*rand.Rand

	samples []sample
}

func pick[T any](m *mutator, list []T) T { return list[m.IntN(len(list))] }

// nasty are texts that parsers have stumbled over.
func nasty() []string {
	return []string{
		"", " ", "\x00", "%00", "%zz", "%", "..", "../..", "//", "?", "&", "=", "#", "*", "'", `"`, "<", "\r\n", "\xff\xfe", "ü", "\U0001F600", "\u202e",
		"-1", "0", "1", "99999999999999999999", "9223372036854775807", "-9223372036854775808", "1e309", "NaN", "0x", "null", "true", "{}", "[]", `{"`, "<a/>",
		"bytes=0-", "bytes=-1", "bytes=9-1", "bytes=0-99999999999999999999", "Bearer", "Bearer ", "Bearer a.b.c", "Basic x", "SharedKey a:b", "SharedKey ",
		"2021-12-02", "7.4", "2017-06-01", "9999-99-99", "0001-01-01", "user::rwx", "default:user:a:rwx,", "op=OPEN", "comp=list", "YQ==", "====",
		strings.Repeat("a", 300), strings.Repeat("/a", 200), strings.Repeat("[", 2000), strings.Repeat(`{"a":`, 500), strings.Repeat("%41", 400), strings.Repeat("<a>", 500),
	}
}

func headerNames() []string {
	return strings.Fields(`Authorization Content-Type Content-Length Range If-Match If-None-Match If-Modified-Since Metadata Secret X-Identity-Header X-Forwarded-For
		X-Ms-Version X-Ms-Date X-Ms-Range X-Ms-Blob-Type X-Ms-Meta-A X-Ms-Blob-Content-Md5 Content-Md5 X-Ms-Lease-Id X-Ms-Lease-Action X-Ms-Lease-Duration X-Ms-Rename-Source
		X-Ms-Properties X-Ms-Acl X-Ms-Permissions X-Ms-Client-Request-Id X-Ms-Copy-Source X-Http-Method-Override Expect Transfer-Encoding Accept Cookie`)
}

// bytesOf changes a few bytes of a text.
func (m *mutator) bytesOf(text string) string {
	data := []byte(text)
	for range 1 + m.IntN(3) {
		at := m.IntN(len(data) + 1)
		switch m.IntN(4) {
		case 0:
			data = slices.Insert(data, at, []byte(pick(m, nasty()))...)
		case 1:
			data = data[:at]
		case 2:
			data = slices.Insert(data, at, byte(m.Uint32()))
		case 3:
			if at < len(data) {
				data[at] ^= 1 << m.IntN(8)
			}
		}
	}
	return string(data)
}

// parameter changes one parameter of a target.
func (m *mutator) parameter(target string) string {
	path, query, _ := strings.Cut(target, "?")
	list := strings.Split(query, "&")
	at := m.IntN(len(list))
	name, _, _ := strings.Cut(list[at], "=")
	switch m.IntN(4) {
	case 0:
		list = slices.Delete(list, at, at+1)
	case 1:
		list = append(list, list[at])
	case 2:
		list[at] = name + "=" + pick(m, nasty())
	case 3:
		_, other, _ := strings.Cut(pick(m, m.samples).target, "?")
		list = append(list, pick(m, strings.Split(other, "&")))
	}
	return path + "?" + strings.Join(list, "&")
}

func (m *mutator) headerOf(header [][2]string) [][2]string {
	header = slices.Clone(header)
	at := m.IntN(len(header) + 1)
	switch m.IntN(4) {
	case 0:
		if at < len(header) {
			return slices.Delete(header, at, at+1)
		}
	case 1:
		if at < len(header) {
			return append(header, header[at])
		}
	case 2:
		if at < len(header) {
			header[at][1] = m.bytesOf(header[at][1])
			return header
		}
	}
	return append(header, [2]string{pick(m, headerNames()), pick(m, nasty())})
}

// spoil makes a request that no client would send.
func (m *mutator) spoil() sample {
	s := pick(m, m.samples)
	for range 1 + m.IntN(3) {
		switch m.IntN(9) {
		case 0:
			s.method = pick(m, []string{"GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get"})
		case 1:
			s.target = m.bytesOf(s.target)
		case 2, 3:
			s.target = m.parameter(s.target)
		case 4, 5:
			s.header = m.headerOf(s.header)
		case 6:
			s.body = m.bytesOf(s.body)
		case 7:
			s.body = pick(m, []string{pick(m, nasty()), pick(m, m.samples).body, ""})
		case 8:
			s.broken = m.IntN(4) == 0
			s.target = pick(m, m.samples).target
		}
	}
	if m.IntN(50) == 0 {
		s.host = m.bytesOf(s.host)
	}
	return s
}

// request makes what a server would hand to its handler, and worse.
func (s sample) request(ctx context.Context, m *mutator) *http.Request {
	u, err := url.ParseRequestURI(s.target)
	if err != nil {
		path, query, _ := strings.Cut(s.target, "?")
		u = &url.URL{Path: path, RawQuery: query}
	}
	r := &http.Request{
		Method: s.method, URL: u, Host: s.host, RequestURI: s.target, Header: http.Header{}, RemoteAddr: "192.0.2.1:49152",
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(s.body)), TLS: &tls.ConnectionState{},
	}
	for _, line := range s.header {
		r.Header.Add(line[0], line[1])
	}
	r.Body = io.NopCloser(strings.NewReader(s.body))
	if s.broken {
		r.ContentLength += 1 + m.Int64N(1<<20)
		r.Body = io.NopCloser(io.MultiReader(strings.NewReader(s.body), errorReader{}))
	} else if m.IntN(10) == 0 {
		r.ContentLength = -1 // chunked
	}
	return r.WithContext(ctx)
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
