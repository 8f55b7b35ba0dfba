package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// pressReport judges work on press.go.
func pressReport(category city.Category, request, result string) gate.Report {
	return gate.Judge(gate.Input{
		Request: gate.Request{Category: category, Description: request}, Deliverable: gate.Deliverable{Result: result},
		Repo: &gate.Repo{Files: []gate.RepoFile{{Path: "press.go", Lines: 14}}, Source: memory{"press.go": pressFile}},
	})
}

// Who asks readers to send what may go wrong later has not asked the buyer back.
func TestAskedForLater(t *testing.T) {
	t.Parallel()
	const page = "Levels are counted by the press. A range may be set for them, else there is one part.\n\n"
	for end, refuses := range map[string]bool{
		"If something looks different, please send us the text with it.": false,
		"When you see another level, share the terminal with us.":        false,
		"Please send us the text with it, then we can begin.":            true,
	} {
		s := signalOf(pressReport(city.General, "What is a level of the press?", strings.Repeat(page, 2)+end), "refusal")
		if got := s != nil && s.Points < 0 || s != nil && s.Cap != nil; got != refuses {
			t.Errorf("%q: refused %v", end, got)
		}
	}
}

// What a security review would mend with is a new function where a patch was asked for; a
// function under another name is a quote elsewhere.
func TestPatchOfReview(t *testing.T) {
	t.Parallel()
	const result = "`Level` is fine at press.go:5-8, but for the range at press.go:9.\n\n```go\nfunc isWithin(parts []string, depth int) bool {\n\tif len(parts) > depth {\n\t\treturn false\n\t}\n\treturn widest(parts) < depth\n}\n```\n"
	for request, misquotes := range map[string]bool{
		"Can the range of press.go be abused? Show it and patch it.": false,
		"Can the range of press.go be abused?":                       true,
	} {
		s := signalOf(pressReport(city.Security, request, result), "misquotes")
		if got := s != nil && s.Points < 0; got != misquotes {
			t.Errorf("%q: misquotes %v: %+v", request, got, s)
		}
	}
}

// A review of all names next to nothing in its request: its answer may be about anything
// that the code has.
func TestReviewThatNamesLittle(t *testing.T) {
	t.Parallel()
	const result = "`level := depth / 8` (press.go:5) cuts what is left, so less than 8 gives nothing.\n\n`if len(parts) == 0` (press.go:10) is never true: a text that is empty has one part."
	for request, doubted := range map[string]bool{
		"It shows uploads on a terminal. Is that fine? Ranked.":                       false,
		"Are uploads of tenants safe from crafted headers, quotas and spoofed dates?": true,
	} {
		s := signalOf(pressReport(city.CodeReview, request, result), "answer to the request")
		if got := s != nil && s.Points < 0; got != doubted {
			t.Errorf("%q: doubted %v: %+v", request, got, s)
		}
	}
}

// A table that says something, or names and figures together, show work without a place.
func TestTablesAndFiguresShow(t *testing.T) {
	t.Parallel()
	const (
		head = "How many colours come of which terminal is told here, by what the press does with each of them when it is asked.\n\n"
		rows = "| terminal | what comes of it |\n|---|---|\n| plain | nothing is shown, `Level` cuts it |\n| old | `Split` gives a part, and it is counted |\n| new | `Getenv` is asked once for all |\n| piped | what is forced comes back as it is |\n"
	)
	for name, tt := range map[string]struct {
		result string
		shows  bool
	}{
		"rows":    {head + rows, true},
		"no rows": {head + "Nothing is shown, `Level` cuts it. `Split` gives a part, and it is counted. `Getenv` is asked once for all. What is forced comes back as it is.", false},
		"figures": {head + "`Level`, `Split`, `Getenv`, `forced` and `depth` matter: 8 gives 1, 16 gives 2, 24 gives 3, 40 gives 5.", true},
	} {
		s := signalOf(pressReport(city.Research, "What comes of which terminal?", tt.result), "something to show")
		if got := s != nil && s.Cap == nil; got != tt.shows {
			t.Errorf("%s: shows %v: %+v", name, got, s)
		}
	}
}

// Configuration that calls the project's own tools refers to it without naming a file, and
// what GitLab runs before a job is a workflow.
func TestOwnToolsRefer(t *testing.T) {
	t.Parallel()
	for result, refers := range map[string]bool{
		"```yaml\ndefault:\n  before_script:\n    - go vet ./...\n    - go test ./...\n```\n": true,
		"```yaml\ndefault:\n  before_script:\n    - echo begins\n    - echo done\n```\n":      false,
	} {
		report := pressReport(city.DevOps, "Our GitLab should vet and test the press.", result)
		if s := signalOf(report, "references"); (s.Points > 0) != refers {
			t.Errorf("%q: %+v", result, s)
		}
		if s := signalOf(report, "missing parts"); s != nil && s.Points < 0 {
			t.Errorf("%q: no workflow: %+v", result, s)
		}
	}
}
