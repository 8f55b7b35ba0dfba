package gate

import (
	"fmt"
	"strings"

	"aicity.dev/aicity/internal/city"
)

// relevance asks how much of what the request names comes back in the answer.
// Names of code weigh double: "Layer.prototype.match" says more than "tests".
func relevance(v *view) (Signal, bool) {
	s := Signal{Name: "relevance", Max: maxRelevance}
	hit, total, missed := v.request.coverage(v.answer, v.lower)
	if total < 2 {
		return s, false // "Please review this" names nothing to come back to
	}
	covered := share(hit, total)
	// Nobody repeats every word of a request: 55 % is full marks.
	s.Points = maxRelevance * share(covered, 0.55)
	s.Reason = fmt.Sprintf("The answer takes up %.0f %% of what the request names.", 100*covered)
	if len(missed) > 0 {
		s.Evidence = []string{"not taken up: " + strings.Join(few(missed, 8), ", ")}
	}
	if covered < 0.4 {
		s.advice = "Answer the request itself: it names " + strings.Join(few(missed, 5), ", ") + "."
	}
	return s, true
}

// answerStems returns the stems and the lower-case text of the deliverable and
// of the files it cites, which are part of the answer even when only the short
// form is written.
func (v *view) answerStems() (map[string]bool, string) {
	var b strings.Builder
	b.WriteString(v.doc.low + "\n")
	for _, ref := range v.refs[:min(len(v.refs), 200)] {
		if ref.Status == RefExists {
			b.WriteString(strings.ToLower(ref.Path) + "\n")
		}
	}
	for _, p := range patchedFiles(string(v.in.Patch)) {
		b.WriteString(strings.ToLower(p) + "\n")
	}
	said := appendWords(make([]string, 0, b.Len()/averageWord), b.String())
	stems := make(map[string]bool, len(said)/2)
	for _, w := range said {
		stems[stem(w)] = true
	}
	return stems, b.String()
}

// coverage weighs which of the vocabulary comes back in the answer.
func (want *vocabulary) coverage(answer map[string]bool, low string) (hit, total float64, missed []string) {
	for _, st := range want.order {
		total++
		if answer[st] {
			hit++
		} else {
			missed = append(missed, st)
		}
	}
	for name := range want.names {
		total++
		if strings.Contains(low, name) {
			hit++
		}
	}
	return hit, total, missed
}

// criteria asks whether each acceptance criterion is addressed.
func criteria(v *view) (Signal, bool) {
	s := Signal{Name: "acceptance criteria", Max: maxCriteria}
	if len(v.in.Request.Criteria) == 0 {
		return s, false
	}
	met := 0
	for _, c := range v.in.Request.Criteria {
		hit, total, _ := newVocabulary(c).coverage(v.answer, v.lower)
		if total == 0 || share(hit, total) >= 0.5 {
			met++
			continue
		}
		s.Evidence = append(s.Evidence, "not addressed: "+shorten(c, 120))
	}
	s.Points = maxCriteria * share(float64(met), float64(len(v.in.Request.Criteria)))
	s.Reason = fmt.Sprintf("%d of %d acceptance criteria are addressed.", met, len(v.in.Request.Criteria))
	if met < len(v.in.Request.Criteria) {
		s.advice = "Go through the acceptance criteria one by one and say how each is met."
	}
	s.Evidence = few(s.Evidence, 5)
	return s, true
}

func categoryName(c city.Category) string {
	if n := c.Name(); n != "" {
		return strings.ToLower(n)
	}
	return "this kind of task"
}

// shorten cuts text to n runes for a report.
func shorten(s string, n int) string {
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) <= n {
		return string(runes)
	}
	return string(runes[:n-1]) + "…"
}
