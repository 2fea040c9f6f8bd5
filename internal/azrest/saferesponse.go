package azrest

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
)

// safeResponse copies what of an answer can be shown: the body is replaced, and
// no header, query or context of the request comes along that may hold a secret.
func safeResponse(resp *http.Response, body []byte) *http.Response {
	header := resp.Header.Clone()
	header.Del("Set-Cookie")
	header.Del("Content-Encoding")
	for _, name := range []string{"Location", "Azure-Asyncoperation", "Operation-Location", "Content-Location"} {
		if value := header.Get(name); value != "" {
			header.Set(name, scrubURL(value))
		}
	}
	return &http.Response{
		Status: resp.Status, StatusCode: resp.StatusCode,
		Proto: resp.Proto, ProtoMajor: resp.ProtoMajor, ProtoMinor: resp.ProtoMinor,
		Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
		Request: safeRequest(resp.Request),
	}
}

func safeRequest(req *http.Request) *http.Request {
	if req == nil || req.URL == nil {
		return nil
	}
	header := http.Header{}
	for _, name := range []string{"Accept", "Content-Type", "User-Agent", "X-Ms-Client-Request-Id", "X-Ms-Version"} {
		if values := req.Header.Values(name); len(values) > 0 {
			header[http.CanonicalHeaderKey(name)] = values
		}
	}
	u := &url.URL{Scheme: req.URL.Scheme, Host: req.URL.Host, Path: req.URL.Path, RawPath: req.URL.RawPath}
	return &http.Request{
		Method: req.Method, URL: u, Host: req.Host, Header: header,
		Proto: req.Proto, ProtoMajor: req.ProtoMajor, ProtoMinor: req.ProtoMinor,
	}
}

// withoutToken is req as it can be shown. The transport may still read the one
// it has been given.
func withoutToken(req *http.Request) *http.Request {
	if req.Header.Get("Authorization") == "" {
		return req
	}
	safe := *req
	safe.Header = req.Header.Clone()
	safe.Header.Del("Authorization")
	return &safe
}
