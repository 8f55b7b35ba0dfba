package task

import (
	"testing"

	"aicity.dev/aicity/internal/city"
)

// Work comes with the words of its model; what is kept are the city's.
func TestSeveritiesAreTheCitys(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]Severity{
		"critical": SeverityCritical, "HIGH": SeverityHigh, " Medium\n": SeverityMedium, "low": SeverityLow, "info": SeverityInfo,
		"Blocker": SeverityCritical, "major": SeverityHigh, "warning": SeverityMedium, "Minor": SeverityLow, "nitpick": SeverityInfo,
		"": "", "spicy": "", "high, or not": "", "<b>high</b>": "", "hıgh": "",
	} {
		d := Deliverable{Result: "Done.", Findings: []Finding{{File: "a.go", Severity: word, Claim: "c"}}}
		switch err := d.checked(); {
		case want == "" && city.CodeOf(err) != city.CodeValidation:
			t.Errorf("%q: %v, want it refused", word, err)
		case want != "" && (err != nil || d.Findings[0].Severity != string(want)):
			t.Errorf("%q is kept as %q, %v; want %q", word, d.Findings[0].Severity, err, want)
		}
	}
}
