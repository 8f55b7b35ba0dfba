package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

const sumFile = "module.exports = function (list) {\n  var i, sum = 0;\n  for (i = 0; i < list.length; i++) {\n    if (list[i] == null) continue;\n    sum += list[i];\n  }\n  return sum;\n}\n"

const (
	respeltDiff = "--- a/sum.js\n+++ b/sum.js\n@@ -1,7 +1,7 @@\n module.exports = function (list) {\n-  var i, sum = 0;\n-  for (i = 0; i < list.length; i++) {\n-    if (list[i] == null) continue;\n-    sum += list[i];\n+  let sum = 0;\n+  for (let index = 0; index < list.length; index++) {\n+    if (list[index] === null) continue;\n+    sum += list[index];\n   }\n   return sum;\n"
	builtDiff   = "--- a/sum.js\n+++ b/sum.js\n@@ -1,8 +1,8 @@\n+const isThere = value => value != null;\n+\n module.exports = function (list) {\n-  var i, sum = 0;\n-  for (i = 0; i < list.length; i++) {\n-    if (list[i] == null) continue;\n-    sum += list[i];\n-  }\n+  let sum = 0;\n+  for (const value of list.filter(isThere)) sum += value;\n   return sum;\n }\n"
)

// Other names and other words for the same code are no other structure.
func TestRefactoringBuildsOtherwise(t *testing.T) {
	t.Parallel()
	const request = "Refactor sum.js into small functions, same result."
	for _, tt := range []struct {
		name     string
		category city.Category
		request  string
		diff     string
		fails    bool
	}{
		{"only the spelling", city.Refactor, request, respeltDiff, true},
		{"functions", city.Refactor, request, builtDiff, false},
		{"the spelling was asked for", city.Refactor, "Refactor sum.js to let and const.", respeltDiff, false},
		{"the names were asked for", city.Refactor, "Refactor sum.js: better names for the locals.", respeltDiff, false},
		{"a strict comparison may be the fix", city.BugFix, "sum.js skips undefined, it must only skip null.", respeltDiff, false},
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: tt.category, Description: tt.request},
			Repo: &gate.Repo{
				Files:  []gate.RepoFile{{Path: "sum.js"}, {Path: "package.json"}},
				Source: memory{"sum.js": sumFile, "package.json": "{\"name\": \"sum\"}\n"},
			},
			Deliverable: gate.Deliverable{Result: "The loop (sum.js:3) is changed:\n\n```diff\n" + tt.diff + "```\n"},
		})
		fails := false
		for _, s := range report.Signals {
			if s.Name == "patch applies" && s.Cap != nil {
				t.Fatalf("%s: %+v", tt.name, s)
			}
			fails = fails || s.Name == "change" && s.Cap != nil && strings.Contains(s.Reason, "other words")
		}
		if fails != tt.fails {
			t.Errorf("%s: %+v", tt.name, report.Signals)
		}
	}
}

const restFile = "module.exports = function (list, from) {\n  var at = from || 1;\n  return list.slice(at);\n}\n"

// A bug is not fixed by the same in other terms.
func TestFixInOtherTerms(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		category city.Category
		line     string
		fails    bool
	}{
		{"the same", city.BugFix, "var at = from ? from : 1;", true},
		{"the same with a negation", city.BugFix, "var at = !from ? 1 : from;", true},
		{"what was asked for", city.BugFix, "var at = from === undefined ? 1 : from;", false},
		{"no bug to fix", city.Refactor, "var at = from ? from : 1;", false},
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: tt.category, Description: "rest.js: rest(list, 0) drops the first element, it must give all."},
			Repo: &gate.Repo{
				Files:  []gate.RepoFile{{Path: "rest.js"}, {Path: "package.json"}},
				Source: memory{"rest.js": restFile, "package.json": "{\"name\": \"rest\"}\n"},
			},
			Deliverable: gate.Deliverable{Result: "Zero is falsy (rest.js:2):\n\n```diff\n--- a/rest.js\n+++ b/rest.js\n@@ -1,3 +1,3 @@\n module.exports = function (list, from) {\n-  var at = from || 1;\n+  " + tt.line + "\n   return list.slice(at);\n```\n"},
		})
		fails := false
		for _, s := range report.Signals {
			fails = fails || s.Name == "change" && s.Cap != nil
		}
		if fails != tt.fails {
			t.Errorf("%s: %+v", tt.name, report.Signals)
		}
	}
}
