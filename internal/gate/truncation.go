package gate

import (
	"regexp"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// truncation takes points for a text that breaks off: in the middle of a
// sentence, inside a code fence, or before a section it promises.
func truncation(v *view) (Signal, bool) {
	s := Signal{Name: "truncation", Reason: "The text is complete."}
	breaks := func(reason string, evidence ...string) {
		s.Cap, s.Reason, s.Evidence = new(capTruncation), reason, evidence
	}
	promised, pledged, written := v.sections()
	tail, cut := v.brokenTail()
	off := v.breaksOff()
	end := "…" + lex.Shorten(lastBytes(strings.TrimSpace(v.in.Deliverable.Result), 60), 60)
	switch {
	case cut:
		breaks("The text breaks off in the middle of a sentence.", "…"+tail)
	case written > 0 && pledged > written && v.openEnd():
		breaks("The text breaks off: point "+strconv.Itoa(pledged)+" is promised, and the last sentence has no end.", "…"+tail)
	case written > 0 && promised > written+1 && v.openItem():
		breaks("The text breaks off: section "+strconv.Itoa(promised)+" is promised, and the last item has no end.", end)
	case v.halfRow():
		breaks("The last table breaks off.", "…"+tail)
	case v.Doc.Open && v.brokenCode():
		breaks("The code breaks off: the last block is never closed, nor is what it opens.")
	case v.Doc.Open && v.halfLine():
		breaks("The code breaks off: the last block is never closed, nor is its last line.")
	case off != "":
		breaks("The text breaks off: "+off+".", end)
	case v.unlikeTheOthers():
		breaks("The text breaks off: "+otherwiseEnded+".", "…"+tail)
	case written > 0 && promised > written && len(v.in.Request.Description) > 0:
		s.Reason = "Section " + strconv.Itoa(promised) + " is promised and not there."
	case v.Doc.Open:
		s.Reason = "The last code block is never closed."
	default:
		return s, true
	}
	s.Points = -costTruncation
	s.advice = "Deliver the complete text; check that nothing was cut off at the end."
	return s, true
}

var (
	sectionPromise = pattern.New(`(?i)\b(?:section|chapter|part|step)s? (\d{1,2})\b`)
	pointPromise   = pattern.New(`(?i)\b(?:points|findings|items|parts|sections|chapters) \d{1,2} (?:to|through|and|-) (\d{1,2})\b`)
	sectionNumber  = regexp.MustCompile(`^\s{0,3}#{1,4}\s*(?:\w+ )?(\d{1,2})[.:)\s]`)
)

// sections are the highest section that the text speaks of, the highest section or
// point that it lists beforehand, and the highest that it has.
func (v *view) sections() (promised, pledged, written int) {
	for i, l := range v.Doc.Lines {
		if l.Code || !strings.ContainsAny(l.Text, "0123456789") {
			continue
		}
		written = max(written, highest(sectionNumber.FindAllStringSubmatch(l.Text, 1)))
		if sectionPromise.May(v.Doc.Lower[i]) {
			promised = max(promised, highest(sectionPromise.Regexp().FindAllStringSubmatch(l.Text, -1)))
		}
		if pointPromise.May(v.Doc.Lower[i]) {
			pledged = max(pledged, highest(pointPromise.Regexp().FindAllStringSubmatch(l.Text, -1)))
		}
	}
	return promised, max(promised, pledged), written
}

// highest is the greatest number among the first groups of matches, 0 for none.
func highest(matches [][]string) int {
	most := 0
	for _, m := range matches {
		n, _ := strconv.Atoi(m[1])
		most = max(most, n)
	}
	return most
}

func lastBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[len(s)-n:], "")
}
