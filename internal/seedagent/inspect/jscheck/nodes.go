package jscheck

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"

	"aicity.dev/aicity/internal/seedagent/inspect"
)

// node checks what can be said of a single node and its path.
func (c *checker) node(w *walker, n ast.Node) {
	switch n := n.(type) {
	case *ast.CallExpression:
		c.call(w, n)
	case *ast.NewExpression:
		c.construct(w, n)
	case *ast.AssignExpression:
		c.assign(w, n)
	case *ast.Binding:
		if n.Initializer != nil {
			if sql := built(n.Initializer); sql != "" {
				c.sql(w, n.Initializer, sql)
			}
		}
	case *ast.CatchStatement:
		if n.Body != nil && len(n.Body.List) == 0 && !w.f.commented(n) {
			c.hit(w.f, n, ruleEmptyCatch, "the caught error is dropped without a word", "Log it, handle the one case you expect and rethrow the rest, or say in a comment why it is harmless.")
		}
	case *ast.ThrowStatement:
		if isText(n.Argument) {
			c.hit(w.f, n, ruleThrow, "a string is thrown instead of an Error", "`throw new Error("+w.f.text(n.Argument)+")`")
		}
	case *ast.IfStatement:
		c.condition(w, n.Test)
	case *ast.ExpressionStatement:
		c.floating(w, n)
	case *ast.PropertyKeyed:
		c.property(w, n)
	case *ast.ForInStatement:
		c.pollution(w, n)
	case *ast.AwaitExpression:
		c.awaited(w, n)
	}
}

// commented reports whether the author says something inside an empty catch.
// esbuild drops comments, so the source as written is asked.
func (f *file) commented(n *ast.CatchStatement) bool {
	line := max(f.line(n), 1)
	end := max(line, f.mapped(int(n.Body.RightBrace)-1))
	for i := line - 1; i < min(end, len(f.src.Lines)); i++ {
		if l := f.src.Lines[i]; strings.Contains(l, "//") || strings.Contains(l, "/*") {
			return true
		}
	}
	return false
}

func (c *checker) construct(w *walker, n *ast.NewExpression) {
	switch name := w.f.callee(n.Callee); {
	case name == "Function" && len(n.ArgumentList) > 0 && !literal(n.ArgumentList[len(n.ArgumentList)-1]):
		c.hit(w.f, n, ruleEval, "`new Function` compiles text at run time", "Write the function, or choose it from a table of functions.")
	case name == "Buffer":
		c.hit(w.f, n, ruleBuffer, "`"+w.f.text(n)+"` is deprecated and unsafe", "`Buffer.from(data)` or `Buffer.alloc(size)`.")
	case name == "RegExp" && len(n.ArgumentList) > 0 && w.fn.fromRequest(n.ArgumentList[0]):
		c.hit(w.f, n, ruleRegExp, "the request supplies a regular expression", "Escape it first, or search with `includes`.")
	}
}

func (c *checker) assign(w *walker, n *ast.AssignExpression) {
	switch left := n.Left.(type) {
	case *ast.DotExpression:
		member := string(left.Identifier.Name)
		if (member == "innerHTML" || member == "outerHTML") && !literal(n.Right) && !escapes(w.f.text(n.Right)) {
			c.hitAs(w.f, n, ruleXSS, inspect.Medium, "`"+member+"` is set to `"+w.f.text(n.Right)+"`", "Use `textContent`, or build the elements; HTML from others goes through a sanitiser such as DOMPurify.")
		}
		if member == "NODE_TLS_REJECT_UNAUTHORIZED" {
			c.hit(w.f, n, ruleTLS, "certificate checks are switched off for the whole process", "Remove the line; give Node the authority with `NODE_EXTRA_CA_CERTS`.")
		}
	case *ast.BracketExpression:
		if w.fn != nil && w.fn.fromRequest(left.Member) {
			c.hit(w.f, n, ruleDynamicKey, "`"+w.f.text(left)+"` lets the request choose the property", "Use a `Map`, or check the name against a list of allowed ones.")
		}
	}
	if n.Operator == token.ASSIGN {
		if sql := built(n.Right); sql != "" {
			c.sql(w, n.Right, sql)
		}
	}
}

// condition finds a single = where a comparison is meant.
func (c *checker) condition(w *walker, test ast.Expression) {
	a, ok := test.(*ast.AssignExpression)
	if !ok || a.Operator != token.ASSIGN || w.parenthesised(a) {
		return
	}
	if literal(a.Right) {
		c.hit(w.f, a, ruleAssign, "`"+w.f.text(a)+"` assigns instead of comparing", "Write `===`.")
	}
}

// parenthesised reports whether the author marked the assignment as meant.
func (w *walker) parenthesised(a *ast.AssignExpression) bool {
	from := int(a.Idx0()) - 1
	return from >= 2 && strings.HasSuffix(strings.TrimRight(w.f.code[:from], " "), "((")
}

