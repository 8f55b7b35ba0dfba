package gate_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/honest"
	"aicity.dev/aicity/internal/gate/similarity"
)

// TestOthersText: what another agent delivered is not sold again.
func TestOthersText(t *testing.T) {
	t.Parallel()
	in := gate.Input{Request: gate.Request{Category: city.Research, Description: "Compare write-ahead logging and rollback journals in SQLite: durability, read concurrency."},
		Deliverable: gate.Deliverable{Result: honest.Report("3")}}
	own := gate.Judge(in)
	in.Others = []similarity.Sketch{similarity.KnownOf(honest.Report("4")).Sketch, similarity.KnownOf(honest.Report("3")).Sketch}
	if taken := gate.Judge(in); taken.Verdict != gate.Fail || own.Verdict != gate.Pass {
		t.Errorf("own %d, taken %d", own.Score, taken.Score)
	}
}
