package grounding

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// tellsWhat matches a line that says what a function does and leads over to it:
// "`callers` in `stack.go` allocates a list:".
var tellsWhat = regexp.MustCompile("^[*\\s]*`([\\w.$#]+)(?:\\(\\))?`(?: (?:in|of) `[^`]+`(?::\\d+)?)?\\*{0,2} [a-z]+s\\b[^.]*:\\**$")

// laterState matches words that tell of code as it could be.
var laterState = pattern.New(`(?i)\bthen\b|\bafterwards?\b|\bnow\b|\blooks?\b|\blike\b|\bbecomes\b|\bneeds\b|\bgets\b|\bremains\b|\bstays\b|\bturns\b`)

// minOwn is how many lines of a function must be shown to tell whose it is.
const minOwn = 4

// showsOwn reports whether a block shows a function of the repository as it is:
// it opens with the line that the function opens with there, and the line before
// says what the function does. What is to be changed is shown so only where code
// was asked for.
func (r *Reading) showsOwn(b document.Block, lines []string) bool {
	if r.Want.Code || len(lines) < minOwn || !lex.FunctionHead.MatchString(lines[0]) || len(r.Index.Homes(lex.Pack(lines[0]))) == 0 {
		return false
	}
	lead := ""
	for i := b.Start - 1; i >= 0 && lead == ""; i-- {
		if l := r.Doc.Lines[i]; !l.Code {
			lead = strings.TrimSpace(l.Text)
		} else if strings.TrimSpace(l.Text) != "" {
			return false
		}
	}
	m := tellsWhat.FindStringSubmatch(lead)
	if m == nil || !strings.Contains(lines[0], m[1][strings.LastIndexAny(m[1], ".#")+1:]) {
		return false
	}
	bare := document.CodeSpan.ReplaceAllString(lead, " ")
	return !Proposes(bare) && !maybeSuggestion.MatchString(bare) && !laterState.MatchString(bare)
}
