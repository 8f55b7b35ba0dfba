package grounding

import (
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
)

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

// Bounds of what tells a copy that was altered from other code.
const (
	minCopied   = 3       // lines of a block that must be copies
	maxPlace    = 8 << 10 // bytes of the place that are compared
	beyondRange = 4       // lines before and behind the cited ones that a block may go over
)

// alteredLines are the lines of a block which stand between copied lines of a cited place
// and are others there.
func (r *Reading) alteredLines(ref *Cited, block []string) []string {
	t := r.Index.Text(ref.Path)
	if t == nil || ref.End <= ref.Line || r.Want.Code {
		return nil // where code is the product a block may be it
	}
	all := t.Lines()
	from, to := max(0, ref.Line-1-beyondRange), min(len(all), max(ref.End, ref.Line+len(block))+beyondRange)
	if from >= to || to-from > 4*MaxQuoteLines || len(block) > MaxQuoteLines {
		return nil
	}
	there := all[from:to]
	if size := len(strings.Join(there, "")); size > maxPlace {
		return nil
	}
	pairs := lex.Common(packed(block), packed(there))
	copied, written := 0, 0
	for _, l := range block {
		if lex.Meaningful(l) {
			written++
		}
	}
	for _, p := range pairs {
		if lex.Meaningful(block[p[0]]) {
			copied++
		}
	}
	if copied < minCopied || copied*2 < written {
		return nil
	}
	var put []string
	for i, p := range pairs {
		at := [2]int{-1, -1}
		if i > 0 {
			at = pairs[i-1]
		} else if p[0] > 0 && p[1] > 0 {
			at = [2]int{-1, max(-1, p[1]-1-p[0])} // as many as the block has
		}
		put = append(put, others(block[at[0]+1:p[0]], there[at[1]+1:p[1]])...)
	}
	return put
}

// packed are lines without blanks and remarks, unlike any other where nothing is left.
func packed(lines []string) []string {
	all := make([]string, len(lines))
	for i, l := range lines {
		all[i] = strings.TrimRight(lex.Pack(withoutRemark(l)), ";,")
	}
	return all
}

// others are the lines of a gap in a copy that the gap of the file has not, however it
// breaks them; none where something is left out.
func others(block, file []string) []string {
	var put []string
	there := lex.Loose.Replace(strings.Join(packed(file), ""))
	for _, l := range block {
		t := strings.TrimSpace(l)
		switch {
		case elided.MatchString(t), strings.Contains(t, "..."):
			return nil
		case !lex.Meaningful(t), commentLine.MatchString(t), strings.HasPrefix(t, "/*"), strings.HasPrefix(t, "*"):
			continue
		}
		if bare := lex.Loose.Replace(strings.TrimRight(lex.Pack(withoutRemark(t)), ";,")); bare != "" && !strings.Contains(there, bare) {
			put = append(put, t)
		}
	}
	return put
}
