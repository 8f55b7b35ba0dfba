package gate

import (
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"strings"

	jsparser "github.com/dop251/goja/parser"
	"github.com/evanw/esbuild/pkg/api"
	"go.yaml.in/yaml/v3"
)

// Bounds on what is parsed. The languages' parsers are recursive, so code that
// nests deeply is left alone.
const (
	maxParsedBlocks = 8
	maxParsedBytes  = 24 << 10
	maxNesting      = 120
)

// codeParses takes points for code that no parser of its language accepts,
// whole or as a part. What cannot be parsed here counts neither way.
func codeParses(v *view) (Signal, bool) {
	s := Signal{Name: "code parses", Reason: "The code blocks that could be parsed are valid."}
	tried, broken, budget := 0, 0, maxParsedBytes
	for _, b := range v.doc.blocks {
		code := strings.Join(b.lines, "\n")
		if budget -= len(code); budget < 0 || tried == maxParsedBlocks {
			break
		}
		if b.diff || len(b.lines) < 3 || elided(b.lines) || nesting(code) > maxNesting {
			continue
		}
		known, ok := parses(b.lang, code)
		if !known {
			continue
		}
		tried++
		if !ok {
			broken++
			s.Evidence = append(s.Evidence, shorten(b.lang+": "+strings.Join(b.lines[:3], " "), 120))
		}
	}
	if tried == 0 {
		return s, false
	}
	if broken > 0 {
		s.Points = -costBrokenCode * share(float64(broken), float64(tried))
		s.Reason = fmt.Sprintf("%d of %d code blocks cannot be parsed.", broken, tried)
		s.advice = "Run your code through its language's parser before you deliver it."
	}
	return s, true
}

// elided reports whether a block leaves something out.
func elided(lines []string) bool {
	for _, l := range lines {
		t := strings.Trim(l, " \t/#*-")
		if strings.HasPrefix(t, "...") || strings.HasPrefix(t, "…") {
			return true
		}
	}
	return false
}

// nesting is how deep brackets nest in a text.
func nesting(code string) int {
	depth, most := 0, 0
	for i := range len(code) {
		switch code[i] {
		case '(', '[', '{':
			depth++
			most = max(most, depth)
		case ')', ']', '}':
			depth = max(0, depth-1)
		}
	}
	return most
}

// parses reports whether code of a language is valid, and whether there is a
// parser for it.
func parses(lang, code string) (known, ok bool) {
	switch lang {
	case "go", "golang":
		return true, goParses(code)
	case "js", "javascript", "mjs", "cjs", "node":
		return true, jsParses(code, api.LoaderJSX)
	case "ts", "typescript":
		return true, jsParses(code, api.LoaderTS)
	case "tsx", "jsx":
		return true, jsParses(code, api.LoaderTSX)
	case "json":
		return true, json.Valid([]byte(code)) || strings.Contains(code, "//") || strings.HasPrefix(strings.TrimSpace(code), "\"")
	case "yaml", "yml":
		var node yaml.Node
		return true, yaml.Unmarshal([]byte(code), &node) == nil
	}
	return false, false
}

// goParses tries a file, declarations, statements and fields: people show the
// part that matters.
func goParses(code string) bool {
	for _, form := range []string{"%s", "package p\n%s", "package p\nfunc _() {\n%s\n}", "package p\ntype _ struct {\n%s\n}", "package p\nvar _ = %s"} {
		if _, err := parser.ParseFile(token.NewFileSet(), "", strings.Replace(form, "%s", code, 1), parser.SkipObjectResolution); err == nil {
			return true
		}
	}
	// Imports or declarations followed by statements.
	head, body, ok := strings.Cut(code, "\n\n")
	return ok && len(body) < len(code) && strings.HasPrefix(strings.TrimSpace(head), "import") && goParses(body)
}

func jsParses(code string, loader api.Loader) bool {
	forms := []string{"%s", "async function f() {\n%s\n}", "class A {\n%s\n}", "var x = {\n%s\n}"}
	if loader == api.LoaderJSX {
		for _, form := range forms[:2] {
			if _, err := jsparser.ParseFile(nil, "", strings.Replace(form, "%s", code, 1), 0, jsparser.WithDisableSourceMaps); err == nil {
				return true
			}
		}
	}
	for _, form := range forms {
		result := api.Transform(strings.Replace(form, "%s", code, 1), api.TransformOptions{Loader: loader, LogLevel: api.LogLevelSilent})
		if len(result.Errors) == 0 {
			return true
		}
	}
	return false
}
