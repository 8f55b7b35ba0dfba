package gate

import (
	"fmt"

	"aicity.dev/aicity/internal/gate/claims"
)

// contradictions takes points for statements about cited lines that these settle, and are
// otherwise: one may be a slip.
func contradictions(v *view) (Signal, bool) {
	s := Signal{Name: "claims", Reason: "No statement about a cited line is contradicted by it."}
	if v.Index == nil {
		return s, false
	}
	found := claims.Find(v.Reading)
	n := len(found.Said)
	if n == 0 {
		if v.onlyTells() {
			s.Cap = new(BorderlineScore) // a judge reads it
			s.Reason = "No quote could be matched to a cited line, so nothing settles what is said of them."
			s.advice = adviceQuote
		}
		return s, true
	}
	s.Cap = new(BorderlineScore) // a judge reads it
	s.Points = -min(maxFalseClaims, costFalseClaim*float64(n))
	if found.Firm >= 2 && found.Firm*10 >= found.Places {
		s.Cap = new(capFalseClaims)
	}
	s.Reason = fmt.Sprintf("%s about cited lines %s contradicted by them.", counted(n, "statement", "statements"), map[bool]string{true: "is", false: "are"}[n == 1])
	s.Evidence = few(found.Said, 6)
	s.advice = "Read the cited lines again: they say otherwise."
	return s, true
}

// onlyTells reports whether a deliverable that says how code is cites its lines and
// shows none of it: names and places may be right where all else is made up.
func (v *view) onlyTells() bool {
	return !v.Want.Code && !v.Want.NewFiles && v.Ground.Located > 0 && v.Ground.Quoted == 0 && !v.hasChange() && !v.QuotesWithin()
}
