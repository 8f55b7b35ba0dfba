package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/gate"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	pass := gate.Opinion{Verdict: gate.Pass, Score: 80}
	fail := gate.Opinion{Verdict: gate.Fail, Score: 20, Missing: []string{"the second endpoint"}}
	broken := gate.Opinion{Failure: "no JSON"}
	tests := []struct {
		name     string
		opinions []gate.Opinion
		verdict  gate.Verdict
		score    int
		outcome  string
	}{
		{"nobody asked", nil, gate.Pass, 60, gate.JudgeUnavailable},
		{"two say pass", []gate.Opinion{pass, pass}, gate.Pass, 70, gate.JudgeAgreed},
		{"two say fail", []gate.Opinion{fail, fail}, gate.Fail, 40, gate.JudgeAgreed},
		{"the third decides", []gate.Opinion{pass, fail, fail}, gate.Fail, 40, gate.JudgeMajority},
		{"one is broken, two agree", []gate.Opinion{broken, pass, pass}, gate.Pass, 70, gate.JudgeAgreed},
		{"all broken", []gate.Opinion{broken, broken, broken}, gate.Pass, 60, gate.JudgeNoMajority},
		{"one against one", []gate.Opinion{pass, fail, broken}, gate.Pass, 60, gate.JudgeNoMajority},
	}
	for _, tt := range tests {
		before := gate.Report{Score: 60, Verdict: gate.Pass, Borderline: true, Advice: []string{"first"}}
		got := gate.Decide(before, gate.Asked{Opinions: tt.opinions})
		if got.Verdict != tt.verdict || got.Score != tt.score || got.Judge.Outcome != tt.outcome || got.Judge.Heuristic != 60 {
			t.Errorf("%s: %s with %d, %s; want %s with %d, %s", tt.name, got.Verdict, got.Score, got.Judge.Outcome, tt.verdict, tt.score, tt.outcome)
		}
		if missed := strings.Contains(strings.Join(got.Advice, "\n"), "the second endpoint"); missed != (tt.verdict == gate.Fail) {
			t.Errorf("%s: advice %q", tt.name, got.Advice)
		}
	}
	if got := gate.Decide(gate.Report{Score: 90, Verdict: gate.Pass}, gate.Asked{Opinions: []gate.Opinion{fail, fail}}); got.Verdict != gate.Pass || got.Judge != nil {
		t.Errorf("a clear report was judged again: %+v", got)
	}
}

// Opinions move the score, but never to the other side of their own verdict.
func TestDecideKeepsToTheLine(t *testing.T) {
	t.Parallel()
	for heuristic := gate.PassScore; heuristic <= gate.BorderlineScore; heuristic++ {
		for score := 0; score <= 100; score += 5 {
			for _, verdict := range []gate.Verdict{gate.Pass, gate.Fail} {
				o := gate.Opinion{Verdict: verdict, Score: score}
				got := gate.Decide(gate.Report{Score: heuristic, Verdict: gate.Pass, Borderline: true}, gate.Asked{Opinions: []gate.Opinion{o, o}})
				if (got.Score >= gate.PassScore) != (verdict == gate.Pass) || got.Verdict != verdict || got.Score < 0 || got.Score > 100 {
					t.Fatalf("%d judged %s with %d: %s with %d", heuristic, verdict, score, got.Verdict, got.Score)
				}
			}
		}
	}
}

func TestUndecided(t *testing.T) {
	t.Parallel()
	pass, fail, broken := gate.Opinion{Verdict: gate.Pass}, gate.Opinion{Verdict: gate.Fail}, gate.Opinion{Failure: "x"}
	for _, tt := range []struct {
		opinions []gate.Opinion
		want     bool
	}{
		{nil, true},
		{[]gate.Opinion{pass}, true},
		{[]gate.Opinion{pass, pass}, false},
		{[]gate.Opinion{pass, fail}, true},
		{[]gate.Opinion{broken, pass}, true},
		{[]gate.Opinion{pass, fail, pass}, false},
		{[]gate.Opinion{broken, broken, broken}, false},
	} {
		if got := gate.Undecided(tt.opinions); got != tt.want {
			t.Errorf("%v: %v", tt.opinions, got)
		}
	}
}
