package gate

import (
	"fmt"

	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/pattern"
)

// minCopied is how many lines it takes to speak of a copy where code was ordered,
// minDumped where something else was: that many lines nobody quotes.
const (
	minCopied = 12
	minDumped = 60
)

// copiedSource takes the verdict when the code that is delivered as new is a
// file of the repository, unchanged.
func copiedSource(v *view) (Signal, bool) {
	s := Signal{Name: "copied source", Reason: "The delivered code is not a copy of the repository."}
	if v.Index == nil || len(v.in.Patch) > 0 {
		return s, false
	}
	enough := minCopied
	if !v.Want.Code {
		enough = minDumped
	}
	fresh, copied := 0, 0
	source := ""
	for _, b := range v.Doc.Blocks {
		lines := grounding.Quotable(b.Lines, len(b.Lines))
		if len(lines) == 0 || !v.Want.Code && len(lines) < enough {
			continue // what is looked up costs time
		}
		from, same := v.Index.Closest(lines)
		if len(lines) >= enough && same*10 >= len(lines)*9 {
			if asksLess.MatchString(v.Request) && len(lines)*2 < v.Index.Text(from).Span(lines) {
				return s, true // what is left of a file that was to be cut down
			}
			copied += len(lines)
			source = from
			continue
		}
		fresh += len(lines) - same
	}
	if copied > 0 && fresh*4 < copied {
		s.Cap = new(capCopied)
		s.Reason = fmt.Sprintf("%d lines of the delivered code stand in %s already.", copied, source)
		s.advice = "Deliver what changes, not the file as it is."
	}
	return s, true
}

// asksLess matches requests for less code than there is; what trims and cuts may also be
// what the code does.
var asksLess = pattern.New(`(?i)\b(?:shrink|reduc\w+|slim|shorten|simplif\w+|remov\w+|delet\w+|drop|get rid|kürz\w*|entfern\w*|reduci\w*|elimin\w*|supprim\w*|rédui\w*)\b|\b(?:cut(?:ting)?|trim(?:ming)?|strip(?:ping)?) (?:(?:it|this|that|them|these|those|down|back|out|off|away|everything|all|any|most|what|to|the|our|my)\b|\S+ (?:down|back|out|off|away)\b)`)
