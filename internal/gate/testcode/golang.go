package testcode

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"strconv"
	"strings"
)

// parseGo reads a file, or declarations of one.
func parseGo(source string, _ Own) (*tests, bool) {
	offset := 0
	parsed, err := parser.ParseFile(token.NewFileSet(), "", source, parser.SkipObjectResolution)
	if err != nil {
		const head = "package p;"
		if parsed, err = parser.ParseFile(token.NewFileSet(), "", head+source, parser.SkipObjectResolution); err != nil {
			return nil, false
		}
		offset = len(head)
	}
	g := &goReader{offset: offset}
	f := newTests(goBuiltins)
	for _, i := range parsed.Imports {
		from, _ := strconv.Unquote(i.Path.Value)
		name := from[strings.LastIndexByte(from, '/')+1:]
		if i.Name != nil {
			name = i.Name.Name
		}
		first, _, _ := strings.Cut(from, "/")
		switch {
		case goTestTools(from):
			f.foreign[name], f.checkers[name] = true, goChecks[name]
		case !strings.Contains(first, "."):
			f.foreign[name] = true
		}
	}
	if len(parsed.Imports) == 0 { // a part of a file
		f.checkers["assert"], f.checkers["require"] = true, true
	}
	for _, d := range parsed.Decls {
		f.goDeclaration(g, d)
	}
	for _, u := range f.units {
		if u.body.deeper(maxDeep) {
			return nil, false
		}
	}
	return f, !(&node{kids: f.rest}).deeper(maxDeep)
}

// goTestTools reports whether a package is one that tests are written with.
func goTestTools(from string) bool {
	for _, tool := range []string{"testify", "go-cmp", "matryer/is", "quicktest", "gomega", "ginkgo", "gotest.tools", "gocheck", "check.v1", "goleak", "golang.org/x/sync"} {
		if strings.Contains(from, tool) {
			return true
		}
	}
	return false
}

// goChecks are packages whose functions check.
var goChecks = set("assert require is qt must gomega check")

const goBuiltins = `_ append cap clear close complex copy delete imag len make max min new panic print println real recover
bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr any
true false iota nil`

func (f *tests) goDeclaration(g *goReader, d ast.Decl) {
	switch d := d.(type) {
	case *ast.GenDecl:
		n := g.node(d)
		f.rest = append(f.rest, n)
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.ValueSpec:
				for _, name := range s.Names {
					f.declared[name.Name] = n
				}
			case *ast.TypeSpec:
				f.declared[s.Name.Name] = g.node(s.Type)
			}
		}
	case *ast.FuncDecl:
		if d.Body == nil {
			return
		}
		n := g.function(d.Type, d.Body)
		switch tested := d.Recv == nil && len(n.names) == 1 && goTest(d); {
		case tested:
			f.units = append(f.units, &unit{name: d.Name.Name, body: n, handles: map[string]bool{n.names[0]: true}})
		case d.Recv == nil && strings.HasPrefix(d.Name.Name, "Example"):
			// what it prints is compared, when it says so; its comments are not read here
		default:
			f.declared[d.Name.Name] = n
			f.rest = append(f.rest, n)
		}
	}
}

// goTest reports whether a function is a test: it is named so and takes a
// *testing.T or F.
func goTest(d *ast.FuncDecl) bool {
	if !strings.HasPrefix(d.Name.Name, "Test") && !strings.HasPrefix(d.Name.Name, "Fuzz") {
		return false
	}
	star, ok := d.Type.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	of, ok := star.X.(*ast.SelectorExpr)
	return ok && (of.Sel.Name == "T" || of.Sel.Name == "F")
}

// goReader makes nodes of Go's syntax.
type goReader struct {
	offset int
	// hidden are names that stand here for a parameter of the function that is read,
	// and not for what a test around it is given: func(t *Table).
	hidden map[string]bool
}

func (g *goReader) function(t *ast.FuncType, body *ast.BlockStmt) *node {
	n := &node{kind: function, at: int(t.Pos()) - g.offset}
	outer := g.hidden
	g.hidden = maps.Clone(outer)
	for _, p := range t.Params.List {
		for _, name := range p.Names {
			g.hide(name.Name, !ofTesting(p.Type))
			n.names = append(n.names, g.called(name.Name))
		}
	}
	n.kids = []*node{g.node(body)}
	g.hidden = outer
	return n
}

// ofTesting reports whether a parameter is what a test says with that it fails.
func ofTesting(t ast.Expr) bool {
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	of, ok := t.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	from, ok := of.X.(*ast.Ident)
	return ok && (from.Name == "testing" && testingTypes[of.Sel.Name] || of.Sel.Name == "TestingT")
}

// testingTypes are what Go's package testing gives a test; TestingT is what libraries
// of assertions ask for of it.
var testingTypes = map[string]bool{"T": true, "B": true, "F": true, "TB": true}

// handles are the names that tests give what they say with that they fail.
var handles = set("t b f tb")

// hide notes whether a parameter hides what a test around its function is given.
func (g *goReader) hide(name string, hides bool) {
	if !handles[name] || !hides && g.hidden == nil {
		return
	}
	if g.hidden == nil {
		g.hidden = map[string]bool{}
	}
	g.hidden[name] = hides
}

