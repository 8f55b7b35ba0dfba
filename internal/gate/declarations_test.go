package gate_test

import (
	"slices"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// Declarations of types are code: a change of them alone does what was asked.
func TestChangedDeclarations(t *testing.T) {
	t.Parallel()
	repo := &gate.Repo{
		Files:  []gate.RepoFile{{Path: "index.js"}, {Path: "index.d.ts"}},
		Source: memory{"index.js": "exports.open = () => 1\n", "index.d.ts": "export interface Door {\n  open(): this;\n  close(): this;\n}\n"},
	}
	for line, want := range map[string]bool{"-  close(): this;\n": false, "+  // it opens\n   close(): this;\n": true} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.BugFix, Description: "index.d.ts promises close(), which does not exist. Please fix it."},
			Deliverable: gate.Deliverable{Result: "close() of index.d.ts:3 goes.\n\n```diff\n--- a/index.d.ts\n+++ b/index.d.ts\n@@ -1,4 +1,4 @@\n export interface Door {\n   open(): this;\n" + line + " }\n```\n"}, Repo: repo,
		})
		if is := slices.ContainsFunc(report.Signals, func(s gate.Signal) bool { return s.Name == "change" && s.Cap != nil }); is != want {
			t.Errorf("%q is without effect: %v", line, is)
		}
	}
}
