package document

import (
	"aicity.dev/aicity/internal/gate/pattern"
)

// Phrases finds stock wording, which is written in lower case. The budget keeps
// the cost bounded on long texts that are made of hints.
type Phrases struct {
	Hints   []string // lower case; one of them stands in every match
	Pattern pattern.Pattern
}

// PhraseBudget is how many bytes of hinted lines are searched in a deliverable.
const PhraseBudget = 96 << 10

// Find calls fn with each match and its line until the budget is spent.
func (p Phrases) Find(d *Document, fn func(l Line, match string)) {
	marks := d.Low.Held(p.Pattern.Marks())
	if len(marks) == 0 {
		return
	}
	budget, long := PhraseBudget, len(d.Text) > PhraseBudget
	for i, l := range d.Lines {
		marked := pattern.HoldsAny(d.Lower[i], marks)
		if !marked && !long || !pattern.HoldsAny(d.Lower[i], p.Hints) {
			continue
		}
		if budget -= len(l.Text); budget < 0 {
			return
		}
		if !marked || !p.Pattern.Meets(d.Lower[i]) {
			continue
		}
		for _, m := range p.Pattern.Regexp().FindAllString(d.Lower[i], -1) {
			fn(l, m)
		}
	}
}
