package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// The evidence of a finding is a quote of the file, or a remark with code in
// it: each is looked up as what it is.
func TestEvidenceOfFindings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		evidence string
		holds    bool
	}{
		{"level := depth / 8", true},
		{"level := depth / 8; a depth of 4 comes to nothing, so no terminal of that kind is served", true},
		{"The level of a depth of 4 is cut to nothing, see what strings.Split makes of it", true},
		{"level := roundUp(depth, 8)", false},
		{"level := roundUp(depth, 8)\nparts := widthOf(level)", false},
		{"nothing that is said in these few plain words has to do with it", false},
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.CodeReview, Description: "Review press.go for bugs."},
			Deliverable: gate.Deliverable{Result: "One bug.", Findings: []gate.Finding{
				{File: "press.go", Line: 5, Severity: "high", Claim: "wrong for small ones", Evidence: tt.evidence},
			}},
			Repo: &gate.Repo{Files: []gate.RepoFile{{Path: "press.go", Lines: 14}}, Source: memory{"press.go": pressFile}},
		})
		said := ""
		for _, s := range report.Signals {
			if s.Name == "findings" {
				said = s.Reason
			}
		}
		if holds := strings.HasPrefix(said, "1 of 1"); holds != tt.holds {
			t.Errorf("%q: holds %v (%s)", tt.evidence, holds, said)
		}
	}
}
