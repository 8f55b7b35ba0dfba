package gate

import (
	"fmt"
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
)

var (
	openMark    = regexp.MustCompile(`(?://|#|/\*|<!--|^\s*\*)\s*(?:(?:TODO|FIXME|XXX|TBD)\b|(?i:@?todo|fixme)\s*[:(])`)
	commentOnly = regexp.MustCompile(`^(?://|#|/\*|\*|<!--)`)
)

// How many marks are several, and for how many lines of code one mark is too many.
const (
	severalMarks = 2
	codeToAMark  = 8
)

// leftOpen takes the verdict from code that was asked for and marks, here and there,
// what is still to be done: so much of it is open that it is a sketch. A mark that
// stands in the repository is the buyer's.
func leftOpen(v *view) (Signal, bool) {
	s := Signal{Name: "left open", Reason: "The code does not say that parts of it are to be written."}
	if !v.Want.Code || asksStubs.MatchString(v.Request) {
		return s, false
	}
	marks, code := 0, 0
	for _, b := range v.Doc.Blocks[:min(len(v.Doc.Blocks), maxBlocks)] {
		for _, l := range b.Proposed() {
			t := strings.TrimSpace(l)
			switch {
			case len(t) > maxHead:
				code++
			case openMark.MatchString(t):
				if v.Index == nil || len(v.Index.Homes(lex.Pack(t))) == 0 {
					marks++
					s.Evidence = append(s.Evidence, lex.Shorten(t, 80))
				}
			case lex.Meaningful(t) && !commentOnly.MatchString(t):
				code++
			}
		}
	}
	s.Evidence = few(s.Evidence, 5)
	if marks < severalMarks || marks*codeToAMark < code {
		s.Evidence = nil
		return s, code > 0
	}
	s.Points = -costPlaceholders * share(float64(marks*codeToAMark), float64(2*code))
	s.Cap = new(capPlaceholders)
	s.Reason = fmt.Sprintf("%d comments say what is to be written, beside %d lines of code.", marks, code)
	s.advice = "Write what your comments say is to be done; what stays out on purpose belongs into the text."
	return s, true
}
