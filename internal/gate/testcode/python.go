package testcode

import (
	"aicity.dev/aicity/internal/gate/python"
)

// parsePython reads a module or a part of one. What a parameter of a test or an
// attribute of its object is, nobody can tell from here: they count as the code
// under test.
func parsePython(source string, own Own) (*tests, bool) {
	tokens, ok := python.Tokens(source)
	if !ok {
		return nil, false
	}
	f := newTests(pythonNames)
	for name := range set("assert pytest") {
		f.checkers[name] = true
	}
	f.methods = map[string]*node{}
	p := &pythonReader{tokens: tokens, tests: f, own: own, classes: set("TestCase IsolatedAsyncioTestCase object ABC")}
	f.rest = []*node{{kids: p.statements()}}
	for _, u := range f.units {
		if u.body.deeper(maxDeep) {
			return nil, false
		}
	}
	return f, !p.lost && !f.rest[0].deeper(maxDeep)
}

// pythonNames are names of the language, its library and the tools of tests.
const pythonNames = `_ ArithmeticError AssertionError AttributeError BaseException BlockingIOError Ellipsis Exception False FileExistsError FileNotFoundError
IOError ImportError IndexError KeyError KeyboardInterrupt LookupError ModuleNotFoundError None NotImplementedError OSError OverflowError PermissionError
RecursionError RuntimeError StopIteration SystemExit TimeoutError True TypeError UnicodeDecodeError UnicodeError ValueError ZeroDivisionError
abs all any ascii bin bool bytearray bytes callable chr classmethod complex delattr dict dir divmod enumerate eval exec filter float format frozenset getattr
globals hasattr hash hex id input int isinstance issubclass iter len list locals map max memoryview min next object oct ord pow print property range
repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip __name__ __file__`

// pythonTools are modules of the library and the tools of tests.
var pythonTools = set(`abc argparse array ast asyncio atexit base64 bisect calendar cmath collections concurrent configparser contextlib contextvars copy csv
ctypes dataclasses datetime decimal difflib dis doctest email enum errno fnmatch fractions functools gc getpass glob gzip hashlib heapq hmac html http
importlib inspect io ipaddress itertools json keyword locale logging math mimetypes multiprocessing operator os pathlib pickle platform pprint queue random
re sched secrets select shlex shutil signal socket sqlite3 ssl stat statistics string struct subprocess sys tempfile textwrap threading time timeit token
tokenize traceback types typing unicodedata unittest urllib uuid warnings weakref xml zipfile zlib zoneinfo __future__
pytest mock hypothesis faker freezegun responses parameterized nose freezegun numpy pandas`)

// assertMethods are those of unittest, as the names that other tools have for them.
var assertMethods = map[string]string{
	"assertEqual": "equal", "assertEquals": "equal", "assertListEqual": "equal", "assertDictEqual": "equal", "assertTupleEqual": "equal", "assertSetEqual": "equal",
	"assertSequenceEqual": "equal", "assertMultiLineEqual": "equal", "assertCountEqual": "equal", "assertIs": "is", "assertTrue": "istrue",
	"assertIsNotNone": "notnil", "assertIsNone": "nil", "fail": "fail",
}

type pythonReader struct {
	tokens []python.Token
	at     int
	depth  int
	lost   bool // it does not go on as code does
	tests  *tests
	own    Own
	class  int // how many classes are around
	inside int // how many functions are

	classes map[string]bool // that are known
}

func (p *pythonReader) ahead(n int) python.Token {
	if p.at+n >= len(p.tokens) {
		return python.Token{Kind: python.Newline}
	}
	return p.tokens[p.at+n]
}

func (p *pythonReader) done() bool { return p.at >= len(p.tokens) }

func (p *pythonReader) sees(text string) bool {
	t := p.ahead(0)
	return (t.Kind == python.Name || t.Kind == python.Operator) && t.Text == text
}

func (p *pythonReader) takes(text string) bool {
	if p.sees(text) {
		p.at++
		return true
	}
	return false
}

func (p *pythonReader) takesKind(k python.Kind) bool {
	if !p.done() && p.ahead(0).Kind == k {
		p.at++
		return true
	}
	return false
}

// statements reads up to the end of what is indented, or of all.
func (p *pythonReader) statements() []*node {
	var all []*node
	for !p.done() && !p.lost && !p.takesKind(python.Dedent) {
		before := p.at
		if p.takesKind(python.Newline) || p.takesKind(python.Indent) {
			continue
		}
		if n := p.statement(); n != nil {
			all = append(all, n)
		}
		p.lost = p.lost || p.at == before
	}
	return all
}

// body reads what belongs to a statement behind its colon.
func (p *pythonReader) body() *node {
	p.takes(":")
	if p.takesKind(python.Newline) {
		if !p.takesKind(python.Indent) {
			return &node{}
		}
		return &node{kids: p.statements()}
	}
	return p.line()
}

// line reads simple statements up to the end of their line.
func (p *pythonReader) line() *node {
	all := &node{at: p.at + 1}
	for !p.done() && !p.takesKind(python.Newline) && !p.lost {
		before := p.at
		if n := p.simple(); n != nil {
			all.kids = append(all.kids, n)
		}
		p.takes(";")
		p.lost = p.lost || p.at == before
	}
	if len(all.kids) == 1 {
		return all.kids[0]
	}
	return all
}

func (p *pythonReader) statement() *node {
	const deepest = 120
	if p.depth++; p.depth > deepest {
		p.lost = true
	}
	defer func() { p.depth-- }()
	t := p.ahead(0)
	if t.Kind == python.Operator && t.Text == "@" {
		return p.decorated()
	}
	if t.Kind != python.Name {
		return p.line()
	}
	switch t.Text {
	case "async":
		p.at++
		return p.statement()
	case "def":
		return p.def(nil)
	case "class":
		return p.classOf(nil)
	case "if", "elif", "while":
		return p.branch()
	case "for":
		return p.loop()
	case "try":
		return p.attempt()
	case "with":
		return p.with()
	case "else", "finally", "except":
		p.at++
		for !p.done() && !p.sees(":") {
			p.at++
		}
		return p.body()
	}
	return p.line()
}
