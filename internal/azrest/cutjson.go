package azrest

import "slices"

// closeJSON completes a JSON text that has been cut off: it leaves out what the
// cut went through, and closes all that is open. Of a text that is no JSON it makes
// none.
func closeJSON(text []byte) []byte {
	var open []byte // the brackets that close what is open, the innermost last
	whole := 0      // so far nothing is cut off
	quoted, escaped := false, false
	for i, b := range text {
		switch {
		case escaped:
			escaped = false
		case quoted:
			quoted, escaped = b != '"', b == '\\'
		case b == '"':
			quoted = true
		case b == '{' || b == '[':
			open, whole = append(open, b+2), i+1 // both are two before their counterpart
		case b == ',':
			whole = i
		case (b == '}' || b == ']') && len(open) > 0:
			open, whole = open[:len(open)-1], i+1
		}
	}
	slices.Reverse(open)
	return append(slices.Clip(text[:whole]), open...)
}
