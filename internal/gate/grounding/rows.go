package grounding

import (
	"regexp"

	"aicity.dev/aicity/internal/gate/document"
)

// numberOfRow matches the number in the first cell of a row, opensWithNumber a paragraph
// that takes one up: | 3 | a.go:12 | … and below "**3.** …".
var (
	numberOfRow     = regexp.MustCompile(`^\s*\|[\s*]*([A-Z]{0,2}\d{1,2})[\s*.]*\|`)
	opensWithNumber = regexp.MustCompile(`^[#*_\s(]*([A-Z]{0,2}\d{1,2})[.):*]`)
)

// maxNumbered bounds the paragraphs that are noted.
const maxNumbered = 200

// toldBelow is the line of prose that goes on with what a numbered row of a table begins,
// -1 for none.
func (r *Reading) toldBelow(row string) int {
	m := numberOfRow.FindStringSubmatch(row)
	if m == nil {
		return -1
	}
	if r.numbered == nil {
		r.numbered = map[string]int{}
		for at, l := range r.Doc.Lines {
			if l.Code || document.TableRow.Matches(l.Text) || len(r.numbered) == maxNumbered {
				continue
			}
			if n := opensWithNumber.FindStringSubmatch(l.Text); n != nil {
				if _, known := r.numbered[n[1]]; !known {
					r.numbered[n[1]] = at
				}
			}
		}
	}
	if at, ok := r.numbered[m[1]]; ok {
		return at
	}
	return -1
}
