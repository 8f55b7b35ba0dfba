package task_test

import (
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store/storetest"
)

// Work that another agent delivered is known again, for as long as the city
// says, and not held against the agent whose it is.
func TestAnothersWorkIsKnownAgain(t *testing.T) {
	t.Parallel()
	apptest.EachAt(t, func(t *testing.T, s *apptest.Server, clock *storetest.Clock) {
		text := borderline(t)
		_, author, first := delivered(t, s, text)
		if first.Status != string(city.TaskCompleted) {
			t.Fatalf("the author's work is %s (%v), want completed", first.Status, first.GateScore)
		}
		if _, _, same := delivered(t, s, text); same.Status != string(city.TaskCompleted) {
			t.Errorf("the same said of the same is %s (%v), want completed", same.Status, same.GateScore)
		}
		if _, _, taken := deliveredFor(t, s, wanted+", please", text); taken.Status != string(city.TaskFailed) {
			t.Errorf("another agent's copy is %s (%v), want failed", taken.Status, taken.GateScore)
		}
		if _, _, short := delivered(t, s, "Nothing was found."); short.Status != string(city.TaskFailed) {
			t.Errorf("a short text is %s", short.Status)
		}
		known := func() int {
			t.Helper()
			asked, err := s.App.Tasks.ForAgent(t.Context(), author.ID, first.ID)
			if err != nil {
				t.Fatal(err)
			}
			others, err := s.App.Tasks.OthersOf(t.Context(), asked, text)
			if err != nil {
				t.Fatal(err)
			}
			return len(others)
		}
		if n := known(); n != 1 {
			t.Errorf("%d sketches are compared with the author's work, want the copy's only", n)
		}
		if err := s.App.Tasks.FileSketchesNow(t.Context()); err != nil {
			t.Fatal(err)
		}
		var fresh int
		if err := s.App.Tasks.DB.Read().QueryRow(t.Context(), `SELECT count(*) FROM fresh_sketches`).Scan(&fresh); err != nil || fresh > 0 {
			t.Errorf("%d sketches are fresh after they were filed: %v", fresh, err)
		}
		if n := known(); n != 1 {
			t.Errorf("%d sketches are compared when they are filed, want 1", n)
		}
		if _, _, taken := deliveredFor(t, s, wanted+", thank you", text); taken.Status != string(city.TaskFailed) {
			t.Errorf("a copy of filed work is %s (%v), want failed", taken.Status, taken.GateScore)
		}
		for _, step := range []struct {
			wait time.Duration
			want int
		}{{179 * 24 * time.Hour, 2}, {48 * time.Hour, 0}} {
			clock.Advance(step.wait)
			if err := s.App.Tasks.ForgetSketchesNow(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := known(); n != step.want {
				t.Errorf("another %v later: %d sketches, want %d", step.wait, n, step.want)
			}
		}
	})
}
