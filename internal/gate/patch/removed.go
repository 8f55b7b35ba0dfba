package patch

import (
	"slices"
	"strings"
	"unicode"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
)

// countMade notes how many of the lines that a hunk must find, and of those that
// it takes away, stand in the file one behind the other as they do in the hunk.
// Lines may be left out between them, and a line may be copied with a slip; a line
// that stands somewhere else only is made up as far as this hunk goes.
func (a *applier) countMade(f *gitdiff.TextFragment) {
	var old, removed, kept []string
	for _, l := range f.Lines {
		if !l.Old() || !telling(pack(l.Line)) {
			continue
		}
		old = append(old, l.Line)
		if l.Op == gitdiff.OpDelete {
			removed = append(removed, l.Line)
		} else {
			kept = append(kept, l.Line)
		}
	}
	a.result.Missed += len(old)
	a.result.Absent += a.missing(old)
	a.result.Removed += len(removed)
	a.result.Made += a.missing(removed)
	if len(kept) >= enoughKept && len(removed) > 0 && a.missing(kept) == 0 && a.missing(old) == len(removed) {
		a.result.Elsewhere = true
	}
}

// enoughKept is how many lines around those that a hunk takes away tell where that is.
const enoughKept = 2

// missing counts the lines that do not stand in the file in this order; none where
// nobody knows.
func (a *applier) missing(lines []string) int {
	packed := make([]string, len(lines))
	first := map[string]int{} // where each is first
	for i, l := range slices.Backward(lines) {
		packed[i] = pack(l)
		first[packed[i]] = i
	}
	best, tried := 0, 0
	for at, p := range a.packs {
		if best == len(lines) || tried >= maxStarts || *a.work < 0 {
			break
		}
		if i, ok := first[p]; ok {
			tried++
			best = max(best, a.follow(lines[i:], packed[i:], at))
		}
	}
	if *a.work < 0 || tried >= maxStarts {
		return 0
	}
	return len(lines) - best
}

const (
	maxStarts = 200 // places where the lines may begin
	stretch   = 20  // lines that may stand between them
	minAlike  = 4   // words that a line must have to be like another
)

// follow counts how many of some lines stand in this order behind a place.
func (a *applier) follow(removed, packed []string, at int) int {
	end := min(len(a.lines), at+2*len(removed)+stretch)
	found := 0
	for i := range removed {
		for j := at; j < end; j++ {
			if *a.work--; *a.work < 0 {
				return found
			}
			if a.packs[j] == packed[i] || a.alike(removed[i], a.lines[j]) {
				found, at = found+1, j+1
				break
			}
		}
	}
	return found
}

// alike reports whether two lines have nearly all words in common.
func (a *applier) alike(one, other string) bool {
	if len(one) > 2*len(other) || len(other) > 2*len(one) {
		return false
	}
	words := wordsOf(one)
	if *a.work -= Work(len(words)); len(words) < minAlike {
		return false
	}
	same, others := 0, wordsOf(other)
	for _, w := range others {
		if slices.Contains(words, w) {
			same++
		} else if isValue(w) {
			return false // another value is another line
		}
	}
	return same*5 >= 4*max(len(words), len(others))
}

// isValue reports whether a word of code is a value.
func isValue(word string) bool {
	return slices.Contains([]string{"true", "false", "nil", "null", "undefined"}, word) || word[0] >= '0' && word[0] <= '9'
}

// wordsOf are the words and numbers of a line of code.
func wordsOf(line string) []string {
	return strings.FieldsFunc(line, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
