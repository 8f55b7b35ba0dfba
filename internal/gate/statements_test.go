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
