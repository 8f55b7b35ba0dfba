package gate

import (
	"fmt"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

var declined = document.Phrases{Pattern: pattern.Any(
	`\b(?:i|we)(?:'m| am| was| were| have| do| did)? ?(?:sorry|(?:not |un)able to|cannot|can't|can not|`+
		`could not|couldn't|don't have|do not have|have no|no (?:longer )?access)\b[^.\n]{0,60}\b(?:access|open|`+
		`read|see|view|clone|provide|assist|help|complete|fulfil|fulfill|file|files|code|repository|repo|source|request)\b`,
	`\bas an? (?:ai|language model|artificial)\b|\bplease (?:provide|send|share|paste|attach|upload)\b`,
	`\bkindly ask you\b|\bonce (?:i|you) (?:have|receive|provide|send|share)\w*\b`,
	`\bi (?:do not|don't) want to guess\b|\bno reliable view\b`,
	`\bi (?:can't|cannot|am unable to|won't) (?:help|assist|do|comply)\b`,
	`\bcould you (?:please )?(?:provide|share|send)\b|\bafter that i will\b|\bi look forward\b`,
)}

// onceSeen matches what asks for something only in a case that may come later.
var onceSeen = pattern.New(`(?i)^\W*(?:if|when|should|in case) (?:something|anything|you (?:see|find|notice|meet)|it (?:happens|fails|differs)|that (?:happens|fails))\b[^.;?]*,? (?:please )?(?:provide|send|share|paste|attach)\b`)

// askedForLater reports whether the sentences of a line that have some words ask only for
// what may be seen later.
func askedForLater(line, words string) bool {
	return !slices.ContainsFunc(lex.Sentences(strings.ToLower(line)), func(s string) bool {
		return strings.Contains(s, strings.ToLower(words)) && !onceSeen.MatchString(s)
	})
}

// refusal takes the verdict when the agent explains why it did not do the
// work. A true remark about a limit inside real work costs nothing.
func refusal(v *view) (Signal, bool) {
	s := Signal{Name: "refusal", Reason: "The work was done, not declined."}
	n, later := 0, 0
	declined.Find(v.Doc, func(l document.Line, match string) {
		if l.Code {
			return
		}
		if later == 0 && askedForLater(l.Text, match) {
			later++
			return
		}
		if n++; n <= 4 {
			s.Evidence = append(s.Evidence, lex.Shorten(match, 90))
		}
	})
	work := v.Ground.Anchored + v.Ground.Quoted + v.Doc.CodeLines()/4
	if asked, lines := askedBack(v.Doc); asked >= manyQuestions && asked*longerThanAsked >= lines && work < 2 {
		n += asked
	}
	switch {
	case n == 0, work >= 2*n:
		s.Evidence = nil
		return s, true
	case n >= 2, len(v.Doc.Words) < 120:
		s.Cap = new(capRefusal)
	default:
		s.Points = -10
	}
	s.Reason = fmt.Sprintf("The text declines or asks back %d times and holds little work.", n)
	s.advice = "Do the work with what the sandbox gives you, or fail the task: a refusal is never charged."
	return s, true
}

// manyQuestions in a row are asked of the buyer; questions that are answered
// stand apart. A text of more than longerThanAsked times as many lines holds them for
// its readers, as a checklist does.
const (
	manyQuestions   = 4
	longerThanAsked = 6
)

// askedBack is the longest run of lines that are questions, of how many that are not
// blank.
func askedBack(d *document.Document) (most, lines int) {
	run := 0
	for _, l := range d.Lines[:d.Written] {
		text := strings.TrimRight(l.Text, " \t*_\"')")
		if text != "" {
			lines++
		}
		switch {
		case text == "":
		case !l.Code && !document.Heading.Matches(l.Text) && (strings.HasSuffix(text, "?") || strings.HasSuffix(text, "\uff1f")):
			run++
			most = max(most, run)
		default:
			run = 0
		}
	}
	return most, lines
}
