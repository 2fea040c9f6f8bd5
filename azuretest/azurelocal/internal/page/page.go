// Package page is the status page of the emulator: what there is, what happens and why
// it is refused, and buttons for faults and the clock. It works without JavaScript; with
// it, it is live. Nothing on it comes from another host, and no secret is on it.
package page

import (
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/keyless-go/azure/azuretest"
)

//go:embed assets
var assets embed.FS

// Options are what the page shows beside the emulator itself.
type Options struct {
	// Databases returns those of the SQL server, each time they are shown. Nil: there is
	// no such server.
	Databases func() []Database
	// Places are addresses to show, such as that of the proxy.
	Places []Place
}

// A Database is one of the SQL server.
type Database struct {
	Name   string
	Tables []string
	Users  []User
}

// A User is one of a database.
type User struct {
	Name  string
	Roles []string
}

// A Place is where something is found.
type Place struct{ Name, Address string }

// page is the page of one emulator.
type page struct {
	azure     *azuretest.Server
	options   Options
	templates *template.Template
	run       string // tells one run of the program from another
	switches  switches
}

// Handler returns the page, at / and below /page/. It is safe for concurrent use, and does
// its work when asked. A request that a browser sends for another site's page changes
// nothing.
func Handler(azure *azuretest.Server, options Options) (http.Handler, error) {
	templates, err := template.New("").Funcs(functions()).ParseFS(assets, "assets/*.html")
	if err != nil {
		return nil, err
	}
	p := &page{
		azure: azure, options: options, templates: templates, run: strconv.FormatInt(time.Now().UnixNano(), 36),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.show)
	mux.HandleFunc("GET /page/events", p.events)
	mux.HandleFunc("POST /page/switch", p.flip)
	mux.HandleFunc("POST /page/faults", p.addFault)
	mux.HandleFunc("POST /page/faults/remove", p.removeFault)
	mux.HandleFunc("POST /page/clock", p.moveClock)
	mux.Handle("GET /page/style.css", asset("style.css", "text/css; charset=utf-8"))
	mux.Handle("GET /page/live.js", asset("live.js", "text/javascript; charset=utf-8"))
	mux.Handle("GET /page/icon.svg", asset("icon.svg", "image/svg+xml"))
	return http.NewCrossOriginProtection().Handler(guarded(mux)), nil
}

// asset serves a file. Its type is told, for not every system knows it.
func asset(name, kind string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		http.ServeFileFS(w, r, assets, "assets/"+name)
	})
}

// guarded forbids the browser what the page does not do.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "+
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // not less: the Origin of a form would be null
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// maxForm bounds what is read of a form.
const maxForm = 64 << 10
