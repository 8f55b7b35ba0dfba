package trial

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/gate"
)

// Each runner's own words.
func TestResults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		output string
		want   map[string]bool
	}{
		"tap":      {"TAP version 13\nok 1 - adds\nnot ok 2 - divides\n  ok 1 - inner # time=1\n", map[string]bool{"adds": true, "divides": false, "inner": true}},
		"unittest": {"test_a (t.T.test_a) ... ok\ntest_b (t.T) ... FAIL\ntest_c (t.T) ... ERROR\nFAILED (failures=1)\n", map[string]bool{"test_a (t.T.test_a)": true, "test_b (t.T)": false, "test_c (t.T)": false}},
		"pytest":   {"PASSED tests/t.py::test_a\nFAILED tests/t.py::test_b - assert 1 == 2\n", map[string]bool{"tests/t.py::test_a": true, "tests/t.py::test_b": false}},
		"cargo":    {"test sum::adds ... ok\ntest sum::divides ... FAILED\ntest result: FAILED. 1 passed\n", map[string]bool{"sum::adds": true, "sum::divides": false}},
		"spec":     {"  ✔ adds (1.2ms)\n  ✖ divides (3 ms)\n", map[string]bool{"adds": true, "divides": false}},
		"jest":     {"  ✓ adds (1 ms)\n  ✕ divides\n", map[string]bool{"adds": true, "divides": false}},
		"twice":    {"ok 1 - same\nnot ok 2 - same\n", map[string]bool{"same": false}},
		"prose":    {"ok, everything is fine\nnothing failed\n", map[string]bool{}},
	}
	for name, tt := range tests {
		if diff := cmp.Diff(tt.want, parseLines(tt.output)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	output := `{"Action":"pass","Package":"a","Test":"TestX/sub"}
{"Action":"fail","Package":"a","Test":"TestX"}
{"Action":"output","Package":"a","Test":"TestX","Output":"    a_test.go:3: wrong\n"}
# b
b.go:1: broken
`
	if diff := cmp.Diff(map[string]bool{"a.TestX": false}, parseGo(output)); diff != "" {
		t.Error(diff)
	}
	if got := readGo(output); got != "    a_test.go:3: wrong\n# b\nb.go:1: broken\n" {
		t.Errorf("%q", got)
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	tr := trial{
		before: outcome{tests: map[string]bool{"kept": true, "breaks": true, "fixed": false, "renamed": true, "gone": true}},
		after:  outcome{tests: map[string]bool{"kept": true, "breaks": false, "fixed": true, "new name": true, "new and red": false}},
	}
	tr.compare()
	want := gate.Executed{Fixed: []string{"fixed"}, NewTests: []string{"new name"}, Broken: []string{"breaks", "gone", "new and red"}}
	if diff := cmp.Diff(want, tr.found); diff != "" {
		t.Error(diff)
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	tests := []struct {
		files map[string]string
		want  string
	}{
		{map[string]string{"go.mod": "module a"}, "go"},
		{map[string]string{"Cargo.toml": ""}, "cargo"},
		{map[string]string{"package.json": `{"scripts":{"test":"jest"}}`}, "node"},
		{map[string]string{"package.json": `{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}`, "x.py": ""}, "python"},
		{map[string]string{"package.json": `{`}, ""},
		{map[string]string{"lib/a.js": "", "a.test.js": ""}, "node"},
		{map[string]string{"Makefile": "build:\n\ntest: build\n\tsh t.sh\n"}, "make"},
		{map[string]string{"Makefile": "build:\n"}, ""},
		{map[string]string{"README.md": "text"}, ""},
	}
	for _, tt := range tests {
		var files []string
		for f := range tt.files {
			files = append(files, f)
		}
		got := ""
		if found := detect(files, func(name string) ([]byte, error) { return []byte(tt.files[name]), nil }); found != nil {
			got = found.name
		}
		if got != tt.want {
			t.Errorf("%v: %q, want %q", tt.files, got, tt.want)
		}
	}
}

// Faults go into code of named functions only, never into strings or comments.
func TestFaults(t *testing.T) {
	t.Parallel()
	const text = "package a\n\nfunc Named(a, b int) bool {\n\t// a == b here\n\ts := \"a == b\"\n\treturn a == b && s != \"\" // a < b\n}\n\nfunc Other(a, b int) bool {\n\treturn a == b\n}\n"
	got := faultsIn("a.go", text, golang, map[string]bool{"Named": true})
	if len(got) != 1 || got[0].line != 5 || got[0].from != " == " {
		t.Errorf("%+v", got)
	}
	if named := namedByTests("+++ b/a_test.go\n+\tNamed(1)\n+++ b/a.go\n+\tOther(1)\n", golang); !named["Named"] || named["Other"] {
		t.Errorf("%v", named)
	}
}

func FuzzOutput(f *testing.F) {
	f.Add("ok 1 - a\n{\"Action\":\"pass\",\"Test\":\"T\"}\n✔ b (1ms)")
	f.Fuzz(func(_ *testing.T, output string) {
		parseLines(output)
		parseGo(output)
		readGo(output)
		lastOf(output)
	})
}

func FuzzFaults(f *testing.F) {
	f.Add("func A() {\n\tif a == b {\n", "+++ b/a_test.go\n+A()")
	f.Fuzz(func(t *testing.T, text, patch string) {
		lines := strings.Split(text, "\n")
		for _, l := range []language{golang, python, javaScript, rust} {
			named := namedByTests(patch, l)
			named["A"] = true
			for _, fault := range faultsIn("a", text, l, named) {
				if line := lines[fault.line]; line[fault.at:fault.at+len(fault.from)] != fault.from {
					t.Errorf("%+v is not in %q", fault, line)
				}
			}
		}
	})
}
