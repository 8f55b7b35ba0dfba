package gate

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
)

// dangling are words that no sentence ends with.
var dangling = lex.Set(`the a an and or of to in on at for with by from that which is are was were be as if but than because this these those its
der die das und oder von zu mit für dass ist o os e que de do da em para com um uma el los y con por le les et dans pour du`)

// leadsOn are more words that a sentence goes on behind, in languages that buyers
// write: articles, prepositions, conjunctions, auxiliary verbs and what joins clauses.
var leadsOn = lex.Set(`into onto about between without within during beyond through against before while whereas although unless until whether their your our my his
each every via per toward towards upon among except besides like unlike became becomes become
must should would could might shall via therefore hence
den dem des ein eine einen einem einer eines wenn weil damit nach vor beim zum zur vom im ist sind wird werden kann können aber sondern ohne gegen durch wegen als wie
la las los una unos unas del al si cuando porque según hacia desde entre sin sobre pero aunque mientras donde cuyo cuya esta este estos estas
une des du au aux si lorsque quand parce avec sans sur sous entre mais dont où cette ces cet leur son sa ses
uma uns umas dos das nos nas ao aos quando porque sem sobre entre mas onde pelo pela esse essa este esta
il lo gli della dello delle degli nel nella con per tra fra che quando perché senza sopra ma dove questa questo non`)

var (
	// bareMarker matches a list item, a row or a mark of stress that has only begun.
	bareMarker = regexp.MustCompile(`^(?:[-*+|•]|\d{1,2}[.)]|\*\*|#{1,6}|-\s*\*\*)$`)
	// ledOver matches a line that leads over to what is to follow.
	ledOver = regexp.MustCompile(`[:=({\[,+&|]\**$|\s[-–—]$`)
)

// halfSaid matches a sentence that says how something is and not yet what.
var halfSaid = regexp.MustCompile(`(?i)\b(?:is|are|was|were|which|it|they) (?:usually|often|typically|generally|normally|always)$`)

// signOff matches how people end a text without a full stop.
var signOff = regexp.MustCompile(`(?i)\b(?:thanks|thank you|regards|cheers|best|hope|done|yours|gru(?:ß|ss)|saludos|gracias|merci|cordialement|danke|obrigado|end|fin|ende)\b|^\W*(?:your|the|our) (?:[\w-]+ ){0,2}(?:team|crew|maintainers)\W*$`)

const longestSignOff = 12 // words

// breaksOff tells how the text ends where more must follow, "" when nothing says so.
// What is delivered beside the text may be what follows.
func (v *view) breaksOff() string {
	if len(v.in.Patch) > 0 || len(v.findings) > 0 {
		return ""
	}
	i := v.lastLine()
	if i < 0 {
		return ""
	}
	last := strings.TrimSpace(v.Doc.Lines[i].Text)
	if v.Doc.Lines[i].Code {
		return v.codeBreaksOff(last)
	}
	if v.Doc.Lines[i].Text == "" || strings.HasPrefix(last, "```") || strings.HasPrefix(last, "~~~") || i < minLinesToEnd && len(v.Doc.Words) < minWordsToEnd {
		return ""
	}
	if bareMarker.MatchString(last) && strings.Trim(last, "*-") != "" || last == "-" {
		return "its last item has only begun"
	}
	if document.Heading.Matches(v.Doc.Lines[i].Text) {
		if strings.HasPrefix(last, "#") && endOf(last) == endOpen && !signOff.MatchString(last) {
			return "nothing follows its last heading"
		}
		return ""
	}
	if document.TableRow.Matches(v.Doc.Lines[i].Text) {
		return ""
	}
	if v.opensCode(i) {
		return "the code in its last line is never closed"
	}
	bare := strings.TrimSpace(document.CodeSpan.ReplaceAllString(last, "x"))
	if ledOver.MatchString(bare) {
		return "its last line leads over to what does not follow"
	}
	said := lex.Words(bare)
	if r, _ := utf8.DecodeLastRuneInString(bare); len(said) > 1 && unicode.IsLetter(r) && (leadsOn[said[len(said)-1]] || dangling[said[len(said)-1]]) || halfSaid.MatchString(bare) {
		return "its last sentence goes on"
	}
	if endOf(last) == endOpen && strings.LastIndexAny(bare, "(（") > strings.LastIndexAny(bare, ")）") {
		return "a bracket in its last line is never closed"
	}
	if v.unended(i) {
		return otherwiseEnded
	}
	return ""
}

