package grounding

import "aicity.dev/aicity/internal/gate/lex"

// alteredQuote is how much less than an invented quote one counts that has a line
// which is not there between others that are.
const alteredQuote = 0.7

// unknownOf are the lines that stand neither in a file nor elsewhere in the repository.
func (r *Reading) unknownOf(file string, lines []string) []string {
	var put []string
	for _, l := range lines {
		bare := withoutRemark(l)
		if p := lex.Pack(bare); len(p) >= minUnknown && !r.quoteHolds(file, []string{bare}) && !r.quoteHolds("", []string{bare}) {
			put = append(put, l)
		}
	}
	return put
}

// minUnknown is how long a line must be, without blanks, to be known for one that
// stands nowhere.
const minUnknown = 15
