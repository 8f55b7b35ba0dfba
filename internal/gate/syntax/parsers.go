// Package syntax says whether code is valid in its language, as a whole file or
// as the part of one that people show.
package syntax

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"regexp"
	"strings"

	jsparser "github.com/dop251/goja/parser"
	"github.com/evanw/esbuild/pkg/api"
	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"

	"aicity.dev/aicity/internal/gate/python"
)

// Parser says whether code of a language is valid: as a whole file, or as
// the part of one that people show.
type Parser struct {
	file, Part func(code string) bool
}

var (
	goCode    = Parser{goFile, goPart}
	pyCode    = Parser{python.File, python.Part}
	jsCode    = script(api.LoaderJSX)
	tsCode    = script(api.LoaderTS)
	tsxCode   = script(api.LoaderTSX)
	jsonCode  = Parser{func(code string) bool { return json.Valid([]byte(code)) }, jsonPart}
	yamlCode  = Parser{yamlFile, yamlPart}
	tomlCode  = Parser{tomlFile, tomlFile}
	shellCode = Parser{shellFile, shellPart}
)

// parserOf maps the name on a code fence to a parser.
var parserOf = map[string]Parser{
	"go": goCode, "golang": goCode,
	"py": pyCode, "python": pyCode, "python3": pyCode, "pyi": pyCode,
	"js": jsCode, "javascript": jsCode, "mjs": jsCode, "cjs": jsCode, "node": jsCode,
	"ts": tsCode, "typescript": tsCode, "mts": tsCode, "cts": tsCode, "tsx": tsxCode, "jsx": tsxCode,
	"json": jsonCode, "yaml": yamlCode, "yml": yamlCode, "toml": tomlCode,
	"sh": shellCode, "bash": shellCode, "shell": shellCode,
}

// For returns the parser for the name on a code fence; false when there is
// none.
func For(lang string) (Parser, bool) {
	known, ok := parserOf[lang]
	return known, ok
}

func goFile(code string) bool {
	_, err := parser.ParseFile(token.NewFileSet(), "", code, parser.SkipObjectResolution)
	return err == nil
}

// goForms are what a part of a Go file may stand in.
var goForms = []string{
	"%s", "package p\n%s", "package p\nfunc _() {\n%s\n}", "package p\nfunc _() {\nswitch {\n%s\n}\n}", "package p\nfunc _() {\nselect {\n%s\n}\n}",
	"package p\ntype _ struct {\n%s\n}", "package p\ntype _ interface {\n%s\n}", "package p\nvar _ = %s", "package p\nvar _ = []any{\n%s\n}",
}

// goPart tries a file, declarations, statements, cases and fields: people show
// the part that matters.
func goPart(code string) bool {
	for _, form := range goForms {
		if goFile(strings.Replace(form, "%s", code, 1)) {
			return true
		}
	}
	// Imports or declarations followed by statements.
	head, body, ok := strings.Cut(code, "\n\n")
	return ok && len(body) < len(code) && strings.HasPrefix(strings.TrimSpace(head), "import") && goPart(body)
}

// script parses JavaScript and what is made of it. JavaScript is first given to
// the parser that is quick about plain code.
func script(loader api.Loader) Parser {
	plain := func(code string) bool {
		if loader != api.LoaderJSX {
			return false
		}
		_, err := jsparser.ParseFile(nil, "", code, 0, jsparser.WithDisableSourceMaps)
		return err == nil
	}
	whole := func(code string) bool {
		return len(api.Transform(code, api.TransformOptions{Loader: loader, LogLevel: api.LogLevelSilent}).Errors) == 0
	}
	return Parser{
		file: func(code string) bool { return plain(code) || whole(code) },
		Part: func(code string) bool {
			forms := []string{code}
			if strings.HasPrefix(strings.TrimSpace(code), ".") { // the rest of a chain of calls
				forms = append(forms, "async function f() {\nx\n"+code+"\n}")
			}
			for _, form := range []string{"async function f() {\nfor (;;) {\n%s\n}\n}", "class A {\n%s\n}", "var x = {\n%s\n}", "switch (x) {\n%s\n}"} {
				forms = append(forms, strings.Replace(form, "%s", code, 1))
			}
			for _, parses := range []func(string) bool{plain, whole} {
				for _, form := range forms {
					if parses(form) {
						return true
					}
				}
			}
			return false
		},
	}
}

// jsonPart also takes members without their brackets, comments, and several
// values one after the other.
func jsonPart(code string) bool {
	code = strings.TrimRight(strings.TrimSpace(code), ",")
	if strings.Contains(code, "//") || strings.Contains(code, "/*") {
		return true // read by tools that allow comments, and only they can tell
	}
	for _, form := range []string{code, "{" + code + "}", "[" + code + "]"} {
		for d := json.NewDecoder(strings.NewReader(form)); ; {
			var value json.RawMessage
			if err := d.Decode(&value); errors.Is(err, io.EOF) {
				return true
			} else if err != nil {
				break
			}
		}
	}
	return false
}

func yamlFile(code string) bool {
	for d := yaml.NewDecoder(strings.NewReader(code)); ; {
		var node yaml.Node
		if err := d.Decode(&node); errors.Is(err, io.EOF) {
			return true
		} else if err != nil {
			return false
		}
	}
}

// yamlPart leaves templates alone, which are YAML only when they are filled.
func yamlPart(code string) bool {
	return strings.Contains(strings.ReplaceAll(code, "${{", ""), "{{") || strings.Contains(code, "{%") || yamlFile(code)
}

func tomlFile(code string) bool {
	var value map[string]any
	return toml.Unmarshal([]byte(code), &value) == nil
}

func shellFile(code string) bool {
	_, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(code), "")
	return err == nil
}

// blank matches a word that the reader is to fill in.
var blank = regexp.MustCompile(`<[A-Za-z][\w .-]*>`)

// shellPart reads the lines behind a prompt when there are any: the others are
// what the commands print.
func shellPart(code string) bool {
	if blank.MatchString(code) {
		return true
	}
	var typed []string
	for l := range strings.SplitSeq(code, "\n") {
		if rest, ok := strings.CutPrefix(l, "$ "); ok {
			typed = append(typed, rest)
		}
	}
	if typed != nil {
		code = strings.Join(typed, "\n")
		return strings.HasSuffix(code, "\\") || strings.Contains(code, "<<") || shellFile(code) // what goes on in lines without a prompt
	}
	return shellFile(code)
}

// TooDeep reports whether code nests so deeply that it is left alone: the
// parsers are recursive.
func TooDeep(code string) bool { return nesting(code) > maxNesting }

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

const maxNesting = 120

// Breaks reports whether a file that could be parsed cannot be any more.
func Breaks(p, before, after string) bool {
	parser, known := parserOf[strings.ToLower(Extension(p))]
	if !known || len(before) > maxParsedFile || len(after) > maxParsedFile || TooDeep(before) || TooDeep(after) {
		return false
	}
	return !parser.file(after) && parser.file(before)
}

const maxParsedFile = 96 << 10 // of a file that a patch changes
