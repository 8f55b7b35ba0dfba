package gate

import (
	"regexp"
	"strings"
)

// phrases finds stock wording. The hints keep the expensive expression away
// from lines that cannot match, the budget keeps its cost bounded on texts
// that are made of hints.
type phrases struct {
	hints []string // lower case; one of them stands in every match
	re    *regexp.Regexp
}

// phraseBudget is how many bytes of hinted lines are searched in a deliverable.
const phraseBudget = 96 << 10

// find calls fn with each match and its line until the budget is spent.
func (p phrases) find(d *document, fn func(l docLine, match string)) {
	budget := phraseBudget
	for i, l := range d.lines {
		if !p.hinted(d.lower[i]) {
			continue
		}
		if budget -= len(l.text); budget < 0 {
			return
		}
		for _, m := range p.re.FindAllString(d.lower[i], -1) {
			fn(l, m)
		}
	}
}

func (p phrases) hinted(low string) bool {
	for _, h := range p.hints {
		if strings.Contains(low, h) {
			return true
		}
	}
	return len(p.hints) == 0
}
