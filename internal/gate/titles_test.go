package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// Code right below the title of a finding that cites a place is said to stand
// there, by lines that say something; what shows how a thing is called is not.
func TestCodeBelowTitles(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		misquotes  bool
	}{
		{"it stands there", "**1. press.go:5, a small depth comes to nothing at all (high)**\n\n```go\nlevel := depth / 8\nif level >= 2 && !forced {\n```\n\nSmall terminals get no colour.\n", false},
		{"it does not", "**1. press.go:5, a small depth is rounded up to one level (high)**\n\n```go\nlevel := roundUp(depth, 8)\nif level > 2 && !strings.Contains(forcedNames, level) {\n```\n\nSmall terminals get colour.\n", true},
		{"only what stands anywhere does", "**1. press.go:9, the list of the environment is never split at all (high)**\n\n```go\nif value, ok := os.LookupEnv(\"PRESS_RANGE\"); ok && value != \"\" {\n\treturn 0, nil\n```\n\nThe range is lost.\n", true},
		{"the last line of the file that is cited first", "Read press.go. main.go calls it.\n\n### Levels are rounded down, so small terminals get none (line 5)\n\n```go\nlevel := depth / 8\n```\n\nUse the next multiple.\n", false},
		{"how it is called, with what it gives", "A depth of four is level nothing (`press.go:5`).\n\n```go\npress.Level(4, false)\n// 0 <nil>\n```\n\nSmall terminals get no colour.\n", false},
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.CodeReview, Description: "Review press.go for bugs, with lines and quotes."},
			Deliverable: gate.Deliverable{Result: tt.text},
			Repo:        &gate.Repo{Files: []gate.RepoFile{{Path: "press.go"}, {Path: "main.go"}}, Source: memory{"press.go": pressFile, "main.go": "package main\n"}},
		})
		for _, s := range report.Signals {
			if s.Name == "misquotes" && (s.Points < 0) != tt.misquotes {
				t.Errorf("%s: %v points, %v", tt.name, s.Points, s.Evidence)
			}
		}
	}
}

// Findings give their lines in many ways.
func TestLinesOfFindings(t *testing.T) {
	t.Parallel()
	for _, lines := range []string{`"line": 5`, `"line": "5"`, `"lines": "5-7"`, `"lines": "5, 9"`, `"line_range": "5-7"`, `"range": [5, 7]`} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.CodeReview, Description: "Review press.go for bugs, as JSON."},
			Deliverable: gate.Deliverable{Result: `{"findings": [{"file": "press.go", ` + lines + `, "severity": "high", "title": "rounded down", "description": "depth / 8 is 0 for small ones", "remediation": "use the next multiple"}]}`},
			Repo:        &gate.Repo{Files: []gate.RepoFile{{Path: "press.go"}}, Source: memory{"press.go": pressFile}},
		})
		if len(report.References) == 0 || report.References[0].Line != 5 {
			t.Errorf("%s: %+v", lines, report.References)
		}
	}
}

// Tests may stand in a file of their own, whichever the request names.
func TestTestsInAFileOfTheirOwn(t *testing.T) {
	t.Parallel()
	request := "The tests in press_test.go say little. Write tests for Level of press.go that fail when a level changes."
	text := "New file `level_test.go`:\n\n```go\npackage press\n\nimport \"testing\"\n\nfunc TestLevels(t *testing.T) {\n\tfor depth, want := range map[int]int{4: 0, 8: 1} {\n\t\tif got, _ := Level(depth, true); got != want {\n\t\t\tt.Errorf(\"Level(%d): %d\", depth, got)\n\t\t}\n\t}\n}\n```\n\n`Level` rounds down (press.go:5), and press.go:6 keeps what is not forced.\n"
	report := gate.Judge(gate.Input{
		Request:     gate.Request{Category: city.Testing, Description: request},
		Deliverable: gate.Deliverable{Result: text},
		Repo:        &gate.Repo{Files: []gate.RepoFile{{Path: "press.go"}, {Path: "press_test.go"}}, Source: memory{"press.go": pressFile, "press_test.go": pressTest}},
	})
	for _, s := range report.Signals {
		if s.Name == "answer to the request" && strings.Contains(strings.Join(s.Evidence, " "), "no line of the files named") {
			t.Errorf("%v", s.Evidence)
		}
	}
	if report.Verdict != gate.Pass {
		t.Errorf("%d points: %+v", report.Score, report.Signals)
	}
}
