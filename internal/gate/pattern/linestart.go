package pattern

import (
	"regexp"
	"strings"
)

// LineStart searches for expressions whose matches begin where a line does and end
// in it: they are tried there, where the engine would look at every byte for `(?m)^`.
type LineStart []*regexp.Regexp

// AtLineStart compiles expressions, without the ^. Those that can tell by the next byte
// how they go on are tried fastest.
func AtLineStart(exprs ...string) LineStart {
	all := make(LineStart, len(exprs))
	for i, expr := range exprs {
		all[i] = regexp.MustCompile(`^(?:` + expr + `)`)
	}
	return all
}

// MatchString reports whether a line of the text begins a match.
func (l LineStart) MatchString(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		for _, re := range l {
			if re.MatchString(line) {
				return true
			}
		}
	}
	return false
}