// called is a name as the nodes have it: one that is hidden has a mark.
func (g *goReader) called(name string) string {
	if g.hidden[name] {
		return name + "'"
	}
	return name
}

func (g *goReader) node(n ast.Node) *node {
	switch n := n.(type) {
	case nil:
		return &node{}
	case *ast.Ident:
		return &node{kind: ident, name: g.called(n.Name), at: int(n.Pos()) - g.offset}
	case *ast.BasicLit:
		return &node{kind: literal, name: n.Value, at: int(n.Pos()) - g.offset}
	case *ast.SelectorExpr:
		return &node{kind: member, name: n.Sel.Name, kids: []*node{g.node(n.X)}, at: int(n.Pos()) - g.offset}
	case *ast.CallExpr:
		c := &node{kind: call, kids: []*node{g.node(n.Fun)}, at: int(n.Pos()) - g.offset}
		for _, a := range n.Args {
			c.kids = append(c.kids, g.node(a))
		}
		return c
	case *ast.FuncLit:
		return g.function(n.Type, n.Body)
	case *ast.ParenExpr:
		return g.node(n.X)
	case *ast.BinaryExpr:
		return &node{kind: operator, name: n.Op.String(), kids: []*node{g.node(n.X), g.node(n.Y)}, at: int(n.Pos()) - g.offset}
	case *ast.UnaryExpr:
		return &node{kind: operator, name: n.Op.String(), kids: []*node{g.node(n.X)}, at: int(n.Pos()) - g.offset}
	case *ast.KeyValueExpr:
		if _, field := n.Key.(*ast.Ident); field {
			return g.node(n.Value) // the key is the name of a field, or hardly matters
		}
		return g.parts(n)
	case *ast.IfStmt:
		b := &node{kind: branch, kids: []*node{g.node(n.Cond), g.node(n.Body)}, at: int(n.Pos()) - g.offset}
		if n.Else != nil {
			b.kids = append(b.kids, g.node(n.Else))
		}
		if n.Init == nil {
			return b
		}
		return &node{kids: []*node{g.node(n.Init), b}}
	case *ast.SwitchStmt:
		b := &node{kind: branch, kids: []*node{g.node(n.Tag), g.node(n.Body)}, at: int(n.Pos()) - g.offset}
		if n.Init == nil {
			return b
		}
		return &node{kids: []*node{g.node(n.Init), b}}
	case *ast.ReturnStmt:
		b := g.parts(n)
		b.kind = ending
		return b
	}
	return g.binding(n)
}

// binding makes nodes of what gives names values, and of all else.
func (g *goReader) binding(n ast.Node) *node {
	switch n := n.(type) {
	case *ast.AssignStmt:
		all := g.assigned(n.Lhs, n.Rhs)
		all.declares(n.Tok == token.DEFINE)
		if n.Tok != token.DEFINE && n.Tok != token.ASSIGN {
			all.name = "+="
		}
		return all
	case *ast.ValueSpec:
		left := make([]ast.Expr, len(n.Names))
		for i, name := range n.Names {
			left[i] = name
		}
		values := n.Values
		if len(values) == 0 {
			values = []ast.Expr{n.Type} // a zero value of its type
		}
		all := g.assigned(left, values)
		all.declares(true)
		return all
	case *ast.RangeStmt:
		loop := &node{kind: assign, name: "range", fresh: n.Tok == token.DEFINE, kids: []*node{g.node(n.X)}, at: int(n.Pos()) - g.offset}
		for _, e := range []ast.Expr{n.Key, n.Value} {
			if e != nil {
				loop.into = append(loop.into, g.node(e))
			}
		}
		return &node{kids: []*node{loop, g.node(n.Body)}, at: loop.at}
	case *ast.IncDecStmt:
		x := g.node(n.X)
		return &node{kind: assign, name: "+=", kids: []*node{x}, into: []*node{x}, at: x.at}
	case *ast.SendStmt:
		return &node{kind: assign, name: "+=", kids: []*node{g.node(n.Value)}, into: []*node{g.node(n.Chan)}, at: int(n.Pos()) - g.offset}
	}
	return g.parts(n)
}

func (g *goReader) assigned(left, right []ast.Expr) *node {
	all := &node{}
	for i, l := range left {
		value := right[0]
		if len(right) == len(left) {
			value = right[i]
		}
		one := &node{kind: assign, kids: []*node{g.node(value)}, into: []*node{g.node(l)}, at: int(l.Pos()) - g.offset}
		if len(right) != len(left) {
			one.name = strconv.Itoa(i) // of several
		}
		all.kids = append(all.kids, one)
	}
	if len(all.kids) == 1 {
		return all.kids[0]
	}
	return all
}

// parts is a node of whatever stands directly below a piece of syntax.
func (g *goReader) parts(n ast.Node) *node {
	all := &node{at: int(n.Pos()) - g.offset}
	ast.Inspect(n, func(k ast.Node) bool {
		if k == n || k == nil {
			return k == n
		}
		all.kids = append(all.kids, g.node(k))
		return false
	})
	return all
}
