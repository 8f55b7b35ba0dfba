package gate

import (
	"fmt"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// mendedBy matches what leads over to the code that would mend a finding, and
// nothing else: "Fix: `make(chan error, 1)`".
var mendedBy = pattern.New("(?i)\\b(?:fix|remedy|solution|correction|correct code|proposed fix|suggestion|korrektur|l(?:ö|oe)sung|abhilfe|behebung|corre[cç][ãa]o|correcci[óo]n|soluci[óo]n|solu[cç][ãa]o|corre[cz]ione|soluzione|oplossing)\\b[*_]{0,2}\\s*[:：][*_]{0,2}\\s*(?:(?:use|add|call|take|write|return|set|make it|pegar|usar|use|chamar|llamar|a[ñn]adir|nutze|verwende|utiliser|appeler)\\s+)?(`[^`\n]{6,120}`(?:[^`.;\n]{1,30}`[^`\n]{6,120}`)?)")

// doneNear is how many lines around a cited one are looked at.
const doneNear = 4

// maxFixes bounds the fixes, and the places for each, that are looked at.
const maxFixes = 400

// doneAlready takes points for findings whose fix is the code that stands at the
// cited place already: whoever read the line would have seen it.
func doneAlready(v *view) (Signal, bool) {
	s := Signal{Name: "fixes that are there", Reason: "What is proposed is not there already."}
	if v.Index == nil {
		return s, false
	}
	proposed, done := 0, 0
	for i, l := range v.Doc.Lines[:v.Doc.Written] {
		if l.Code || len(l.Spans) == 0 || proposed >= maxFixes || !mendedBy.May(v.Doc.Lower[i]) {
			continue
		}
		for _, m := range mendedBy.Regexp().FindAllStringSubmatch(l.Text, 4) {
			spans := document.CodeSpans(m[1])
			if v.looksForChecks() && len(spans) > 0 && checkHead.MatchString(spans[0]) {
				continue // it is one of proposedChecks
			}
			proposed++
			for _, span := range spans {
				code := lex.Loose.Replace(lex.Pack(span))
				if len(code) >= lex.MinName && strings.IndexFunc(span, lex.BeyondDotted) >= 0 && v.standsWhereCited(code) {
					done++
					s.Evidence = append(few(s.Evidence, 4), span)
					break
				}
			}
		}
	}
	checks, there := v.proposedChecks()
	proposed, done = proposed+checks, done+len(there)
	main := false
	for _, c := range there {
		main = main || c.main || len(there)*2 >= proposed && proposed > 1
		s.Evidence = append(s.Evidence, lex.Shorten(c.code, 100))
	}
	if done == 0 {
		return s, proposed > 0
	}
	s.Points = -costDoneAlready * share(float64(done), float64(max(proposed, 2)))
	switch {
	case done >= 2 && done*3 >= proposed, main:
		s.Cap = new(capDoneAlready)
	case len(there) > 0:
		s.Cap = new(BorderlineScore) // a judge reads it
	}
	s.Reason = fmt.Sprintf("%d of %d fixes propose what stands at the cited lines already.", done, proposed)
	s.advice = "Read the line again: what you propose is there."
	return s, true
}

// standsWhereCited reports whether code stands near one of the cited lines.
func (v *view) standsWhereCited(code string) bool {
	tried := 0
	for i := range v.Refs {
		ref := &v.Refs[i]
		if ref.Line == 0 || ref.Status != grounding.RefExists || ref.Modified {
			continue
		}
		if tried++; tried > maxFixes {
			return false
		}
		t := v.Index.Text(ref.Path)
		if t == nil || !strings.Contains(t.Bare(), code) {
			continue
		}
		lines := t.Lines()
		first, last := max(1, ref.Line-doneNear), min(len(lines), max(ref.Line, min(ref.End, ref.Line+20))+doneNear)
		if first <= last && strings.Contains(lex.Loose.Replace(lex.Pack(strings.Join(lines[first-1:last], "\n"))), code) {
			return true
		}
	}
	return false
}
