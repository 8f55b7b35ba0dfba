package eval_test

import (
	"reflect"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/eval"
)

// TestVerdictsAtOnce: verdicts that are made at the same time, on the same
// repositories, are those that are made one after another. It is what the race
// detector sees of the corpus.
func TestVerdictsAtOnce(t *testing.T) {
	t.Parallel()
	library, all := corpus(t, sets)
	var some []eval.Sample
	for i := 0; i < len(all); i += 15 {
		some = append(some, all[i])
	}
	reports := func() []gate.Report {
		results, err := eval.Run(t.Context(), some, library, city.SystemClock{}, nil)
		if err != nil {
			t.Error(err)
		}
		var reports []gate.Report
		for _, r := range results {
			reports = append(reports, r.Report)
		}
		return reports
	}
	var atOnce [2][]gate.Report
	var wg sync.WaitGroup
	for i := range atOnce {
		wg.Go(func() { atOnce[i] = reports() })
	}
	wg.Wait()
	want := reports()
	for _, got := range atOnce {
		if len(want) != len(some) || !reflect.DeepEqual(got, want) {
			t.Errorf("%d verdicts at once differ from %d one after another", len(got), len(want))
		}
	}
}
