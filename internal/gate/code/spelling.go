package code

import (
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"aicity.dev/aicity/internal/gate/syntax"
)

// spelled matches a token of printed JavaScript. A regular expression falls into
// pieces, and does so alike in both versions.
var spelled = regexp.MustCompile("\"(?:[^\"\\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\\n]|\\\\.)*'|`(?:[^`\\\\]|\\\\.)*`|[A-Za-z_$][\\w$]*|\\d[\\w.]*|[=!]==?|=>|\\.\\.\\.|\\s+|.")

// declaring are the words that declare a variable.
var declaring = map[string]bool{"var": true, "let": true, "const": true}

// RespeltScript reports whether two versions of a script differ in spelling only: in
// the names of variables, in which word declares them and where, in == for ===. What a
// loop's closures see and what is equal to what may differ by that, so it is no
// answer to whether the code does the same.
func RespeltScript(ext, before, after string) bool {
	loader := api.LoaderJSX
	switch ext {
	case "js", "mjs", "cjs", "jsx":
	case "ts", "mts", "cts":
		loader = api.LoaderTS
	case "tsx":
		loader = api.LoaderTSX
	default:
		return false
	}
	if len(before) > MaxBytes || len(after) > MaxBytes || syntax.TooDeep(before) || syntax.TooDeep(after) {
		return false
	}
	one, ok := printed(before, loader, Words)
	other, valid := printed(after, loader, Words)
	if !ok || !valid {
		return false
	}
	a, inA := undeclared(one)
	b, inB := undeclared(other)
	return renamed(a, b, inA, inB)
}

// renamed reports whether tokens are others but for names, each of which is declared
// and stands for the same one everywhere.
func renamed(a, b []string, inA, inB map[string]bool) bool {
	if len(a) != len(b) {
		return false
	}
	to, from := map[string]string{}, map[string]string{}
	for i := range a {
		if isMember(a, i) != isMember(b, i) || isMember(a, i) && a[i] != b[i] {
			return false
		}
		if isMember(a, i) {
			continue
		}
		x, known := to[a[i]]
		y, met := from[b[i]]
		switch {
		case known != met, known && (x != b[i] || y != a[i]):
			return false
		case a[i] != b[i] && (!inA[a[i]] || !inB[b[i]]):
			return false
		}
		to[a[i]], from[b[i]] = b[i], a[i]
	}
	return true
}

// isMember reports whether a token is the name of a property.
func isMember(tokens []string, i int) bool {
	return i > 0 && tokens[i-1] == "." || i+1 < len(tokens) && tokens[i+1] == ":" && i > 0 && (tokens[i-1] == "{" || tokens[i-1] == ",")
}

// undeclared are the tokens of a printed script without the words that declare
// variables and without the variables that are declared and nothing else, and the
// names that are declared. Strict and loose comparisons are the same.
func undeclared(source string) (tokens []string, declared map[string]bool) {
	declared = map[string]bool{}
	var all []string
	for _, t := range spelled.FindAllString(source, -1) {
		switch {
		case strings.TrimSpace(t) == "":
			continue
		case t == "===" || t == "!==":
			t = t[:2]
		}
		all = append(all, t)
	}
	return withoutDeclarations(nil, all, declared), declared
}

// withoutDeclarations appends what is left of some tokens.
func withoutDeclarations(tokens, all []string, declared map[string]bool) []string {
	for i := 0; i < len(all); i++ {
		if !declaring[all[i]] || i > 0 && all[i-1] == "." {
			if all[i] != ";" {
				tokens = append(tokens, all[i])
			}
			continue
		}
		for i++; i < len(all); i++ {
			end := declaratorEnd(all, i)
			goesOn := end < len(all) && (all[end] == "of" || all[end] == "in")
			if end > i && lone.MatchString(all[i]) {
				declared[all[i]] = true
			}
			if end > i+1 || goesOn {
				tokens = withoutDeclarations(tokens, all[i:end], declared)
			}
			if i = end; i >= len(all) || all[i] != "," {
				break
			}
		}
		i-- // what ends the declaration is read again
	}
	return tokens
}

var lone = regexp.MustCompile(`^[A-Za-z_$]`)

// declaratorEnd is where a variable's declaration ends that begins at i.
func declaratorEnd(all []string, i int) int {
	depth := 0
	for ; i < len(all); i++ {
		switch all[i] {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		case ",", ";", "of", "in":
			if depth == 0 {
				return i
			}
		}
		if depth < 0 {
			return i
		}
	}
	return i
}
