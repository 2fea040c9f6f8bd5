package control

import (
	"net/http"
	"strings"
)

// Guard lets through what comes from programs and from pages of the handler's own
// origin, and refuses what a browser sends for other sites' pages: but for links to what
// is no part of the API, which only show something. Whoever calls it has seen to it that
// the Host is the handler's own, and no name that somebody else has given to 127.0.0.1.
func Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isOwnOrigin(r) && !isLink(r) {
			refuse(w, http.StatusForbidden, "a page of another site has sent this; use the status page, or a program that is no browser")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isOwnOrigin goes by what browsers tell, as programs do not.
func isOwnOrigin(r *http.Request) bool {
	origins, sites := r.Header.Values("Origin"), r.Header.Values("Sec-Fetch-Site")
	for _, origin := range origins {
		if origin != "http://"+r.Host {
			return false
		}
	}
	for _, site := range sites {
		if site != "same-origin" && site != "none" {
			return false
		}
	}
	return true
}

// isLink reports whether somebody has followed a link to a page.
func isLink(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document" &&
		!strings.HasPrefix(r.URL.Path, "/api/")
}
