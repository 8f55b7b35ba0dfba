package gate

import (
	"fmt"

	"aicity.dev/aicity/internal/gate/lex"
)

// manyWrong is how many quotes that are not there are no slip, whatever their weight,
// where half of all are not.
const manyWrong = 3

// misquotes takes points for code that is presented as the repository's own
// and is not, and for cited lines where nothing of what is said stands.
func misquotes(v *view) (Signal, bool) {
	s := Signal{Name: "misquotes", Reason: "Quoted code agrees with the files."}
	if v.Index == nil {
		return s, false
	}
	g := v.Ground
	wrongQuotes := share(g.Misquoted, float64(g.Quoted)+g.Misquoted)
	if g.Misquoted > 0 {
		certain := 0.4 // one may be a slip
		// Surely it is one in work that answers the request and whose other places hold.
		slip := len(g.BadQuotes) == 1 && v.heldUp() && v.fits >= sure
		if wrongQuotes >= 0.5 && !slip {
			certain += 0.6 * share(g.Misquoted-1, 1)
		}
		s.Points = -costMisquotes * wrongQuotes * certain * min(1, g.Misquoted)
		enough := 2.0
		if v.changes().Fault > 0 {
			enough = 1.5 // a change that does not fit says the same once more
		}
		if g.Misquoted >= enough && wrongQuotes >= 0.6 || len(g.BadQuotes) >= manyWrong && wrongQuotes >= 0.5 {
			most := capMisquotes
			if slip {
				most = BorderlineScore
			}
			s.Cap = &most
		}
	}
	// Places that hold nothing of what is said, when there are enough to tell.
	if off := g.Checkable - g.Anchored; g.Checkable >= 4 && off*2 > g.Checkable {
		s.Points = min(s.Points, -costMisquotes*0.6*share(float64(off), float64(g.Checkable)))
	}
	if s.Points < 0 {
		s.Reason = fmt.Sprintf("%s not in the cited files; %d of %d cited lines say something else.", counted(len(g.BadQuotes), "quote is", "quotes are"), g.Checkable-g.Anchored, g.Checkable)
		for _, q := range few(g.BadQuotes, 5) {
			s.Evidence = append(s.Evidence, lex.Shorten(q, 120))
		}
		s.advice = "Copy quotes from the file and check their line numbers."
	}
	return s, true
}
