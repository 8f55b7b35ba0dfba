package gate

import (
	"math"
	"strings"
)

// What must be named, and how long a text must be, to tell whether it stays with
// its subject.
const (
	strayWished = 8.0 // the weight of what the request names
	strayWords  = 90  // behind the opening
	strayProse  = 70  // of these that are no code
	closing     = 35  // words at the end, where work that strayed comes back

	strayBody = 0.25 // the share of what is named that the body takes up at least
	strayLost = 0.2  // and what the opening and the end take up beside
)

// strays reports whether the deliverable names what the request is about where it
// opens and ends, and speaks of something else between: work on another subject
// is led over to like that. Only what is written in the request's language tells.
func (v *view) strays() bool {
	if v.Index == nil || v.review() || v.foreign() || v.Want.Config && v.operates() && v.Ground.Located >= enoughPlaces {
		return false
	}
	if v.isReading() || v.isProduct() && v.prose.words < 2*strayProse {
		return false // around the product a few sentences speak of nothing else
	}
	body, ok := v.body()
	if !ok {
		return false
	}
	within, anywhere, total := 0.0, 0.0, 0.0
	for _, w := range v.wished {
		weight := w.weight
		if weight <= 0.1 {
			continue
		}
		switch w.kind { // who names many files and values asks for no more
		case wishFile, wishName:
			weight = math.Min(weight, 1.5)
		case wishLiteral:
			weight = math.Min(weight, 0.7)
		}
		total += weight
		if !v.all.takes(w) {
			continue
		}
		anywhere += weight
		if body.takes(w) {
			within += weight
		}
	}
	return total >= strayWished && within < strayBody*total && anywhere-within >= strayLost*total
}

// body is the deliverable without its opening and its end; false when that
// leaves too little.
func (v *view) body() (*answerText, bool) {
	end, _ := v.opening()
	rest := v.own[end:]
	fields, code := len(strings.Fields(rest)), 0
	for _, l := range v.Doc.Lines {
		if l.Code && !v.Want.Code { // else it is the work, and names what it is for
			code += len(strings.Fields(l.Text))
		}
	}
	// Around an example a few sentences speak of nothing else.
	if fields < strayWords || fields-code < strayProse {
		return nil, false
	}
	at := len(rest)
	for range closing {
		at = strings.LastIndexAny(strings.TrimRight(rest[:at], " \t\n"), " \t\n")
		if at < 0 {
			return nil, false
		}
	}
	body := &answerText{lower: rest[:at]}
	body.read(v.stem)
	return body, true
}
