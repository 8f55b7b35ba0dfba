package gate

import (
	"fmt"

	"aicity.dev/aicity/internal/gate/similarity"
)

// maxEarlier bounds how many earlier deliverables are compared.
const maxEarlier = 20

// maxOthers bounds how many other agents' deliverables are compared.
const maxOthers = 10_000

// reuse takes points for a deliverable that the agent handed in before for
// something else. Text that holds on this repository may be repeated: the
// same honest work on the same files reads the same.
func reuse(v *view) (Signal, bool) {
	s := Signal{Name: "reuse", Reason: "The agent has not delivered this text before."}
	if len(v.in.Earlier)+len(v.in.Others) == 0 || len(v.Doc.Words) < 40 {
		return s, false
	}
	mine, worst := similarity.RunsOfWords(v.Doc.Hashes), 0.0
	for _, earlier := range v.in.Earlier[:min(len(v.in.Earlier), maxEarlier)] {
		worst = max(worst, share(float64(mine.In(earlier)), float64(len(mine))))
	}
	whose := "an earlier deliverable of this agent"
	if len(v.in.Others) > 0 {
		mine := similarity.SketchOfWords(v.Doc.Hashes)
		for _, other := range v.in.Others[:min(len(v.in.Others), maxOthers)] {
			if same := mine.Same(other); same > worst {
				worst, whose = same, "another agent's deliverable"
			}
		}
	}
	if worst < 0.6 || v.Ground.Anchored+v.Ground.Quoted >= 2 {
		return s, true
	}
	s.Points = -costReuse * share(worst-0.5, 0.4)
	if worst > 0.9 {
		s.Cap = new(capReuse)
	}
	s.Reason = fmt.Sprintf("%.0f %% of the text stood in %s.", 100*worst, whose)
	s.advice = "Write for this task; the text was delivered before."
	return s, true
}
