package gocheck

import (
	"go/ast"
	"go/token"
	"slices"
)

// body walks a function with the path to each node.
func (c *checker) body(s *scope) {
	c.wholeBody(s)
	var path []ast.Node
	ast.Inspect(s.fn.Body, func(n ast.Node) bool {
		if n == nil {
			path = path[:len(path)-1]
			return true
		}
		if !s.f.src.Test {
			c.node(s, n, path)
		} else {
			c.nodeInTest(s, n, path)
		}
		path = append(path, n)
		return true
	})
}

// nodeInTest checks what is wrong in tests too.
func (c *checker) nodeInTest(s *scope, n ast.Node, path []ast.Node) {
	if g, ok := n.(*ast.GoStmt); ok {
		c.goStmt(s, g, path)
	}
}

func (c *checker) node(s *scope, n ast.Node, path []ast.Node) {
	switch n := n.(type) {
	case *ast.ExprStmt:
		if call, ok := n.X.(*ast.CallExpr); ok {
			c.droppedCall(s, call)
		}
	case *ast.AssignStmt:
		c.assign(s, n)
	case *ast.DeferStmt:
		c.deferred(s, n, path)
	case *ast.GoStmt:
		c.goStmt(s, n, path)
	case *ast.IfStmt:
		c.swallowed(s, n)
	case *ast.CallExpr:
		c.call(s, n)
	case *ast.BinaryExpr:
		if outer, ok := path[len(path)-1].(*ast.BinaryExpr); !ok || outer.Op != token.ADD {
			c.binary(s, n)
		}
	case *ast.CompositeLit:
		c.literal(s, n)
	case *ast.KeyValueExpr:
		if k, ok := n.Key.(*ast.Ident); ok && k.Name == "InsecureSkipVerify" && isIdent(n.Value, "true") {
			c.hit(s.f, n, ruleTLS, "InsecureSkipVerify turns off the check of the server's certificate",
				"Remove it; for a private authority put its certificate into `tls.Config.RootCAs`.")
		}
	}
}

func isIdent(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}

// deferred finds defers inside loops of the same function.
func (c *checker) deferred(s *scope, d *ast.DeferStmt, path []ast.Node) {
	for _, node := range slices.Backward(path) {
		switch node.(type) {
		case *ast.FuncLit:
			return
		case *ast.ForStmt, *ast.RangeStmt:
			c.hit(s.f, d, ruleDeferInLoop, "`"+s.f.text(d)+"` waits for the end of "+s.fn.Name.Name+", not of the round",
				"Move the body of the loop into a function of its own, where the defer ends with the round, or call `"+s.f.text(d.Call)+"` explicitly.")
			return
		}
	}
}

// goStmt finds WaitGroup.Add in the goroutine and captured loop variables.
func (c *checker) goStmt(s *scope, g *ast.GoStmt, path []ast.Node) {
	lit, ok := g.Call.Fun.(*ast.FuncLit)
	if !ok {
		return
	}
	for _, st := range lit.Body.List {
		if x, ok := st.(*ast.ExprStmt); ok {
			if call, ok := x.X.(*ast.CallExpr); ok && len(call.Args) == 1 {
				if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Add" && counts(s.f, lit, sel.X) {
					c.hit(s.f, x, ruleAddInGoroutine, "`"+s.f.text(call)+"` runs inside the goroutine that it counts",
						"Call `"+s.f.text(call)+"` before the `go` statement.")
				}
			}
		}
	}
	if !c.oldLoops() {
		return
	}
	for _, node := range slices.Backward(path) {
		r, ok := node.(*ast.RangeStmt)
		if !ok || r.Tok != token.DEFINE {
			continue
		}
		for _, v := range []ast.Expr{r.Key, r.Value} {
			if id, ok := v.(*ast.Ident); ok && id.Name != "_" && mentions(lit.Body, id.Name) && !declares(r.Body, id.Name) {
				c.hit(s.f, g, ruleLoopVar, "the goroutine uses the loop variable `"+id.Name+"`, which all rounds share",
					"Copy it in the loop, `"+id.Name+" := "+id.Name+"`, or pass it as an argument; go.mod says a Go version before 1.22.")
			}
		}
		return
	}
}

