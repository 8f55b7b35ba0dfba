package gate

import (
	"go/ast"
	"go/token"

	"aicity.dev/aicity/internal/gate/code"
)

// goType is a type of one of the repository's packages, or of the code itself
// where it has no package.
type goType struct{ of, name string }

// valueReader finds values of the repository's types in Go code.
type valueReader struct {
	packages map[string]goPackage
	fields   map[string]map[string]goType // of the structs of the code
	values   map[string]goType            // in the function that is read
	unsure   map[string]bool              // names that it gives to several things
}

// missingOfValues are members that code uses of values whose types are the
// repository's, and that these do not have.
func missingOfValues(file *ast.File, packages map[string]goPackage) []string {
	r := &valueReader{packages: packages, fields: map[string]map[string]goType{}}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			if s, ok := spec.Type.(*ast.StructType); ok {
				r.fields[spec.Name.Name] = r.fieldsOf(s)
			}
		}
		return true
	})
	var missing []string
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		r.enter(f)
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if t := r.valueOf(sel.X); t.of != "" && r.lacks(t, sel.Sel.Name) {
				missing = append(missing, t.of+"."+t.name+"."+sel.Sel.Name)
			}
			return true
		})
	}
	return missing
}

func (r *valueReader) fieldsOf(s *ast.StructType) map[string]goType {
	all := map[string]goType{}
	for _, f := range s.Fields.List {
		t := r.typeOf(f.Type)
		for _, n := range f.Names {
			all[n.Name] = t
		}
		if len(f.Names) == 0 {
			all[t.name] = t
		}
	}
	return all
}

// enter notes what the names of a function stand for; names that it gives twice to
// different things are not known.
func (r *valueReader) enter(f *ast.FuncDecl) {
	r.values, r.unsure = map[string]goType{}, map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, name := range n.Names {
				r.note(name, r.typeOf(n.Type))
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if n.Type != nil {
					r.note(name, r.typeOf(n.Type))
				} else {
					r.note(name, r.valueAt(n.Values, i))
				}
			}
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for i, l := range n.Lhs {
					r.note(l, r.valueAt(n.Rhs, i))
				}
			}
		case *ast.RangeStmt:
			r.note(n.Key, goType{})
			r.note(n.Value, goType{})
		}
		return true
	})
}

// note keeps what a name stands for, if the expression is one.
func (r *valueReader) note(e ast.Expr, t goType) {
	name, ok := e.(*ast.Ident)
	if !ok {
		return
	}
	if was, given := r.values[name.Name]; given && was != t {
		r.unsure[name.Name] = true
	}
	r.values[name.Name] = t
}

// valueAt is the type of the i-th of several values, unknown for one that a call
// gives together with others.
func (r *valueReader) valueAt(values []ast.Expr, i int) goType {
	if i >= len(values) {
		return goType{}
	}
	return r.valueOf(values[i])
}

func (r *valueReader) typeOf(e ast.Expr) goType {
	switch t := code.BareType(e).(type) {
	case *ast.Ident:
		return goType{name: t.Name}
	case *ast.SelectorExpr:
		if of, ok := t.X.(*ast.Ident); ok && r.packages[of.Name].declares != nil {
			return goType{of.Name, t.Sel.Name}
		}
	}
	return goType{}
}

func (r *valueReader) valueOf(e ast.Expr) goType {
	switch e := e.(type) {
	case *ast.Ident:
		if !r.unsure[e.Name] {
			return r.values[e.Name]
		}
	case *ast.ParenExpr:
		return r.valueOf(e.X)
	case *ast.UnaryExpr:
		if e.Op.String() == "&" {
			return r.valueOf(e.X)
		}
	case *ast.CompositeLit:
		switch e.Type.(type) {
		case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
			return r.typeOf(e.Type)
		}
	case *ast.SelectorExpr:
		if t := r.valueOf(e.X); t.of == "" {
			return r.fields[t.name][e.Sel.Name]
		}
	case *ast.CallExpr:
		return r.resultOf(e)
	}
	return goType{}
}

// resultOf is what a function of one of the packages gives back.
func (r *valueReader) resultOf(call *ast.CallExpr) goType {
	sel, ok := code.BareType(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return goType{}
	}
	of, ok := sel.X.(*ast.Ident)
	if !ok {
		return goType{}
	}
	p := r.packages[of.Name]
	switch t := p.results[sel.Sel.Name].(type) {
	case *ast.Ident:
		if len(p.types[t.Name]) > 0 {
			return goType{of.Name, t.Name}
		}
	case *ast.StarExpr:
		if name, ok := code.BareType(t.X).(*ast.Ident); ok && len(p.types[name.Name]) > 0 {
			return goType{of.Name, name.Name}
		}
	}
	return goType{}
}

// lacks reports whether all members of a type are known and a name is none of them.
func (r *valueReader) lacks(t goType, member string) bool {
	p := r.packages[t.of]
	members := map[string]bool{}
	return p.collect(t.name, members, 0) && !members[member]
}

// collect adds the members of a type; false when some may come from elsewhere.
func (p goPackage) collect(name string, members map[string]bool, depth int) bool {
	const deepest = 8
	all := p.types[name]
	if len(all) == 0 || depth > deepest {
		return false
	}
	for _, m := range p.methods[name] {
		members[m] = true
	}
	for _, t := range all {
		if !p.collectOf(t, members, depth) {
			return false
		}
	}
	return true
}

func (p goPackage) collectOf(t ast.Expr, members map[string]bool, depth int) bool {
	var fields *ast.FieldList
	switch t := t.(type) {
	case *ast.StructType:
		fields = t.Fields
	case *ast.InterfaceType:
		fields = t.Methods
	case *ast.Ident:
		return len(p.types[t.Name]) == 0 && plainTypes[t.Name] || p.collect(t.Name, members, depth+1)
	case *ast.MapType, *ast.FuncType, *ast.ArrayType, *ast.ChanType:
		return true
	default:
		return false
	}
	for _, f := range fields.List {
		for _, n := range f.Names {
			members[n.Name] = true
		}
		if len(f.Names) > 0 {
			continue
		}
		embedded, ok := code.BareType(f.Type).(*ast.Ident)
		if !ok || embedded.Name == "error" || !p.collect(embedded.Name, members, depth+1) {
			return false
		}
		members[embedded.Name] = true
	}
	return true
}

// plainTypes are types without members.
var plainTypes = map[string]bool{
	"string": true, "bool": true, "byte": true, "rune": true, "int": true, "int8": true, "int16": true, "int32": true, "int64": true,
	"uint": true, "uint8": true, "uint16": true, "uint32": true, "uint64": true, "uintptr": true, "float32": true, "float64": true,
	"complex64": true, "complex128": true,
}
