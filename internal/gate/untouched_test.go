package gate_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

const retryFile = `package retry

// DoNotify calls op until it succeeds, and says of each failure how long it waits.
func DoNotify(op func() error, notify func(error, int)) error { return doLoop(op, notify) }

func doLoop(op func() error, notify func(error, int)) error {
	for wait := 1; ; wait *= 2 {
		err := op()
		if err == nil || isFinal(err) {
			return err
		}
		notify(err, wait)
	}
}

// Do is DoNotify without a word.
func Do(op func() error) error { return DoNotify(op, func(error, int) {}) }

func isFinal(err error) bool { return err.Error() == "final" }

// Halve is half of a wait.
func Halve(wait int) int { return wait / 2 }
`

const retryTests = `package retry

import "testing"

var byAnotherName = DoNotify

func mustDo(t *testing.T, op func() error) {
	if err := DoNotify(op, nil); err != nil {
		t.Fatal(err)
	}
}
`

const iniFiles = `exports.parse = parse
exports.stringify = stringify

function parse (text) {
  const found = {}
  for (const line of text.split('\n')) {
    const [name, value] = splitPair(line)
    found[name] = value
  }
  return found
}

function splitPair (line) {
  const at = line.indexOf('=')
  return [line.slice(0, at), line.slice(at + 1)]
}

function stringify (found) {
  return Object.keys(found).map(name => name + '=' + found[name]).join('\n')
}
`

