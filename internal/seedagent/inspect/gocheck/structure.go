package gocheck

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/seedagent/inspect"
)

// Where size begins to hurt.
const (
	longFunction = 80 // lines
	deepNesting  = 5
)

// measure records a function's size and reports the excessive.
func (c *checker) measure(f *file, fn *ast.FuncDecl) {
	first, last := f.line(fn.Pos()), f.line(fn.End())
	deepest, at := 0, fn.Body.Pos()
	depth(fn.Body, 0, func(d int, pos token.Pos) {
		if d > deepest {
			deepest, at = d, pos
		}
	})
	name := fn.Name.Name
	if _, typ, _ := recvName(fn); typ != "" {
		name = typ + "." + name
	}
	c.out.Measures = append(c.out.Measures, inspect.Measure{File: f.src.Path, Line: first, Name: name, Lines: last - first + 1, Depth: deepest})
	if f.src.Test {
		return
	}
	if n := last - first + 1; n > longFunction {
		c.hit(f, fn, ruleLong, fmt.Sprintf("%s is %d lines long", name, n), "Name the steps inside and extract them; start with the deepest block, line "+fmt.Sprint(f.line(at))+".")
	}
	if deepest >= deepNesting {
		c.out.Hits = append(c.out.Hits, inspect.Hit{Rule: ruleDeep, File: f.src.Path, Line: f.line(at), Claim: fmt.Sprintf("%s nests %d blocks here", name, deepest),
			Fix: "Turn the outer conditions round and leave early (`if !ok { continue }` or `return`), or extract the inner loop."})
	}
}

// depth calls visit for each nested block with its depth.
func depth(n ast.Node, d int, visit func(int, token.Pos)) {
	inside := func(b ast.Node, body *ast.BlockStmt) bool {
		visit(d+1, b.Pos())
		depth(body, d+1, visit)
		return false
	}
	ast.Inspect(n, func(m ast.Node) bool {
		if m == n {
			return true
		}
		switch b := m.(type) {
		case *ast.IfStmt:
			inside(b, b.Body)
			switch e := b.Else.(type) {
			case *ast.IfStmt: // "else if" is a row of conditions, not a deeper one
				depth(&ast.BlockStmt{List: []ast.Stmt{e}}, d, visit)
			case *ast.BlockStmt:
				depth(e, d+1, visit)
			}
			return false
		case *ast.ForStmt:
			return inside(b, b.Body)
		case *ast.RangeStmt:
			return inside(b, b.Body)
		case *ast.SwitchStmt:
			return inside(b, b.Body)
		case *ast.TypeSwitchStmt:
			return inside(b, b.Body)
		case *ast.SelectStmt:
			return inside(b, b.Body)
		case *ast.FuncLit:
			depth(b.Body, d, visit)
			return false
		}
		return true
	})
}

// undocumented is an exported name without a doc comment.
type undocumented struct {
	f    *file
	kind string
	name *ast.Ident
}

// fileRules checks what is not inside a function: documentation and types.
func (c *checker) fileRules(f *file) {
	if f.src.Test {
		return
	}
	dir := path.Dir(f.src.Path)
	miss := func(name *ast.Ident, doc *ast.CommentGroup, kind string) {
		if name.IsExported() && doc == nil && f.ast.Name.Name != "main" {
			c.bare[dir] = append(c.bare[dir], undocumented{f, kind, name})
		}
	}
	for _, d := range f.ast.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if _, typ, _ := recvName(d); (typ == "" || ast.IsExported(typ)) && !wellKnown[d.Name.Name] {
				miss(d.Name, d.Doc, "func")
			}
		case *ast.GenDecl:
			for _, sp := range d.Specs {
				if t, ok := sp.(*ast.TypeSpec); ok {
					doc := d.Doc
					if t.Doc != nil {
						doc = t.Doc
					}
					miss(t.Name, doc, "type")
					c.structFields(f, t)
				}
			}
		}
	}
}

// documentation reports the undocumented names, once for each folder.
func (c *checker) documentation() {
	for dir, bare := range c.bare {
		var names []string
		for _, u := range bare[:min(len(bare), 5)] {
			names = append(names, u.kind+" "+u.name.Name)
		}
		claim := "the exported " + names[0] + " has no doc comment"
		if len(bare) > 1 {
			claim = fmt.Sprintf("%d exported names of %s have no doc comment: %s", len(bare), path.Base(dir), strings.Join(names, ", "))
		}
		c.out.Hits = append(c.out.Hits, inspect.Hit{Rule: ruleDoc, File: bare[0].f.src.Path, Line: bare[0].f.line(bare[0].name.Pos()), Claim: claim,
			Fix: "Start with the name and say what it does, its units and its errors: `// " + bare[0].name.Name + " …`."})
	}
}

// wellKnown are methods whose meaning is fixed by an interface.
var wellKnown = map[string]bool{"ServeHTTP": true, "String": true, "Error": true, "Unwrap": true, "Len": true, "Less": true, "Swap": true, "Read": true, "Write": true, "Close": true, "Is": true, "As": true, "MarshalJSON": true, "UnmarshalJSON": true}

func (c *checker) structFields(f *file, t *ast.TypeSpec) {
	st, ok := t.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range st.Fields.List {
		if f.isPkg(field.Type, "context", "Context") {
			c.hit(f, field, ruleCtxField, t.Name.Name+" keeps a context", "Take the context as the first parameter of the methods that need it.")
		}
	}
}