// counts reports whether x is a WaitGroup from outside that the goroutine
// itself is counted by: it calls x.Done too.
func counts(f *file, lit *ast.FuncLit, x ast.Expr) bool {
	name := f.text(x)
	done, own := false, false
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			done = done || n.Sel.Name == "Done" && f.text(n.X) == name
		case *ast.ValueSpec:
			for _, id := range n.Names {
				own = own || id.Name == name
			}
		}
		return true
	})
	return done && !own && !declares(lit.Body, name)
}

func mentions(n ast.Node, name string) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == name {
			found = true
		}
		return !found
	})
	return found
}

func declares(n ast.Node, name string) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
			for _, l := range a.Lhs {
				found = found || isIdent(l, name)
			}
		}
		return !found
	})
	return found
}

// binary finds SQL put together with + and errors compared with ==.
func (c *checker) binary(s *scope, b *ast.BinaryExpr) {
	switch b.Op {
	case token.ADD:
		if lit, ok := leftmost(b).(*ast.BasicLit); ok && lit.Kind == token.STRING && looksLikeSQL(lit.Value) && !constant(b) {
			c.hit(s.f, b, ruleSQL, "a statement is put together from `"+shortSQL(lit.Value)+"` and a value",
				"Write a placeholder and pass the value as an argument: `db.QueryContext(ctx, \"… WHERE x = ?\", value)`.")
		}
	case token.EQL, token.NEQ:
		for _, x := range []ast.Expr{b.X, b.Y} {
			if s.f.isPkg(x, "io", "EOF", "ErrUnexpectedEOF") || s.f.isPkg(x, "database/sql", "ErrNoRows") || s.f.isPkg(x, "os", "ErrNotExist") || s.f.isPkg(x, "context", "Canceled", "DeadlineExceeded") {
				if s.f.isPkg(x, "io") {
					continue // readers promise to return io.EOF itself
				}
				c.hit(s.f, b, ruleSentinel, "`"+s.f.text(b)+"` fails once the error is wrapped", "Use `errors.Is(err, "+s.f.text(x)+")`.")
			}
		}
	}
}

func leftmost(x ast.Expr) ast.Expr {
	for {
		b, ok := x.(*ast.BinaryExpr)
		if !ok || b.Op != token.ADD {
			return x
		}
		x = b.X
	}
}

// constant reports whether a sum has only literals and capitalised or
// all-constant names in it.
func constant(x ast.Expr) bool {
	switch e := x.(type) {
	case *ast.BinaryExpr:
		return constant(e.X) && constant(e.Y)
	case *ast.BasicLit:
		return true
	case *ast.ParenExpr:
		return constant(e.X)
	}
	return false
}

// literal finds servers and clients without timeouts.
func (c *checker) literal(s *scope, l *ast.CompositeLit) {
	has := func(keys ...string) bool {
		for _, e := range l.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				for _, k := range keys {
					if isIdent(kv.Key, k) {
						return true
					}
				}
			}
		}
		return false
	}
	switch {
	case l.Type == nil:
	case s.f.isPkg(l.Type, "net/http", "Server") && !has("ReadTimeout", "ReadHeaderTimeout"):
		c.hit(s.f, l, ruleNoTimeout, "http.Server has neither ReadHeaderTimeout nor ReadTimeout",
			"Set `ReadHeaderTimeout: 10 * time.Second` and, unless you stream, `ReadTimeout` and `WriteTimeout`.")
	case s.f.isPkg(l.Type, "net/http", "Client") && !has("Timeout"):
		c.hit(s.f, l, ruleNoTimeout, "http.Client is made without a Timeout",
			"Set `Timeout: 10 * time.Second`, or give each request a context with a deadline.")
	}
}
