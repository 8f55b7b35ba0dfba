package document

import (
	"aicity.dev/aicity/internal/gate/pattern"
)

// Phrases finds stock wording, which is written in lower case. The budget keeps
// the cost bounded on long texts that are made of such wording.
type Phrases struct{ pattern.Pattern }

// PhraseBudget is how many bytes are searched of the lines of a deliverable that may
// hold such wording.
const PhraseBudget = 96 << 10

// Find calls fn with each match and its line until the budget is spent.
func (p Phrases) Find(d *Document, fn func(l Line, match string)) {
	marks := d.Low.Held(p.Marks())
	if len(marks) == 0 {
		return
	}
	budget := PhraseBudget
	for i, l := range d.Lines {
		if !pattern.HoldsAny(d.Lower[i], marks) {
			continue
		}
		if budget -= len(l.Text); budget < 0 {
			return
		}
		if !p.Meets(d.Lower[i]) {
			continue
		}
		for _, m := range p.Regexp().FindAllString(d.Lower[i], -1) {
			fn(l, m)
		}
	}
}
