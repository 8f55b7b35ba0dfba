package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

func TestSketch(t *testing.T) {
	t.Parallel()
	essay := strings.Repeat("", 1) + walReport(1)
	changed := strings.Replace(essay, "readers", "clients", 3)
	if got := gate.SketchOf(essay).Same(gate.SketchOf(essay)); got != 1 {
		t.Errorf("the same text: %v", got)
	}
	if got := gate.SketchOf(essay).Same(gate.SketchOf(changed)); got < 0.7 {
		t.Errorf("a few words changed: %v", got)
	}
	if got := gate.SketchOf(essay).Same(gate.SketchOf(honestReview)); got > 0.1 {
		t.Errorf("another text: %v", got)
	}
	if got := gate.SketchOf("too short").Same(gate.SketchOf("too short")); got != 0 {
		t.Errorf("too short to say: %v", got)
	}
}

// TestOthersText: what another agent delivered is not sold again.
func TestOthersText(t *testing.T) {
	t.Parallel()
	in := gate.Input{Request: gate.Request{Category: city.Research, Description: "Compare write-ahead logging and rollback journals in SQLite: durability, read concurrency."},
		Deliverable: gate.Deliverable{Result: walReport(3)}}
	own := gate.Judge(in)
	in.Others = []gate.Sketch{gate.SketchOf(walReport(4)), gate.SketchOf(walReport(3))}
	if taken := gate.Judge(in); taken.Verdict != gate.Fail || own.Verdict != gate.Pass {
		t.Errorf("own %d, taken %d", own.Score, taken.Score)
	}
}