// TestUntouched: tests of what is asked for call it, in whatever way.
func TestUntouched(t *testing.T) {
	t.Parallel()
	goRepo := &gate.Repo{
		Files:  []gate.RepoFile{{Path: "retry.go"}, {Path: "retry_test.go"}, {Path: "go.mod"}},
		Source: memory{"retry.go": retryFile, "retry_test.go": retryTests, "go.mod": "module retry\n"},
	}
	jsRepo := &gate.Repo{
		Files:  []gate.RepoFile{{Path: "lib/ini.js"}, {Path: "package.json"}},
		Source: memory{"lib/ini.js": iniFiles, "package.json": `{"name":"inifile","main":"lib/ini.js"}`},
	}
	const wantNotify = "Please write tests for DoNotify in retry.go: errors that are final, and the waits."
	const wantParse = "Tests for parse() of lib/ini.js with node:test: empty values, several lines."
	inGo := func(body string) string {
		return "```go\npackage retry\n\nimport (\n\t\"errors\"\n\t\"testing\"\n)\n\n" + body + "```\n"
	}
	inJS := func(head, body string) string {
		return "```js\nconst test = require('node:test')\nconst assert = require('node:assert')\n" + head + "\n\ntest('values', () => {\n" + body + "})\n```\n"
	}
	for _, tt := range []struct {
		name, request, deliver string
		repo                   *gate.Repo
		fails                  bool
	}{
		{"a loop of its own", wantNotify, inGo("// loop does what DoNotify does.\nfunc loop(op func() error) error {\n\tfor {\n\t\tif err := op(); isFinal(err) {\n\t\t\treturn err\n\t\t}\n\t}\n}\n\nfunc TestDoNotifyFinal(t *testing.T) {\n\tif err := loop(func() error { return errors.New(\"final\") }); err == nil {\n\t\tt.Fatal(\"no error\")\n\t}\n}\n"), goRepo, true},
		{"another function", wantNotify, inGo("func TestHalve(t *testing.T) {\n\tif Halve(4) != 2 {\n\t\tt.Error(errors.New(\"half\"))\n\t}\n}\n"), goRepo, true},
		{"it is called", wantNotify, inGo("func TestFinal(t *testing.T) {\n\tif err := DoNotify(func() error { return errors.New(\"final\") }, nil); err == nil {\n\t\tt.Fatal(\"no error\")\n\t}\n}\n"), goRepo, false},
		{"it is called by what is called", wantNotify, inGo("func TestFinal(t *testing.T) {\n\tif err := Do(func() error { return errors.New(\"final\") }); err == nil {\n\t\tt.Fatal(\"no error\")\n\t}\n}\n"), goRepo, false},
		{"an unexported one through an exported one", "Please write tests for doLoop in retry.go.", inGo("func TestFinal(t *testing.T) {\n\tif err := Do(func() error { return errors.New(\"final\") }); err == nil {\n\t\tt.Fatal(\"no error\")\n\t}\n}\n"), goRepo, false},
		{"by a helper that is there", wantNotify, inGo("func TestNone(t *testing.T) {\n\tcalls := 0\n\tmustDo(t, func() error { calls++; return nil })\n\tif calls != 1 {\n\t\tt.Error(errors.New(\"calls\"))\n\t}\n}\n"), goRepo, false},
		{"by a name that is there", wantNotify, inGo("func TestFinal(t *testing.T) {\n\tif err := byAnotherName(func() error { return errors.New(\"final\") }, nil); err == nil {\n\t\tt.Fatal(\"no error\")\n\t}\n}\n"), goRepo, false},
		{"by starting a program", wantNotify, inGo("func TestHalves(t *testing.T) {\n\tout, err := exec.Command(\"go\", \"run\", \".\").Output()\n\tif err != nil || Halve(len(out)) != 2 {\n\t\tt.Error(errors.New(\"half\"))\n\t}\n}\n"), goRepo, false},
		{"named in passing", "Please write tests for Halve in retry.go, which is used by DoNotify.", inGo("func TestHalve(t *testing.T) {\n\tif Halve(4) != 2 {\n\t\tt.Error(errors.New(\"half\"))\n\t}\n}\n"), goRepo, false},
		{"it is said why", wantNotify, "DoNotify is not called here: it never ends for other errors.\n\n" + inGo("func TestHalve(t *testing.T) {\n\tif Halve(4) != 2 {\n\t\tt.Error(errors.New(\"half\"))\n\t}\n}\n"), goRepo, false},
		{"a copy", wantParse, inJS("function parse (text) {\n  return Object.fromEntries(text.split('\\n').map(l => l.split('=')))\n}", "  assert.deepStrictEqual(parse('a=1'), { a: '1' })\n"), jsRepo, true},
		{"a copy that is an arrow", wantParse, inJS("const parse = (text) => new Map([[text.slice(0, 1), text.slice(2)]])", "  assert.strictEqual(parse('a=1').get('a'), '1')\n"), jsRepo, true},
		{"by its place", wantParse, inJS("const { parse } = require('../lib/ini')", "  assert.deepStrictEqual(parse('a=1'), { a: '1' })\n"), jsRepo, false},
		{"by another name", wantParse, inJS("const { parse: read } = require('inifile')", "  assert.deepStrictEqual(read('a=1'), { a: '1' })\n"), jsRepo, false},
		{"with a helper of its name", wantParse, inJS("const ini = require('..')\nfunction parse (text) {\n  return ini.parse(text.trim())\n}", "  assert.deepStrictEqual(parse('a=1'), { a: '1' })\n"), jsRepo, false},
		{"by a path that is made", wantParse, inJS("const ini = require(path.join(root, 'lib/ini.js'))\nfunction parse (text) {\n  return ini.parse(text.trim())\n}", "  assert.deepStrictEqual(parse('a=1'), { a: '1' })\n"), jsRepo, false},
		{"a part of a file", wantParse, "```js\ntest('values', () => {\n  assert.deepStrictEqual(parse('a=1'), { a: '1' })\n})\n```\n", jsRepo, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := signal(gate.Judge(gate.Input{
				Request: gate.Request{Category: city.Testing, Description: tt.request}, Repo: tt.repo,
				Deliverable: gate.Deliverable{Result: "Tests of what is asked for, they pass:\n\n" + tt.deliver},
			}), "tested functions")
			if (s.Cap != nil) != tt.fails {
				t.Errorf("cap %v, want %v: %s %q", s.Cap, tt.fails, s.Reason, s.Evidence)
			}
		})
	}
}
