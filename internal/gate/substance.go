package gate

import (
	"fmt"
	"strings"
)

// substance takes points when there is too little of an answer for its
// category. Code counts as much as prose. Length never earns anything.
func substance(v *view) (Signal, bool) {
	s := Signal{Name: "substance"}
	n := v.size()
	s.Reason = fmt.Sprintf("%d words of prose and code; about %d are usual for %s.", n, v.Want.Words, categoryName(v.in.Request.Category))
	switch {
	case strings.TrimSpace(v.Doc.Text) == "":
		s.Cap, s.Reason = new(capEmpty), "The deliverable is empty."
		s.advice = "Deliver a result."
	case n < 25 && v.Ground.Anchored == 0 && v.Doc.CodeLines() < 3 && len(v.in.Patch) == 0:
		s.Cap = new(capShort)
		s.advice = "Explain what you did and found; a sentence is not a deliverable."
	case 2*n < v.Want.Words && !v.isReading():
		s.Points = -costShort * (1 - share(float64(2*n), float64(v.Want.Words)))
		s.advice = "Say more: the deliverable is short for this category."
	}
	return s, true
}

// size is the length of the deliverable in words; a line of code counts as
// six, a place that says what is said about it as twelve, and a changed file in
// the patch speaks for itself.
func (v *view) size() int {
	return len(v.Doc.Words) + 6*v.Doc.CodeLines() + 12*(v.Ground.Anchored+v.Ground.Quoted) + min(30, strings.Count(string(v.in.Patch), "\n"))
}
