package gate

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
)

// leadsOn are more words that a sentence goes on behind, in languages that buyers
// write: articles, prepositions, conjunctions and what joins clauses.
var leadsOn = lex.Set(`into onto about between without within during beyond through against before while whereas although unless until whether their your our my his
each every via per toward towards upon among except besides like unlike became becomes become
den dem des ein eine einen einem einer eines wenn weil damit nach vor beim zum zur vom im ist sind wird werden kann können aber sondern ohne gegen durch wegen als wie
la las los una unos unas del al si cuando porque según hacia desde entre sin sobre pero aunque mientras donde cuyo cuya esta este estos estas
une des du au aux si lorsque quand parce avec sans sur sous entre mais dont où cette ces cet leur son sa ses
uma uns umas dos das nos nas ao aos quando porque sem sobre entre mas onde pelo pela esse essa este esta
il lo gli della dello delle degli nel nella con per tra fra che quando perché senza sopra ma dove questa questo non`)

var (
	// bareMarker matches a list item, a row or a mark of stress that has only begun.
	bareMarker = regexp.MustCompile(`^(?:[-*+|•]|\d{1,2}[.)]|\*\*|#{1,6}|-\s*\*\*)$`)
	// halfHeader matches the head of a file or of a hunk that has only begun.
	halfHeader = regexp.MustCompile(`^(?:@@(?: -[\d,]*)?(?: \+[\d,]*)?|diff --git .*|index(?: [\da-f.]*)?\s?\d*|(?:---|\+\+\+) \S+)$`)
	// closedLine matches how complete code ends.
	closedLine = regexp.MustCompile(`[})\];>"'` + "`" + `]\s*,?$|^\s*(?:end|fi|done|esac|EOF|pass|return|break|continue)\b`)
	// ledOver matches a line that leads over to what is to follow.
	ledOver = regexp.MustCompile(`[:=({\[,+&|]\**$|\s[-–—]$`)
)

// breaksOff tells how the text ends where more must follow, "" when nothing says so.
// What is delivered beside the text may be what follows.
func (v *view) breaksOff() string {
	if len(v.in.Patch) > 0 || len(v.findings) > 0 {
		return ""
	}
	i := v.Doc.Written - 1
	for i >= 0 && strings.TrimSpace(v.Doc.Lines[i].Text) == "" {
		i--
	}
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
	if r, _ := utf8.DecodeLastRuneInString(bare); len(said) > 1 && unicode.IsLetter(r) && (leadsOn[said[len(said)-1]] || dangling[said[len(said)-1]]) {
		return "its last sentence goes on"
	}
	if endOf(last) == endOpen && strings.LastIndexAny(bare, "(（") > strings.LastIndexAny(bare, ")）") {
		return "a bracket in its last line is never closed"
	}
	if v.unended(i) {
		return "its other paragraphs end with a sentence, the last one does not"
	}
	return ""
}

// Shorter texts are notes, which people end as they like.
const (
	minLinesToEnd = 4
	minWordsToEnd = 40
)

// codeBreaksOff tells how code that is never closed ends, where more must follow.
func (v *view) codeBreaksOff(last string) string {
	if len(v.Doc.Blocks) == 0 || last == "" || strings.HasPrefix(last, "```") {
		return ""
	}
	b := v.Doc.Blocks[len(v.Doc.Blocks)-1]
	if b.End < len(v.Doc.Lines) && v.Doc.Lines[b.End].Code {
		return "" // its fence is closed
	}
	switch {
	case b.Diff && halfHeader.MatchString(last):
		return "its last diff has only begun"
	case b.Diff && !closedLine.MatchString(last) && halfHunk(b.Lines):
		return "its last diff has fewer lines than it says"
	case v.Doc.Open && !strings.HasSuffix(last, "...") && !closedLine.MatchString(last) && (strings.HasSuffix(last, ":") || halfWord.MatchString(last) || !freelyEnded[b.Lang]):
		return "its last block is never closed, nor is its last line"
	}
	return ""
}

// freelyEnded are the languages whose lines may end in anything.
var freelyEnded = lex.Set("yaml yml toml ini text txt md markdown sh bash shell zsh console env dockerfile make makefile sql")

// hunkHeader matches the head of a hunk and how many lines it has on either side.
var hunkHeader = regexp.MustCompile(`^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@`)

// halfHunk reports whether the last hunk has fewer lines than its head says, on
// either side.
func halfHunk(lines []string) bool {
	for i := len(lines) - 1; i >= 0; i-- {
		m := hunkHeader.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		left, right := 0, 0
		for _, l := range lines[i+1:] {
			if !strings.HasPrefix(l, "+") {
				left++
			}
			if !strings.HasPrefix(l, "-") {
				right++
			}
		}
		before, _ := strconv.Atoi(cmp.Or(m[1], "1"))
		after, _ := strconv.Atoi(cmp.Or(m[2], "1"))
		return left < before && right < after
	}
	return false
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

// othersEnded is how many other paragraphs must end with a sentence for the last
// one to need an end as well.
const othersEnded = 3

// unended reports whether the last paragraph or item, which ends with a line, has
// no end where the others have one: people end their paragraphs in one way.
func (v *view) unended(at int) bool {
	last := v.Doc.Lines[at].Text
	if n := lex.CountWords(last); n < 2 || document.IsTitle(last) || endOf(last) != endOpen || n <= longestSignOff && signOff.MatchString(last) {
		return false
	}
	ended, others := 0, 0
	for i, l := range v.Doc.Lines[:at] {
		next := v.Doc.Lines[i+1]
		switch {
		case l.Code, next.Code, len(l.Text) < 12, document.Heading.Matches(l.Text), document.TableRow.Matches(l.Text), document.IsTitle(l.Text):
		case strings.TrimSpace(next.Text) != "" && !document.ListItem.Matches(next.Text): // goes on
		default:
			if others++; endOf(l.Text) == endSentence {
				ended++
			}
		}
	}
	return others >= othersEnded && ended*10 >= others*8
}

// How a paragraph ends.
const (
	endOpen = iota
	endSentence
	endCode
)

func endOf(text string) int {
	text = strings.TrimRight(text, "*_~ ")
	if field := text[strings.LastIndexByte(text, ' ')+1:]; strings.Contains(field, "`") || lex.IsNamed(field) || strings.ContainsAny(field, "0123456789@") {
		return endCode
	}
	bare := strings.TrimRight(text, "*_)\"'»”’」』] ")
	r, _ := utf8.DecodeLastRuneInString(bare)
	if strings.ContainsRune(".!?:;…\u3002\uff01\uff1f\uff1a", r) {
		return endSentence
	}
	if bare != text || r > 0x2000 && !unicode.IsLetter(r) {
		return endCode // an emoji, a bracket
	}
	return endOpen
}
