package gocheck

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/seedagent/inspect"
)

// verdict counts what the repository's declarations say of a name.
type verdict struct{ yes, no, results int }

// learn records which of the repository's functions return an error.
func (c *checker) learn(f *file) {
	note := func(name string, t *ast.FuncType) {
		v := c.errs[name]
		if returnsError(t) {
			v.yes++
			v.results = results(t)
		} else {
			v.no++
		}
		c.errs[name] = v
	}
	for _, d := range f.ast.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			note(fn.Name.Name, fn.Type)
		}
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if i, ok := n.(*ast.InterfaceType); ok {
			for _, m := range i.Methods.List {
				if t, ok := m.Type.(*ast.FuncType); ok && len(m.Names) == 1 {
					note(m.Names[0].Name, t)
				}
			}
		}
		return true
	})
}

func results(t *ast.FuncType) int {
	n := 0
	for _, r := range t.Results.List {
		n += max(1, len(r.Names))
	}
	return n
}

// known are calls of the standard library that return an error which matters,
// by name of the function or method.
var known = map[string]inspect.Severity{
	"Commit": inspect.High, "Decode": inspect.Medium, "Unmarshal": inspect.Medium, "Flush": inspect.Medium, "Sync": inspect.Medium,
	"Exec": inspect.Medium, "ExecContext": inspect.Medium, "Ping": inspect.Low, "ParseForm": inspect.Low, "Encode": inspect.Low,
	"Shutdown": inspect.Low, "WriteFile": inspect.Medium, "Rename": inspect.Medium, "MkdirAll": inspect.Medium, "Mkdir": inspect.Medium,
	"Truncate": inspect.Medium, "Chmod": inspect.Low, "ListenAndServe": inspect.High, "Serve": inspect.Medium,
}

// knownPkgs are the packages in which the functions of known are counted.
var knownPkgs = map[string]bool{"os": true, "encoding/json": true, "net/http": true, "encoding/xml": true, "encoding/gob": true}

// twoValued are functions whose second result is an error that people blank.
var twoValued = map[string]string{
	"strconv.Atoi": "strconv", "strconv.ParseInt": "strconv", "strconv.ParseUint": "strconv", "strconv.ParseFloat": "strconv", "strconv.ParseBool": "strconv",
	"json.Marshal": "encoding/json", "url.Parse": "net/url", "time.Parse": "time", "time.ParseDuration": "time", "io.ReadAll": "io", "os.Open": "os",
	"os.Create": "os", "os.ReadFile": "os", "http.NewRequest": "net/http", "http.Get": "net/http", "hex.DecodeString": "encoding/hex",
}

// droppedCall finds calls whose error nobody looks at.
func (c *checker) droppedCall(s *scope, call *ast.CallExpr) {
	name, on := sel(call), ""
	if id, ok := call.Fun.(*ast.Ident); ok {
		name = id.Name
	}
	if name == "" {
		return
	}
	severity, isKnown := known[name]
	if x, ok := call.Fun.(*ast.SelectorExpr); ok {
		on = s.f.text(x.X)
		isKnown = isKnown && s.trustworthy(name, on)
	} else {
		isKnown = false
	}
	own := c.errs[name]
	if root, _, _ := strings.Cut(on, "."); s.f.imports[root] != "" && !c.ours(s.f.imports[root]) {
		own = verdict{} // a foreign package that happens to use the same name
	}
	switch {
	case quiet[name] || strings.Contains(on, "hash") || strings.HasPrefix(strings.ToLower(name), "error"):
		return
	case own.yes > 0 && own.no == 0 && !isKnown:
		severity = inspect.Medium
	case !isKnown || own.no > 0:
		return
	}
	c.out.Hits = append(c.out.Hits, inspect.Hit{
		Rule: ruleDroppedError, File: s.f.src.Path, Line: s.f.line(call.Pos()), End: s.f.line(call.End()), Severity: severity,
		Claim: "the error of `" + s.f.text(call.Fun) + "` is dropped in " + s.fn.Name.Name,
		Fix:   "`if err := " + s.f.text(call) + "; err != nil { " + s.onError(verb(name)) + " }`",
	})
}

