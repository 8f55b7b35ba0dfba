package gocheck

import (
	"go/ast"
	"strings"
)

// scope is a function with what its signature says.
type scope struct {
	f       *file
	fn      *ast.FuncDecl
	recv    string
	ctx     string // name of its context parameter
	request string // name of its *http.Request parameter
	writer  string // name of its http.ResponseWriter parameter
	errs    bool   // its last result is an error
	source  string // of the body
}

func newScope(f *file, fn *ast.FuncDecl) *scope {
	s := &scope{f: f, fn: fn}
	s.recv, _, _ = recvName(fn)
	for _, field := range fn.Type.Params.List {
		if len(field.Names) == 0 {
			continue
		}
		name := field.Names[0].Name
		switch f.text(field.Type) {
		case "context.Context":
			s.ctx = name
		case "*http.Request":
			s.request = name
		case "http.ResponseWriter":
			s.writer = name
		}
	}
	s.errs = returnsError(fn.Type)
	from, to := f.fset.Position(fn.Body.Pos()).Offset, f.fset.Position(fn.Body.End()).Offset
	s.source = string(f.src.Text[from:to])
	return s
}

func returnsError(t *ast.FuncType) bool {
	if t.Results == nil || len(t.Results.List) == 0 {
		return false
	}
	id, ok := t.Results.List[len(t.Results.List)-1].Type.(*ast.Ident)
	return ok && id.Name == "error"
}

// onError is what the function would do with an error, as source.
func (s *scope) onError(doing string) string {
	others := ""
	if s.errs && results(s.fn.Type) > 1 {
		others = "…, "
	}
	switch {
	case s.errs && s.f.imports["fmt"] == "fmt":
		return "return " + others + "fmt.Errorf(\"" + doing + ": %w\", err)"
	case s.errs:
		return "return " + others + "err"
	case s.writer != "":
		return "http.Error(" + s.writer + ", \"…\", http.StatusBadRequest); return"
	default:
		return "log.Printf(\"" + doing + ": %v\", err)"
	}
}

// fromRequest reports whether an expression reads what a client sent.
func (s *scope) fromRequest(x ast.Expr) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		switch e := n.(type) {
		case *ast.SelectorExpr:
			if id, ok := e.X.(*ast.Ident); ok && s.request != "" && id.Name == s.request {
				switch e.Sel.Name {
				case "URL", "Form", "PostForm", "Header", "Host", "RequestURI", "FormValue", "PostFormValue", "PathValue", "Cookie", "FormFile":
					found = true
				}
			}
		case *ast.CallExpr:
			if s.f.isPkg(e.Fun, "github.com/gorilla/mux", "Vars") {
				found = true
			}
		case *ast.Ident:
			if s.tainted(e.Name) {
				found = true
			}
		}
		return !found
	})
	return found
}

// tainted reports whether a variable is assigned directly from the request
// somewhere in the function.
func (s *scope) tainted(name string) bool {
	if s.request == "" || name == s.request || !strings.Contains(s.source, name+" := "+s.request+".") {
		return false
	}
	found := false
	ast.Inspect(s.fn.Body, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if ok && len(a.Lhs) == 1 && len(a.Rhs) == 1 {
			if id, ok := a.Lhs[0].(*ast.Ident); ok && id.Name == name {
				if call, ok := a.Rhs[0].(*ast.CallExpr); ok {
					if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
						found = found || strings.HasPrefix(s.f.text(sel), s.request+".")
					}
				}
			}
		}
		return !found
	})
	return found
}
