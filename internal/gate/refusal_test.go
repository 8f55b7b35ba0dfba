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
