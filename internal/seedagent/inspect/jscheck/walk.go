package jscheck

import (
	"reflect"

	"github.com/dop251/goja/ast"
)

// maxDepth bounds the walk; what lies deeper is not checked.
const maxDepth = 2000

// children calls visit for each child of a node in source order. The syntax
// tree has no visitor of its own.
func children(n ast.Node, visit func(ast.Node)) {
	v := reflect.ValueOf(n)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		if t := v.Type().Field(i); !t.IsExported() || t.Name == "DeclarationList" || t.Name == "File" {
			continue
		}
		child(v.Field(i), visit)
	}
}

func child(v reflect.Value, visit func(ast.Node)) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return
		}
		if n, ok := v.Interface().(ast.Node); ok {
			visit(n)
		}
	case reflect.Slice:
		for i := range v.Len() {
			child(v.Index(i), visit)
		}
	case reflect.Struct:
		if v.CanAddr() {
			if n, ok := v.Addr().Interface().(ast.Node); ok {
				visit(n)
			}
		}
	}
}

// each calls visit for a node and everything below it.
func each(n ast.Node, visit func(ast.Node)) {
	descend(n, 0, func(n ast.Node) bool { visit(n); return true })
}

// descend walks a tree as long as visit says true.
func descend(n ast.Node, depth int, visit func(ast.Node) bool) {
	if depth > maxDepth || !visit(n) {
		return
	}
	children(n, func(c ast.Node) { descend(c, depth+1, visit) })
}

// anyNode reports whether some node below n matches.
func anyNode(n ast.Node, match func(ast.Node) bool) bool {
	found := false
	descend(n, 0, func(n ast.Node) bool {
		found = found || match(n)
		return !found
	})
	return found
}

// function is the innermost function around a node.
type function struct {
	node    ast.Node
	outer   *function
	name    string
	params  []string
	body    ast.Node
	async   bool
	request string // name of its request parameter when it is a handler
	reply   string // name of its response parameter
	tries   int    // depth of try blocks at the current node
	tainted map[string]bool
}

// walker carries the path from the root to the current node.
type walker struct {
	c    *checker
	f    *file
	path []ast.Node
	fn   *function
}

func (w *walker) parent() ast.Node {
	if len(w.path) == 0 {
		return nil
	}
	return w.path[len(w.path)-1]
}

func (w *walker) walk(n ast.Node, depth int) {
	if depth > maxDepth {
		return
	}
	outer := w.fn
	if fn := w.enter(n); fn != nil {
		w.fn = fn
		w.c.function(w, fn)
	}
	w.c.node(w, n)
	w.path = append(w.path, n)
	if t, ok := n.(*ast.TryStatement); ok {
		w.try(t, depth)
	} else {
		children(n, func(c ast.Node) { w.walk(c, depth+1) })
	}
	w.path = w.path[:len(w.path)-1]
	w.fn = outer
}

// try walks a try statement and knows which part is protected.
func (w *walker) try(t *ast.TryStatement, depth int) {
	if w.fn != nil && t.Catch != nil {
		w.fn.tries++
	}
	w.walk(t.Body, depth+1)
	if w.fn != nil && t.Catch != nil {
		w.fn.tries--
	}
	if t.Catch != nil {
		w.walk(t.Catch, depth+1)
	}
	if t.Finally != nil {
		w.walk(t.Finally, depth+1)
	}
}

// enter returns the function that begins at n, nil when none does.
func (w *walker) enter(n ast.Node) *function {
	fn := &function{node: n, outer: w.fn}
	var list *ast.ParameterList
	switch f := n.(type) {
	case *ast.FunctionLiteral:
		list, fn.body, fn.async = f.ParameterList, f.Body, f.Async
		if f.Name != nil {
			fn.name = string(f.Name.Name)
		}
	case *ast.ArrowFunctionLiteral:
		list, fn.body, fn.async = f.ParameterList, f.Body, f.Async
	default:
		return nil
	}
	if fn.name == "" {
		fn.name = w.givenName()
	}
	if list != nil {
		for _, p := range list.List {
			name := ""
			if id, ok := p.Target.(*ast.Identifier); ok {
				name = string(id.Name)
			}
			fn.params = append(fn.params, name)
		}
	}
	fn.handler()
	if fn.request == "" && fn.outer != nil {
		fn.request, fn.reply = fn.outer.request, fn.outer.reply
	}
	fn.taint()
	return fn
}

// givenName is the name that an anonymous function gets from its place.
func (w *walker) givenName() string {
	switch p := w.parent().(type) {
	case *ast.Binding:
		if id, ok := p.Target.(*ast.Identifier); ok {
			return string(id.Name)
		}
	case *ast.AssignExpression:
		if d, ok := p.Left.(*ast.DotExpression); ok {
			return string(d.Identifier.Name)
		}
	case *ast.PropertyKeyed:
		return literalKey(p.Key)
	case *ast.MethodDefinition:
		return literalKey(p.Key)
	}
	return ""
}

// handler recognises (req, res), (request, response), (request, reply) and (ctx).
func (fn *function) handler() {
	if len(fn.params) < 2 {
		return
	}
	first, second := fn.params[0], fn.params[1]
	if (first == "req" || first == "request" || first == "_req") && (second == "res" || second == "response" || second == "reply") {
		fn.request, fn.reply = first, second
	}
	if len(fn.params) == 4 && (fn.params[1] == "req" || fn.params[1] == "request") {
		fn.request, fn.reply = fn.params[1], fn.params[2]
	}
}

// taint records the variables that are assigned from the request.
func (fn *function) taint() {
	fn.tainted = map[string]bool{}
	if fn.request == "" {
		return
	}
	if fn.outer != nil {
		for name := range fn.outer.tainted {
			fn.tainted[name] = true
		}
	}
	each(fn.body, func(n ast.Node) {
		b, ok := n.(*ast.Binding)
		if !ok || b.Initializer == nil || !fn.fromRequest(b.Initializer) {
			return
		}
		switch t := b.Target.(type) {
		case *ast.Identifier:
			fn.tainted[string(t.Name)] = true
		case *ast.ObjectPattern:
			for _, p := range t.Properties {
				if s, ok := p.(*ast.PropertyShort); ok {
					fn.tainted[string(s.Name.Name)] = true
				}
			}
		}
	})
}

// fromRequest reports whether an expression reads what a client sent.
func (fn *function) fromRequest(x ast.Node) bool {
	if fn == nil || fn.request == "" || x == nil {
		return false
	}
	return anyNode(x, func(n ast.Node) bool {
		switch e := n.(type) {
		case *ast.DotExpression:
			if id, ok := e.Left.(*ast.Identifier); ok && string(id.Name) == fn.request {
				switch e.Identifier.Name {
				case "query", "params", "body", "headers", "cookies", "url", "originalUrl", "hostname", "path":
					return true
				}
			}
		case *ast.Identifier:
			return fn.tainted[string(e.Name)]
		}
		return false
	})
}
