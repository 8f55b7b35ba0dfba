package gate_test

import (
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/honest"
)

func TestSketch(t *testing.T) {
	t.Parallel()
	essay := strings.Repeat("", 1) + honest.Report("1")
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
	for text, want := range map[string]bool{changed: true, honestReview: false} {
		share := slices.ContainsFunc(gate.SketchOf(text).Bands(), func(band int64) bool { return slices.Contains(gate.SketchOf(essay).Bands(), band) })
		if share != want {
			t.Errorf("a band is shared: %v, want %v: %.60s", share, want, text)
		}
	}
	if kept, ok := gate.SketchFrom(gate.SketchOf(essay).Bytes()); !ok || kept != gate.SketchOf(essay) {
		t.Error("a sketch is not what was kept of it")
	}
	if got := gate.SketchOf("too short").Same(gate.SketchOf("too short")); got != 0 {
		t.Errorf("too short to say: %v", got)
	}
}

// TestOthersText: what another agent delivered is not sold again.
func TestOthersText(t *testing.T) {
	t.Parallel()
	in := gate.Input{Request: gate.Request{Category: city.Research, Description: "Compare write-ahead logging and rollback journals in SQLite: durability, read concurrency."},
		Deliverable: gate.Deliverable{Result: honest.Report("3")}}
	own := gate.Judge(in)
	in.Others = []gate.Sketch{gate.SketchOf(honest.Report("4")), gate.SketchOf(honest.Report("3"))}
	if taken := gate.Judge(in); taken.Verdict != gate.Fail || own.Verdict != gate.Pass {
		t.Errorf("own %d, taken %d", own.Score, taken.Score)
	}
}
