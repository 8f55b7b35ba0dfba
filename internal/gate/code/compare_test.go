package code_test

import (
	"testing"

	"aicity.dev/aicity/internal/gate/code"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, ext, before, after string
		want                     code.Difference
	}{
		{"nothing", "go", "package p\n", "package p\n", code.Words},
		{"a comment", "go", "package p\n\nfunc f() int { return 1 }\n", "package p\n\n// f gives one.\nfunc f() int {\n\treturn 1 // one\n}\n", code.Words},
		{"a local name", "go", "package p\n\nfunc f(a int) int { b := a; return b }\n", "package p\n\nfunc f(number int) int { result := number; return result }\n", code.Names},
		{"two local names that swap", "go", "package p\n\nfunc f(a, b int) int { return a - b }\n", "package p\n\nfunc f(a, b int) int { return b - a }\n", code.Effect},
		{"the name of a function", "go", "package p\n\nfunc f() {}\n", "package p\n\nfunc g() {}\n", code.Effect},
		{"the name of a field", "go", "package p\n\ntype t struct{ a int }\n", "package p\n\ntype t struct{ b int }\n", code.Effect},
		{"a figure", "go", "package p\n\nvar a = 1\n", "package p\n\nvar a = 2\n", code.Effect},
		{"a semicolon", "go", "package p\n\nvar a = 1\n", "package p\n\nvar a = 1;\n", code.Words},
		{"no Go", "go", "package p\n\nvar a =\n", "package p\n", code.Unknown},
		{"a comment", "js", "function f (a) { return a }\n", "/* f */\nfunction f (a) {\n  // the same\n  return a;\n}\n", code.Words},
		{"a licence", "js", "/*! MIT */\nf()\n", "/*! Apache */\nf()\n", code.Words},
		{"a local name", "js", "function f (a) { return a + 1 }\n", "function f (value) { return value + 1 }\n", code.Names},
		{"the name of a method", "js", "x.f(1)\n", "x.g(1)\n", code.Effect},
		{"an operator", "js", "module.exports = a => a < 1\n", "module.exports = a => a <= 1\n", code.Effect},
		{"other terms", "js", "module.exports = (a, b) => { let c = a || b; return c(a) }\n", "module.exports = (a, b) => {\n  // falls back\n  let c = a ? a : b\n  return c(a)\n}\n", code.Terms},
		{"what is falsy", "js", "module.exports = (a, b) => { let c = a || b; return c(a) }\n", "module.exports = (a, b) => { let c = a !== undefined ? a : b; return c(a) }\n", code.Effect},
		{"an import", "mjs", "import a from './a.js'\na()\n", "import a from './b.js'\na()\n", code.Effect},
		{"a type", "ts", "let a: string = x\n", "// why\nlet a: string = x\n", code.Words},
		{"a docstring", "py", "def f():\n    return 1\n", "def f():\n    \"\"\"One.\"\"\"\n    # one\n    return 1\n", code.Words},
		{"a value", "py", "def f():\n    return 1\n", "def f():\n    return 2\n", code.Effect},
		{"no parser", "rb", "def f; 1; end\n", "def f; 2; end\n", code.Unknown},
	}
	for _, tt := range tests {
		if got := code.Compare(tt.ext, tt.before, tt.after); got != tt.want {
			t.Errorf("%s, %s: %d, want %d", tt.ext, tt.name, got, tt.want)
		}
	}
}

// No two texts break the comparison, and a text is no change of itself.
func FuzzCompare(f *testing.F) {
	f.Add("package p\n\nfunc f(a int) { a.b = c }", "package p\nfunc f() {};")
	f.Add("class A { f() { return <b/> } }", "def f(:\n  'x'\n")
	f.Fuzz(func(t *testing.T, one, other string) {
		if len(one)+len(other) > 1<<10 {
			return
		}
		for _, ext := range []string{"go", "js", "tsx", "py"} {
			if got, back := code.Compare(ext, one, other), code.Compare(ext, other, one); got != back {
				t.Errorf("%s: %d and back %d", ext, got, back)
			}
			if got := code.Compare(ext, one, one); got != code.Words {
				t.Errorf("%s: %d from itself", ext, got)
			}
		}
	})
}
