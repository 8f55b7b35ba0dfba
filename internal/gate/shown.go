package gate

import (
	"fmt"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
)

// What shows that the work was done: so many names of the repository that the
// request does not have, or figures of one's own, do without a cited line, a
// quote or code.
const (
	namesThatShow    = 8
	figuresThatShow  = 8
	bothThatShow     = 10
	namesInTable     = 3 // beside so many rows that say something
	rowsThatShow     = 4
	namesInPlainText = 4 // where code was not to be shown
	factsThatShow    = 3
	sentencesToFact  = 10 // where a text is long, one of so many sentences must state a fact
)

// nothingShown caps a text that only talks: it cites no line, quotes nothing,
// holds no code and hardly a name or a figure. Whoever read the repository has
// something to show.
func nothingShown(v *view) (Signal, bool) {
	s := Signal{Name: "something to show", Reason: "Places, code, names or figures show that the work was done."}
	g := v.Ground
	if v.Index == nil || g.Located+g.Near+g.Quoted > 0 || float64(g.Facts) >= max(factsThatShow, float64(v.prose.all)/sentencesToFact) || v.Doc.CodeLines() > 2 || len(v.in.Patch) > 0 {
		return s, true
	}
	names, figures := v.ownNames(), v.ownFigures()
	if names >= namesThatShow || names+figures >= bothThatShow || names >= namesInTable && v.prose.rows >= rowsThatShow || figures >= figuresThatShow || names >= namesInPlainText && forLaymen.MatchString(v.Request) {
		return s, true
	}
	if v.tellsReaders() {
		s.Cap = new(BorderlineScore)
		s.Reason = "It names the code and cites no place, as such texts do; so a judge reads what it says."
		return s, true
	}
	s.Cap = new(capNothingShown)
	s.Reason = fmt.Sprintf("No line is cited, nothing is quoted, no code is there; %d names of the repository and %d figures that the request has not.", names, figures)
	s.advice = "Show what you found: the lines, the code, the values."
	return s, true
}

// ownNames counts the names of the repository that the request does not have.
func (v *view) ownNames() int {
	names := 0
	for _, n := range v.Named {
		if !v.isAsked()[n.Low] && v.Index.Uses(n.Low) > 0 {
			names++
		}
	}
	return names
}

// ownFigures counts the distinct numbers of the prose that the request does not
// have; those that number a list or a heading are none.
func (v *view) ownFigures() int {
	seen := map[string]bool{}
	for _, l := range v.Doc.Lines[:v.Doc.Written] {
		if l.Code || document.Heading.Matches(l.Text) || len(seen) >= figuresThatShow {
			continue
		}
		for _, f := range lex.Figures(lex.WithoutLines(trimOrdinal(l.Text)), 40) {
			if !v.isAsked()[f] {
				seen[f] = true
			}
		}
	}
	return len(seen)
}

// trimOrdinal takes the number of a list's item or of a table's row away.
func trimOrdinal(line string) string {
	i := 0
	for i < len(line) && (line[i] == ' ' || line[i] == '|' || line[i] == '*') {
		i++
	}
	j := i
	for j < len(line) && line[j] >= '0' && line[j] <= '9' {
		j++
	}
	if j > i && j < len(line) && (line[j] == '.' || line[j] == ')' || line[j] == ' ') {
		return line[j:]
	}
	return line
}