// trustworthy reports whether a known name on this receiver is the call of the
// standard library that is meant.
func (s *scope) trustworthy(name, on string) bool {
	root, _, dotted := strings.Cut(on, ".")
	if p := s.f.imports[root]; p != "" {
		return knownPkgs[p] && (!dotted || strings.Contains(on, "("))
	}
	imported := func(paths ...string) bool {
		for _, p := range s.f.imports {
			if slices.Contains(paths, p) {
				return true
			}
		}
		return false
	}
	switch name {
	case "Exec", "ExecContext", "Commit", "Ping":
		return imported("database/sql", "github.com/jmoiron/sqlx", "github.com/jackc/pgx/v5")
	case "Decode", "Encode", "Unmarshal":
		return imported("encoding/json", "encoding/xml", "encoding/gob")
	case "Flush":
		return imported("bufio")
	case "Truncate", "Sync", "Chmod":
		return imported("os")
	case "Rename", "Mkdir", "MkdirAll", "WriteFile", "Serve":
		return false
	}
	return true
}

// ours reports whether an import path belongs to the repository's module.
func (c *checker) ours(p string) bool {
	return c.module != "" && (p == c.module || strings.HasPrefix(p, c.module+"/"))
}

// quiet are methods whose error is dropped by habit and mostly rightly.
var quiet = map[string]bool{"Close": true, "Write": true, "WriteString": true, "Print": true, "Printf": true, "Println": true, "Fprint": true, "Fprintf": true, "Fprintln": true, "Rollback": true, "Error": true, "Log": true, "Wait": true}

// verb turns a function's name into what was being done: "parse int".
func verb(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}

// assign finds blanked errors and cancel functions.
func (c *checker) assign(s *scope, a *ast.AssignStmt) {
	if len(a.Lhs) < 2 || len(a.Rhs) != 1 || !isIdent(a.Lhs[len(a.Lhs)-1], "_") {
		return
	}
	call, ok := a.Rhs[0].(*ast.CallExpr)
	if !ok {
		return
	}
	name := s.f.text(call.Fun)
	if s.f.isPkg(call.Fun, "context", "WithCancel", "WithTimeout", "WithDeadline") {
		c.hit(s.f, a, ruleLostCancel, "the cancel function of `"+name+"` is thrown away", "`"+s.f.text(a.Lhs[0])+", cancel := "+s.f.text(call)+"` and `defer cancel()`.")
		return
	}
	short := sel(call)
	if id, ok := call.Fun.(*ast.Ident); ok {
		short = id.Name
	}
	own := c.errs[short]
	if root, _, _ := strings.Cut(name, "."); s.f.imports[root] != "" && !c.ours(s.f.imports[root]) {
		own = verdict{}
	}
	pkgPath, isKnown := twoValued[name]
	first, _, _ := strings.Cut(name, ".")
	isKnown = isKnown && s.f.imports[first] == pkgPath && a.Tok == token.DEFINE
	if !isKnown && (own.yes == 0 || own.no > 0 || own.results != len(a.Lhs)) {
		return
	}
	c.hit(s.f, a, ruleDroppedError, "the error of `"+name+"` is assigned to `_` in "+s.fn.Name.Name,
		"`"+s.f.text(a.Lhs[0])+", err := "+s.f.text(call)+"`, then `if err != nil { "+s.onError(verb(short))+" }`")
}

// swallowed finds `if err != nil { return nil }`.
func (c *checker) swallowed(s *scope, i *ast.IfStmt) {
	b, ok := i.Cond.(*ast.BinaryExpr)
	if !ok || b.Op != token.NEQ || !isIdent(b.X, "err") || !isIdent(b.Y, "nil") || !s.errs || len(i.Body.List) != 1 {
		return
	}
	r, ok := i.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(r.Results) == 0 || !isIdent(r.Results[len(r.Results)-1], "nil") {
		return
	}
	c.hitUntil(s.f, i.Pos(), r.End(), ruleSwallowedError, s.fn.Name.Name+" sees an error and returns nil instead of it",
		"Return it: `return …, err`. If the case is harmless, say so in a comment and test for that error alone with `errors.Is`.")
}
