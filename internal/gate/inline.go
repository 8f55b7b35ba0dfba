package gate

import (
	"regexp"
	"strings"
)

// What may stand between a citation and the code that is said to be there:
// "a.go:3 `x = 1` is" and "`x = 1` (line 3)".
var (
	gapBehind = regexp.MustCompile("^[`*)\\]\"',]{0,4}\\s{0,2}[:,(–—-]{0,2}\\s{0,2}(?:has|reads|says|is|contains|calls|does|runs|returns|sets)?\\s?$")
	gapBefore = regexp.MustCompile("^\\s{0,2}[(,]?\\s{0,2}(?:at|in|on)?\\s?[`(]{0,2}$")
)

// checkInline compares code that stands in the same line as a citation, right
// behind it, with the file. Code right before a citation may be a proposal:
// it only counts when it is there.
func (g *grounding) checkInline(v *view) {
	seen := map[string]bool{}
	for i := range v.refs {
		ref := &v.refs[i]
		if ref.Line == 0 || ref.Status != RefExists || len(seen) >= maxQuotes {
			continue
		}
		line := v.doc.lines[ref.at].text
		at := strings.Index(line, ref.Text)
		t := v.index.text(ref.Path)
		if at < 0 || t == nil || !strings.Contains(line, "`") {
			continue
		}
		end := at + len(ref.Text)
		for _, m := range codeSpan.FindAllStringIndex(line, 60) {
			code := strings.Trim(line[m[0]:m[1]], "`")
			behind := m[0] >= end && m[0]-end < 20 && gapBehind.MatchString(line[end:m[0]])
			before := m[1] <= at && at-m[1] < 12 && gapBefore.MatchString(line[m[1]:at])
			if !behind && !before || len(code) < 8 || !statement(code) || seen[ref.Path+code] {
				continue
			}
			seen[ref.Path+code] = true
			if holds := t.says(code); behind || holds {
				g.note(holds, code)
			}
		}
	}
}

// statement reports whether code is more than a name or a call of one: what
// can be told apart from a proposal by looking it up.
func statement(code string) bool {
	return strings.ContainsAny(code, "=<>+*!{}[];?&|\"'") || strings.Count(strings.TrimSpace(code), " ") >= 1 && strings.ContainsAny(code, "(.,:")
}

// elision matches where a quote leaves something out.
var elision = regexp.MustCompile(`\.\.\.|…`)

// says reports whether a quote stands in the file, whatever its white space;
// the parts around an elision are looked up one by one.
func (t *fileText) says(quote string) bool {
	for _, part := range elision.Split(quote, 6) {
		packed := strings.Trim(pack(part), ";,{})(")
		if len(packed) >= 4 && !strings.Contains(t.whole(), packed) {
			return false
		}
	}
	return true
}