// floating finds promise chains that end without a catch.
func (c *checker) floating(w *walker, n *ast.ExpressionStatement) {
	call, ok := n.Expression.(*ast.CallExpression)
	if !ok {
		return
	}
	chained, handled := false, false
	for x := ast.Expression(call); ; {
		inner, ok := x.(*ast.CallExpression)
		if !ok {
			break
		}
		d, ok := inner.Callee.(*ast.DotExpression)
		if !ok {
			break
		}
		switch d.Identifier.Name {
		case "then":
			chained = true
			handled = handled || len(inner.ArgumentList) > 1
		case "catch":
			handled = true
		}
		x = d.Left
	}
	if chained && !handled {
		c.hit(w.f, n, ruleFloating, "a promise chain ends without `catch`", "Append `.catch(next)` or `.catch((err) => { … })`, or `await` it inside try and catch.")
	}
}

func (c *checker) property(w *walker, n *ast.PropertyKeyed) {
	switch key := literalKey(n.Key); key {
	case "rejectUnauthorized":
		if b, ok := n.Value.(*ast.BooleanLiteral); ok && !b.Value {
			c.hit(w.f, n, ruleTLS, "`rejectUnauthorized: false` accepts any certificate", "Remove it and pass the authority's certificate as `ca`.")
		}
	case "dangerouslySetInnerHTML":
		if !escapes(w.f.text(n.Value)) {
			c.hitAs(w.f, n, ruleXSS, inspect.Medium, "`dangerouslySetInnerHTML` gets `"+w.f.text(n.Value)+"`", "Render the value as text, or sanitise it with DOMPurify first.")
		}
	}
}

// pollution finds for-in loops that copy into a nested target by recursion and
// never look at the key.
func (c *checker) pollution(w *walker, loop *ast.ForInStatement) {
	key := ""
	switch into := loop.Into.(type) {
	case *ast.ForIntoVar:
		if id, ok := into.Binding.Target.(*ast.Identifier); ok {
			key = string(id.Name)
		}
	case *ast.ForDeclaration:
		if id, ok := into.Target.(*ast.Identifier); ok {
			key = string(id.Name)
		}
	}
	if key == "" || w.fn == nil || w.fn.name == "" {
		return
	}
	body := w.f.text2(loop.Body)
	if strings.Contains(body, "__proto__") || strings.Contains(body, "hasOwn") || strings.Contains(body, "'constructor'") || strings.Contains(body, `"constructor"`) {
		return
	}
	writes := anyNode(loop.Body, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignExpression)
		if !ok {
			return false
		}
		b, ok := a.Left.(*ast.BracketExpression)
		return ok && w.f.text(b.Member) == key
	})
	recurses := anyNode(loop.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpression)
		return ok && w.f.callee(call.Callee) == w.fn.name && strings.Contains(w.f.text(call), "["+key+"]")
	})
	if writes && recurses {
		c.hit(w.f, loop, rulePollution, fmt.Sprintf("%s copies every key of its source, `__proto__` included", w.fn.name),
			"Skip the dangerous keys, `if (key === '__proto__' || key === 'constructor' || key === 'prototype') continue`, and copy own keys only (`Object.keys`).")
	}
}

// text2 is the full source of a node.
func (f *file) text2(n ast.Node) string {
	from, to := int(n.Idx0())-1, int(n.Idx1())-1
	if from < 0 || to > len(f.code) || from > to {
		return ""
	}
	return f.code[from:to]
}

// awaited finds awaits outside try in handlers of Express 4.
func (c *checker) awaited(w *walker, n *ast.AwaitExpression) {
	fn := w.fn
	if fn == nil || !fn.async || fn.reply != "res" || fn.tries > 0 || w.f.express != 4 || len(fn.params) < 2 || fn.params[0] != fn.request {
		return
	}
	if _, ok := c.reported(w.f, fn); ok {
		return
	}
	c.hit(w.f, n, ruleAsyncHandler, "when `"+w.f.text(n)+"` rejects, nobody answers the request",
		"Wrap the body in try and catch and call `next(err)`, or wrap the handler: `const safe = (h) => (req, res, next) => h(req, res, next).catch(next)`. Express 5 does this itself.")
}

// reported tells whether a handler has its finding already: one is enough.
func (c *checker) reported(f *file, fn *function) (inspect.Hit, bool) {
	from, to := f.mapped(int(fn.node.Idx0())-1), f.mapped(int(fn.node.Idx1())-2)
	for _, h := range slices.Backward(c.out.Hits) {
		if h.Rule == ruleAsyncHandler && h.File == f.src.Path && h.Line >= from && h.Line <= to {
			return h, true
		}
	}
	return inspect.Hit{}, false
}
