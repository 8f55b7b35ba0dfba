package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// A terse fix is taken for what its change does: a row that it adds to a table of
// cases is a test, what the named function calls is that function's work, and nobody
// repeats whose the project is or what an example was called with.
func TestTerseFixes(t *testing.T) {
	t.Parallel()
	repo := &gate.Repo{
		Files: []gate.RepoFile{{Path: "quote.go"}, {Path: "split.go"}, {Path: "quote_test.go"}},
		Source: memory{
			"quote.go":      "package shell\n\n// Join quotes words.\nfunc Join(words ...string) string {\n\tout := \"\"\n\tfor _, w := range words {\n\t\tout += quote(w)\n\t}\n\treturn out\n}\n\nconst (\n\tspecial = \"$&;\"\n\tprefix  = \"~\"\n)\n\nfunc quote(w string) string {\n\tif strings.ContainsAny(w, special) || strings.HasPrefix(w, prefix) {\n\t\treturn \"\\\\\" + w\n\t}\n\treturn w\n}\n",
			"split.go":      "package shell\n\nvar blanks = \" \\t\"\n\n// Split is the reverse.\nfunc Split(line string) []string {\n\treturn strings.FieldsFunc(line, isBlank)\n}\n\nfunc isBlank(r rune) bool {\n\treturn strings.ContainsRune(blanks, r)\n}\n",
			"quote_test.go": "package shell\n\nvar cases = []struct{ in, out string }{\n\t{\"a\", \"a\"},\n\t{\"$a\", \"\\\\$a\"},\n}\n",
		},
	}
	const (
		fix     = "--- a/quote.go\n+++ b/quote.go\n@@ -11,5 +11,5 @@\n const (\n \tspecial = \"$&;\"\n-\tprefix  = \"~\"\n+\tprefix  = \"~#\"\n )\n \n"
		row     = "--- a/quote_test.go\n+++ b/quote_test.go\n@@ -3,4 +3,5 @@\n var cases = []struct{ in, out string }{\n \t{\"a\", \"a\"},\n \t{\"$a\", \"\\\\$a\"},\n+\t{\"#foo\", \"\\\\#foo\"},\n }\n"
		comment = "--- a/quote_test.go\n+++ b/quote_test.go\n@@ -3,4 +3,5 @@\n var cases = []struct{ in, out string }{\n \t{\"a\", \"a\"},\n \t{\"$a\", \"\\\\$a\"},\n+\t// one for a tag\n }\n"
		other   = "--- a/split.go\n+++ b/split.go\n@@ -1,5 +1,5 @@\n package shell\n \n-var blanks = \" \\t\"\n+var blanks = \" \\t\\n\"\n \n // Split is the reverse.\n"
		why     = "`#` starts a comment at the beginning of a word only, so it belongs to the prefixes next to the tilde. `go test .` passes; without the change the row fails."
	)
	for _, tt := range []struct {
		name    string
		diff    string
		missing bool   // it is said to lack tests
		fails   string // what is said to be left untouched
	}{
		{"a row of a table", fix + row, false, ""},
		{"a remark in a file of tests", fix + comment, true, ""},
		{"no test", fix, true, ""},
		{"another function", other + row, false, "Join"},
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.BugFix, Description: "kballard/shell: Join(\"#tag\") comes out unquoted and sh treats it as a comment. Patch with test case, add tests."},
			Deliverable: gate.Deliverable{Result: "```diff\n" + tt.diff + "```\n\n" + why + "\n"}, Repo: repo,
		})
		said := map[string]string{}
		for _, s := range report.Signals {
			said[s.Name] = strings.Join(s.Evidence, "; ")
		}
		if got := strings.Contains(said["missing parts"], "tests"); got != tt.missing {
			t.Errorf("%s: missing %q", tt.name, said["missing parts"])
		}
		all := said["relevance"] + said["answer to the request"]
		if strings.Contains(all, "Join") != (tt.fails != "") || strings.Contains(all, "Join(") || strings.Contains(all, "#tag") || strings.Contains(all, "kballard") {
			t.Errorf("%s: %s", tt.name, all)
		}
		if tt.name == "a row of a table" && report.Score < gate.PassScore {
			t.Errorf("%s: %d %+v", tt.name, report.Score, report.Signals)
		}
	}
}

