package gate_test

import (
	"fmt"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// An index of a file says nothing about it; a review that puts lines behind its
// names does.
func TestIndexOfAFileIsAList(t *testing.T) {
	t.Parallel()
	names := strings.Fields("Body Headers Request Response Blob Level Parts Depth Range Forced Widths Heights Split Press Terminal Colours Greatest Shown Lines Columns Wrapped")
	var file, index, review strings.Builder
	file.WriteString("package press\n\n")
	for i, name := range names {
		fmt.Fprintf(&file, "func %s() {}\n", name)
		fmt.Fprintf(&index, "%s (%d) and ", name, i+3)
		fmt.Fprintf(&review, "%s (%d) is called by nobody but the one before it, so it could be private; whoever removes it loses nothing that the package promises to its users.\n\n", name, i+3)
	}
	for text, want := range map[string]bool{
		"press.go has to be cut at " + index.String() + "the end. These are central and must be watched.": true,
		"press.go can be cut as follows.\n\n" + review.String():                                           false,
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.CodeReview, Description: "How should press.go be cut into files?"},
			Deliverable: gate.Deliverable{Result: text},
			Repo:        &gate.Repo{Files: []gate.RepoFile{{Path: "press.go"}}, Source: memory{"press.go": file.String()}},
		})
		for _, s := range report.Signals {
			if s.Name == "lists of names" && (s.Cap != nil) != want {
				t.Errorf("a list: %v, want %v, of %.60q", s.Cap != nil, want, text)
			}
		}
	}
}

// How tests should be is told by tests, and need not come back in words.
func TestRequestsThatTellHowTestsShouldBe(t *testing.T) {
	t.Parallel()
	report := gate.Judge(gate.Input{
		Request:     gate.Request{Category: city.Testing, Description: "Table tests for Level in press.go, incl. the nasty edge cases, no jest. They should catch regressions."},
		Deliverable: gate.Deliverable{Result: "Tests of `Level` (press.go:4-13), `level_test.go`:\n\n```go\npackage press\n\nfunc TestLevel(t *testing.T) {\n\tfor _, tt := range []struct{ depth, want int }{{24, 3}, {8, 0}} {\n\t\tif got, _ := Level(tt.depth, true); got != tt.want {\n\t\t\tt.Error(got)\n\t\t}\n\t}\n}\n```\n"},
		Repo:        &gate.Repo{Files: []gate.RepoFile{{Path: "press.go"}, {Path: "press_test.go"}}, Source: memory{"press.go": pressFile, "press_test.go": pressTest}},
	})
	if report.Score < 70 {
		t.Errorf("the tests get %d: %+v", report.Score, report.Signals)
	}
}
