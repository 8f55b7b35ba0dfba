package claims

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/syntax"
)

// compiles: Go has no unused imports and local variables. That the file as it is
// uses what the line declares is looked up.
func (c *claim) compiles([]string) string {
	if syntax.LanguageOfFile(c.ref.Path) != "go" || c.ref.End > c.ref.Line || leavesUnused.MatchString(c.before+c.behind) {
		return ""
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", c.file.Raw, parser.SkipObjectResolution)
	if err != nil {
		return ""
	}
	here := func(n ast.Node) bool { return set.Position(n.Pos()).Line == c.ref.Line }
	for _, i := range file.Imports {
		if here(i) {
			return used(file, importedAs(i), i.Pos())
		}
	}
	why := ""
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if a, ok := n.(*ast.AssignStmt); ok && a.Tok == token.DEFINE && here(a) && len(a.Lhs) == 1 {
				if name, ok := a.Lhs[0].(*ast.Ident); ok && why == "" {
					why = used(f, name.Name, name.Pos())
				}
			}
			return true
		})
	}
	return why
}

// leavesUnused matches what speaks of another state of the code, or of its use.
var leavesUnused = pattern.New(`(?i)\b(?:leav\w*|remov\w*|after|then|once|would|compil\w*|deleted?|effective\w*|practically|real\w*|in effect|blank|underscore|package-level|global|parameter)\b`)

// importedAs is the name of an import, "" where nobody can tell.
func importedAs(i *ast.ImportSpec) string {
	if i.Name != nil {
		return strings.Trim(i.Name.Name, "_.")
	}
	from, err := strconv.Unquote(i.Path.Value)
	if err != nil || strings.Contains(path.Base(from), "-") || versionPath.MatchString(path.Base(from)) {
		return ""
	}
	return path.Base(from)
}

var versionPath = regexp.MustCompile(`^v\d+$|\.`)

// used says that a name is read, which is more than to be given a value.
func used(in ast.Node, name string, but token.Pos) string {
	if name == "" || name == "_" {
		return ""
	}
	written, reads := map[token.Pos]bool{but: true}, 0
	ast.Inspect(in, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			blank := true
			for _, l := range n.Lhs {
				written[l.Pos()] = true
				of, ok := l.(*ast.Ident)
				blank = blank && ok && of.Name == "_"
			}
			for _, r := range n.Rhs {
				written[r.Pos()] = written[r.Pos()] || blank
			}
		case *ast.SelectorExpr:
			written[n.Sel.Pos()] = true
		case *ast.KeyValueExpr:
			written[n.Key.Pos()] = true
		case *ast.Field:
			for _, of := range n.Names {
				written[of.Pos()] = true
			}
		case *ast.ImportSpec:
			return false
		case *ast.Ident:
			if n.Name == name && !written[n.Pos()] {
				reads++
			}
		}
		return true
	})
	if reads == 0 {
		return ""
	}
	return name + " is used, and it would not compile without"
}
