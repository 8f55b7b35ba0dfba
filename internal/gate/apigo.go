package gate

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/gate/code"
	"aicity.dev/aicity/internal/gate/document"
)

// moduleName matches the module of a go.mod.
var moduleName = regexp.MustCompile(`(?m)^module\s+"?([^\s"]+)`)

// missingInGo are the names that Go code takes from packages of the repository and
// that these do not declare, and the members of values of their types that these do
// not have.
func (v *view) missingInGo(source string) apiUses {
	if v.Index.Langs["go"] == 0 || !strings.Contains(source, "import") || len(source) > document.MaxShownPatch {
		return apiUses{}
	}
	file := parseShown(source)
	if file == nil {
		return apiUses{}
	}
	packages := map[string]goPackage{} // by local name
	for _, i := range file.Imports {
		from, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue
		}
		module := v.goModule(from)
		if module == "" || from != module && !strings.HasPrefix(from, module+"/") {
			continue
		}
		p := v.packageAt(strings.TrimPrefix(strings.TrimPrefix(from, module), "/"), strings.HasSuffix(file.Name.Name, "_test"))
		if p.declares == nil {
			continue
		}
		name := p.name
		if i.Name != nil {
			name = i.Name.Name
		}
		packages[name] = p
	}
	if len(packages) == 0 {
		return apiUses{}
	}
	var found apiUses
	local := hidingNames(file)
	for name := range packages {
		if local[name] {
			delete(packages, name)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if of, ok := sel.X.(*ast.Ident); ok && packages[of.Name].declares != nil && !packages[of.Name].declares[sel.Sel.Name] {
			found.names = append(found.names, of.Name+"."+sel.Sel.Name)
		}
		return true
	})
	found.members = missingOfValues(file, packages)
	return found
}

// parseShown parses Go as people show it: a file, or one without its first line or
// without the function around its statements; nil when it is none of these.
func parseShown(source string) *ast.File {
	forms := []string{source, "package p\n" + source}
	if end := importsEnd.FindStringIndex(source); end != nil {
		forms = append(forms, "package p\n"+source[:end[1]]+"\nfunc _() {\n"+source[end[1]:]+"\n}")
	}
	for _, form := range forms {
		if file, err := parser.ParseFile(token.NewFileSet(), "", form, parser.SkipObjectResolution); err == nil {
			return file
		}
	}
	return nil
}

// importsEnd matches code up to the end of the imports that it begins with.
var importsEnd = regexp.MustCompile(`^\s*import (?:\([^)]*\)|(?:\w+ )?"[^"\n]+")`)

// goModule is the path of the repository's module: what its go.mod says, else the
// imported path that its own documents tell people to get.
func (v *view) goModule(imported string) string {
	if mod := v.Index.Text("go.mod"); mod != nil {
		if m := moduleName.FindStringSubmatch(mod.Raw); m != nil {
			return m[1]
		}
		return ""
	}
	parts := strings.SplitN(imported, "/", 4)
	if len(parts) < 3 || !strings.Contains(parts[0], ".") {
		return ""
	}
	root := strings.Join(parts[:3], "/")
	if own := v.packageAt("", false).name; own == "" || !strings.Contains(parts[2], own) {
		return ""
	}
	gets := regexp.MustCompile(`\bgo (?:get|install) (?:-\w+ )*` + regexp.QuoteMeta(root) + `(?:[@/\s` + "`" + `]|$)`)
	for _, p := range v.Index.Sources {
		if t := v.Index.Text(p); t != nil && path.Ext(p) != ".go" && strings.Contains(t.Raw, root) && gets.MatchString(t.Raw) {
			return root
		}
	}
	return ""
}

// hidingNames are names that a file gives to something: where they hold, they hide
// a package of the same name.
func hidingNames(file *ast.File) map[string]bool {
	local := map[string]bool{}
	note := func(all ...ast.Expr) {
		for _, one := range all {
			if name, ok := one.(*ast.Ident); ok {
				local[name.Name] = true
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt: // also of a switch by type and of a select
			note(n.Lhs...)
		case *ast.RangeStmt:
			note(n.Key, n.Value)
		case *ast.Field:
			for _, name := range n.Names {
				note(name)
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				note(name)
			}
		case *ast.TypeSpec:
			note(n.Name)
		}
		return true
	})
	return local
}

// packageAt is the package in a folder, without what it declares when a file of it
// cannot be read. Tests outside of a package see what its own declare.
func (v *view) packageAt(dir string, tests bool) goPackage {
	key := dir
	if tests {
		key += " tests"
	}
	if known, ok := v.packages[key]; ok {
		return known
	}
	p := v.readPackage(dir, tests)
	if v.packages == nil {
		v.packages = map[string]goPackage{}
	}
	v.packages[key] = p
	return p
}

// goPackage is what a folder declares.
type goPackage struct {
	name     string
	declares map[string]bool
	types    map[string][]ast.Expr // by name, as each file declares them
	methods  map[string][]string   // by the type that has them
	results  map[string]ast.Expr   // of functions, the first
}

// madeElsewhere matches what says that a part of a package comes from elsewhere.
var madeElsewhere = regexp.MustCompile(`(?m)^//go:generate\b|^import "C"`)

func (v *view) readPackage(dir string, tests bool) goPackage {
	p := goPackage{declares: map[string]bool{}, types: map[string][]ast.Expr{}, methods: map[string][]string{}, results: map[string]ast.Expr{}}
	for _, at := range v.Index.Sources {
		test := strings.HasSuffix(at, "_test.go")
		if strings.TrimSuffix(path.Dir(at), ".") != dir || path.Ext(at) != ".go" || test && !tests {
			continue
		}
		t := v.Index.Text(at)
		if t == nil || madeElsewhere.MatchString(t.Raw) {
			return goPackage{}
		}
		file, err := parser.ParseFile(token.NewFileSet(), "", t.Raw, parser.SkipObjectResolution)
		if err != nil || file.Name.Name == "main" {
			return goPackage{}
		}
		if !test {
			p.name = file.Name.Name
		}
		for _, d := range file.Decls {
			p.declare(d)
		}
	}
	if p.name == "" {
		return goPackage{}
	}
	return p
}

func (p *goPackage) declare(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		p.declares[d.Name.Name] = true
		if d.Recv != nil && len(d.Recv.List) == 1 {
			if of, ok := code.BareType(d.Recv.List[0].Type).(*ast.Ident); ok {
				p.methods[of.Name] = append(p.methods[of.Name], d.Name.Name)
			}
		} else if d.Type.Results != nil && len(d.Type.Results.List) > 0 {
			p.results[d.Name.Name] = d.Type.Results.List[0].Type
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				p.declares[spec.Name.Name] = true
				p.types[spec.Name.Name] = append(p.types[spec.Name.Name], spec.Type)
			case *ast.ValueSpec:
				for _, n := range spec.Names {
					p.declares[n.Name] = true
				}
			}
		}
	}
}
