package eval

import (
	"cmp"
	"context"
	"slices"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/grounding"
)

// Result is how the gate judged a sample.
type Result struct {
	Sample Sample
	Report gate.Report
	Took   time.Duration // without the judge
	// Alone is the report before the judge was asked, nil when nobody was.
	Alone *gate.Report
}

// Second is asked for a second opinion where the gate is not sure; it returns
// the report with the opinion applied.
type Second func(ctx context.Context, in gate.Input, report gate.Report) (gate.Report, error)

// Run judges samples one after another. The second opinion may be nil.
func Run(ctx context.Context, samples []Sample, library *Library, clock city.Clock, second Second) ([]Result, error) {
	results := make([]Result, 0, len(samples))
	for _, s := range samples {
		repo, err := library.Repository(ctx, s.Repo)
		if err != nil {
			return nil, err
		}
		in := s.Input(repo)
		start := clock.Now()
		report := gate.Judge(in)
		r := Result{Sample: s, Report: report, Took: clock.Now().Sub(start)}
		if second != nil && report.Borderline {
			r.Alone = &report
			if r.Report, err = second(ctx, in, report); err != nil {
				return nil, err
			}
		}
		results = append(results, r)
	}
	return results, nil
}

// Real returns the files that the deliverable cites and the repository has.
func (r Result) Real() []string {
	return r.paths(grounding.RefExists, grounding.RefLineOutOfRange)
}

// Fake returns the files that the deliverable cites and the repository has
// not, those that it proposes to create among them.
func (r Result) Fake() []string {
	return r.paths(grounding.RefMissing, grounding.RefNewFile)
}

