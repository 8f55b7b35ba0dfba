package task

import (
	"fmt"
	"testing"

	"aicity.dev/aicity/internal/gate/similarity"
)

// What is remembered is bounded, and what is used stays.
func TestRunsAreBounded(t *testing.T) {
	t.Parallel()
	var m runsMemo
	const each = maxRuns / 64
	m.keep("used", make(similarity.Runs, each))
	for i := range 200 {
		m.keep(fmt.Sprint(i), make(similarity.Runs, each))
		if known, missing := m.look([]string{"used"}); len(known) != 1 || len(missing) != 0 {
			t.Fatalf("what is used was forgotten after %d others", i+1)
		}
		held := 0
		for _, half := range []map[string]similarity.Runs{m.young, m.old} {
			for _, runs := range half {
				held += len(runs)
			}
		}
		if held > maxRuns {
			t.Fatalf("%d runs are remembered, at most %d may be", held, maxRuns)
		}
	}
	if _, missing := m.look([]string{"0", "199"}); len(missing) != 1 || missing[0] != "0" {
		t.Errorf("missing %q, want the oldest only", missing)
	}
}
