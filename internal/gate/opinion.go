package gate

import (
	"fmt"
	"slices"
)

// Opinion is one answer of the judge to a borderline deliverable.
type Opinion struct {
	Verdict Verdict  `json:"verdict,omitempty" enum:"pass,fail" doc:"Whether the work passes"`
	Score   int      `json:"score" doc:"0 to 100"`
	Reasons []string `json:"reasons,omitempty" doc:"Why"`
	Missing []string `json:"missing,omitempty" doc:"What was asked for and is not there"`
	Failure string   `json:"failure,omitempty" doc:"Why there is no usable answer"`
}

// Judgement is what the judge's opinions came to.
type Judgement struct {
	Outcome   string    `json:"outcome" enum:"agreed,majority,no_majority,unavailable" doc:"How the opinions were counted"`
	Note      string    `json:"note" doc:"What that did to the score"`
	Heuristic int       `json:"heuristicScore" doc:"The score before the judge was asked"`
	Model     string    `json:"model,omitempty" doc:"The judge's model"`
	Opinions  []Opinion `json:"opinions,omitempty" doc:"One for each time the judge was asked"`
	Calls     int       `json:"calls,omitempty" doc:"How often the model was called; what brought no answer is no opinion"`
	Failed    []string  `json:"failed,omitempty" doc:"Why calls brought no answer, one for each"`
}

// What the opinions can come to.
const (
	JudgeAgreed      = "agreed"      // the first two say the same
	JudgeMajority    = "majority"    // two of three do
	JudgeNoMajority  = "no_majority" // too few usable answers
	JudgeUnavailable = "unavailable" // nobody was asked
)

// Asked is the judge as it was asked about one deliverable.
type Asked struct {
	Model    string
	Opinions []Opinion
	Failure  string // why nobody was asked, or not to the end
	Calls    int
	Failed   []string // why calls brought no answer
}

// Undecided reports whether another opinion is needed: two that agree are
// enough, and after three that is the end of it.
func Undecided(opinions []Opinion) bool {
	pass, fail := votes(opinions)
	return pass < 2 && fail < 2 && len(opinions) < 3
}

func votes(opinions []Opinion) (pass, fail int) {
	for _, o := range opinions {
		switch o.Verdict {
		case Pass:
			pass++
		case Fail:
			fail++
		}
	}
	return pass, fail
}

// Decide is the verdict on a borderline report after the judge was asked. Two
// opinions decide; without them the heuristic score stands, and the report says
// so. A report that is not borderline is returned as it is.
func Decide(r Report, asked Asked) Report {
	if !r.Borderline {
		return r
	}
	j := &Judgement{Heuristic: r.Score, Model: asked.Model, Opinions: slices.Clone(asked.Opinions), Calls: asked.Calls, Failed: slices.Clone(asked.Failed)}
	r.Judge = j
	pass, fail := votes(asked.Opinions)
	switch {
	case pass < 2 && fail < 2:
		j.Outcome = JudgeNoMajority
		j.Note = "The judge gave no clear answer; the heuristic score stands."
		if len(asked.Opinions) == 0 {
			j.Outcome = JudgeUnavailable
			j.Note = "No judge could be asked; the heuristic score stands."
		}
		if asked.Failure != "" {
			j.Note += " " + asked.Failure
		}
		return r
	case pass > 0 && fail > 0:
		j.Outcome = JudgeMajority
	default:
		j.Outcome = JudgeAgreed
	}
	verdict := Pass
	if fail >= 2 {
		verdict = Fail
	}
	r.Verdict = verdict
	r.Score = judgedScore(r.Score, verdict, asked.Opinions)
	j.Note = fmt.Sprintf("%d of %d opinions: %s.", max(pass, fail), pass+fail, verdict)
	if verdict == Fail {
		r.Advice = slices.Concat(missing(asked.Opinions), r.Advice)
	}
	return r
}

// judgedScore moves the score to the side of the verdict: halfway to what those
// who gave it think, and never across the line.
func judgedScore(heuristic int, verdict Verdict, opinions []Opinion) int {
	sum, n := 0, 0
	for _, o := range opinions {
		if o.Verdict == verdict {
			sum, n = sum+o.Score, n+1
		}
	}
	score := (heuristic + sum/n) / 2
	if verdict == Fail {
		return min(score, PassScore-1)
	}
	return max(score, PassScore)
}

// missing is what the failing opinions say is not there.
func missing(opinions []Opinion) []string {
	var all []string
	for _, o := range opinions {
		for _, m := range o.Missing {
			if advice := "The judge misses: " + m; o.Verdict == Fail && !slices.Contains(all, advice) && len(all) < 6 {
				all = append(all, advice)
			}
		}
	}
	return all
}
