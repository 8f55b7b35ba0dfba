package similarity_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/gate/honest"
	"aicity.dev/aicity/internal/gate/similarity"
)

func sketchOf(text string) similarity.Sketch { return similarity.KnownOf(text).Sketch }

func TestSketch(t *testing.T) {
	t.Parallel()
	essay := strings.Repeat("", 1) + honest.Report("1")
	other := ""
	for i := range 60 {
		other += fmt.Sprintf("Store %d closes its file before row %d is read. ", i, 3*i)
	}
	changed := strings.Replace(essay, "readers", "clients", 3)
	if got := sketchOf(essay).Same(sketchOf(essay)); got != 1 {
		t.Errorf("the same text: %v", got)
	}
	if got := sketchOf(essay).Same(sketchOf(changed)); got < 0.7 {
		t.Errorf("a few words changed: %v", got)
	}
	if got := sketchOf(essay).Same(sketchOf("````markdown\n" + essay + "\n````")); got < 0.9 {
		t.Errorf("the same in a fence: %v", got)
	}
	if got := sketchOf(essay).Same(sketchOf(other)); got > 0.1 {
		t.Errorf("another text: %v", got)
	}
	for text, want := range map[string]bool{changed: true, other: false} {
		share := slices.ContainsFunc(sketchOf(text).Bands(), func(band int64) bool { return slices.Contains(sketchOf(essay).Bands(), band) })
		if share != want {
			t.Errorf("a band is shared: %v, want %v: %.60s", share, want, text)
		}
	}
	if kept, ok := similarity.SketchFrom(sketchOf(essay).Bytes()); !ok || kept != sketchOf(essay) {
		t.Error("a sketch is not what was kept of it")
	}
	if got := sketchOf("too short").Same(sketchOf("too short")); got != 0 {
		t.Errorf("too short to say: %v", got)
	}
}
