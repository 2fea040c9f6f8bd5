package azuretest

// The parsers of data lakes, for their own tests.

func ParseLakeQuery(raw string, caseless bool) map[string][]string {
	return parseLakeQuery(raw, caseless).values
}

// ParseACL returns a list as it was understood, and what is wrong when it is put into
// force.
func ParseACL(spec string, with bool) (entries []string, bad, problem string) {
	list, bad := parseACL(spec, with)
	n := &lakeNode{mode: 0o750, dir: &lakeDir{}}
	merged, problem := modifyACL(n.entries(), list)
	if bad == "" && problem == "" {
		n.setEntries(merged)
		merged = n.entries()
	}
	return formatACL(merged), bad, problem
}

func DecodeXAttr(text string) ([]byte, bool) {
	value, failure := decodeXAttr(text)
	return value, failure == nil
}

func EncodeXAttr(value []byte, how string) string {
	if text := (&DataLake{traits: lakeTraits{dialect: httpFSDialect}}).encodeXAttr(value, how); text != nil {
		return *text
	}
	return ""
}

func ParseMode(text string) (uint16, bool)     { return parseMode(text) }
func SymbolicMode(mode uint16) string          { return symbolicMode(mode) }
func CleanLake(path string) string             { return cleanLake(path) }
func ResolveDots(path string) string           { return resolveDots(path) }
func IsEscaped(text string) bool               { return isEscaped(text) }
func SplitSystem(path string) (string, string) { return splitSystem(path) }

func ParseSources(body []byte, contentType string) ([]string, bool) {
	return parseSources(body, contentType)
}