// Shorter texts are notes, which people end as they like.
const (
	minLinesToEnd = 4
	minWordsToEnd = 40
)

// lastLine is the last line of the text that is not blank, -1 without one.
func (v *view) lastLine() int {
	i := v.Doc.Written - 1
	for i >= 0 && strings.TrimSpace(v.Doc.Lines[i].Text) == "" {
		i--
	}
	return i
}

// opensCode reports whether the paragraph that ends with a line has a mark of code
// that none closes.
func (v *view) opensCode(end int) bool {
	marks := 0
	for i := end; i >= max(0, end-longestParagraph); i-- {
		l := v.Doc.Lines[i]
		if l.Code || strings.TrimSpace(l.Text) == "" {
			break
		}
		if strings.Contains(l.Text, "```") {
			return false
		}
		marks += strings.Count(l.Text, "`")
		if document.ListItem.Matches(l.Text) {
			break
		}
	}
	return marks%2 == 1
}

// longestParagraph bounds, in lines, the paragraphs that are looked at.
const longestParagraph = 20

// halfRow reports whether the text ends in a row of a table that lacks the bar
// which the row before it has, or behind the head of a table.
func (v *view) halfRow() bool {
	head, last, before := "", "", ""
	for _, l := range v.Doc.Lines[:v.Doc.Written] {
		text := strings.TrimSpace(l.Text)
		if text != "" && !l.Code {
			before, last = last, text
		} else if l.Code {
			before, last = "", ""
		}
		if !strings.HasPrefix(text, "|") {
			head = ""
		} else if head == "" {
			head = text
		}
	}
	if !strings.HasPrefix(last, "|") || !strings.HasPrefix(before, "|") {
		return false
	}
	if underHead(before) && 2*cells(last) <= cells(head) {
		return true // all its rows
	}
	if all := cells(head); all >= minCells && cells(before) == all && 2*cells(last) <= all && len(lex.Words(document.CodeSpan.ReplaceAllString(last, " "))) <= placeInRow {
		return true // and no note that goes over all columns
	}
	return strings.HasSuffix(before, "|") && !strings.HasSuffix(last, "|") || underHead(last)
}

// underHead reports whether a row is the one between the head of a table and its rows.
func underHead(row string) bool {
	return strings.Trim(row, "|-: ") == "" && strings.Contains(row, "--")
}

// minCells is how many columns a table has whose last row misses half of them by no chance,
// placeInRow how many words that row has at most then.
const (
	minCells   = 4
	placeInRow = 2
)

// cells counts the cells of a row; bars in code and behind a backslash part none.
func cells(row string) int {
	row = strings.ReplaceAll(document.CodeSpan.ReplaceAllString(row, "x"), `\|`, "")
	return strings.Count(strings.Trim(row, "| "), "|") + 1
}

// brokenTail is the end of prose, and whether it stands in the middle of a sentence.
func (v *view) brokenTail() (string, bool) {
	i := v.lastLine()
	if i < 0 || v.Doc.Lines[i].Code {
		return "", false
	}
	last := strings.TrimSpace(v.Doc.Lines[i].Text)
	if strings.HasPrefix(last, "|") || strings.HasPrefix(last, "#") {
		return "", false
	}
	r, _ := utf8.DecodeLastRuneInString(last)
	if !unicode.IsLetter(r) && r != ',' {
		return "", false
	}
	tail := lex.Words(last)
	return lex.Shorten(lastBytes(last, 60), 60), len(tail) > 0 && (dangling[tail[len(tail)-1]] || r == ',')
}
