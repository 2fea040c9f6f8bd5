package azuretest

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// lakeQuery is the query of a request.
type lakeQuery struct {
	values map[string][]string
}

// parseLakeQuery reads a query as Java does: a semicolon is a character like others,
// and what cannot be unescaped stays as it is. A server that is caseless about names
// has them in lower case.
func parseLakeQuery(raw string, caseless bool) *lakeQuery {
	q := &lakeQuery{values: map[string][]string{}}
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, value = unescapeQuery(name), unescapeQuery(value)
		if caseless {
			name = strings.ToLower(name)
		}
		if name != "" {
			q.values[name] = append(q.values[name], value)
		}
	}
	return q
}

func unescapeQuery(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return strings.ToValidUTF8(plain, "\uFFFD")
	}
	return text
}

// text returns the first value of a name, "" if there is none.
func (q *lakeQuery) text(name string) string {
	if values := q.values[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

func (q *lakeQuery) has(name string) bool { return q.text(name) != "" }

// flag returns a boolean that check has approved.
func (q *lakeQuery) flag(name string, otherwise bool) bool {
	if !q.has(name) {
		return otherwise
	}
	return strings.EqualFold(q.text(name), "true")
}

// number returns a number that check has approved.
func (q *lakeQuery) number(name string, otherwise int64) int64 {
	n, err := strconv.ParseInt(q.text(name), 10, 64)
	if err != nil {
		return otherwise
	}
	return n
}

// mode returns permission bits that check has approved.
func (q *lakeQuery) mode(name string, otherwise uint16) uint16 {
	n, err := strconv.ParseUint(q.text(name), 8, 16)
	if err != nil {
		return otherwise
	}
	return uint16(n)
}

// lakeParameter is what a value of a parameter must be.
type lakeParameter struct {
	name     string
	methods  string // of the operations that read it
	kind     lakeValueKind
	min, max int64
}

type lakeValueKind int

const (
	booleanValue lakeValueKind = iota
	numberValue
	octalValue
)

const noLimit = 1<<63 - 1

// lakeParameters lists those that are not just text.
// https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html#HTTP_Query_Parameter_Dictionary
func lakeParameters() []lakeParameter {
	return []lakeParameter{
		{"overwrite", "PUT", booleanValue, 0, 0},
		{"createparent", "PUT", booleanValue, 0, 0},
		{"recursive", "DELETE", booleanValue, 0, 0},
		{"noredirect", "GET PUT POST", booleanValue, 0, 0},
		{"deletesourcedirectory", "POST", booleanValue, 0, 0},
		{"offset", "GET POST", numberValue, 0, noLimit},
		{"length", "GET", numberValue, 0, noLimit},
		{"newlength", "POST", numberValue, 0, noLimit},
		{"blocksize", "PUT", numberValue, 1, noLimit},
		{"replication", "PUT", numberValue, 1, 1<<15 - 1},
		{"buffersize", "GET PUT POST", numberValue, 1, 1<<31 - 1},
		{"modificationtime", "PUT", numberValue, -1, noLimit},
		{"accesstime", "PUT", numberValue, -1, noLimit},
		{"namespacequota", "PUT", numberValue, -1 << 63, noLimit},
		{"storagespacequota", "PUT", numberValue, -1 << 63, noLimit},
		{"listsize", "GET", numberValue, 1, noLimit},
		{"expiretime", "PUT", numberValue, 0, noLimit},
		{"permission", "PUT", octalValue, 0, 0o1777},
		{"unmaskedpermission", "PUT", octalValue, 0, 0o1777},
	}
}

// check refuses values that are none, in the words of the server. HttpFS takes numbers
// of any size and leaves it to the name node to refuse them.
func (q *lakeQuery) check(method string, dialect lakeDialect) *lakeFailure {
	for _, p := range lakeParameters() {
		if !q.has(p.name) || !strings.Contains(p.methods, method) {
			continue
		}
		problem, wanted := p.problem(q.text(p.name), dialect == httpFSDialect)
		switch {
		case problem == "":
		case dialect == httpFSDialect:
			return refuseLake("IllegalArgumentException", "java.lang.IllegalArgumentException: Parameter [%s], invalid value [%s], value must be [%s]", p.name, q.text(p.name), wanted)
		default:
			return badLakeValue(p.name, problem)
		}
	}
	return nil
}

func badLakeValue(name, problem string) *lakeFailure {
	return refuseLake("IllegalArgumentException", "Invalid value for webhdfs parameter \"%s\": java.lang.IllegalArgumentException: %s", name, problem)
}

// problem says what is wrong with a value, and what HttpFS calls a good one.
func (p lakeParameter) problem(value string, anySize bool) (problem, wanted string) {
	radix, bits, wanted, kind := 10, 64, "a long", "long integer"
	switch p.kind {
	case booleanValue:
		if strings.EqualFold(value, "true") || strings.EqualFold(value, "false") {
			return "", ""
		}
		return fmt.Sprintf("Failed to parse %q to Boolean.", value), "a boolean"
	case octalValue:
		radix, bits, wanted, kind = 8, 16, "a short", "short integer"
	case numberValue:
	}
	n, err := strconv.ParseInt(value, radix, bits)
	switch {
	case err != nil:
		return fmt.Sprintf("Failed to parse %q as a radix-%d %s.", value, radix, kind), wanted
	case anySize:
		return "", ""
	case n < p.min:
		return fmt.Sprintf("Invalid parameter range: %s = %s < %d", p.name, value, p.min), wanted
	case n > p.max:
		return fmt.Sprintf("Invalid parameter range: %s = %s > %s", p.name, value, strconv.FormatInt(p.max, radix)), wanted
	}
	return "", ""
}
