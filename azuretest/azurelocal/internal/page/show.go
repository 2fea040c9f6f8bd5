package page

import (
	"bytes"
	"html/template"
	"net/http"
	"time"
)

// view is what the whole page shows.
type view struct {
	Requests requestList
	Sections map[string]template.HTML // :: ID
	Form     faultForm
	Problem  string // with what was asked for; empty: there is none
	Places   []Place
	Run      string
}

// section is a part of the page that changes.
type section struct {
	ID   string
	HTML template.HTML
}

func (p *page) show(w http.ResponseWriter, _ *http.Request) {
	p.render(w, http.StatusOK, "", faultForm{})
}

// render answers with the page. A problem is shown beside the form that has it.
func (p *page) render(w http.ResponseWriter, status int, problem string, form faultForm) {
	v := view{
		Requests: p.lastRequests(), Sections: map[string]template.HTML{},
		Form: form, Problem: problem, Places: p.options.Places, Run: p.run,
	}
	parts, err := p.sections()
	for _, part := range parts {
		v.Sections[part.ID] = part.HTML
	}
	var text template.HTML
	if err == nil {
		text, err = p.execute("page", v)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // the browser may have left
}

// sections renders all that changes.
func (p *page) sections() ([]section, error) {
	parts := []struct {
		id   string
		data any
	}{
		{"clock", p.clock()},
		{"faults", p.faults()},
		{"tokens", p.tokens()},
		{"identities", p.identities()},
		{"vaults", p.vaults()},
		{"groups", p.groups()},
		{"sas", p.signatures()},
		{"files", p.files()},
		{"databases", p.databases()},
	}
	var list []section
	for _, part := range parts {
		text, err := p.execute(part.id, part.data)
		if err != nil {
			return nil, err
		}
		list = append(list, section{part.id, text})
	}
	return list, nil
}

// execute runs a template, which has escaped all that is in it.
func (p *page) execute(name string, data any) (template.HTML, error) {
	var text bytes.Buffer
	err := p.templates.ExecuteTemplate(&text, name, data)
	return template.HTML(text.String()), err //nolint:gosec // G203: made by html/template
}

// functions are those of the templates.
func functions() template.FuncMap {
	return template.FuncMap{
		"clock": func(t time.Time) string { return t.UTC().Format("15:04:05.000") },
		"day":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") },
		"stamp": func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
		"bytes": bytesText,
	}
}
