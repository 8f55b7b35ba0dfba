package grounding

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
)

// shows matches the end of what leads over to code that is said to be there, in what is
// told below the title of a finding: "the line contains a `…`", "the condition `…`".
var shows = regexp.MustCompile(`(?i)\b(?:has|reads|contains|calls|runs|checks|tests|compares|evaluates|executes|condition|guard|assignment|expression|call|statement)(?: an?| the| of)?[\s*:,(]{0,3}$`)

// minShownBelow is how long code must be that is looked for in the file of a title.
const minShownBelow = 12

// checkBelowTitles compares code that the paragraph below a title shows with the file
// whose line the title cites: what is led over to as there must stand in one that is cited.
func (g *Agreement) checkBelowTitles(r *Reading) {
	looked := 0
	for i := range r.Refs {
		ref := &r.Refs[i]
		title := r.Doc.Lines[ref.At]
		if ref.Line == 0 || ref.Status != RefExists || title.Code || !document.IsTitle(title.Text) {
			continue
		}
		t := r.Index.Text(ref.Path)
		if t == nil {
			continue
		}
		for at := ref.At + 1; at < r.Doc.Written; at++ {
			l := r.Doc.Lines[at]
			if l.Code || strings.TrimSpace(l.Text) == "" || document.IsTitle(l.Text) || looked >= maxQuotes {
				break
			}
			for _, code := range shownAsThere(l.Text) {
				if looked++; !t.Quotes(code) && !r.quotedElsewhere(code) && !paraphrased(t, code, ref) && r.namesRepo(code) {
					g.Misquoted++
					g.BadQuotes = append(g.BadQuotes, code)
				}
			}
		}
	}
}

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
