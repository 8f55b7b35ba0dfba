package code

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strconv"
)

func compareGo(before, after string) Difference {
	one, ok := goTokens(before)
	other, valid := goTokens(after)
	switch {
	case !ok || !valid:
		return Unknown
	case slices.Equal(one.text, other.text):
		return Words
	case slices.Equal(one.numbered(), other.numbered()):
		return Names
	}
	return Effect
}

// goSource is a file of Go as its tokens, without comments.
type goSource struct {
	text  []string
	at    []int // where each begins
	names []bool
	// functions are those at the top, by where they begin and end, and the names
	// that they declare.
	functions []goFunction
}

type goFunction struct {
	from, to int
	local    map[string]bool
}

func goTokens(source string) (*goSource, bool) {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, "", source, parser.SkipObjectResolution)
	if err != nil {
		return nil, false
	}
	s := &goSource{}
	for _, d := range parsed.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			s.functions = append(s.functions, goFunction{int(f.Pos()) - 1, int(f.End()) - 1, declaredIn(f)})
		}
	}
	var scan scanner.Scanner
	file := token.NewFileSet().AddFile("", 1, len(source))
	scan.Init(file, []byte(source), func(token.Position, string) {}, 0)
	for {
		pos, t, lit := scan.Scan()
		if t == token.EOF {
			return s, true
		}
		if t == token.SEMICOLON {
			continue // mostly line breaks
		}
		if lit == "" {
			lit = t.String()
		}
		if n := len(s.text) - 1; n >= 0 && s.text[n] == "," && (t == token.RPAREN || t == token.RBRACE || t == token.RBRACK) {
			s.text, s.at, s.names = s.text[:n], s.at[:n], s.names[:n] // the last comma of a list
		}
		s.text, s.at, s.names = append(s.text, lit), append(s.at, int(pos)-1), append(s.names, t == token.IDENT)
	}
}

// declaredIn are the names that a function declares.
func declaredIn(f *ast.FuncDecl) map[string]bool {
	local := map[string]bool{}
	declare := func(names ...*ast.Ident) {
		for _, n := range names {
			if n != nil && n.Name != "_" {
				local[n.Name] = true
			}
		}
	}
	define := func(with token.Token, left ...ast.Expr) {
		for _, e := range left {
			if name, ok := e.(*ast.Ident); ok && with == token.DEFINE {
				declare(name)
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			declare(n.Names...)
		case *ast.ValueSpec:
			declare(n.Names...)
		case *ast.LabeledStmt:
			declare(n.Label)
		case *ast.AssignStmt:
			define(n.Tok, n.Lhs...)
		case *ast.RangeStmt:
			define(n.Tok, n.Key, n.Value)
		case *ast.StructType, *ast.InterfaceType:
			return false // its fields are known outside
		}
		return true
	})
	return local
}

// numbered are the tokens with a number for each name that is local to the
// function around it.
func (s *goSource) numbered() []string {
	all := slices.Clone(s.text)
	f, numbers := 0, map[string]int{}
	for i, at := range s.at {
		for f < len(s.functions) && at >= s.functions[f].to {
			f++
			clear(numbers)
		}
		if f == len(s.functions) {
			break
		}
		in := s.functions[f]
		if at < in.from || !s.names[i] || !in.local[all[i]] || i > 0 && s.text[i-1] == "." {
			continue
		}
		n, known := numbers[s.text[i]]
		if !known {
			n = len(numbers)
			numbers[s.text[i]] = n
		}
		all[i] = "local " + strconv.Itoa(n)
	}
	return all
}
