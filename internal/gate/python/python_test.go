package python_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/gate/python"
)

func TestFile(t *testing.T) {
	t.Parallel()
	valid := map[string]string{
		"empty":            "",
		"comments":         "# a\n\n   # b\n",
		"statements":       "x = 1; y: int = 2\nx += 1\ndel x, y\nassert x, 'no'\nglobal a, b\npass\n",
		"imports":          "import a.b as c, d\nfrom . import x\nfrom ...a.b import (c as d, e,)\nfrom m import *\n",
		"if":               "if a: b\nelif c:\n    d\nelse:\n  if e:\n    f\n",
		"loops":            "for i, *j in x, y:\n    continue\nelse:\n    pass\nwhile (n := f()): break\n",
		"try":              "try:\n    a\nexcept (A, B) as e:\n    raise C from e\nexcept:\n    raise\nelse:\n    b\nfinally:\n    c\n",
		"groups":           "try:\n    a\nexcept* A as e:\n    b\n",
		"bare except":      "try:\n    a\nexcept A, B:\n    b\n",
		"with":             "with a as b, c() as d.e: pass\nwith (a as b, c as d,):\n    pass\nwith (a): pass\nwith (a, b) as c: pass\nwith (yield x): pass\n",
		"def":              "def f(a, /, b: int = 1, *args: *Ts, c=2, **k) -> A | None: return a\n",
		"bare star":        "def f(*, a): ...\nlambda *, a: a\nlambda: 0\nlambda a, *b, c=1, **d: (a, b)\n",
		"generics":         "def f[T: int, *Ts, **P](x: T) -> T: ...\nclass A[T = int](B, metaclass=C):\n    x = 1\ntype X[T] = list[T]\n",
		"decorators":       "@a.b(1)\n@c\nasync def f():\n    async for x in y:\n        await z\n    async with a as b:\n        return [x async for x in y]\n",
		"match":            "match x, y:\n    case [1, -2.5, *rest] | (A.B, None):\n        a\n    case {'k': v, **rest} if v > 1:\n        b\n    case Point(x=0, y=a) as p: c\n    case _:\n        d\n",
		"soft keywords":    "match = 1\nmatch(x)\nmatch[0]\ncase = type\ntype(x)\ntype = 2\nprint(match, case)\n_ = match.group(1)\n",
		"comprehensions":   "[a for b in c if d if e for f in g]\n{k: v for k, v in x}\n{*a, *b}\n{**a, 'b': 1}\nf(x for x in y)\n",
		"slices":           "a[1:2, ::3, ..., :]\na[b:=1]\na[*b]\n",
		"calls":            "f(a, *b, c=d, **e)\nf(a := 1)\nf(print=1)\nf()(1)[2].a\n",
		"conditions":       "a if b else c if d else e\nnot a in b and c not in d or e is not f\na < b <= c != d\n",
		"operators":        "-a ** -b @ c // d << 1 | ~e\nawait_ = 1\nx = yield_\n",
		"yield":            "def f():\n    x = yield\n    y = yield a, b\n    yield from c\n    z = (yield)\n",
		"numbers":          "1_000 + 0xFF + 0o17 + 0b1 + 1. + .5 + 1e-5 + 1E5j\n1 .real\n",
		"strings":          "'a' \"b\" r'\\\\' 'c' '''d\n'e''' rb'x' u'y'\n",
		"formatted":        "f'{a!r:>{w}.2f} {{}} {b[\"c\"]} {x:%H:%M}'\nf'{x=}'\nf'''{\n  a\n}'''\nf'{d[\"it\\'s\"]}'\n",
		"nested quotes":    "f\"{a[\"b\"]} {', '.join(f\"{x}\" for x in y)}\"\nt'{a}'\n",
		"format of quotes": "f\"{x:'>10} it's\"\n",
		"line joining":     "a = (1 +\n# why\n  2)\nb = 1 + \\\n    2\n",
		"tabs":             "if a:\n\tb\n\tif c:\n\t\td\ne\n",
		"windows":          "if a:\r\n    b\r\n",
		"unicode":          "größe = 'ä'\nπ = 3\n",
		"no line break":    "def f():\n    return 1",
		"deep":             strings.Repeat("lambda: ", 10_000) + "1\n",
	}
	for name, code := range valid {
		if !python.File(code) {
			t.Errorf("%s is refused", name)
		}
		if !python.Part(code) {
			t.Errorf("%s is refused as a part", name)
		}
	}
	invalid := map[string]string{
		"prose":           "This is not code.\n",
		"unclosed":        "f(a, b\n",
		"closed wrongly":  "f(a]\n",
		"string":          "x = 'abc\n",
		"field":           "f'{a'\n",
		"no colon":        "if a\n    b\n",
		"no block":        "def f():\nx = 1\n",
		"dedent":          "if a:\n        b\n    c\n",
		"indent":          "a\n    b\n",
		"two words":       "return x y\n",
		"bare try":        "try:\n    a\nb\n",
		"else alone":      "else:\n    a\n",
		"operator":        "a = b +\n",
		"braces":          "function f() { return 1; }\n",
		"keyword":         "class = 1\n",
		"call":            "f(a b)\n",
		"import":          "from import x\n",
		"lambda":          "lambda a b: 1\n",
		"print":           "print 'x'\n",
		"decorator":       "@a\nx = 1\n",
		"comparison":      "a = = b\n",
		"condition":       "a if b\n",
		"case":            "match x:\n    case 1 +:\n        a\n",
		"empty subscript": "a[]\n",
	}
	for name, code := range invalid {
		if python.File(code) {
			t.Errorf("%s is taken", name)
		}
	}
}

