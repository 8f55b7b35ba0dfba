package pycheck_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/seedagent/inspect/inspecttest"
	"aicity.dev/aicity/internal/seedagent/inspect/pycheck"
)

// pyTests are sources with the places that must be found, and nothing else.
var pyTests = []struct {
	name string
	src  string
	want []string
}{
	{"shell and eval", `import os, subprocess as sp
from subprocess import run
sp.run(f"ls {d}", shell=True)
run("ls", shell=True)
run(["ls", d])
os.system("rm " + d)
eval(x)
eval("1")
obj.eval(x)
`, []string{"py-eval:7", "py-shell:3", "py-shell:6"}},
	{"sql", `cur.execute(f"SELECT * FROM t WHERE a = '{a}'")
cur.execute("SELECT * FROM t WHERE a = ?", (a,))
cur.execute("SELECT * FROM t WHERE a = %s" % a)
cur.execute("DELETE FROM t WHERE a = " + a)
cur.execute("SELECT a FROM t " "WHERE TRUE")
def f(a):
    q = "UPDATE t SET a = '{}'".format(a)
    cur.execute(q)
    p = f"select {a} from t"
    return p
`, []string{"py-sql-built:1", "py-sql-built:3", "py-sql-built:4", "py-sql-built:7"}},
	{"deserialising", `import pickle, yaml
pickle.load(f)
yaml.load(f)
yaml.load(f, Loader=yaml.SafeLoader)
yaml.safe_load(f)
`, []string{"py-pickle:2", "py-yaml-load:3"}},
	{"network", `import requests, ssl
requests.get(u, timeout=3)
requests.post(u, json=j,
              verify=False)
requests.get(u, **kw)
ssl._create_unverified_context()
session.get(u)
`, []string{"py-no-timeout:3", "py-tls-off:3", "py-tls-off:6"}},
	{"crypto", `import hashlib, random
hashlib.md5(x)
hashlib.md5(x, usedforsecurity=False)
token = random.random()
delay = random.random()
def new_password():
    return random.choice(letters)
`, []string{"py-weak-hash:2", "py-weak-random:4", "py-weak-random:7"}},
	{"files and archives", `import tarfile, tempfile
tempfile.mktemp()
tarfile.open(p).extractall(d)
tarfile.open(p).extractall(d, filter="data")
f = open(p)
f.read()
g = open(p)
g.close()
with open(p) as h:
    pass
app.run(debug=True)
`, []string{"py-debug-server:11", "py-extractall:3", "py-mktemp:2", "py-open:5"}},
	{"exceptions", `try:
    go()
except:
    pass
try:
    go()
except:
    raise
try:
    go()
except Exception:
    pass
try:
    go()
except ValueError:
    pass
def f():
    try:
        go()
    finally:
        return 1
`, []string{"py-bare-except:3", "py-return-in-finally:21", "py-swallowed:11"}},
	{"arguments", `def f(a, b=[], *, c: dict = {}, d=()):
    b.append(a)
def g(a=None): pass
lambda x=[]: x
`, []string{"py-mutable-default:1", "py-mutable-default:1"}},
	{"comparisons and assert", `if a == None: pass
if a is None: pass
if a is 'x': pass
assert a, "text == None"
s = "a == None"
`, []string{"py-assert:4", "py-compare-none:1", "py-compare-none:3"}},
	{"imports", `from os import *
import json
import re as regex
from x import (a,
               b)
from __future__ import annotations
try:
    import fast
except ImportError:
    fast = None
print(b)
`, []string{"py-star-import:1", "py-unused-import:2", "py-unused-import:3", "py-unused-import:4"}},
	{"size", "def f(a):\n" + strings.Repeat("    go()\n", 85) + `    if a:
        for x in a:
            while x:
                with a:
                    try:
                        go()
                    finally:
                        go()
`, []string{"py-deep-nesting:91", "py-long-function:1"}},
}

func TestCheck(t *testing.T) {
	t.Parallel()
	var cases []inspecttest.Case
	for _, tt := range pyTests {
		cases = append(cases, inspecttest.Case{Name: tt.name, Files: inspecttest.Files{"a.py": tt.src}, Want: tt.want})
	}
	inspecttest.Finds(t, pycheck.Check, pycheck.Rules(), cases)
}

// TestStrings: what stands in a string is not code.
func TestStrings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		src  string
		want []string
	}{
		{"a = f\"{d[\"k\"]} {{x}} {f'{y}'}\"\neval(z)\n", []string{"py-eval:2"}},
		{"a = r'\\'  # no end\n", nil},
		{"x = '''\neval(y)\nexcept:\n''' ; eval(z)\n", []string{"py-eval:4"}},
		{"x = \"\"\" \"q\" \\\"\"\" \"\"\"\neval(z)\n", []string{"py-eval:2"}},
		{"x = 'a\\\nb'\neval(z)\n", []string{"py-eval:3"}},
		{"x = (1 +\n  2)\nif x: eval(z)\n", []string{"py-eval:3"}},
		{"x = 1 + \\\n  2\neval(z)\n", []string{"py-eval:3"}},
		{"f'{x!r:>{w}}' f\"{'a' if b else \"c\"}\"\neval(z)\n", []string{"py-eval:2"}},
		{"# eval(x)\n", []string{}},
	}
	for _, tt := range tests {
		got := pycheck.Check(inspecttest.Load(t, inspecttest.Files{"a.py": tt.src}))
		if tt.want == nil {
			if len(got.Unparsed) != 1 {
				t.Errorf("%q is taken for whole", tt.src)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, inspecttest.Places(got)); diff != "" {
			t.Errorf("%q (-want +got):\n%s%v", tt.src, diff, got.Unparsed)
		}
	}
}

// FuzzCheck: no source stops the checks or gives a line that does not exist.
func FuzzCheck(f *testing.F) {
	for _, tt := range pyTests {
		f.Add(tt.src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		for _, h := range pycheck.Check(inspecttest.Load(t, inspecttest.Files{"a.py": src})).Hits {
			if h.Line < 1 || h.Line > strings.Count(src, "\n")+1 {
				t.Errorf("line %d of %q", h.Line, src)
			}
		}
	})
}
