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

// use is how one method touches a field.
type use struct {
	f      *file
	fn     *ast.FuncDecl
	at     token.Pos
	locked bool
	writes bool
}

// guarded compares, for each struct with a mutex, the methods that lock with
// those that do not. A field that is written under the lock and used without
// it by an exported method is reported; unexported methods may be called with
// the lock held.
func (c *checker) guarded() {
	uses := map[string][]use{}
	var keys []string
	for _, f := range c.parsed {
		if f.src.Test {
			continue
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			recv, typ, _ := recvName(fn)
			mutex := f.mutexField(typ)
			if recv == "" || mutex == "" {
				continue
			}
			locked := locks(f, fn, recv, mutex)
			fields(fn, recv, func(field string, at token.Pos, writes bool) {
				if field == mutex {
					return
				}
				key := path.Dir(f.src.Path) + " " + typ + "." + field
				if uses[key] == nil {
					keys = append(keys, key)
				}
				uses[key] = append(uses[key], use{f: f, fn: fn, at: at, locked: locked, writes: writes})
			})
		}
	}
	for _, key := range keys {
		c.compare(key, uses[key])
	}
}

// compare reports the unlocked uses of one field.
func (c *checker) compare(key string, all []use) {
	writer := slices.IndexFunc(all, func(u use) bool { return u.locked && u.writes })
	if writer < 0 {
		return
	}
	field := key[strings.Index(key, " ")+1:]
	severity := inspect.Medium
	typ, name, _ := strings.Cut(field, ".")
	if all[writer].f.isMap(typ, name) {
		severity = inspect.High // the runtime ends the process when it sees such a race
	}
	seen := map[*ast.FuncDecl]bool{}
	for _, u := range all {
		if u.locked || !u.fn.Name.IsExported() || seen[u.fn] {
			continue
		}
		seen[u.fn] = true
		w := all[writer]
		c.out.Hits = append(c.out.Hits, inspect.Hit{
			Rule: ruleUnguarded, Severity: severity, File: u.f.src.Path, Line: u.f.line(u.at),
			Claim: fmt.Sprintf("%s uses %s without the lock that %s holds when it writes it (line %d)", u.fn.Name.Name, field, w.fn.Name.Name, w.f.line(w.at)),
			Fix:   "Take the same lock around the access: `mu.Lock()` and `defer mu.Unlock()` at the top of " + u.fn.Name.Name + ".",
		})
	}
}

// isMap reports whether a struct's field is a map.
func (f *file) isMap(typ, name string) bool {
	for _, field := range f.pkg.structs[typ].Fields.List {
		for _, id := range field.Names {
			if id.Name == name {
				_, ok := field.Type.(*ast.MapType)
				return ok
			}
		}
	}
	return false
}

// locks reports whether the method takes its receiver's lock.
func locks(f *file, fn *ast.FuncDecl, recv, mutex string) bool {
	found := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			switch text := f.text(call.Fun); text {
			case recv + "." + mutex + ".Lock", recv + "." + mutex + ".RLock", recv + ".Lock", recv + ".RLock":
				found = true
			}
		}
		return !found
	})
	return found
}

// fields calls visit for each use of a field of the receiver.
func fields(fn *ast.FuncDecl, recv string, visit func(field string, at token.Pos, writes bool)) {
	written := map[*ast.SelectorExpr]bool{}
	mark := func(x ast.Expr) {
		for {
			switch e := x.(type) {
			case *ast.IndexExpr:
				x = e.X
				continue
			case *ast.SelectorExpr:
				written[e] = true
			}
			return
		}
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch st := n.(type) {
		case *ast.AssignStmt:
			for _, l := range st.Lhs {
				mark(l)
			}
		case *ast.IncDecStmt:
			mark(st.X)
		case *ast.CallExpr:
			if isIdent(st.Fun, "delete") && len(st.Args) > 0 {
				mark(st.Args[0])
			}
		case *ast.SelectorExpr:
			if id, ok := st.X.(*ast.Ident); ok && id.Name == recv {
				visit(st.Sel.Name, st.Pos(), written[st])
			}
		}
		return true
	})
}