// What people show of a file is valid, also where a file could not be like that.
func TestPart(t *testing.T) {
	t.Parallel()
	valid := map[string]string{
		"method":           "    def f(self):\n        return 1\n\n    def g(self): pass\n",
		"deeper first":     "        return a\n    except B:\n        pass\nfinally:\n    c\n",
		"branch":           "elif a:\n    b\nelse:\n    c\n",
		"head only":        "def f(a, b):\n    # the body is as before\n",
		"head with rest":   "class A:\n\ndef f():\n    # as before\n\nx = 1\n",
		"decorator":        "@app.get('/')\n",
		"members":          "'a': 1,\n'b': [2],\n",
		"arguments":        "a=1,\nb=f(2),\n**c,\n",
		"session":          ">>> f(1)\n2\n",
		"notebook":         "%matplotlib inline\n!pip install x\nimport x\n",
		"python 2":         "print 'a', b\nprint >>f, 'c'\nexec code\nraise A, 'b'\nif a <> b:\n    pass\n",
		"return alone":     "return x\n",
		"case":             "case 1:\n    a\n",
		"try without more": "try:\n    a\n",
	}
	for name, code := range valid {
		if !python.Part(code) {
			t.Errorf("%s is refused", name)
		}
	}
	for name, code := range map[string]string{
		"prose":      "This is not code at all.\nReally not.\n",
		"javascript": "const a = () => {\n  return 1;\n};\n",
		"unclosed":   "def f(a:\n    return (1\n",
		"no colon":   "for x in y\n    print(x)\n",
		"broken":     "def f(self:\n    return self.x\n",
		"cut":        "result = compute(a,\n",
	} {
		if python.Part(code) {
			t.Errorf("%s is taken", name)
		}
	}
}

// No text breaks the parser, and a file is a part, too.
func FuzzPython(f *testing.F) {
	for _, s := range []string{"def f(a, *b) -> c:\n    return f'{a[\"b\"]:>{w}}'\n", "match x:\n case {'a': 1, **r} if y: pass\n", "with (a as b): x\n\telse:\n", "if a:\n  b\n c", "lambda*:'''\\", "f'{{{f\"{", "@a\n\\\n", "[a for(b)in c if d:=e]", "\f\t x = 0x_"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, code string) {
		if file, part := python.File(code), python.Part(code); file && !part && !strings.ContainsAny(code, "%!") {
			t.Errorf("%q is a file and no part of one", code)
		}
	})
}
