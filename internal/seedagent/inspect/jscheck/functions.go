package jscheck

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"

	"aicity.dev/aicity/internal/seedagent/inspect"
)

// Where size begins to hurt.
const (
	longFunction = 80 // lines
	deepNesting  = 5
)

// function checks a function as a whole.
func (c *checker) function(w *walker, fn *function) {
	c.ignoredError(w, fn)
	c.measure(w, fn)
}

var errorName = regexp.MustCompile(`^(?:err|error|e|er)$`)

// ignoredError finds callbacks with an error that they never look at.
func (c *checker) ignoredError(w *walker, fn *function) {
	if len(fn.params) == 0 || !errorName.MatchString(fn.params[0]) {
		return
	}
	if _, ok := w.parent().(*ast.CallExpression); !ok || len(fn.params) == 1 && fn.params[0] == "e" {
		return // not a callback, or an event handler
	}
	if fn.reply != "" && len(fn.params) == 4 || c.promiseHandler(w) {
		return
	}
	used := anyNode(fn.body, func(n ast.Node) bool {
		id, ok := n.(*ast.Identifier)
		return ok && string(id.Name) == fn.params[0]
	})
	if used || fn.emptyBody() && len(fn.params) == 1 {
		return
	}
	c.hit(w.f, fn.node, ruleCallback, "the callback never looks at `"+fn.params[0]+"`",
		"First line of the callback: `if ("+fn.params[0]+") return "+w.forwards()+"`.")
}

func (fn *function) emptyBody() bool {
	b, ok := fn.body.(*ast.BlockStatement)
	return ok && len(b.List) == 0
}

// promiseHandler reports whether the function is the argument of catch or then.
func (c *checker) promiseHandler(w *walker) bool {
	call, ok := w.parent().(*ast.CallExpression)
	if !ok {
		return false
	}
	name := w.f.callee(call.Callee)
	return strings.HasSuffix(name, ".catch") || strings.HasSuffix(name, ".then")
}

// forwards names what the surrounding function does with errors.
func (w *walker) forwards() string {
	for fn := w.fn; fn != nil; fn = fn.outer {
		for _, p := range fn.params {
			switch p {
			case "next", "done", "callback", "cb":
				return p + "(err)"
			case "reject":
				return "reject(err)"
			}
		}
		if fn.reply == "res" {
			return "res.status(500).json({ error: '…' })"
		}
	}
	return "handle(err)"
}

// measure records the size of named functions and reports the excessive.
func (c *checker) measure(w *walker, fn *function) {
	first, last := w.f.mapped(int(fn.node.Idx0())-1), w.f.mapped(int(fn.node.Idx1())-2)
	if first == 0 || last < first {
		return
	}
	deepest, at := 0, ast.Node(nil)
	nesting(fn.body, 0, 0, func(d int, n ast.Node) {
		if d > deepest {
			deepest, at = d, n
		}
	})
	name := fn.name
	if name == "" {
		name = "a function"
	} else {
		c.out.Measures = append(c.out.Measures, inspect.Measure{File: w.f.src.Path, Line: first, Name: name, Lines: last - first + 1, Depth: deepest})
	}
	if wrapper(fn) {
		return
	}
	if n := last - first + 1; n > longFunction {
		c.hit(w.f, fn.node, ruleLong, fmt.Sprintf("%s is %d lines long", name, n), "Extract the steps that have a name of their own; begin with the deepest block.")
	}
	if deepest >= deepNesting && w.f.line(at) > 0 {
		c.hit(w.f, at, ruleDeep, fmt.Sprintf("%s nests %d blocks here", name, deepest), "Leave early (`if (!ok) return`) or extract the inner loop.")
	}
}

// wrapper reports whether a function only holds others: a module wrapper, a
// describe block.
func wrapper(fn *function) bool {
	b, ok := fn.body.(*ast.BlockStatement)
	if !ok {
		return true
	}
	inner := 0
	for _, s := range b.List {
		if anyNode(s, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral:
				return true
			}
			return false
		}) {
			inner++
		}
	}
	return inner*2 > len(b.List)
}

// nesting calls visit for nested blocks with their depth; functions inside
// count for themselves.
func nesting(n ast.Node, d, level int, visit func(int, ast.Node)) {
	if level > maxDepth {
		return
	}
	children(n, func(c ast.Node) {
		inner := d
		switch s := c.(type) {
		case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral, *ast.ClassLiteral:
			return
		case *ast.IfStatement:
			if p, ok := n.(*ast.IfStatement); !ok || p.Alternate != ast.Statement(s) {
				inner = d + 1
			}
		case *ast.ForStatement, *ast.ForInStatement, *ast.ForOfStatement, *ast.WhileStatement, *ast.DoWhileStatement, *ast.SwitchStatement, *ast.TryStatement:
			inner = d + 1
		}
		if inner > d {
			visit(inner, c)
		}
		nesting(c, inner, level+1, visit)
	})
}

// loose reports == and != of a file together. Comparing with null is the usual
// way to say "null or undefined", and typeof gives a string in any case.
func (c *checker) loose(f *file) {
	each(f.program, func(n ast.Node) {
		b, ok := n.(*ast.BinaryExpression)
		if !ok || b.Operator != token.EQUAL && b.Operator != token.NOT_EQUAL || harmless(b.Left) || harmless(b.Right) {
			return
		}
		op, strict := "==", "==="
		if b.Operator == token.NOT_EQUAL {
			op, strict = "!=", "!=="
		}
		c.hit(f, b, ruleLoose, "`"+f.text(b)+"` compares with `"+op+"`", "Write `"+strict+"`, after converting the side that may have another type.")
	})
}

func harmless(x ast.Expression) bool {
	switch e := x.(type) {
	case *ast.NullLiteral:
		return true
	case *ast.UnaryExpression:
		return e.Operator == token.TYPEOF || e.Operator == token.VOID
	case *ast.Identifier:
		return e.Name == "undefined"
	}
	return false
}

// unused reports variables whose name stands in the file only once. That is
// stricter than scopes, so it never reports a variable that is used.
func (c *checker) unused(f *file) {
	if f.code != string(f.src.Text) && !strings.HasPrefix(string(f.src.Text), "#!") {
		return // esbuild renames imports
	}
	uses := map[string]int{}
	var all []declared
	each(f.program, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Identifier:
			uses[string(n.Name)]++
		case *ast.Binding:
			all = append(all, declaredBy(n)...)
		}
	})
	for _, d := range all {
		if strings.HasPrefix(d.name, "_") || uses[d.name] != 1 {
			continue
		}
		c.hit(f, d.at, ruleUnused, "the "+d.what+" `"+d.name+"` is never used", "Remove it.")
	}
}

// declared is a name that got a value where it was declared.
type declared struct {
	name string
	at   ast.Node
	what string
}

// declaredBy are the names that a binding gives a value to, without those that only
// leave out what the rest of an object shall not have.
func declaredBy(b *ast.Binding) []declared {
	if b.Initializer == nil {
		return nil
	}
	switch t := b.Target.(type) {
	case *ast.Identifier:
		if m, _ := required(b.Initializer); m != "" {
			return []declared{{string(t.Name), t, "import"}}
		}
		return []declared{{string(t.Name), t, "variable"}}
	case *ast.ObjectPattern:
		if t.Rest != nil {
			return nil
		}
		var all []declared
		for _, prop := range t.Properties {
			if s, ok := prop.(*ast.PropertyShort); ok {
				all = append(all, declared{string(s.Name.Name), &s.Name, "variable"})
			}
		}
		return all
	}
	return nil
}
