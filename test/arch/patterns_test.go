package arch

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"strings"
	"testing"
)

// The gate compiles its expressions when they are first asked, which is in the
// middle of somebody's task: none may be malformed.
func TestPatternsCompile(t *testing.T) {
	t.Parallel()
	found := 0
	for _, name := range files(t) {
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || !strings.HasPrefix(name, "internal/") || isTestdata(name) {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, read(t, name), 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || types.ExprString(call.Fun) != "pattern.New" && types.ExprString(call.Fun) != "pattern.Any" {
				return true
			}
			for _, arg := range call.Args {
				found++
				at := set.Position(arg.Pos())
				value, err := types.Eval(set, nil, token.NoPos, literally(arg))
				if err != nil || value.Value == nil {
					t.Errorf("%s: not written as literal strings, so nothing tells that it compiles: %v", at, err)
				} else if _, err := regexp.Compile(constant.StringVal(value.Value)); err != nil {
					t.Errorf("%s: %v", at, err)
				}
			}
			return true
		})
	}
	if found == 0 {
		t.Error("no expression was found")
	}
}

// literally is the source of an expression of literal strings; printed forms
// of the standard library cut long ones short.
func literally(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Value
	case *ast.BinaryExpr:
		return literally(e.X) + e.Op.String() + literally(e.Y)
	case *ast.ParenExpr:
		return "(" + literally(e.X) + ")"
	default:
		return types.ExprString(e)
	}
}
