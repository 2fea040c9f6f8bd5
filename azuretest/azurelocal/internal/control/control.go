// Package control is the HTTP API to the emulator's faults, clock and log. It is
// described in the documentation of the program.
package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"github.com/keyless-go/azure/azuretest"
)

// maxBody bounds what is read of a request.
const maxBody = 1 << 20

// api answers requests about one emulator.
type api struct{ azure *azuretest.Server }

// Handler returns the API, below /api/. Put a [Guard] before it.
func Handler(azure *azuretest.Server) http.Handler {
	a := &api{azure}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/faults", a.faults)
	mux.HandleFunc("POST /api/faults", a.addFault)
	mux.HandleFunc("DELETE /api/faults/{id}", a.removeFault)
	mux.HandleFunc("GET /api/clock", a.clock)
	mux.HandleFunc("POST /api/clock", a.advance)
	mux.HandleFunc("GET /api/requests", a.requests)
	mux.HandleFunc("GET /api/requests/live", a.live)
	mux.HandleFunc("/api/", nothing)
	return mux
}

// nothing tells what there is.
func nothing(w http.ResponseWriter, r *http.Request) {
	refuse(w, http.StatusNotFound, fmt.Sprintf("there is no %s %s; there are GET and POST /api/faults, DELETE /api/faults/{id}, "+
		"GET and POST /api/clock, GET /api/requests and GET /api/requests/live", r.Method, r.URL.Path))
}

// refusal is the body of every answer that is an error.
type refusal struct {
	Error string `json:"error"`
}

func refuse(w http.ResponseWriter, status int, why string) { answer(w, status, refusal{why}) }

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) //nolint:errchkjson // strings and numbers: only a client that has left fails it
}

// read reads a request's JSON. If it cannot be read it has been answered.
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "the Content-Type must be application/json")
		return false
	}
	if err := decode(http.MaxBytesReader(w, r.Body, maxBody), v); err != nil {
		refuse(w, http.StatusBadRequest, "the body is wrong: "+explain(err))
		return false
	}
	return true
}

// decode reads one object.
func decode(from io.Reader, v any) error {
	decoder := json.NewDecoder(from)
	var object json.RawMessage
	err := decoder.Decode(&object)
	switch {
	case err != nil:
		return err
	case object[0] != '{':
		return errors.New("it is no object")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the end of the object")
	}
	decoder = json.NewDecoder(bytes.NewReader(object))
	decoder.DisallowUnknownFields()
	return decoder.Decode(v)
}

// explain says what is wrong with JSON.
func explain(err error) string {
	kind := (*json.UnmarshalTypeError)(nil)
	switch {
	case errors.Is(err, io.EOF):
		return "it is empty; send an object"
	case errors.As(err, &kind) && kind.Type == reflect.TypeFor[duration]():
		return fmt.Sprintf("%s must be a text such as \"1m30s\"", kind.Field)
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Sprintf("%s must not be a %s", kind.Field, kind.Value)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
