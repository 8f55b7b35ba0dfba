package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/grounding"
)

// A name that several files have stands for the one that has the lines cited and
// what is said of them; what builds make comes last, and a path in full decides.
func TestSharedNames(t *testing.T) {
	t.Parallel()
	source := strings.Repeat("// head\n", 30) + "export function checkRevision(info) {\n  return info[0] === REVISION\n}\n" + strings.Repeat("// tail\n", 20)
	built := strings.Repeat("// head\n", 33) + "export function checkRevision(info) {\n  return info[0] === REVISION\n}\n" + strings.Repeat("// tail\n", 20)
	files := memory{
		"run.js": "export * from './lib/run.js'\n", "lib/run.js": source, "dist/run.js": built,
		"dist/each.js": built, "lib/each.js": source, "one/same.js": source, "two/same.js": source,
	}
	repo := &gate.Repo{Source: files}
	for p := range files {
		repo.Files = append(repo.Files, gate.RepoFile{Path: p})
	}
	for _, tt := range []struct{ result, request, path string }{
		{"`checkRevision` compares (run.js:31).", "", "lib/run.js"},
		{"`run.js` only passes on what `lib/run.js` has.", "", "run.js"},
		{"`export *` passes all on (run.js:1).", "", "run.js"},
		{"`checkRevision` compares (each.js:31).", "", "lib/each.js"},
		{"`dist/each.js` is stale; `checkRevision` compares (each.js:34).", "", "dist/each.js"},
		{"`two/same.js` compares in `checkRevision` (same.js:31).", "", "two/same.js"},
		{"`checkRevision` compares (line 31). `export *` hides that (run.js:1).", "Review lib/each.js.", "lib/each.js"},
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.CodeReview, Description: "Review it, with lines. " + tt.request},
			Deliverable: gate.Deliverable{Result: tt.result}, Repo: repo,
		})
		found := false
		for _, ref := range report.References {
			found = found || ref.Path == tt.path && ref.Status == grounding.RefExists && ref.Text != tt.path
			if ref.Status == grounding.RefLineOutOfRange {
				t.Errorf("%s: %s:%d is out of range", tt.result, ref.Path, ref.Line)
			}
		}
		if !found && tt.path != "run.js" {
			t.Errorf("%s: %+v, want %s", tt.result, report.References, tt.path)
		}
	}
}

// The text of a link to another site may look like the name of a file.
func TestLinkedProjects(t *testing.T) {
	t.Parallel()
	repo := &gate.Repo{Files: []gate.RepoFile{{Path: "lib/a.js"}}}
	for result, want := range map[string]grounding.ReferenceStatus{
		"[sammy.js](https://example.org/quirkey/sammy) does that.":        grounding.RefExternal,
		"[sammy.js](https://example.org/us/it/blob/main/sammy.js) is so.": grounding.RefMissing,
		"`sammy.js` is so.": grounding.RefMissing,
	} {
		report := gate.Judge(gate.Input{Request: gate.Request{Category: city.CodeReview, Description: "Review it."}, Deliverable: gate.Deliverable{Result: result}, Repo: repo})
		if len(report.References) != 1 || report.References[0].Status != want {
			t.Errorf("%s: %+v, want %s", result, report.References, want)
		}
	}
}

// Paths may be written as on Windows; what leads to a file on somebody's machine or
// is given to the project's own command is an example.
func TestPathsOfWindowsAndOfExamples(t *testing.T) {
	t.Parallel()
	files := memory{"package.json": `{"name": "flat", "bin": "bin/flat"}`, "lib/flat.js": "exports.flat = 1\n", "flat.js": "module.exports = require('./lib/flat')\n", "bin/flat": "#!/usr/bin/env node\nrun()\n"}
	repo := &gate.Repo{Source: files}
	for p := range files {
		repo.Files = append(repo.Files, gate.RepoFile{Path: p})
	}
	for result, want := range map[string]gate.Reference{
		`lib\flat.js:1 exports it.`:            {Path: "lib/flat.js", Line: 1, Status: grounding.RefExists},
		"`.\\lib\\flat.js` exports it.":        {Path: "lib/flat.js", Status: grounding.RefExists},
		`It runs at once (bin\flat:2).`:        {Path: "bin/flat", Line: 2, Status: grounding.RefExists},
		`lib\none.js:1 exports it.`:            {Path: "lib/none.js", Line: 1, Status: grounding.RefMissing},
		`It asks for C:\data\view.js instead.`: {Path: "view.js", Status: grounding.RefExternal},
		"`*.js` finds `a/b/c.js` too.":         {Path: "a/b/c.js", Status: grounding.RefExternal},
		"`flat archive.js` prints it.":         {Path: "archive.js", Status: grounding.RefExternal},
		"`node archive.js` prints it.":         {Path: "archive.js", Status: grounding.RefMissing},
	} {
		report := gate.Judge(gate.Input{Request: gate.Request{Category: city.CodeReview, Description: "Review it."}, Deliverable: gate.Deliverable{Result: result}, Repo: repo})
		if len(report.References) != 1 || report.References[0].Path != want.Path || report.References[0].Line != want.Line || report.References[0].Status != want.Status {
			t.Errorf("%s: %+v, want %+v", result, report.References, want)
		}
	}
}

// Code that stands in a file named beside it is a quote, though no line of it is cited;
// code that does not stand there is none, and no misquote either.
func TestQuotesWithoutALine(t *testing.T) {
	t.Parallel()
	repo := &gate.Repo{Files: []gate.RepoFile{{Path: "lib/flat.js"}}, Source: memory{"lib/flat.js": "const nested = options.nested || {}\n"}}
	for result, want := range map[string]string{
		"lib/flat.js takes no for an answer (`const nested = options.nested || {}`).": "1 quote is real",
		"lib/flat.js could say `const nested = options.nested ?? {}`.":                "0 quotes are real",
	} {
		report := gate.Judge(gate.Input{Request: gate.Request{Category: city.CodeReview, Description: "Review it."}, Deliverable: gate.Deliverable{Result: result}, Repo: repo})
		for _, s := range report.Signals {
			if s.Name == "misquotes" && s.Points < 0 || s.Name == "evidence" && !strings.Contains(s.Reason, want) {
				t.Errorf("%s: %+v, want %s", result, s, want)
			}
		}
	}
}

// A file with its lines is no quote, however it is marked, and from then on bare
// numbers are lines of it.
func TestPlacesInWords(t *testing.T) {
	t.Parallel()
	source := memory{"a.go": "package a\n\nfunc first(n int) int {\n\treturn n + 1\n}\n\nfunc second(n int) int {\n\treturn first(n) * 2\n}\n"}
	repo := &gate.Repo{Files: []gate.RepoFile{{Path: "a.go", Lines: 9}}, Source: source}
	for _, place := range []string{"a.go:3", "a.go (line 3)", "`a.go (lines 3 to 5)`", "`a.go, lines 3-5`", "a.go, line\u00a03"} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.CodeReview, Description: "Review a.go, with lines."},
			Deliverable: gate.Deliverable{Result: "first overflows at the top (" + place + "). second doubles what first gives (7-9)."}, Repo: repo,
		})
		lines := map[int]bool{}
		for _, ref := range report.References {
			lines[ref.Line] = true
		}
		for _, s := range report.Signals {
			if s.Name == "misquotes" && s.Points < 0 {
				t.Errorf("%s: %+v", place, s)
			}
		}
		if !lines[3] || !lines[7] {
			t.Errorf("%s: %+v", place, report.References)
		}
	}
}
