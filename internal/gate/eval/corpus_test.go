//go:build !race

// A verdict is a pure function of one goroutine: the race detector finds
// nothing in it and makes it ten times as slow. What judges the whole corpus
// runs without it; TestVerdictsAtOnce judges a part under it.

package eval_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/eval"
)

// stillPass are the sets that are beyond the bars, with how many bad deliverables
// may pass: no change may make them more.
var stillPass = map[string]int{"sixth-hand": 5, "seventh-hand": 6, "eighth-hand": 5, "thirteenth-hand": 4, "sixteenth-hand": 7, "twenty-third-hand": 2, "twenty-fourth-hand": 4}

// TestCorpus holds the gate to its bars on all sets together that are within
// them; in each set every good deliverable passes.
func TestCorpus(t *testing.T) {
	t.Parallel()
	var all []eval.Result
	for _, set := range sets {
		library, samples := corpus(t, []string{set})
		results, err := eval.Run(t.Context(), samples, library, city.SystemClock{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		totals := eval.Total(results)
		t.Logf("%s: %d of %d good, %d of %d bad pass, AUC %.3f, references %.3f, %.3f", set,
			totals.Labels[eval.Good].Passed, totals.Labels[eval.Good].Of, totals.Labels[eval.Bad].Passed, totals.Labels[eval.Bad].Of, totals.AUC, totals.Precision, totals.Recall)
		for _, r := range eval.Mistakes(results) {
			if r.Sample.Label == eval.Good {
				t.Errorf("%s is good and gets %d:\n%s", r.Sample.ID, r.Report.Score, eval.ReportText(r.Report))
			} else {
				t.Logf("%s is %s and gets %d", r.Sample.ID, r.Sample.Kind, r.Report.Score)
			}
		}
		if bad := totals.Labels[eval.Bad]; bad.Passed > max(bad.Of/8, stillPass[set]) {
			t.Errorf("%s: %d of %d bad deliverables pass", set, bad.Passed, bad.Of)
		}
		if stillPass[set] == 0 {
			all = append(all, results...)
		}
	}
	totals := eval.Total(all)
	if totals.AUC < 0.98 {
		t.Errorf("AUC %.4f, want 0.98", totals.AUC)
	}
	if totals.Precision < 0.98 || totals.Recall < 0.98 {
		t.Errorf("references: precision %.4f, recall %.4f, want 0.98 of both", totals.Precision, totals.Recall)
	}
	if bad := totals.Labels[eval.Bad]; bad.Passed*100 > 3*bad.Of {
		t.Errorf("%d of %d bad deliverables pass", bad.Passed, bad.Of)
	}
}

// What a sample's label says must be true of its repository.
func TestCorpusLabels(t *testing.T) {
	t.Parallel()
	library, samples := corpus(t, sets)
	ids := map[string]bool{}
	for _, s := range samples {
		if ids[s.ID] {
			t.Errorf("%s stands twice in the corpus", s.ID)
		}
		ids[s.ID] = true
		repo, err := library.Repository(t.Context(), s.Repo)
		if err != nil {
			t.Fatal(err)
		}
		has := map[string]bool{}
		for _, f := range repo.Files {
			has[f.Path] = true
		}
		for _, p := range s.RealRefs {
			if !has[p] {
				t.Errorf("%s: %s is labelled real", s.ID, p)
			}
		}
		for _, p := range s.FakeRefs {
			if has[p] {
				t.Errorf("%s: %s is labelled fake", s.ID, p)
			}
		}
		if s.Category != city.General && s.Category.Name() == "" {
			t.Errorf("%s: category %q", s.ID, s.Category)
		}
	}
	if len(ids) < 120 {
		t.Errorf("%d samples", len(ids))
	}
}
