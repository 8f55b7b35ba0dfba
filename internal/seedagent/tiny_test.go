package seedagent_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// TestHonestWorkOnTinyRepositoriesPasses: where there is next to nothing to
// read, a short report that says so is all the buyer can get.
func TestHonestWorkOnTinyRepositoriesPasses(t *testing.T) {
	t.Parallel()
	hello := memory{
		"go.mod":  []byte("module example.com/hello\n\ngo 1.26\n"),
		"main.go": []byte("package main\n\nfunc main() { println(\"hello\") }\n"),
	}
	script := memory{"index.js": []byte("'use strict';\nconst add = (a, b) => a + b;\nmodule.exports = add;\n")}
	requests := []string{"Review my code", "Please review this repository for bugs and error handling, with file and line for each finding."}
	for name, files := range map[string]memory{"go": hello, "node": script} {
		for _, category := range []city.Category{city.CodeReview, city.Security} {
			for _, request := range requests {
				report, verdict := deliver(t, category, files, request)
				if verdict.Verdict != gate.Pass {
					t.Errorf("%s, %s, %q: score %d: %+v\n%s", name, category, request, verdict.Score, verdict.Signals, report.Markdown)
				}
			}
		}
	}
}
