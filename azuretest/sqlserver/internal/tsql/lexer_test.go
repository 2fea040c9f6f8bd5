package tsql_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	type token struct {
		kind tsql.Kind
		text string
	}
	for text, want := range map[string][]token{
		"":                         nil,
		" \t\r\n\uFEFF":            nil,
		"-- a\n--b":                nil,
		"/* a /* b */ c */":        nil,
		"SELECT":                   {{tsql.Word, "SELECT"}},
		"größe_1 #t a$b@c":         {{tsql.Word, "größe_1"}, {tsql.Word, "#t"}, {tsql.Word, "a$b@c"}},
		"[a]]b] \"c\"\"d\"":        {{tsql.Quoted, "a]b"}, {tsql.Quoted, `c"d`}},
		"'it''s' N'ä' n''":         {{tsql.String, "it's"}, {tsql.National, "ä"}, {tsql.National, ""}},
		"1 007 1. .5 1.5 1e3 1E-3": {{tsql.Integer, "1"}, {tsql.Integer, "007"}, {tsql.Number, "1."}, {tsql.Number, ".5"}, {tsql.Number, "1.5"}, {tsql.Float, "1e3"}, {tsql.Float, "1E-3"}},
		"$1.5 $ 0x 0XfF":           {{tsql.Money, "1.5"}, {tsql.Money, ""}, {tsql.Hex, ""}, {tsql.Hex, "fF"}},
		"@a @@ROWCOUNT @ @@":       {{tsql.Variable, "@a"}, {tsql.System, "@@ROWCOUNT"}, {tsql.Variable, "@"}, {tsql.System, "@@"}},
		"a<>b<=>=!=!<!>::+=":       {{tsql.Word, "a"}, {tsql.Symbol, "<>"}, {tsql.Word, "b"}, {tsql.Symbol, "<="}, {tsql.Symbol, ">="}, {tsql.Symbol, "!="}, {tsql.Symbol, "!<"}, {tsql.Symbol, "!>"}, {tsql.Symbol, "::"}, {tsql.Symbol, "+="}},
		"a-b--c":                   {{tsql.Word, "a"}, {tsql.Symbol, "-"}, {tsql.Word, "b"}},
		"\xff":                     {{tsql.Symbol, "\xff"}},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			tokens, err := tsql.Tokens(text)
			require.NoError(t, err)
			var got []token
			for _, one := range tokens[:len(tokens)-1] {
				got = append(got, token{one.Kind, one.Text})
			}
			require.Equal(t, want, got)
			require.Equal(t, tsql.End, tokens[len(tokens)-1].Kind)
		})
	}
}

func TestTokenErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]tsql.SyntaxError{
		"\n'abc":                     {Number: 105, Line: 2, Message: "Unclosed quotation mark after the character string 'abc'."},
		"N'it''s":                    {Number: 105, Line: 1, Message: "Unclosed quotation mark after the character string 'it''s'."},
		"[a]]":                       {Number: 105, Line: 1, Message: "Unclosed quotation mark after the character string 'a]]'."},
		"\n\n/* /* */":               {Number: 113, Line: 3, Message: "Missing end comment mark '*/'."},
		strings.Repeat("a ", 30_000): {Number: 8623, Line: 1},
	} {
		_, err := tsql.Tokens(text)
		var e *tsql.SyntaxError
		require.ErrorAs(t, err, &e)
		require.Equal(t, want.Number, e.Number)
		require.Equal(t, want.Line, e.Line)
		require.Contains(t, e.Message, want.Message)
	}
}

// Tokens are what the text is made of, in its order.
func FuzzTokens(f *testing.F) {
	for _, text := range []string{
		"SELECT N'a''b', [c]]d], \"e\" FROM t -- x\n/* y /* z */ */ WHERE a >= 1.5e-3 AND b <> $4 OR c = 0xFF", "@a @@b", "'", "[", "/*", "\x00\uFEFF", "1..2", "e1", "\xff'", "N", "N'",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tokens, err := tsql.Tokens(text)
		if err != nil {
			require.Nil(t, tokens)
			require.Less(t, len(err.Error()), 400, "messages do not repeat the text")
			return
		}
		require.Equal(t, tsql.End, tokens[len(tokens)-1].Kind)
		line := int32(1)
		for _, one := range tokens {
			require.GreaterOrEqual(t, one.Line, line)
			line = one.Line
			require.LessOrEqual(t, utf8.RuneCountInString(one.Text), utf8.RuneCountInString(text))
		}
		require.LessOrEqual(t, int(line), strings.Count(text, "\n")+1)
	})
}