// The language that code is written in is said by the code, and fields that a report
// in JSON has besides those that are known belong to it.
func TestSaidByTheForm(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, request, result, missed string }{
		{"a block of the language", "Write a TypeScript version of the counter.", "```ts\nexport function count (n: number): number {\n  return n + 1\n}\n```\n", ""},
		{"one of another", "Write a TypeScript version of the counter, strict.", "```go\nfunc count(n int) int {\n\treturn n + 1\n}\n```\n", "TypeScript"},
		{"fields of its own", "Scan the counter as if an unauthenticated clerk called it.", "{\"context\": \"an unauthenticated clerk calls it\", \"findings\": [{\"file\": \"count.js\", \"line\": 1, \"severity\": \"high\", \"claim\": \"count has no limit\"}]}", ""},
		{"no such field", "Scan the counter as if an unauthenticated clerk called it.", "{\"findings\": [{\"file\": \"count.js\", \"line\": 1, \"severity\": \"high\", \"claim\": \"count has no limit\"}]}", "unauthenticated"},
	} {
		category := city.CodeGeneration
		if strings.HasPrefix(tt.request, "Scan") {
			category = city.Security
		}
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: category, Description: tt.request}, Deliverable: gate.Deliverable{Result: tt.result},
			Repo: &gate.Repo{Files: []gate.RepoFile{{Path: "count.js"}}, Source: memory{"count.js": "exports.count = n => n + 1\n"}},
		})
		missed := ""
		for _, s := range report.Signals {
			if s.Name == "relevance" || s.Name == "answer to the request" {
				missed += strings.Join(s.Evidence, "; ")
			}
		}
		for _, word := range []string{"TypeScript", "unauthenticated"} {
			if strings.Contains(missed, word) != (word == tt.missed) {
				t.Errorf("%s: %q", tt.name, missed)
			}
		}
	}
}

// A fix of what the named function calls is told from one beside it also where it
// brings a value of its own, and a request that tells at length how the fault came to
// light asks for no more than one that does not.
func TestFixesOfNamedFunctions(t *testing.T) {
	t.Parallel()
	repo := &gate.Repo{
		Files: []gate.RepoFile{{Path: "id.go"}, {Path: "base.go"}, {Path: "sort.go"}},
		Source: memory{
			"id.go":   "package id\n\n// Parse reads an ID.\nfunc Parse(s string) ([]byte, error) {\n\tif len(s) != 4 {\n\t\treturn nil, errSize\n\t}\n\treturn decode(s)\n}\n",
			"base.go": "package id\n\nvar errSize = errors.New(\"size\")\n\nfunc decode(s string) ([]byte, error) {\n\tout := make([]byte, 0, 4)\n\tfor i := range s {\n\t\tout = append(out, s[i]-'a')\n\t}\n\treturn out, nil\n}\n",
			"sort.go": "package id\n\nfunc less(a, b []byte) bool {\n\treturn a[0] < b[0]\n}\n",
		},
	}
	const (
		mends = "--- a/base.go\n+++ b/base.go\n@@ -1,10 +1,14 @@\n package id\n \n var errSize = errors.New(\"size\")\n+var errDigit = errors.New(\"digit\")\n \n func decode(s string) ([]byte, error) {\n \tout := make([]byte, 0, 4)\n \tfor i := range s {\n+\t\tif s[i] < 'a' || s[i] > 'z' {\n+\t\t\treturn nil, errDigit\n+\t\t}\n \t\tout = append(out, s[i]-'a')\n \t}\n \treturn out, nil\n"
		other = "--- a/sort.go\n+++ b/sort.go\n@@ -1,5 +1,5 @@\n package id\n \n func less(a, b []byte) bool {\n-\treturn a[0] < b[0]\n+\treturn bytes.Compare(a, b) < 0\n }\n"
	)
	for _, tt := range []struct {
		text, diff  string
		least, most int
	}{
		{"`decode` (base.go:5) has no error case: no digit is looked at, all is reduced by `'a'` (base.go:8), so that strange bytes wrap around in byte arithmetic and come out as others. A reader of the code expects the caller to look, which it does not. Parse checks the length only (id.go:5).", mends, 75, 100},
		{"`less` (sort.go:3) looks at the first byte only, `a[0] < b[0]` (sort.go:4).", other, 0, 45},
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.BugFix, Description: "id.Parse accepts garbage such as a trailing dash or blank and hands out a valid looking value. We put them into URLs as keys, so two spellings for one customer hurt the billing overnight; support noticed duplicates twice, auditors complained, marketing mailed whole households again. Please fix."},
			Deliverable: gate.Deliverable{Result: tt.text + "\n\n```diff\n" + tt.diff + "```\n\nThe package builds and its tests pass.\n"}, Repo: repo,
		})
		if report.Score < tt.least || report.Score > tt.most {
			t.Errorf("%s: %d points, %+v", tt.text, report.Score, report.Signals)
		}
	}
}
