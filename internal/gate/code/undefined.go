package code

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// UndefinedGo are the names that a change of a file of Go brings in and that neither the
// file nor the language declares: names of other files of its package, or of nothing.
// Packages are those that are used as packages are (`a.B`) and not imported. Nothing is said where the
// change imports what may be called otherwise than its path ends.
func UndefinedGo(before, after string) (names, packages []string) {
	was, ok := readGo(before)
	is, valid := readGo(after)
	if !ok || !valid {
		return nil, nil
	}
	for from := range is.imports {
		if !was.imports[from] && !calledAsPath(from) {
			return nil, nil
		}
	}
	for _, name := range slices.Sorted(maps.Keys(is.open)) {
		if _, had := was.open[name]; had && !was.called[name] || is.called[name] {
			continue
		}
		if is.open[name] {
			packages = append(packages, name)
		} else {
			names = append(names, name)
		}
	}
	return names, packages
}

// calledAsPath reports whether a package is surely called as its path ends: one of the
// standard library, or of a module without a host.
func calledAsPath(from string) bool {
	first, _, _ := strings.Cut(from, "/")
	return !strings.Contains(first, ".") && !versionEnd.MatchString(from)
}

// versionEnd matches a path that ends with a version.
var versionEnd = regexp.MustCompile(`/v\d+$`)

// goNames is what a file of Go imports and which names it leaves to others.
type goNames struct {
	imports, called map[string]bool
	open            map[string]bool // true for what is only used as packages are
}

func readGo(source string) (goNames, bool) {
	n := goNames{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	if len(source) > MaxBytes {
		return n, false
	}
	f, err := parser.ParseFile(token.NewFileSet(), "", source, 0)
	if err != nil {
		return n, false
	}
	for _, i := range f.Imports {
		from, _ := strconv.Unquote(i.Path.Value)
		name := path.Base(from)
		if i.Name != nil {
			name = i.Name.Name
		}
		if name == "." || from == "C" {
			return n, false
		}
		n.imports[from], n.called[name] = true, true
	}
	within := map[*ast.Ident]bool{}
	ast.Inspect(f, func(k ast.Node) bool {
		if s, ok := k.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok {
				within[x] = true
			}
		}
		return true
	})
	for _, id := range f.Unresolved {
		if id.Name == "_" || doc.IsPredeclared(id.Name) {
			continue
		}
		only, known := n.open[id.Name]
		n.open[id.Name] = within[id] && (only || !known)
	}
	return n, true
}
