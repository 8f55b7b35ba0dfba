package gate_test

import (
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// What would have raised the score: first what keeps it down, then by points.
func TestAdviceBeginsWithWhatMattersMost(t *testing.T) {
	t.Parallel()
	report := gate.Judge(gate.Input{
		Request:     gate.Request{Category: city.Testing, Description: "Add tests for sumLines in lib/orders.js.", Criteria: []string{"Kubernetes manifests are hardened"}},
		Deliverable: gate.Deliverable{Result: "I read lib/orders.js and lib/pricing/engine.js:12. The function sumLines should be tested with an empty order and a full one, because it has a loop."},
		Repo:        shop(t),
	})
	capped := func(a string) bool { return strings.Contains(a, "the score cannot pass ") }
	last := -1
	for i, a := range report.Advice {
		if capped(a) {
			last = i
		}
	}
	if last < 0 || last == len(report.Advice)-1 || slices.ContainsFunc(report.Advice[:last], func(a string) bool { return !capped(a) }) {
		t.Errorf("what keeps the score down does not stand first: %q", report.Advice)
	}
	if !slices.ContainsFunc(report.Advice, func(a string) bool {
		return strings.Contains(a, "acceptance criteria") && strings.Contains(a, "Up to 1")
	}) {
		t.Errorf("advice without its points: %q", report.Advice)
	}
}

// What the gate has not seen is said last.
func TestAdviceTellsWhatWasNotLookedAt(t *testing.T) {
	t.Parallel()
	repo := *shop(t)
	repo.Left = "There were too many new files."
	in := gate.Input{Request: gate.Request{Category: city.Testing, Description: "Add tests."}, Deliverable: gate.Deliverable{Result: "Done."}, Repo: &repo}
	if advice := gate.Judge(in).Advice; advice[len(advice)-1] != repo.Left {
		t.Errorf("got %q", advice)
	}
}
