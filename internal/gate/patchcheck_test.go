package gate_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

const loopRequest = "sumLines in lib/orders.js throws for every order, fix it"

// loopFix is an answer with a diff.
func loopFix(diff string) string {
	return "The loop in `sumLines` (lib/orders.js:16) ran to `i <= lines.length` and read one element too many, so `lines[i].price` was undefined. " +
		"It now stops before the end; empty orders give 0.\n\n```diff\n" + diff + "```\n"
}

func judgeFix(t *testing.T, in gate.Input) (gate.Report, gate.Signal) {
	t.Helper()
	in.Request = gate.Request{Category: city.BugFix, Description: loopRequest}
	in.Repo = shop(t)
	r := gate.Judge(in)
	at := slices.IndexFunc(r.Signals, func(s gate.Signal) bool { return s.Name == "patch applies" })
	if at < 0 {
		return r, gate.Signal{}
	}
	return r, r.Signals[at]
}

const fittingHunk = "@@ -15,3 +15,3 @@ function sumLines (lines) {\n   let total = 0\n-  for (let i = 0; i <= lines.length; i++) {\n+  for (let i = 0; i < lines.length; i++) {\n     total += lines[i].price * lines[i].amount\n"

// Diffs of a deliverable are applied to the files: what fits is evidence, what
// was invented costs, and a header that is miscounted does neither.
func TestDiffsAreApplied(t *testing.T) {
	t.Parallel()
	const header = "--- a/lib/orders.js\n+++ b/lib/orders.js\n"
	tests := []struct {
		name, diff string
		points     float64 // above, below or at 0
		says       string
		pass       bool
	}{
		{"fits", header + fittingHunk, 1, "lib/orders.js: applies", true},
		{"fits elsewhere", header + strings.ReplaceAll(fittingHunk, "15,3", "115,3"), 1, "lines moved by up to 100", true},
		{"miscounted", header + strings.ReplaceAll(fittingHunk, "15,3", "15,9"), 1, "the header of hunk 1 miscounts", true},
		{"without numbers", header + "@@\n" + fittingHunk[strings.Index(fittingHunk, "\n")+1:], 1, "does not say at which line", true},
		{"in a list", "  " + strings.TrimSuffix(strings.ReplaceAll(header+fittingHunk, "\n", "\n  "), "  "), 1, "lib/orders.js: applies", true},
		{"other white space", header + strings.ReplaceAll(fittingHunk, "   let total", "     let  total"), 1, "differs in white space", true},
		{"invented", header + strings.ReplaceAll(fittingHunk, "lines", "order.positions"), -1, `hunk 1: the file has no line "for (let i = 0; i <= order.positions.length; i++) {"`, false},
		{"invented around what is there", header + "@@ -14,4 +14,5 @@\n function sumLines (lines) {\n   const rates = loadRates(lines)\n   checkRates(rates, lines)\n   let total = 0\n+  if (!lines.length) return 0\n", -1, `hunk 1: the file has no line "const rates = loadRates(lines)"`, false},
		{"with lines left out", header + "@@ -14,4 +14,5 @@\n function sumLines (lines) {\n   let total = 0\n+  if (!lines.length) return 0\n   return total\n", -1, "do not stand together", true},
		{"no such file", strings.ReplaceAll(header, "orders", "totals") + fittingHunk, -1, "lib/totals.js: no such file", false},
		{"breaks the file", header + strings.Replace(fittingHunk, "+  for (let i = 0;", "+  for let i = 0;", 1), -1, "cannot be parsed", true},
		{"new file", "--- /dev/null\n+++ b/test/orders.test.js\n@@ -0,0 +1,2 @@\n+const { sumLines } = require('../lib/orders')\n+sumLines([])\n", 0, "", true},
		{"new file without a past", "--- a/test/orders.test.js\n+++ b/test/orders.test.js\n@@ -0,0 +1,2 @@\n+const { sumLines } = require('../lib/orders')\n+sumLines([])\n", 0, "", true},
	}
	for _, tt := range tests {
		r, s := judgeFix(t, gate.Input{Deliverable: gate.Deliverable{Result: loopFix(tt.diff)}})
		if s.Points > 0 != (tt.points > 0) || s.Points < 0 != (tt.points < 0) || !strings.Contains(strings.Join(s.Evidence, "\n"), tt.says) {
			t.Errorf("%s: %+v", tt.name, s)
		}
		if (r.Verdict == gate.Pass) != tt.pass {
			t.Errorf("%s: %d", tt.name, r.Score)
		}
	}
}

// The delivered patch is applied to the code as it was delivered, also when the
// files that it adds are among the facts already.
func TestDeliveredPatchIsApplied(t *testing.T) {
	t.Parallel()
	created := "diff --git a/package.json b/package.json\nnew file mode 100644\n--- /dev/null\n+++ b/package.json\n@@ -0,0 +1 @@\n+{}\n"
	fits := "diff --git a/lib/orders.js b/lib/orders.js\n--- a/lib/orders.js\n+++ b/lib/orders.js\n" + fittingHunk
	text := strings.Split(loopFix(""), "\n\n```diff")[0]
	for patch, points := range map[string]bool{fits + created: true, strings.ReplaceAll(fits, "let total = 0", "let sum = nothing()"): false} {
		_, s := judgeFix(t, gate.Input{Deliverable: gate.Deliverable{Result: text}, Patch: []byte(patch)})
		if s.Points > 0 != points || s.Points == 0 {
			t.Errorf("%s\n%+v", patch, s)
		}
	}
}

