package engine

import (
	"crypto/md5"  //nolint:gosec // HASHBYTES offers it
	"crypto/sha1" //nolint:gosec // HASHBYTES offers it
	"crypto/sha256"
	"crypto/sha512"
	"database/sql/driver"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

func textFunctions() map[string]function {
	return map[string]function{
		"az_len": strict(func(a []driver.Value) (driver.Value, error) {
			if b, ok := a[0].([]byte); ok {
				return int64(len(b)), nil
			}
			return int64(utf8.RuneCountInString(strings.TrimRight(text(a[0]), " "))), nil
		}),
		"az_upper":   strict(func(a []driver.Value) (driver.Value, error) { return strings.ToUpper(text(a[0])), nil }),
		"az_lower":   strict(func(a []driver.Value) (driver.Value, error) { return strings.ToLower(text(a[0])), nil }),
		"az_reverse": strict(func(a []driver.Value) (driver.Value, error) { return reverse(text(a[0])), nil }),
		"az_substring": strict(func(a []driver.Value) (driver.Value, error) {
			return substring(a[0], number(a[1]), number(a[2]))
		}),
		"az_replace": strict(func(a []driver.Value) (driver.Value, error) {
			return replaceFold(text(a[0]), text(a[1]), text(a[2]))
		}),
		"az_replicate": strict(func(a []driver.Value) (driver.Value, error) {
			n := number(a[1])
			if n < 0 {
				return nil, nil
			}
			return boundedText(strings.Repeat(text(a[0]), min(n, maxText/max(len(text(a[0])), 1)+1)))
		}),
		"az_stuff": strict(func(a []driver.Value) (driver.Value, error) {
			return stuff([]rune(text(a[0])), number(a[1]), number(a[2]), text(a[3])), nil
		}),
		"az_charindex": strict(func(a []driver.Value) (driver.Value, error) {
			return charIndex(text(a[0]), text(a[1]), number(a[2])), nil
		}),
		// az_concat(value, ...): NULL counts as nothing.
		"az_concat": func(a []driver.Value) (driver.Value, error) { return joined(a, "") },
		// az_concat_ws(separator, value, ...)
		"az_concat_ws": func(a []driver.Value) (driver.Value, error) { return joined(a[1:], text(a[0])) },
	}
}

func joined(values []driver.Value, separator string) (driver.Value, error) {
	var parts []string
	for _, v := range values {
		if v != nil {
			parts = append(parts, text(v))
		}
	}
	return boundedText(strings.Join(parts, separator))
}

// characterFunctions are those of single characters, patterns, names and hashes.
func characterFunctions() map[string]function {
	return map[string]function{
		"az_quotename": strict(func(a []driver.Value) (driver.Value, error) { return quoteName(text(a[0]), text(a[1])), nil }),
		"az_char":      strict(func(a []driver.Value) (driver.Value, error) { return char(number(a[0]), 255), nil }),
		"az_nchar":     strict(func(a []driver.Value) (driver.Value, error) { return char(number(a[0]), 65535), nil }),
		"az_unicode": strict(func(a []driver.Value) (driver.Value, error) {
			if r, size := utf8.DecodeRuneInString(text(a[0])); size > 0 {
				return int64(r), nil
			}
			return nil, nil
		}),
		// az_patindex(pattern, text)
		"az_patindex": strict(func(a []driver.Value) (driver.Value, error) { return int64(patternIndex(text(a[0]), text(a[1]))), nil }),
		"az_like": strict(func(a []driver.Value) (driver.Value, error) {
			return truth(like(text(a[0]), text(a[1]), text(a[2]))), nil
		}),
		"az_hashbytes": strict(func(a []driver.Value) (driver.Value, error) { return hashBytes(text(a[0]), a[1], text(a[2])), nil }),
		"az_datalength": strict(func(a []driver.Value) (driver.Value, error) {
			return dataLength(a[0], parseDeclaration(text(a[1])))
		}),
	}
}

func boundedText(s string) (driver.Value, error) {
	if len(s) > maxText {
		return nil, failure(8152, 16, "String or binary data would be truncated.")
	}
	return s, nil
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func reverse(s string) string {
	runes := []rune(s)
	for i, j := 0, len(runes)-1; i < j; i, j = i+1, j-1 {
		runes[i], runes[j] = runes[j], runes[i]
	}
	return string(runes)
}

// substring counts from 1; what lies before that is nothing.
func substring(v driver.Value, start, length int) (driver.Value, error) {
	if length < 0 {
		return nil, failure(537, 16, "Invalid length parameter passed to the LEFT or SUBSTRING function.")
	}
	cut := func(n int) (from, to int) {
		end := min(max(start-1+min(length, n+1), 0), n)
		return min(max(start-1, 0), end), end
	}
	start = max(start, -maxText)
	if b, ok := v.([]byte); ok {
		from, to := cut(len(b))
		return b[from:to], nil
	}
	runes := []rune(text(v))
	from, to := cut(len(runes))
	return string(runes[from:to]), nil
}

// replaceFold goes through both texts rune by rune: folded, a character may take
// another number of bytes.
func replaceFold(s, old, with string) (driver.Value, error) {
	folded, wanted := fold(s), fold(old)
	var b strings.Builder
	for wanted != "" && b.Len() <= maxText {
		i := strings.Index(folded, wanted)
		if i < 0 {
			break
		}
		kept := skipRunes(s, utf8.RuneCountInString(folded[:i]))
		b.WriteString(s[:kept])
		b.WriteString(with)
		s = s[kept:]
		s = s[skipRunes(s, utf8.RuneCountInString(wanted)):]
		folded = folded[i+len(wanted):]
	}
	b.WriteString(s)
	return boundedText(b.String())
}

// skipRunes returns the bytes that the first n runes take.
func skipRunes(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

func stuff(s []rune, start, length int, with string) driver.Value {
	if start < 1 || start > len(s) || length < 0 {
		return nil
	}
	end := min(start-1+min(length, len(s)), len(s))
	return string(s[:start-1]) + with + string(s[end:])
}

// charIndex returns where a text begins in another, from 1 on, or 0. Case does not
// matter.
func charIndex(find, in string, start int) int64 {
	runes, wanted := []rune(fold(in)), fold(find)
	start = min(max(start-1, 0), len(runes))
	before, _, found := strings.Cut(string(runes[start:]), wanted)
	if !found || find == "" {
		return 0
	}
	return int64(start + utf8.RuneCountInString(before) + 1)
}

func quoteName(s, quote string) driver.Value {
	if utf8.RuneCountInString(s) > 128 {
		return nil
	}
	switch quote {
	case "'", `"`:
		return quote + strings.ReplaceAll(s, quote, quote+quote) + quote
	}
	return "[" + strings.ReplaceAll(s, "]", "]]") + "]"
}

func char(n, most int) driver.Value {
	if n < 0 || n > most {
		return nil
	}
	return fmt.Sprintf("%c", n)
}

func hashBytes(algorithm string, v driver.Value, from string) driver.Value {
	data, err := conversion{from: parseDeclaration(from), to: varbinary(tds.Max)}.convert(v)
	in, ok := data.([]byte)
	if err != nil || !ok {
		return nil
	}
	switch strings.ToUpper(algorithm) {
	case "MD5":
		sum := md5.Sum(in) //nolint:gosec // what was asked for
		return sum[:]
	case "SHA", "SHA1":
		sum := sha1.Sum(in) //nolint:gosec // what was asked for
		return sum[:]
	case "SHA2_256":
		sum := sha256.Sum256(in)
		return sum[:]
	case "SHA2_512":
		sum := sha512.Sum512(in)
		return sum[:]
	}
	return nil
}

// dataLength returns the bytes that a value takes.
func dataLength(v driver.Value, t tds.Type) (driver.Value, error) {
	switch v := v.(type) {
	case []byte:
		return int64(len(v)), nil
	case string:
		switch {
		case t.Unicode():
			return int64(len(tds.AppendUTF16(nil, v))), nil
		case t.Text():
			return int64(len(tds.EncodeLatin(v))), nil
		}
	}
	return int64(storageBytes(t)), nil
}
