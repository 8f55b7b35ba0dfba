// Package gocheck finds faults in Go source with go/parser and go/ast. It
// knows no types: a check that would need them uses the declarations of the
// repository itself and a table of the standard library, and says nothing
// where these do not decide.
package gocheck

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/seedagent/inspect"
)

// file is one parsed file and what the checks need of it.
type file struct {
	src     inspect.Source
	fset    *token.FileSet
	ast     *ast.File
	imports map[string]string // local name → path
	pkg     *pkg
}

// pkg is what is known of all files of a folder.
type pkg struct {
	structs map[string]*ast.StructType
}

// checker collects the hits of one repository.
type checker struct {
	out    inspect.Analysis
	errs   map[string]verdict // function or method name → does it return an error
	goMod  string
	module string                    // path of the repository's module
	bare   map[string][]undocumented // folder → exported names without a comment
	parsed []*file
}

// Check analyses all Go files of the repository.
func Check(repo *inspect.Repo) inspect.Analysis {
	c := &checker{errs: map[string]verdict{}, bare: map[string][]undocumented{}}
	if mod := repo.Find("go.mod"); mod != nil {
		c.goMod = string(mod.Text)
		for _, l := range mod.Lines {
			if m, ok := strings.CutPrefix(strings.TrimSpace(l), "module "); ok {
				c.module = strings.TrimSpace(m)
			}
		}
	}
	pkgs := map[string]*pkg{}
	for _, src := range repo.Of(inspect.Go) {
		f := c.parse(src)
		if f == nil {
			continue
		}
		dir := path.Dir(src.Path) + " " + f.ast.Name.Name
		if pkgs[dir] == nil {
			pkgs[dir] = &pkg{structs: map[string]*ast.StructType{}}
		}
		f.pkg = pkgs[dir]
		f.declare()
		c.learn(f)
		c.parsed = append(c.parsed, f)
	}
	for _, f := range c.parsed {
		c.file(f)
	}
	c.guarded()
	c.documentation()
	return c.out
}

func (c *checker) parse(src inspect.Source) *file {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, src.Path, src.Text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		c.out.Unparsed = append(c.out.Unparsed, fmt.Sprintf("`%s`: %s", src.Path, oneLine(err)))
		return nil
	}
	f := &file{src: src, fset: fset, ast: tree, imports: map[string]string{}}
	for _, i := range tree.Imports {
		p := strings.Trim(i.Path.Value, `"`)
		name := path.Base(p)
		if i.Name != nil {
			name = i.Name.Name
		}
		f.imports[name] = p
	}
	return f
}

func oneLine(err error) string {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return first
}

// declare records the file's struct types.
func (f *file) declare() {
	for _, d := range f.ast.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range g.Specs {
			if t, ok := s.(*ast.TypeSpec); ok {
				if st, ok := t.Type.(*ast.StructType); ok {
					f.pkg.structs[t.Name.Name] = st
				}
			}
		}
	}
}

func (c *checker) file(f *file) {
	c.fileRules(f)
	for _, d := range f.ast.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		c.measure(f, fn)
		s := newScope(f, fn)
		c.signature(s)
		c.body(s)
	}
}

// hit records a finding at a node.
func (c *checker) hit(f *file, at ast.Node, rule *inspect.Rule, claim, fix string) {
	c.hitUntil(f, at.Pos(), at.Pos(), rule, claim, fix)
}

func (c *checker) hitUntil(f *file, from, to token.Pos, rule *inspect.Rule, claim, fix string) {
	c.out.Hits = append(c.out.Hits, inspect.Hit{
		Rule: rule, File: f.src.Path, Line: f.line(from), End: f.line(to), Claim: claim, Fix: fix,
	})
}

func (f *file) line(p token.Pos) int { return f.fset.Position(p).Line }

// isPkg reports whether x is a selector on an imported package: isPkg(call.Fun,
// "net/http", "Get").
func (f *file) isPkg(x ast.Expr, pkgPath string, names ...string) bool {
	sel, ok := x.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok || f.imports[id.Name] != pkgPath {
		return false
	}
	if slices.Contains(names, sel.Sel.Name) {
		return true
	}
	return len(names) == 0
}

// text returns the source of a node on one line.
func (f *file) text(n ast.Node) string {
	from, to := f.fset.Position(n.Pos()).Offset, f.fset.Position(n.End()).Offset
	if from < 0 || to > len(f.src.Text) || from > to {
		return ""
	}
	s := strings.Join(strings.Fields(string(f.src.Text[from:to])), " ")
	if len(s) > 90 {
		s = strings.ToValidUTF8(s[:88], "") + "…"
	}
	return s
}

func recvName(fn *ast.FuncDecl) (name, typ string, pointer bool) {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return "", "", false
	}
	field := fn.Recv.List[0]
	if len(field.Names) > 0 {
		name = field.Names[0].Name
	}
	x := field.Type
	if star, ok := x.(*ast.StarExpr); ok {
		pointer, x = true, star.X
	}
	switch t := x.(type) {
	case *ast.IndexExpr:
		x = t.X
	case *ast.IndexListExpr:
		x = t.X
	}
	if id, ok := x.(*ast.Ident); ok {
		typ = id.Name
	}
	return name, typ, pointer
}
