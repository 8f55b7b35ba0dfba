package gate

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/syntax"
)

// inventedAPI takes points, and the verdict where code is the product, for code
// that uses names of the repository's packages which these do not have: it does not
// compile, or fails as soon as it is loaded.
func inventedAPI(v *view) (Signal, bool) {
	s := Signal{Name: "names that are used", Reason: "The code uses no name of the repository that it does not have."}
	if v.Index == nil || !v.Index.Whole() {
		return s, false
	}
	asked := strings.ToLower(v.Request)
	seen := map[string]bool{}
	for _, b := range v.Doc.Blocks[:min(len(v.Doc.Blocks), maxBlocks)] {
		source := strings.Join(b.Proposed(), "\n")
		used := v.missingInScript(source, b.Lang)
		if b.MayBeGo() {
			used = append(used, v.missingInGo(source)...)
		}
		for _, name := range used {
			bare := lex.LastName(name)
			if seen[name] || strings.Contains(asked, strings.ToLower(bare)) || !v.MayLook() {
				continue
			}
			if seen[name] = true; !v.Declares(bare) && !v.listsName(bare) {
				s.Evidence = append(s.Evidence, name)
			}
		}
	}
	if len(s.Evidence) == 0 {
		return s, false
	}
	s.Reason = fmt.Sprintf("The code uses %s that the repository does not have.", counted(len(s.Evidence), "name", "names"))
	s.Points = -costInventedAPI
	if v.Want.Code {
		s.Cap = capAt(capNoCode)
	}
	s.Evidence = few(s.Evidence, 8)
	s.advice = "Build your code against the repository: what it calls must be there."
	return s, true
}

// moduleName matches the module of a go.mod.
var moduleName = regexp.MustCompile(`(?m)^module\s+"?([^\s"]+)`)

// missingInGo are the names that Go code takes from packages of the repository and
// that these do not declare.
func (v *view) missingInGo(source string) []string {
	mod := v.Index.Text("go.mod")
	if mod == nil || !strings.Contains(source, "import") || len(source) > document.MaxShownPatch {
		return nil
	}
	m := moduleName.FindStringSubmatch(mod.Raw)
	if m == nil || !strings.Contains(source, m[1]) {
		return nil
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	packages := map[string]map[string]bool{} // local name → what it declares
	for _, i := range file.Imports {
		from, err := strconv.Unquote(i.Path.Value)
		if err != nil || from != m[1] && !strings.HasPrefix(from, m[1]+"/") {
			continue
		}
		name, declared := v.packageAt(strings.TrimPrefix(strings.TrimPrefix(from, m[1]), "/"), strings.HasSuffix(file.Name.Name, "_test"))
		if i.Name != nil {
			name = i.Name.Name
		}
		if declared != nil {
			packages[name] = declared
		}
	}
	local := hidingNames(file)
	var missing []string
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if of, ok := sel.X.(*ast.Ident); ok && !local[of.Name] && packages[of.Name] != nil && !packages[of.Name][sel.Sel.Name] {
			missing = append(missing, of.Name+"."+sel.Sel.Name)
		}
		return true
	})
	return missing
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

// packageAt is the name of the package in a folder and what it declares, nil when
// a file of it cannot be read. Tests outside of a package see what its own declare.
func (v *view) packageAt(dir string, tests bool) (string, map[string]bool) {
	key := dir
	if tests {
		key += " tests"
	}
	if known, ok := v.packages[key]; ok {
		return known.name, known.declares
	}
	name, declared := v.readPackage(dir, tests)
	if v.packages == nil {
		v.packages = map[string]goPackage{}
	}
	v.packages[key] = goPackage{name, declared}
	return name, declared
}

// goPackage is what a folder declares.
type goPackage struct {
	name     string
	declares map[string]bool
}

// madeElsewhere matches what says that a part of a package comes from elsewhere.
var madeElsewhere = regexp.MustCompile(`(?m)^//go:generate\b|^import "C"`)

func (v *view) readPackage(dir string, tests bool) (string, map[string]bool) {
	name, declared := "", map[string]bool{}
	for _, p := range v.Index.Sources {
		test := strings.HasSuffix(p, "_test.go")
		if strings.TrimSuffix(path.Dir(p), ".") != dir || path.Ext(p) != ".go" || test && !tests {
			continue
		}
		t := v.Index.Text(p)
		if t == nil || madeElsewhere.MatchString(t.Raw) {
			return "", nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), "", t.Raw, parser.SkipObjectResolution)
		if err != nil {
			return "", nil
		}
		if !test {
			name = file.Name.Name
		}
		if file.Name.Name == "main" {
			return "", nil
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				declared[d.Name.Name] = true
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						declared[spec.Name.Name] = true
					case *ast.ValueSpec:
						for _, n := range spec.Names {
							declared[n.Name] = true
						}
					}
				}
			}
		}
	}
	if name == "" {
		return "", nil
	}
	return name, declared
}

// takenNames matches the names that a script takes out of a module.
var takenNames = regexp.MustCompile(`(?:const|let|var|import)\s*\{([^{}]{1,400})\}\s*(?:=\s*require\(\s*['"]([^'"\n]+)['"]\s*\)|from\s+['"]([^'"\n]+)['"])`)

// missingInScript are the names that a script takes out of the repository's own
// package and that stand in none of its files.
func (v *view) missingInScript(source, lang string) []string {
	var missing []string
	typed := lang == "ts" || lang == "tsx" || lang == "typescript" // types may come from elsewhere
	for _, m := range takenNames.FindAllStringSubmatch(source, 40) {
		module := lex.First(m[2], m[3])
		if module != ".." && module != "../" && !v.ownModule(module) || v.exportsUnseen() {
			continue
		}
		for one := range strings.SplitSeq(m[1], ",") {
			name := strings.TrimPrefix(strings.TrimSpace(one), "type ")
			if at := strings.IndexAny(name, " :="); at >= 0 {
				name = name[:at]
			}
			if typed && name != "" && unicode.IsUpper(rune(name[0])) {
				continue
			}
			if len(name) >= lex.MinName && lex.Identifier.FindString(name) == name && v.MayLook() && !v.Index.HoldsName(name) {
				missing = append(missing, name)
			}
		}
	}
	return missing
}

// unseenExports matches exports whose names do not stand in the file.
var unseenExports = regexp.MustCompile("exports\\[[^'\"\\]\n]|exports\\[['\"][^'\"\n]*['\"] \\+|export \\* from ['\"][^.'\"]|exports = (?:Object\\.(?:assign|create|fromEntries)\\(.*)?require\\(['\"][^.'\"]|\\.\\.\\.require\\(['\"][^.'\"]|(?:assign|defineProperty|defineProperties)\\((?:module\\.)?exports\\b")

// exportsUnseen reports whether the repository's modules export names that they do
// not hold.
func (v *view) exportsUnseen() bool {
	if v.unseen == nil {
		found := false
		for _, p := range v.Index.Sources {
			if t := v.Index.Text(p); t != nil && syntax.LanguageOfFile(p) == "javascript" && unseenExports.MatchString(t.Raw) {
				found = true
				break
			}
		}
		v.unseen = &found
	}
	return *v.unseen
}

// listsName reports whether delivered code has a line that begins with the name, as
// groups of declarations have.
func (v *view) listsName(name string) bool {
	for _, b := range v.Doc.Blocks {
		for _, l := range b.Proposed() {
			if l = strings.TrimSpace(l); strings.HasPrefix(l, name) && b.MayBeGo() {
				return true
			}
		}
	}
	return false
}