func (r Result) paths(status ...grounding.ReferenceStatus) []string {
	all := []string{}
	for _, ref := range r.Report.References {
		if slices.Contains(status, ref.Status) {
			all = append(all, ref.Path)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Wrong tells how far the score is on the wrong side of the pass mark, 0 when
// it is on the right one. Borderline samples have no wrong side.
func (r Result) Wrong() int {
	switch r.Sample.Label {
	case Good:
		return max(0, gate.PassScore-r.Report.Score)
	case Bad:
		return max(0, r.Report.Score-gate.PassScore+1)
	}
	return 0
}

// Share is a number of samples out of some.
type Share struct {
	Passed int `json:"passed"`
	Of     int `json:"of"`
}

func (s *Share) count(passed bool) {
	s.Of++
	if passed {
		s.Passed++
	}
}

// KindTotals is what became of the samples of one kind.
type KindTotals struct {
	Kind  string `json:"kind"`
	Label Label  `json:"label"`
	Share
	Lowest  int `json:"lowest"`
	Median  int `json:"median"`
	Highest int `json:"highest"`
}

// Totals are the figures over all samples.
type Totals struct {
	Version    string          `json:"version"`
	Samples    int             `json:"samples"`
	Labels     map[Label]Share `json:"labels"`
	AUC        float64         `json:"auc"`       // chance that a good sample scores above a bad one
	Precision  float64         `json:"precision"` // of the references found, those that are labelled so
	Recall     float64         `json:"recall"`    // of the labelled references, those that are found
	Kinds      []KindTotals    `json:"kinds"`
	MedianTime time.Duration   `json:"medianNs"`
	P99Time    time.Duration   `json:"p99Ns"`
	Judge      *JudgeTotals    `json:"judge,omitempty"` // when one was asked
}

// JudgeTotals say what the judge made of the borderline samples, and what the
// figures would be without it.
type JudgeTotals struct {
	Asked    int             `json:"asked"` // borderline samples
	Outcomes map[string]int  `json:"outcomes"`
	Mended   int             `json:"mended"`  // verdicts that are right because of it
	Spoiled  int             `json:"spoiled"` // verdicts that are wrong because of it
	Labels   map[Label]Share `json:"labelsWithoutJudge"`
	AUC      float64         `json:"aucWithoutJudge"`
}

// Total sums the results up.
func Total(results []Result) Totals {
	t := Totals{Version: gate.Version, Samples: len(results), Labels: map[Label]Share{}}
	var times []time.Duration
	var found, labelled, both int
	scores := map[Label][]int{}
	for _, r := range results {
		share := t.Labels[r.Sample.Label]
		share.count(r.Report.Verdict == gate.Pass)
		t.Labels[r.Sample.Label] = share
		scores[r.Sample.Label] = append(scores[r.Sample.Label], r.Report.Score)
		times = append(times, r.Took)
		for _, pair := range [][2][]string{{r.Real(), r.Sample.RealRefs}, {r.Fake(), r.Sample.FakeRefs}} {
			found, labelled = found+len(pair[0]), labelled+len(pair[1])
			both += len(intersect(pair[0], pair[1]))
		}
	}
	t.AUC = auc(scores[Good], scores[Bad])
	t.Precision, t.Recall = ratio(both, found), ratio(both, labelled)
	t.Kinds = kinds(results)
	t.Judge = judged(results)
	slices.Sort(times)
	if n := len(times); n > 0 {
		t.MedianTime, t.P99Time = times[n/2], times[min(n-1, n*99/100)]
	}
	return t
}

// judged sums up what the judge did, nil when it was asked about nothing.
func judged(results []Result) *JudgeTotals {
	t := JudgeTotals{Outcomes: map[string]int{}, Labels: map[Label]Share{}}
	scores := map[Label][]int{}
	for _, r := range results {
		alone := r
		if r.Alone != nil {
			alone.Report = *r.Alone
			t.Asked++
			t.Outcomes[r.Report.Judge.Outcome]++
			switch right, was := r.Wrong() == 0, alone.Wrong() == 0; {
			case right && !was:
				t.Mended++
			case was && !right:
				t.Spoiled++
			}
		}
		share := t.Labels[r.Sample.Label]
		share.count(alone.Report.Verdict == gate.Pass)
		t.Labels[r.Sample.Label] = share
		scores[r.Sample.Label] = append(scores[r.Sample.Label], alone.Report.Score)
	}
	if t.Asked == 0 {
		return nil
	}
	t.AUC = auc(scores[Good], scores[Bad])
	return &t
}

func intersect(a, b []string) []string {
	var both []string
	for _, x := range a {
		if slices.Contains(b, x) {
			both = append(both, x)
		}
	}
	return both
}

// ratio of nothing is 1: nothing is wrong with it.
func ratio(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

// auc is the chance that one of high is above one of low; ties count half.
func auc(high, low []int) float64 {
	sum := 0.0
	for _, h := range high {
		for _, l := range low {
			switch {
			case h > l:
				sum++
			case h == l:
				sum += 0.5
			}
		}
	}
	return sum / float64(max(1, len(high)*len(low)))
}

func kinds(results []Result) []KindTotals {
	type key struct {
		label Label
		kind  string
	}
	scores := map[key][]int{}
	passed := map[key]int{}
	for _, r := range results {
		k := key{r.Sample.Label, r.Sample.Kind}
		scores[k] = append(scores[k], r.Report.Score)
		if r.Report.Verdict == gate.Pass {
			passed[k]++
		}
	}
	all := make([]KindTotals, 0, len(scores))
	for k, s := range scores {
		slices.Sort(s)
		all = append(all, KindTotals{Kind: k.kind, Label: k.label, Share: Share{passed[k], len(s)},
			Lowest: s[0], Median: s[len(s)/2], Highest: s[len(s)-1]})
	}
	slices.SortFunc(all, func(a, b KindTotals) int {
		return cmp.Or(cmp.Compare(b.Label, a.Label), cmp.Compare(a.Kind, b.Kind))
	})
	return all
}

// Mistakes returns the results on the wrong side, the worst first.
func Mistakes(results []Result) []Result {
	wrong := slices.DeleteFunc(slices.Clone(results), func(r Result) bool { return r.Wrong() == 0 })
	slices.SortStableFunc(wrong, func(a, b Result) int { return cmp.Compare(b.Wrong(), a.Wrong()) })
	return wrong
}
