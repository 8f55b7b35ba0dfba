// Package code tells what a change of code comes to, as far as that shows
// without running it: a change of comments and white space, of names that only
// a function itself knows, or of what the code does.
package code

import (
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"aicity.dev/aicity/internal/gate/python"
)

// Difference is what two versions of a file differ in.
type Difference int

// The differences, from nothing to everything. Unknown is the answer where there
// is no parser, or one of the versions cannot be parsed.
const (
	Unknown Difference = iota
	Words              // comments, white space and how it is laid out
	Names              // also the names of what is local to a function
	Terms              // with the same names, how an expression or a branch is put: a || b, and a ? a : b
	Effect             // what the code does
)

// MaxBytes bounds what is compared.
const MaxBytes = 128 << 10

// Compare tells two versions of a file apart by the extension of its name,
// without the dot.
func Compare(ext, before, after string) Difference {
	compare := comparers[strings.ToLower(ext)]
	switch {
	case before == after:
		return Words
	case compare == nil || len(before) > MaxBytes || len(after) > MaxBytes:
		return Unknown
	}
	return compare(before, after)
}

var comparers = map[string]func(before, after string) Difference{
	"go": compareGo, "py": comparePython,
	"js": compareScript(api.LoaderJSX), "mjs": compareScript(api.LoaderJSX), "cjs": compareScript(api.LoaderJSX), "jsx": compareScript(api.LoaderJSX),
	"ts": compareScript(api.LoaderTS), "mts": compareScript(api.LoaderTS), "cts": compareScript(api.LoaderTS), "tsx": compareScript(api.LoaderTSX),
}

// compareScript prints both versions anew, without comments: what is printed is
// the same when the code is. With short names for all that is local, it is the
// same when only these names differ; in the shortest terms, with the names as they
// are (short ones go by how often they stand), when only the terms do.
func compareScript(loader api.Loader) func(before, after string) Difference {
	return func(before, after string) Difference {
		for _, d := range []Difference{Words, Names, Terms} {
			one, ok := printed(before, loader, d)
			other, valid := printed(after, loader, d)
			switch {
			case !ok || !valid:
				return Unknown
			case one == other:
				return d
			}
		}
		return Effect
	}
}

func printed(source string, loader api.Loader, but Difference) (string, bool) {
	r := api.Transform(source, api.TransformOptions{
		Loader: loader, LogLevel: api.LogLevelSilent, MinifyWhitespace: true, MinifyIdentifiers: but == Names, MinifySyntax: but == Terms,
		JSX: api.JSXPreserve, LegalComments: api.LegalCommentsNone, TsconfigRaw: `{"compilerOptions":{"verbatimModuleSyntax":true}}`,
	})
	return string(r.Code), len(r.Errors) == 0
}

func comparePython(before, after string) Difference {
	same, ok := python.Same(before, after)
	switch {
	case !ok:
		return Unknown
	case same:
		return Words
	}
	return Effect
}
