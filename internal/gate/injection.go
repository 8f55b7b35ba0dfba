package gate

import (
	"fmt"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/injection"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// addressedToJudge takes the verdict when the deliverable talks to the gate or
// hides what it says. A request about prompts and judging may get such text as
// its answer, but not hidden.
func addressedToJudge(v *view) (Signal, bool) {
	s := Signal{Name: "addressed to the judge", Reason: "The text speaks to the buyer."}
	h := injection.FindHidden(v.Doc)
	talk, hinted := 0, map[string]bool{}
	if !aboutJudging.MatchString(v.in.Request.Description) {
		for _, d := range append([]*document.Document{v.Doc}, h.Texts...) {
			for _, r := range injection.Remarks(d, maxSpoken) {
				if r.Hint {
					hinted[r.Text] = true
				} else {
					talk++
				}
				if len(s.Evidence) < 5 {
					s.Evidence = append(s.Evidence, lex.Shorten(r.Text, 80))
				}
			}
		}
	}
	s.Evidence = append(s.Evidence, h.Found...)
	hints := len(hinted)
	switch {
	case talk >= 2, talk == 1 && hints > 0, talk+hints > 0 && len(h.Found) > 0, h.Invisible:
		s.Points, s.Cap = -costInjection, new(capInjection)
	case talk == 1, hints > 2, len(h.Found) > 0:
		s.Points = -costHidden
	default:
		s.Evidence = nil
		return s, true
	}
	s.Reason = fmt.Sprintf("%s written for the judge instead of the buyer, %s hidden.", counted(talk+hints, "passage is", "passages are"), counted(len(h.Found), "is", "are"))
	s.advice = "Write for the buyer, in plain sight. Text addressed to the judge or hidden is cut and counted against you."
	return s, true
}

// maxSpoken is how many lines to who scores are counted; more change nothing.
const maxSpoken = 10

var aboutJudging = pattern.New(`(?i)\bprompts?\b|\bllms?\b|jailbreak|\bgrad(?:er|ing)|\bscor(?:e|ing)|\brubric|\bjudg`)
