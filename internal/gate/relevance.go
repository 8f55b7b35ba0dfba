package gate

import (
	"fmt"
	"math"
	"strings"

	"aicity.dev/aicity/internal/city"
)

// relevance asks how much of what the request names comes back in the answer,
// weighed by how rare it is in the repository: a text about the same code has
// the common words whatever it answers.
func relevance(v *view) (Signal, bool) {
	s := Signal{Name: "relevance", Max: maxRelevance}
	hit, total, missed := v.coverage(v.wished)
	if total < 2 {
		return s, false // "Please review this" names nothing to come back to
	}
	covered := share(hit, total)
	// Nobody repeats every word of a request: half is full marks.
	s.Max = math.Round(maxRelevance * share(total, enoughToTell))
	s.Points = s.Max * share(covered-0.1, 0.4)
	s.Reason = fmt.Sprintf("The answer takes up %.0f %% of what the request names.", 100*covered)
	if len(missed) > 0 {
		s.Evidence = []string{"not taken up: " + strings.Join(few(missed, 8), ", ")}
	}
	if covered < 0.4 {
		s.advice = "Answer the request itself: it names " + strings.Join(few(missed, 5), ", ") + "."
	}
	return s, true
}

// enoughToTell is the weight of what a request must name for relevance to count
// in full; a request that names little says little about its answer.
const enoughToTell = 5.0

// Below these shares of what a request names, the answer is to another one.
const (
	otherRequest  = 0.13
	doubtedAnswer = 0.26
	enoughWished  = 3.0 // what a request must name for that to be told
)

// otherAnswer takes the verdict when the deliverable, however true, answers
// another request than the buyer's.
func otherAnswer(v *view) (Signal, bool) {
	s := Signal{Name: "answer to the request", Reason: "The deliverable answers this request."}
	hit, total, missed := v.coverage(v.wished)
	covered := share(hit, total)
	if total < enoughWished || covered >= doubtedAnswer {
		return s, true
	}
	s.Points = -costOtherAnswer * share(doubtedAnswer-covered, doubtedAnswer-otherRequest)
	s.Reason = "Little of what the request names comes back."
	if covered < otherRequest {
		s.Cap = capAt(capOtherAnswer)
		s.Reason = "The deliverable answers another request."
	}
	s.Evidence = few(missed, 8)
	s.advice = "Deliver what this request asks for; work on something else is not charged, however good."
	return s, true
}

// coverage weighs which of the wishes the answer takes up.
func (v *view) coverage(list []wish) (hit, total float64, missed []string) {
	for _, w := range list {
		total += w.weight
		if v.taken(w) {
			hit += w.weight
		} else if w.weight > 0.2 {
			missed = append(missed, w.text)
		}
	}
	return hit, total, missed
}

// readAnswer collects the stems, words and lower-case text of the deliverable
// and of the files it cites or patches, which are part of the answer even when
// only the short form is written.
func (v *view) readAnswer() {
	var b strings.Builder
	b.WriteString(v.doc.low + "\n")
	for _, ref := range v.refs[:min(len(v.refs), 200)] {
		if ref.Status == RefExists {
			v.touched = append(v.touched, ref.Path)
			b.WriteString(strings.ToLower(ref.Path) + "\n")
		} else if ref.Status == RefNewFile {
			v.proposed = append(v.proposed, ref.Path)
		}
	}
	for _, p := range patchedFiles(string(v.in.Patch)) {
		v.touched = append(v.touched, p)
		b.WriteString(strings.ToLower(p) + "\n")
	}
	v.lower = b.String()
	said := appendWords(make([]string, 0, len(v.lower)/averageWord), v.lower)
	v.answer, v.said = make(map[string]bool, len(said)/2), make(map[string]bool, len(said)/2)
	for _, w := range said {
		if v.said[w] {
			continue
		}
		v.said[w] = true
		v.answer[v.stem.of(w)] = true
	}
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
