package azuretest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// authCookie is how Hadoop remembers who it has let in.
const authCookie = "hadoop.auth"

func (l *DataLake) setCookie(h http.Header, user string) {
	text := fmt.Sprintf("u=%s&p=%s&t=simple&e=%d", user, user, l.server.Now().Add(10*time.Hour).UnixMilli())
	h.Add("Set-Cookie", fmt.Sprintf(`%s="%s&s=%s"; Path=/; HttpOnly`, authCookie, text, l.signature(text)))
}

// userOfCookie returns who a cookie says the user is, "" if none says it rightly.
func (l *DataLake) userOfCookie(r *http.Request) string {
	cookie, err := r.Cookie(authCookie)
	if err != nil {
		return ""
	}
	text, signature, _ := strings.Cut(cookie.Value, "&s=")
	if !hmac.Equal([]byte(signature), []byte(l.signature(text))) {
		return ""
	}
	q := parseLakeQuery(text, false)
	if q.number("e", 0) < l.server.Now().UnixMilli() {
		return ""
	}
	return q.text("u")
}

func (l *DataLake) signature(text string) string {
	key := l.key()
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// key signs and seals what a lake gives out and gets back. It is no secret, see
// signingKey.
func (l *DataLake) key() [sha256.Size]byte { return sha256.Sum256([]byte("azuretest " + l.URL())) }

// seal hides a query, which is good for one path only.
func (l *DataLake) seal(query, path string) string {
	box := l.box()
	nonce := make([]byte, box.NonceSize())
	sum := sha256.Sum256([]byte(query + path + newGUID()))
	copy(nonce, sum[:])
	return base64.RawURLEncoding.EncodeToString(box.Seal(nonce, nonce, []byte(query), []byte(path)))
}

// unseal returns a query that was sealed for a path.
func (l *DataLake) unseal(text, path string) (*lakeQuery, bool) {
	data, err := base64.RawURLEncoding.DecodeString(text)
	box := l.box()
	if err != nil || len(data) < box.NonceSize() {
		return nil, false
	}
	plain, err := box.Open(nil, data[:box.NonceSize()], data[box.NonceSize():], []byte(path))
	if err != nil {
		return nil, false
	}
	return parseLakeQuery(string(plain), false), true
}

func (l *DataLake) box() cipher.AEAD {
	key := l.key()
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(fmt.Sprintf("azuretest: %v", err)) // the key has a good length
	}
	box, err := cipher.NewGCM(block)
	if err != nil {
		panic(fmt.Sprintf("azuretest: %v", err)) // AES has blocks for it
	}
	return box
}
