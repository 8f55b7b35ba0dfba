package gate

// phrases finds stock wording, which is written in lower case. The budget keeps
// the cost bounded on long texts that are made of hints.
type phrases struct {
	hints []string // lower case; one of them stands in every match
	re    search
}

// phraseBudget is how many bytes of hinted lines are searched in a deliverable.
const phraseBudget = 96 << 10

// find calls fn with each match and its line until the budget is spent.
func (p phrases) find(d *document, fn func(l docLine, match string)) {
	marks := d.held(p.re.marks)
	if len(marks) == 0 {
		return
	}
	budget, long := phraseBudget, len(d.text) > phraseBudget
	for i, l := range d.lines {
		marked := holdsAny(d.lower[i], marks)
		if !marked && !long || !holdsAny(d.lower[i], p.hints) {
			continue
		}
		if budget -= len(l.text); budget < 0 {
			return
		}
		if !marked || !p.re.meets(d.lower[i]) {
			continue
		}
		for _, m := range p.re.FindAllString(d.lower[i], -1) {
			fn(l, m)
		}
	}
}
