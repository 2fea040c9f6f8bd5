package credential

import (
	"crypto/sha1" //nolint:gosec // the platform names its certificate by SHA-1
	"crypto/subtle"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

var errWrongCertificate = errors.New("the endpoint's certificate is not the one of IDENTITY_SERVER_THUMBPRINT")

func parseThumbprint(text string) ([]byte, error) {
	thumbprint, err := hex.DecodeString(strings.NewReplacer(":", "", " ", "").Replace(text))
	if err != nil || len(thumbprint) != sha1.Size {
		return nil, fmt.Errorf("IDENTITY_SERVER_THUMBPRINT must be the %d hexadecimal digits of a SHA-1", 2*sha1.Size)
	}
	return thumbprint, nil
}

// pin makes a transport like base that accepts the certificate with the
// thumbprint and no other. A base that checks certificates by itself, or hides
// how, cannot be used.
func pin(base http.RoundTripper, thumbprint []byte) (*http.Transport, error) {
	t, ok := base.(*http.Transport)
	if !ok || t.DialTLSContext != nil || t.DialTLS != nil { //nolint:staticcheck // DialTLS is deprecated, and still obeyed
		return nil, errors.New("the certificate of Service Fabric must be checked: HTTPClient needs an *http.Transport without a DialTLS function of its own")
	}
	if c := t.TLSClientConfig; c != nil && (c.VerifyConnection != nil || c.VerifyPeerCertificate != nil) {
		return nil, errors.New("the certificate of Service Fabric must be checked: HTTPClient must not have a verification of its own")
	}
	t = t.Clone()
	if t.TLSClientConfig == nil {
		t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	withoutHTTP2(t)
	t.TLSClientConfig.InsecureSkipVerify = true
	// Not VerifyPeerCertificate, which is not called when a session is resumed.
	t.TLSClientConfig.VerifyConnection = func(state tls.ConnectionState) error { return checkThumbprint(state, thumbprint) }
	return t, nil
}

// withoutHTTP2 also separates a clone from its original, whose connections of
// HTTP/2 it would share, unpinned.
func withoutHTTP2(t *http.Transport) {
	t.ForceAttemptHTTP2 = false
	t.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	t.TLSClientConfig.NextProtos = []string{"http/1.1"}
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
}

func checkThumbprint(state tls.ConnectionState, thumbprint []byte) error {
	if len(state.PeerCertificates) == 0 {
		return errWrongCertificate
	}
	sum := sha1.Sum(state.PeerCertificates[0].Raw) //nolint:gosec // see above
	if subtle.ConstantTimeCompare(sum[:], thumbprint) != 1 {
		return errWrongCertificate
	}
	return nil
}
