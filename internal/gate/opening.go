package gate

import (
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/lex"
)

// openingWords is how far the opening of a deliverable reaches.
const openingWords = 30

// opening returns where the opening of the text ends: a byte, and the line
// behind it. A greeting is passed over.
func (v *view) opening() (end, line int) {
	n, begin, i := 0, greeted(v.own), -1
	for l := range strings.SplitSeq(v.own, "\n") {
		i++
		in := false
		for at, r := range l {
			word := r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r > 127
			if (in && !word || lex.Unspaced(r)) && end+at >= begin {
				if n++; n >= openingWords {
					return end + at, i + 1
				}
			}
			in = word
		}
		if in {
			n++
		}
		end = min(len(v.own), end+len(l)+1)
	}
	return end, len(v.Doc.Lines)
}

// opensAtFault reports whether a fix opens with a place in the files that its changes,
// which fit them, are made to: it says in the code's words what the request says in
// those of who uses it. Some of that must come back all the same.
func (v *view) opensAtFault() bool {
	if hit, total, _ := v.coverage(v.wished, &v.all); v.in.Request.Category != city.BugFix || len(v.head.touched) == 0 || hit < enoughTaken*total && !v.mendsNamed() {
		return false
	}
	c := v.changes()
	return c.Fault == 0 && slices.ContainsFunc(c.Changed, func(f change.File) bool { return slices.Contains(v.head.touched, f.Path) })
}

// enoughTaken is the share of what is named that comes back in such a fix.
const enoughTaken = 0.2

// opensWithCode reports whether the text opens with the code that was asked for,
// which takes up nothing of what the request says.
func (v *view) opensWithCode() bool {
	if !v.Want.Config && !(v.Want.Tests && v.hasTests()) {
		return false
	}
	behind := greeted(v.own)
	i := -1
	for own := range strings.SplitSeq(v.own, "\n") {
		if i++; i == v.Doc.Written {
			break
		}
		l := v.Doc.Lines[i]
		if behind -= len(own) + 1; l.Code {
			return true
		}
		if behind < 0 && strings.TrimSpace(own) != "" {
			return false
		}
	}
	return false
}
