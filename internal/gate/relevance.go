package gate

import (
	"fmt"
	"math"
	"strings"

	"aicity.dev/aicity/internal/city"
)

// relevance asks whether the deliverable answers the request, by how much of
// what the request names comes back, and by what kind of work it is.
func relevance(v *view) (Signal, bool) {
	s := Signal{Name: "relevance", Max: maxRelevance}
	hit, total, missed := v.coverage(v.wished, &v.all)
	if total < 2 {
		return s, false // "Please review this" names nothing to come back to
	}
	covered := share(hit, total)
	most := float64(maxRelevance)
	if v.review() {
		most = maxRelevanceReview
	}
	s.Max = math.Round(most * share(total, enoughToTell))
	s.Points = s.Max * share(v.fits-denied, answered-denied)
	if v.Index != nil && len(v.all.touched) == 0 && v.Ground.Names < fewNames {
		s.Points *= ofAnyCode
	}
	s.Reason = fmt.Sprintf("The answer takes up %.0f %% of what the request names.", 100*covered)
	if len(missed) > 0 {
		s.Evidence = []string{"not taken up: " + strings.Join(few(missed, 8), ", ")}
	}
	if covered < 0.4 {
		s.advice = "Answer the request itself: it names " + strings.Join(few(missed, 5), ", ") + "."
	}
	return s, true
}

// Work that names no file and hardly a name of the repository could be about any code,
// though it has the request's words.
const (
	fewNames  = 3
	ofAnyCode = 0.8
)

// review reports whether the request is to look for what is wrong: what an
// answer is about is then for the code to say, not for the request.
func (v *view) review() bool {
	return v.in.Request.Category == city.CodeReview || v.in.Request.Category == city.Security || v.onlyLooks()
}

// enoughToTell is the weight of what a request must name for relevance to count
// in full; a request that names little says little about its answer.
const enoughToTell = 5.0

// coverage weighs which of the wishes a text takes up.
func (v *view) coverage(list []wish, in *answerText) (hit, total float64, missed []string) {
	for _, w := range list {
		taken := in.takes(w)
		if w.sample && !taken {
			continue
		}
		total += w.weight
		if taken {
			hit += w.weight
		} else if w.weight > 0.2 && !v.takenUp(w) {
			missed = append(missed, w.text)
		}
	}
	return hit, total, missed
}

func categoryName(c city.Category) string {
	if n := c.Name(); n != "" {
		return strings.ToLower(n)
	}
	return "this kind of task"
}
