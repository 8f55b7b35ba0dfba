package gate_test

import (
	"fmt"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/grounding"
)

// A program without an extension is a file as others are, and the path of a file
// on the buyer's machine is none of the repository.
func TestFilesWithoutAnExtension(t *testing.T) {
	t.Parallel()
	program := "#!/usr/bin/env node\nvar path = require('path');\nvar file = process.argv[2];\n\nfunction load () {\n  return require(path.join(process.cwd(), file));\n}\n"
	report := gate.Judge(gate.Input{
		Request: gate.Request{Category: city.BugFix, Description: "`render /srv/views/page.js` says \"Cannot find module\". Fix bin/render, please."},
		Deliverable: gate.Deliverable{Result: "`load` (`bin/render:5-7`) joins the working directory with an absolute path. See also bin/renderer and cabin/render, which are none.\n\n" +
			"```diff\n--- a/bin/render\n+++ b/bin/render\n@@ -5,3 +5,3 @@\n function load () {\n-  return require(path.join(process.cwd(), file));\n+  return require(path.resolve(file));\n }\n```\n"},
		Repo: &gate.Repo{Files: []gate.RepoFile{{Path: "bin/render"}, {Path: "package.json"}}, Source: memory{"bin/render": program, "package.json": "{}"}},
	})
	var cited []string
	for _, r := range report.References {
		if r.Path == "bin/render" && r.Status == grounding.RefExists {
			cited = append(cited, r.Text)
		}
	}
	if got := strings.Join(cited, " "); got != "bin/render:5-7 bin/render" || report.Verdict != gate.Pass {
		t.Errorf("%q, %d points: %+v", got, report.Score, report.Signals)
	}
	for _, s := range report.Signals {
		if strings.Contains(strings.Join(s.Evidence, " "), "page.js") {
			t.Errorf("%s: %v", s.Name, s.Evidence)
		}
	}
}

// A program without an extension is code like any other: given back, it is no work.
func TestProgramGivenBack(t *testing.T) {
	t.Parallel()
	program := "#!/usr/bin/env node\n"
	for i := range 30 {
		program += fmt.Sprintf("if (process.argv[2] === '--option%d') {\n  console.log(handlers.option%d(process.argv[3]));\n}\n", i, i)
	}
	for _, category := range []city.Category{city.Refactor, city.General} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: category, Description: "bin/he is a chain of ifs. Rewrite it with a table of options and deliver the file."},
			Deliverable: gate.Deliverable{Result: "Here is `bin/he` with a table of options.\n\n```js\n" + program + "```\n\nThe chain of ifs is gone."},
			Repo:        &gate.Repo{Files: []gate.RepoFile{{Path: "bin/he"}, {Path: "package.json"}}, Source: memory{"bin/he": program, "package.json": "{}"}},
		})
		if s := signalOf(report, "copied source"); s == nil || s.Cap == nil {
			t.Errorf("%s: %+v", category, report.Signals)
		}
	}
}

// What is left of a file that was to be cut down is no copy of it; a piece of it is.
func TestCutDownIsNoCopy(t *testing.T) {
	t.Parallel()
	var whole, piece, rest strings.Builder
	for i := range 60 {
		line := fmt.Sprintf("exports.handler%d = require('./handlers/number%d')\n", i, i)
		whole.WriteString(line)
		if i < 20 {
			piece.WriteString(line)
		}
		if i%3 == 0 {
			rest.WriteString(line)
		}
	}
	for file, copied := range map[string]bool{piece.String(): true, rest.String(): false} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.Refactor, Description: "Cut index.js down to every third handler."},
			Deliverable: gate.Deliverable{Result: "Here is index.js with every third handler.\n\n```js\n" + file + "```\n"},
			Repo:        &gate.Repo{Files: []gate.RepoFile{{Path: "index.js"}}, Source: memory{"index.js": whole.String()}},
		})
		if s := signalOf(report, "copied source"); s == nil || (s.Cap != nil) != copied {
			t.Errorf("copied %v: %+v", copied, s)
		}
	}
}

// Tags are what code about templates is about, and placeholders elsewhere.
func TestTagsOfTemplates(t *testing.T) {
	t.Parallel()
	text := "How a view is read (render.js:1):\n\n" + strings.Repeat("- `{{name}}` takes the value, `{{ list }}` the list.\n", 4)
	for source, want := range map[string]bool{
		"exports.render = function (text) {\n  return text.replace(/\\{\\{(\\w+)\\}\\}/g, get)\n}\n// {{name}} gives the name\n// {{a}} and {{b}}\n": false,
		"exports.render = function (text) {\n  return text\n}\n":                                                                                     true,
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.ContentCreation, Description: "Write a page about values in views of render.js."},
			Deliverable: gate.Deliverable{Result: text},
			Repo:        &gate.Repo{Files: []gate.RepoFile{{Path: "render.js"}}, Source: memory{"render.js": source}},
		})
		for _, s := range report.Signals {
			if s.Name == "placeholders" && (s.Points < 0) != want {
				t.Errorf("%q: %v points, %v", source, s.Points, s.Evidence)
			}
		}
	}
}

// What a refactoring moves from a file into a new one is no copy; without a line that goes
// it is, and so is all of the file.
func TestMovedCodeIsNoCopy(t *testing.T) {
	t.Parallel()
	var whole, piece strings.Builder
	for i := range 60 {
		line := fmt.Sprintf("exports.handler%d = require('./handlers/number%d')\n", i, i)
		whole.WriteString(line)
		if i < 20 {
			piece.WriteString(line)
		}
	}
	const call = "Call it in index.js:\n\n```diff\n-exports.handler0 = require('./handlers/number0')\n+Object.assign(exports, require('./lib/handlers.js'))\n```\n"
	for answer, copied := range map[string]bool{
		piece.String() + "```\n\n" + call: false, whole.String() + "```\n\n" + call: true, piece.String() + "```\n": true,
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.Refactor, Description: "Move the first handlers out of index.js."},
			Deliverable: gate.Deliverable{Result: "They get a file of their own.\n\nNew file `lib/handlers.js`:\n\n```js\n" + answer},
			Repo:        &gate.Repo{Files: []gate.RepoFile{{Path: "index.js"}}, Source: memory{"index.js": whole.String()}},
		})
		if s := signalOf(report, "copied source"); s == nil || (s.Cap != nil) != copied {
			t.Errorf("%d bytes: %+v", len(answer), s)
		}
	}
}
