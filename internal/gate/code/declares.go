package code

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
)

// beforeName and behindName match what stands around a name that is declared.
var (
	beforeName = regexp.MustCompile(`(?:\bfunc(?:\s*\([^()\n]*\))?\s|\bfunction\*?\s|\b(?:class|type|def|struct|fn)\s|\bexports\.|\.prototype\.)$`)
	behindName = regexp.MustCompile(`^(?:\s*[:=]\s*(?:async\s*)?(?:function\b|\([^()\n]*\)\s*=>|[\w$]+\s*=>)|\s?\([^()\n]*\)\s*\{)`)
)

// maxBefore is how much of a line before a name is looked at, in bytes.
const maxBefore = 200

// statements are words that a bracket follows and that declare nothing.
var statements = map[string]bool{"if": true, "for": true, "while": true, "switch": true, "catch": true, "return": true, "function": true}

// Declares reports whether code declares a function or a type of that name.
func Declares(source, name string) bool {
	if statements[name] {
		return false
	}
	for from := 0; ; {
		i := strings.Index(source[from:], name)
		if i < 0 {
			return false
		}
		start := from + i
		end := start + len(name)
		from = end
		if start > 0 && lex.NameByte(source[start-1]) || end < len(source) && lex.NameByte(source[end]) {
			continue
		}
		line := source[max(strings.LastIndexByte(source[:start], '\n')+1, start-maxBefore):start]
		rest, _, _ := strings.Cut(source[end:min(len(source), end+200)], "\n")
		if beforeName.MatchString(line) || behindName.MatchString(rest) {
			return true
		}
	}
}
