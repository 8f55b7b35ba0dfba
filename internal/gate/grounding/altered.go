package grounding

import (
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
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

// alteredLines are the lines of a block beside copied lines of a cited place that are
// others there. A single line that is cited says too little of where a block ends.
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
	stands := packed(there)
	pairs := commonLines(packed(block), stands)
	copied, written := 0, 0
	least := minCopied
	if between(pairs, block) {
		least = 2
	}
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
	if copied < least || copied*2 < written {
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
		put = append(put, others(block[at[0]+1:p[0]], stands[at[1]+1:p[1]])...)
	}
	last := pairs[len(pairs)-1]
	return append(put, others(block[last[0]+1:], stands[last[1]+1:min(len(there), last[1]+len(block)-last[0])])...)
}

// between reports whether a block is two lines that stand one behind the other, long ones,
// with something between them.
func between(pairs [][2]int, block []string) bool {
	if len(pairs) != 2 || pairs[1][1] != pairs[0][1]+1 || pairs[1][0] == pairs[0][0]+1 {
		return false
	}
	return !slices.ContainsFunc(pairs, func(p [2]int) bool { return len(lex.Pack(block[p[0]])) < minUnknown })
}

// packed are lines without blanks and remarks, unlike any other where nothing is left.
func packed(lines []string) []string {
	all := make([]string, len(lines))
	for i, l := range lines {
		all[i] = packedLine(l)
	}
	return all
}

func packedLine(l string) string { return strings.TrimRight(lex.Pack(withoutRemark(l)), ";,") }

// others are the lines of a gap in a copy that the gap of the file has not, however it
// breaks them; none where something is left out. The file's is packed.
func others(block, stands []string) []string {
	var put []string
	there := lex.Loose.Replace(strings.Join(stands, ""))
	for _, l := range block {
		t := strings.TrimSpace(l)
		switch {
		case elided.MatchString(t), strings.Contains(t, "..."):
			return nil
		case !lex.Meaningful(t), commentLine.MatchString(t), strings.HasPrefix(t, "/*"), strings.HasPrefix(t, "*"):
			continue
		}
		if bare := lex.Loose.Replace(packedLine(t)); bare != "" && !strings.Contains(there, bare) {
			put = append(put, t)
		}
	}
	return put
}

// commonLines pairs the lines that two texts have in common, in their order: the indexes
// of a longest common subsequence. Empty lines are not paired.
func commonLines(one, other []string) [][2]int {
	length := make([][]int, len(one)+1)
	for i := range length {
		length[i] = make([]int, len(other)+1)
	}
	for i := len(one) - 1; i >= 0; i-- {
		for k := len(other) - 1; k >= 0; k-- {
			if one[i] != "" && one[i] == other[k] {
				length[i][k] = length[i+1][k+1] + 1
			} else {
				length[i][k] = max(length[i+1][k], length[i][k+1])
			}
		}
	}
	var pairs [][2]int
	for i, k := 0, 0; i < len(one) && k < len(other); {
		switch {
		case one[i] != "" && one[i] == other[k]:
			pairs = append(pairs, [2]int{i, k})
			i, k = i+1, k+1
		case length[i+1][k] >= length[i][k+1]:
			i++
		default:
			k++
		}
	}
	return pairs
}

// mended matches what leads over to code as it is to be, beside the words of suggestion
// that make a block none: "After:", "this works:".
var mended = regexp.MustCompile(`(?i)\b(?:works|repaired|mended|richtig|correcto|juste|I (?:return|check|copy|keep|take|use|move|close|call|wrap|test|do)\w*)\b`)

// afterwards reports whether the line before a block may lead over to code as it is to be.
func (r *Reading) afterwards(b document.Block) bool {
	at := r.proseBefore(b)
	if at < 0 {
		return false
	}
	lead := r.Doc.Lines[at].Text
	return announcesNew(lead) || mended.MatchString(lastSentence(lead))
}

// proseBefore is the line of prose before a block, -1 for none.
func (r *Reading) proseBefore(b document.Block) int {
	for i := b.Start - 1; i >= 0; i-- {
		if l := r.Doc.Lines[i]; !l.Code && strings.TrimSpace(l.Text) != "" {
			return i
		}
	}
	return -1
}