// signature checks parameters and receiver.
func (c *checker) signature(s *scope) {
	if s.f.src.Test {
		return
	}
	n := 0
	for _, field := range s.fn.Type.Params.List {
		if s.f.isPkg(field.Type, "context", "Context") && n > 0 {
			c.hit(s.f, field, ruleCtxField, "the context of "+s.fn.Name.Name+" is not its first parameter", "Move it to the front: `"+s.fn.Name.Name+"(ctx context.Context, …)`.")
		}
		if id, ok := field.Type.(*ast.Ident); ok && s.f.holdsMutex(id.Name) {
			c.hit(s.f, field, ruleMutexCopy, s.fn.Name.Name+" takes a "+id.Name+" by value and copies its mutex", "Take `*"+id.Name+"`.")
		}
		n += max(1, len(field.Names))
	}
	if _, typ, pointer := recvName(s.fn); typ != "" && !pointer && s.f.holdsMutex(typ) {
		c.hit(s.f, s.fn, ruleMutexCopy, "the value receiver of "+typ+"."+s.fn.Name.Name+" copies the mutex of "+typ, "Use a pointer receiver: `func ("+orName(s.recv, "x")+" *"+typ+") "+s.fn.Name.Name+"(…)`.")
	}
}

// holdsMutex reports whether a struct of the package holds a lock by value.
func (f *file) holdsMutex(typ string) bool {
	return f.mutexField(typ) != ""
}

func (f *file) mutexField(typ string) string {
	st := f.pkg.structs[typ]
	if st == nil {
		return ""
	}
	for _, field := range st.Fields.List {
		switch f.text2(field.Type) {
		case "sync.Mutex", "sync.RWMutex":
			if len(field.Names) > 0 {
				return field.Names[0].Name
			}
			return "embedded"
		}
	}
	return ""
}

// text2 prints a selector without the file it stands in: the struct may be
// declared in another file of the package.
func (f *file) text2(x ast.Expr) string {
	if s, ok := x.(*ast.SelectorExpr); ok {
		if id, ok := s.X.(*ast.Ident); ok {
			return id.Name + "." + s.Sel.Name
		}
	}
	return ""
}

// wholeBody checks what takes a look at a function as a whole.
func (c *checker) wholeBody(s *scope) {
	if s.f.src.Test {
		return
	}
	if at := findCall(s.fn.Body, "Next"); at != nil && strings.Contains(s.source, ".Scan(") && !strings.Contains(s.source, ".Err()") {
		rows := s.f.text(at.Fun.(*ast.SelectorExpr).X)
		if strings.Contains(strings.ToLower(rows), "rows") {
			c.hit(s.f, at, ruleRowsErr, s.fn.Name.Name+" never asks `"+rows+".Err()` after the loop", "Behind the loop: `if err := "+rows+".Err(); err != nil { "+s.onError("read rows")+" }`.")
		}
	}
	c.bodies(s)
	if s.writer != "" && s.f.imports["template"] == "text/template" && strings.Contains(s.source, ".Execute") {
		c.hit(s.f, s.fn, ruleTextTemplate, s.fn.Name.Name+" writes a page with text/template", "Import `html/template` instead; the calls stay the same.")
	}
}

// bodies finds responses whose body is neither closed nor handed on.
func (c *checker) bodies(s *scope) {
	ast.Inspect(s.fn.Body, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if !ok || len(a.Lhs) != 2 || len(a.Rhs) != 1 {
			return true
		}
		call, ok := a.Rhs[0].(*ast.CallExpr)
		if !ok || !responseCall(s.f, call) {
			return true
		}
		name := s.f.text(a.Lhs[0])
		if name == "_" || strings.Contains(s.source, name+".Body.Close") || s.handsOn(name) {
			return true
		}
		c.hit(s.f, a, ruleBodyClose, "the body of `"+name+"` is never closed", "After the error check: `defer "+name+".Body.Close()`.")
		return true
	})
}

// handsOn reports whether a variable is given to somebody else who may close
// it: returned, passed as an argument, stored.
func (s *scope) handsOn(name string) bool {
	found := false
	ast.Inspect(s.fn.Body, func(n ast.Node) bool {
		var given []ast.Expr
		switch n := n.(type) {
		case *ast.ReturnStmt:
			given = n.Results
		case *ast.CallExpr:
			given = n.Args
		case *ast.CompositeLit:
			given = n.Elts
		case *ast.KeyValueExpr:
			given = []ast.Expr{n.Value}
		case *ast.AssignStmt:
			given = n.Rhs
		}
		for _, x := range given {
			found = found || isIdent(x, name)
		}
		return !found
	})
	return found
}

// responseCall reports whether a call returns (*http.Response, error).
func responseCall(f *file, call *ast.CallExpr) bool {
	if f.isPkg(call.Fun, "net/http", "Get", "Post", "PostForm", "Head") {
		return true
	}
	x, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || f.imports["http"] != "net/http" {
		return false
	}
	on := strings.ToLower(f.text(x.X))
	client := strings.HasSuffix(on, "client") || strings.HasSuffix(on, "http")
	return client && slices.Contains([]string{"Do", "Get", "Post", "PostForm", "Head"}, x.Sel.Name)
}

func findCall(n ast.Node, name string) *ast.CallExpr {
	var found *ast.CallExpr
	ast.Inspect(n, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && found == nil && sel(call) == name {
			found = call
		}
		return found == nil
	})
	return found
}

// oldLoops reports whether go.mod asks for a Go version before 1.22, where all
// rounds of a loop share their variables.
func (c *checker) oldLoops() bool {
	for l := range strings.Lines(c.goMod) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(l), "go 1."); ok {
			var minor int
			if _, err := fmt.Sscanf(v, "%d", &minor); err != nil {
				return false
			}
			return minor < 22
		}
	}
	return false
}
