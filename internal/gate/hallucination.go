package gate

import (
	"fmt"

	"aicity.dev/aicity/internal/gate/grounding"
)

// hallucination takes points for files that do not exist and lines behind the
// end of a file. A bare name may be a slip; a path with folders is a claim.
func hallucination(v *view) (Signal, bool) {
	s := Signal{Name: "invented references", Reason: "Every cited file and line exists."}
	if v.Index == nil {
		return s, false
	}
	wrong, right := map[string]float64{}, map[string]bool{}
	for _, ref := range v.Refs {
		place := fmt.Sprintf("%s:%d", ref.Path, ref.Line)
		switch {
		case ref.Status == grounding.RefMissing && ref.Bare:
			wrong[ref.Path] = max(wrong[ref.Path], 0.4)
		case ref.Status == grounding.RefMissing:
			wrong[ref.Path] = 1
		case ref.Status == grounding.RefLineOutOfRange && ref.Guessed:
			wrong[place] = max(wrong[place], 0.3)
		case ref.Status == grounding.RefLineOutOfRange:
			wrong[place] = 1
		case ref.Status == grounding.RefExists:
			right[place] = true
		}
	}
	bad := 0.0
	for _, ref := range v.Refs { // in order, so that the report is stable
		for _, key := range []string{ref.Path, fmt.Sprintf("%s:%d", ref.Path, ref.Line)} {
			if w, ok := wrong[key]; ok && w > 0 {
				bad += w
				wrong[key] = -1
				s.Evidence = append(s.Evidence, ref.Text)
			}
		}
	}
	if bad == 0 {
		return s, true
	}
	rate := bad / (bad + float64(len(right)))
	s.Points = -costHallucination * min(1, rate*1.6)
	s.Reason = counted(len(s.Evidence), "cited file or line does", "cited files or lines do") + " not exist in the repository."
	if bad >= 2 && rate >= 0.4 {
		s.Cap = new(capHallucination)
	}
	s.Evidence = few(s.Evidence, 10)
	s.advice = "Check every file and line you cite against the repository; invented ones cost most."
	return s, true
}
