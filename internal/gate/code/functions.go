package code

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/python"
	"aicity.dev/aicity/internal/gate/syntax"
)

// Function is a function or method of a file.
type Function struct {
	Name        string
	Owner       string // the type or class that it is a method of, "" for none
	First, Last int    // its lines, from 1
}

// Functions are those of a file, by the extension of its name without the dot, in
// the order of their first lines. It says false where there is no reader, the file
// cannot be parsed, or where a function ends does not show.
func Functions(ext, source string) ([]Function, bool) {
	if len(source) > MaxBytes || syntax.TooDeep(source) {
		return nil, false
	}
	switch ext = strings.ToLower(ext); ext {
	case "go":
		return goFunctions(source)
	case "py":
		return laidOut(source, pythonHeads, ""), python.File(source)
	case "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx":
		p, ok := syntax.For(ext)
		if !ok || !p.Part(source) {
			return nil, false
		}
		all := laidOut(source, scriptHeads, "}")
		return all, all != nil
	}
	return nil, false
}

func goFunctions(source string) ([]Function, bool) {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, "", source, parser.SkipObjectResolution)
	if err != nil {
		return nil, false
	}
	all := []Function{}
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		one := Function{Name: f.Name.Name, First: files.Position(f.Pos()).Line, Last: files.Position(f.End()).Line}
		if f.Recv != nil && len(f.Recv.List) == 1 {
			one.Owner = receiver(f.Recv.List[0].Type)
		}
		all = append(all, one)
	}
	return all, true
}

func receiver(t ast.Expr) string {
	if t, ok := BareType(t).(*ast.Ident); ok {
		return t.Name
	}
	return "?"
}

// BareType is a type without what points to it and without its arguments.
func BareType(e ast.Expr) ast.Expr {
	for {
		switch t := e.(type) {
		case *ast.StarExpr:
			e = t.X
		case *ast.ParenExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.IndexListExpr:
			e = t.X
		default:
			return e
		}
	}
}

// heads are the lines that functions and classes begin with. Submatches are the
// indentation, the owner and the name, in that order.
type heads struct {
	class     pattern.Pattern
	functions []pattern.Pattern
}

var pythonHeads = heads{
	class:     pattern.New(`^(\s*)class (\w+)`),
	functions: []pattern.Pattern{pattern.New(`^(\s*)()(?:async )?def (\w+)`)},
}

var scriptHeads = heads{
	class: pattern.New(`^(\s*)(?:export |default |abstract )*class ([\w$]+)`),
	functions: []pattern.Pattern{
		pattern.New(`^(\s*)()(?:export |default |async )*function\*?\s*([\w$]+)\s*[(<]`),
		pattern.New(`^(\s*)(?:([\w$.]+)\.)?([\w$]+)\s*=\s*(?:async\s*)?(?:function\b|\([^()]*\)\s*=>\s*\{|[\w$]+\s*=>\s*\{)`),
		pattern.New(`^(\s*)()(?:export )?(?:const|let|var) ([\w$]+)\s*=\s*(?:async\s*)?(?:function\b|\([^()]*\)\s*=>\s*\{|[\w$]+\s*=>\s*\{)`),
		pattern.New(`^(\s+)()([\w$]+)\s*:\s*(?:async\s*)?(?:function\b|\([^()]*\)\s*=>\s*\{)`),
		pattern.New(`^(\s+)()(?:static |async |get |set |\*|public |private |protected )*([\w$]+)\s?\([^()]*\)(?:: [^{]+)?\s*\{\s*$`),
	},
}

// notNames are the words before a bracket that begin no function.
var notNames = map[string]bool{"if": true, "for": true, "while": true, "switch": true, "catch": true, "with": true, "function": true, "return": true}

// laidOut finds functions by how their lines are indented; closing is how the line
// behind the body begins, "" where none closes it. It is nil where one does not.
func laidOut(source string, by heads, closing string) []Function {
	lines := strings.Split(source, "\n")
	all, owner, within := []Function{}, "", 0
	for i, l := range lines {
		if owner != "" && strings.TrimSpace(l) != "" && lex.Indent(l) <= within {
			owner = ""
		}
		low := strings.ToLower(l)
		if by.class.Can(low) {
			if m := by.class.Regexp().FindStringSubmatch(l); m != nil {
				owner, within = m[2], len(m[1])
				continue
			}
		}
		one, ok := by.function(l, low)
		if !ok {
			continue
		}
		last := i
		if t := strings.TrimRight(l, "; \t"); closing == "" || !strings.HasSuffix(t, closing) {
			last = dedent(lines, i)
			if closing == "" {
				last--
			} else if last == len(lines) || !strings.HasPrefix(strings.TrimLeft(lines[last], " \t"), closing) {
				return nil
			}
		}
		if one.First, one.Last = i+1, last+1; one.Owner == "" {
			one.Owner = owner
		}
		all = append(all, one)
	}
	return all
}

// goHead matches the line that begins a function of Go.
var goHead = regexp.MustCompile(`^func (?:\((?:\w+ )?\*?(\w+)[^)]*\) )?(\w+)[(\[]`)

// Opens is the function that a line begins in a file whose name has the extension.
func Opens(ext, line string) (Function, bool) {
	switch strings.ToLower(ext) {
	case "go":
		if m := goHead.FindStringSubmatch(line); m != nil {
			return Function{Name: m[2], Owner: m[1]}, true
		}
	case "py":
		return pythonHeads.function(line, strings.ToLower(line))
	case "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx":
		return scriptHeads.function(line, strings.ToLower(line))
	}
	return Function{}, false
}

// function is the function that a line, given in lower case too, begins, without its
// lines.
func (h heads) function(line, low string) (Function, bool) {
	for _, head := range h.functions {
		if !head.Can(low) {
			continue
		}
		m := head.Regexp().FindStringSubmatch(line)
		if m == nil || notNames[m[3]] {
			continue
		}
		owner := strings.TrimSuffix(m[2], ".prototype")
		if owner == "exports" || owner == "module.exports" {
			owner = ""
		}
		return Function{Name: m[3], Owner: owner}, true
	}
	return Function{}, false
}

// dedent is the first line behind a head that is indented no more than it, and
// does not go on with the head.
func dedent(lines []string, head int) int {
	for i := head + 1; i < len(lines); i++ {
		if t := strings.TrimLeft(lines[i], " \t"); t != "" && lex.Indent(lines[i]) <= lex.Indent(lines[head]) && t[0] != ')' && t[0] != '{' {
			return i
		}
	}
	return len(lines)
}
