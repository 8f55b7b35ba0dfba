package grounding

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
)

// numberText matches the numbers that people write for lines once the file is
// clear: "(426)", "(113, 141-153)", "at 436", "124-127".
var numberText = regexp.MustCompile(`\(\s*(\d{1,5}(?:\s?[-–]\s?\d{1,5})?(?:\s?[,;]\s?\d{1,5}(?:\s?[-–]\s?\d{1,5})?){0,5})\s*\)|\b(?:at|in|` +
	`und|and|von|en|à|em)\s(\d{2,5}(?:[-–]\d{1,5})?)\b|(?:^|[\s,])(\d{1,5}[-–]\d{1,5})(?:[\s,.;:]|$)`)

// itemLine matches an item of a list that opens with its lines, as reviews of one file
// have them: "- 107: nothing checks the range", "* **12-15** …", " 3. 161/167 …".
var itemLine = regexp.MustCompile(`^\s*(?:[-*•]|\d{1,2}[.)])\s+\*{0,2}:?(\d{1,5}(?:[-–]\d{1,5})?)\*{0,2}(?:/\d{1,5})?(?:\s*[:–—-]\s|\s)`)

// paragraphLine matches a paragraph that opens so without being one of a list.
var paragraphLine = regexp.MustCompile(`^\*{0,2}(\d{1,5}(?:[-–]\d{1,5})?)\*{0,2}[:,]?\s`)

// Tables that tell of lines have them in their first column, below a head that says so.
var (
	lineColumn = regexp.MustCompile(`(?i)^\s*\|\s*\*{0,2}(?:lines?|zeilen?|l[ií]neas?|linhas?|lignes?|righe|строк[аи]|行)\*{0,2}\s*\|`)
	lineCell   = regexp.MustCompile(`^\s*\|\s*[*` + "`" + `]{0,2}L?(\d{1,5}(?:[-–]\d{1,5})?(?:,\s?\d{1,5}(?:[-–]\d{1,5})?)*)[*` + "`" + `]{0,2}\s*\|`)
)

// enoughOpen is how many paragraphs or items must open with a figure for these to be lines.
const enoughOpen = 3

// opensWithLines reports whether the paragraphs of a document open with lines.
func (r *Reading) opensWithLines() bool {
	return r.enough(func(i int, text string) bool { return paragraphLine.MatchString(text) && r.opensParagraph(i) })
}

// listsLines reports whether the items of a list open with lines.
func (r *Reading) listsLines() bool {
	return r.enough(func(_ int, text string) bool { return itemLine.MatchString(text) })
}

// rowLines are the lines of which a row of a table tells, "" for none.
func (r *resolver) rowLines(text string) string {
	if !document.TableRow.Matches(text) {
		r.column = false
		return ""
	}
	r.column = r.column || lineColumn.MatchString(text)
	if m := lineCell.FindStringSubmatch(text); r.column && m != nil {
		return m[1]
	}
	return ""
}

// enough reports whether so many lines of prose are such that figures which open them
// are lines.
func (r *Reading) enough(open func(at int, text string) bool) bool {
	n := 0
	for i, l := range r.Doc.Lines {
		if !l.Code && open(i, l.Text) {
			if n++; n == enoughOpen {
				return true
			}
		}
	}
	return false
}

// opensParagraph reports whether a line is the first of its paragraph.
func (r *Reading) opensParagraph(at int) bool {
	return at == 0 || strings.TrimSpace(r.Doc.Lines[at-1].Text) == ""
}

// maxSlight bounds the bare numbers that are looked up.
const maxSlight = 300

// numbers adds bare numbers as lines of the file last spoken of. They count
// only where what the sentence says stands there, see settleGuesses.
func (r *resolver) numbers(at int, text string) {
	if r.last == "" || !mayBeNumber(text) {
		return
	}
	for _, m := range numberText.FindAllStringSubmatchIndex(text, 20) {
		for group := 2; group < len(m); group += 2 {
			if m[group] < 0 {
				continue
			}
			r.slightly(at, r.last, text[m[group]:m[group+1]])
		}
	}
}

// mayBeNumber reports whether a digit stands where every match of numberText has one:
// at the start, or behind a blank, a bracket or a comma.
func mayBeNumber(text string) bool {
	for i := range len(text) {
		if lex.IsDigit(text[i]) && (i == 0 || text[i-1] == '(' || text[i-1] == ',' || lex.IsBlank(text[i-1])) {
			return true
		}
	}
	return false
}

// slightly adds numbers that may be lines of a file.
func (r *resolver) slightly(at int, file, numbers string) {
	for part := range strings.FieldsFuncSeq(numbers, func(c rune) bool { return c == ',' || c == ';' || c == ' ' }) {
		from, to, _ := strings.Cut(strings.ReplaceAll(part, "–", "-"), "-")
		ref := Cited{Reference: Reference{Text: part, Path: file, Line: lex.Number(from), Status: RefExists}, End: lex.Number(to), At: at, Guessed: true, Slight: true}
		if r.slight++; r.slight > maxSlight {
			return
		}
		if ref.Line > 0 && max(ref.Line, ref.End) <= r.v.Index.Lines(file) && (ref.End == 0 || ref.End > ref.Line) {
			r.refs = append(r.refs, ref)
		}
	}
}
