package grounding

import (
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// shows matches the end of what leads over to code that is said to be there, in what is
// told below the title of a finding: "the line contains a `…`", "the condition `…`".
var shows = pattern.Any(
	`(?i)\b(?:has|reads|contains|calls|runs|checks|tests|compares|evaluates|executes)(?: an?| the)?[\s*:,(]{0,3}$`,
	`(?i)\b(?:condition|guard|assignment|expression|call|statement)(?: of)?[\s*:,(]{0,3}$`,
)

// minShownBelow is how long code must be that is looked for in the file of a title.
const minShownBelow = 12

// checkBelowTitles compares code that the paragraph below a title shows with the files
// that are cited: what is led over to as there must stand in one of them.
func (g *Agreement) checkBelowTitles(r *Reading) {
	seen, last := map[string]bool{}, -1
	for i := range r.Refs {
		ref := &r.Refs[i]
		title := r.Doc.Lines[ref.At]
		if ref.Line == 0 || ref.Status != RefExists || ref.At == last || title.Code || !document.IsTitle(title.Text) {
			continue
		}
		last = ref.At
		t := r.Index.Text(ref.Path)
		if t == nil {
			continue
		}
		for at := ref.At + 1; at < r.Doc.Written && len(seen) < maxShownBelow; at++ {
			l := r.Doc.Lines[at]
			if l.Code || strings.TrimSpace(l.Text) == "" || document.IsTitle(l.Text) {
				break
			}
			for _, code := range shownAsThere(l.Text) {
				if seen[code] {
					continue
				}
				if seen[code] = true; !t.Quotes(code) && !r.quotedElsewhere(code) && !paraphrased(t, code, ref) && r.namesRepo(code) {
					g.Misquoted++
					g.BadQuotes = append(g.BadQuotes, code)
				}
			}
		}
	}
}

// maxShownBelow bounds the pieces of code that are looked for.
const maxShownBelow = 100

// shownAsThere are the pieces of code of a line that its words lead over to as what the
// code has, and not as what it should have.
func shownAsThere(line string) []string {
	if !strings.Contains(line, "`") {
		return nil
	}
	spans := document.CodeSpan.FindAllStringIndex(line, maxSpans)
	var all []string
	for _, m := range spans {
		code := strings.Trim(line[m[0]:m[1]], "`")
		if len(code) < minShownBelow || !statement(code) || elided.MatchString(code) || literalCall.MatchString(code) {
			continue
		}
		from, to := lex.SentenceAround(line, m[0], m[1], spans)
		lead := line[from:m[0]]
		if shows.MatchString(lead) && !Proposes(document.WithoutCode(line[from:to], "")) && !orders(line[from:to]) {
			all = append(all, code)
		}
	}
	return all
}