// Two diffs of one file may build on each other, and a diff needs no fence.
func TestDiffsThatFollowEachOther(t *testing.T) {
	t.Parallel()
	const header = "--- a/lib/orders.js\n+++ b/lib/orders.js\n"
	second := strings.NewReplacer("-  for (let i = 0; i <= lines.length; i++) {", "-  for (let i = 0; i < lines.length; i++) {", "+  for (let i = 0; i < lines.length; i++) {", "+  for (const i in lines) {").Replace(fittingHunk)
	for name, text := range map[string]string{
		"two blocks": loopFix(header+fittingHunk) + "\nThen:\n\n```diff\n" + header + second + "```\n",
		"no fence":   strings.NewReplacer("```diff\n", "", "```\n", "\nThat is all.\n").Replace(loopFix(header + fittingHunk)),
	} {
		if _, s := judgeFix(t, gate.Input{Deliverable: gate.Deliverable{Result: text}}); s.Points <= 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// Code in any language that is shown whole or in part parses; broken code does not.
func TestCodeParses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		lang, code string
		ok         bool
	}{
		{"go", "if err != nil {\n\treturn err\n}\nuse(x)", true},
		{"go", "func (s *Store) Get() {\n\ts.db.get()\n}", true},
		{"go", "{name: \"a\", want: 1},\n{name: \"b\", want: 2},\n{name: \"c\", want: 3},", true},
		{"go", "Get(id string) error\nPut(id string) error\nList() []string", true},
		{"go", "case 38:\n\tif s[0] != '{' {\n\t\treturn errBraces\n\t}\n\ts = s[1:]", true},
		{"go", "case <-ctx.Done():\n\treturn ctx.Err()\ncase v := <-values:\n\tuse(v)", true},
		{"go", "case 38:\n\tif s[0] != {\n\t\treturn", false},
		{"go", "func Get( {\n\treturn 1\n}", false},
		{"js", "foo () {\n  return this.x\n}", true},
		{"js", "a: 1,\nb: 2,\nc: [...rest]", true},
		{"js", "case 'x':\n  run()\n  break", true},
		{"js", "function f( {\n  return 1\n}", false},
		{"ts", "interface A<T> {\n  a: T\n}", true},
		{"tsx", "const a = (\n  <b>{x}</b>\n)", true},
		{"json", "{\n  \"a\": 1\n}", true},
		{"json", "\"scripts\": {\n  \"test\": \"x\"\n},", true},
		{"json", "{\"a\": 1}\n{\"a\": 2}\n{\"a\": 3}", true},
		{"json", "{\n  // why\n  \"a\": 1,\n}", true},
		{"json", "{\n  \"a\": 1,\n  b: 2\n}", false},
		{"yaml", "on: push\njobs:\n  a: ${{ matrix.x }}", true},
		{"yaml", "a: {{ .Values.a }}\nb: 1\nc: 2", true},
		{"yaml", "a: 1\n b: 2\n  - c", false},
		{"toml", "[a]\nb = 1\nc = \"d\"", true},
		{"toml", "[a\nb = 1\nc = \"d\"", false},
		{"python", "    def f(self):\n        return 1\n\n    x = 2", true},
		{"py", "function f() {\n  return 1;\n}", false},
		{"bash", "for f in *; do\n  echo \"$f\"\ndone", true},
		{"bash", "$ make test\nok (1.2s)\n$ echo done", true},
		{"sh", "git clone <your fork>\ncd x\nmake", true},
		{"bash", "for f in *; do\n  echo \"$f\"\nfi", false},
		{"go", "func f() {\n\t...\n}", true},
		{"go", "x := call(a, ...)\n}\n)", true}, // left out: not tried
		{"cobol", "MOVE A TO\nB\nC.", true},
	}
	for _, tt := range tests {
		r := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.CodeGeneration, Description: loopRequest},
			Deliverable: gate.Deliverable{Result: "Here is it:\n\n```" + tt.lang + "\n" + tt.code + "\n```\n"},
			Repo:        repoFromDir(t, filepath.Join("testdata", "shop")),
		})
		for _, s := range r.Signals {
			if s.Name == "code parses" && (s.Points >= 0) != tt.ok {
				t.Errorf("%s %q: %+v", tt.lang, tt.code, s)
			}
		}
	}
}

// Blank lines at the end of a file are lines that a diff may have around it.
func TestDiffAtBlankEnd(t *testing.T) {
	t.Parallel()
	report := gate.Judge(gate.Input{
		Request:     gate.Request{Category: city.BugFix, Description: "Fix run in cli.js."},
		Deliverable: gate.Deliverable{Result: "cli.js:3 ends too early.\n\n```diff\n--- a/cli.js\n+++ b/cli.js\n@@ -2,3 +2,4 @@\n\n-run(args)\n+if (args.length) run(args)\n+process.exitCode = 0\n\n```\n"},
		Repo:        &gate.Repo{Files: []gate.RepoFile{{Path: "cli.js"}}, Source: memory{"cli.js": "const args = process.argv\n\nrun(args)\n\n"}},
	})
	if s := signalOf(report, "patch applies"); s == nil || s.Points < 0 {
		t.Errorf("%+v", s)
	}
}
