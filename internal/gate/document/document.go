// Package document reads a text as people deliver it: prose and blocks of code,
// in Markdown or plain, with the changes of files that it comes with.
package document

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// Document is a deliverable split into prose and code. Markdown is only read
// as far as the signals need it; plain text is fine too.
type Document struct {
	Text    string
	Lines   []Line
	Written int              // how many of the lines are the text's; what the patch adds follows
	Lower   []string         // the lines in lower case
	Low     *pattern.Lowered // the same as one text
	Blocks  []Block
	Words   []string // of the prose, lower case
	Hashes  []uint64 // of the words
	Open    bool     // a code fence was never closed

	wordsOnly bool // inline code is not asked for
}

// Line is one line of the deliverable, of prose that was wrapped one paragraph.
type Line struct {
	Text  string
	Code  bool
	Spans []string // inline code of a prose line

	From, To int // the lines of the text, as SplitLines has them: the first, and the one behind the last
}

// Block is a fenced or indented block.
type Block struct {
	Lang       string
	Lines      []string
	Start, End int // line indexes: the first and the one behind the last, fences excluded
	Diff       bool
	Delivered  bool // a change that the deliverable comes with
}

// Forms of lines of prose.
var (
	ListItem = Form(item)
	Heading  = Form(title)
	TableRow = Form(row)
)

var (
	// CodeSpan matches inline code.
	CodeSpan = regexp.MustCompile("``([^`\n]{1,400})``|`([^`\n]{1,400})`")
	// DiffHeader matches the lines of a diff that are no lines of its file.
	DiffHeader = regexp.MustCompile(`^(?:--- |\+\+\+ |diff --git |@@ )`)
	fenceLine  = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})\\s*([A-Za-z0-9_+#.-]*)")
)

// Parse reads a text.
func Parse(text string) *Document { return ParseWith(text, nil) }

// ParseWith reads a text and the changes of files that it comes with.
func ParseWith(text string, changes []string) *Document {
	d := &Document{Text: text, Words: make([]string, 0, len(text)/lex.AverageWord)}
	d.parse()
	d.Written = len(d.Lines)
	d.addPatch(changes)
	d.Lower = make([]string, len(d.Lines))
	for i, l := range d.Lines {
		d.Lower[i] = strings.ToLower(l.Text)
		if !l.Code {
			d.Words = lex.AppendWords(d.Words, d.Lower[i])
		}
	}
	d.Hashes = lex.Hashes(d.Words)
	d.Low = pattern.Lower(strings.Join(d.Lower, "\n"))
	return d
}

// WordsBeyondValues are the words without figures and without the short cells of
// tables: values, which many statements have.
func (d *Document) WordsBeyondValues() []string {
	const short = 2
	all := make([]string, 0, len(d.Words))
	for i, l := range d.Lines {
		switch {
		case l.Code:
		case !TableRow.Matches(l.Text):
			all = lex.AppendWords(all, d.Lower[i])
		default:
			for cell := range strings.SplitSeq(d.Lower[i], "|") {
				if words := lex.Words(cell); len(words) > short {
					all = append(all, words...)
				}
			}
		}
	}
	return slices.DeleteFunc(all, func(w string) bool { return strings.Trim(w, "0123456789") == "" })
}

// WordCount counts the words of the prose as those of a language with spaces: where
// there are none every two letters are a word, and three of these say what two words do.
func (d *Document) WordCount() int {
	pairs := 0
	for _, w := range d.Words {
		if r, _ := utf8.DecodeRuneInString(w); lex.Unspaced(r) {
			pairs++
		}
	}
	return len(d.Words) - pairs/3
}

// ProseWords are the words of a text's prose, as Parse finds them.
func ProseWords(text string) []string {
	d := &Document{Text: text, wordsOnly: true}
	d.parse()
	all := make([]string, 0, len(text)/lex.AverageWord)
	for _, l := range d.Lines {
		if !l.Code {
			all = lex.AppendWords(all, strings.ToLower(l.Text))
		}
	}
	return all
}

func (d *Document) parse() {
	raw := SplitLines(d.Text)
	d.Lines = make([]Line, 0, len(raw))
	cited := 0 // where a run of lines behind ">" ends that was looked at
	width := wrapWidth(raw)
	for i := 0; i < len(raw); {
		from, n := i, len(d.Lines)
		if i >= cited && strings.HasPrefix(raw[i], ">") {
			cited = uncite(raw, i)
		}
		switch m := fenceOf(raw[i]); {
		case m != nil:
			i = d.fence(raw, i, m[1], m[2])
		case d.indentedCode(raw, i):
			i = d.indent(raw, i)
		case bare(raw, i) > i:
			i = d.bareBlock(raw, i, bare(raw, i))
		case i > 0 && strings.TrimSpace(raw[i]) == "" && strings.TrimSpace(raw[i-1]) == "" && len(d.Lines) > 0 && !d.Lines[len(d.Lines)-1].Code:
			i++ // one line parts paragraphs as well as two
		default:
			line := raw[i]
			last := line
			for i++; i < len(raw) && len(line)+len(raw[i]) < MaxLineBytes && goesOn(last, raw[i], width) && fenceOf(raw[i]) == nil && bare(raw, i) == i; i++ {
				last = raw[i]
				line = strings.TrimRight(line, " ") + " " + strings.TrimLeft(last, " ")
			}
			d.prose(line)
		}
		d.place(n, from, i)
	}
}

// place notes of the lines from the n-th on where in the text they stand: code line by
// line, prose as far as it was joined.
func (d *Document) place(n, from, to int) {
	for ; n < len(d.Lines); n++ {
		d.Lines[n].From, d.Lines[n].To = from, from+1
		from++
	}
	if n > 0 && from < to {
		d.Lines[n-1].To = to
	}
}

// uncite takes the marks off a run of lines that are set as a quotation: what is
// proposed so may hold code. It returns where the run ends.
func uncite(raw []string, i int) int {
	for ; i < len(raw) && strings.HasPrefix(raw[i], ">"); i++ {
		raw[i] = strings.TrimPrefix(strings.TrimLeft(raw[i], ">"), " ")
	}
	return i
}

// fenceOf matches fenceLine; few lines can, and most are told by a look.
func fenceOf(line string) []string {
	if !strings.Contains(line, "```") && !strings.Contains(line, "~~~") {
		return nil
	}
	return fenceLine.FindStringSubmatch(line)
}

// MaxLineBytes bounds a line, so that what is done for each citation in a line
// stays small however long the lines of a deliverable are.
const MaxLineBytes = 2000

// SplitLines splits text into lines and cuts overlong ones at a space.
func SplitLines(text string) []string {
	raw := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	all := make([]string, 0, len(raw))
	for _, l := range raw {
		for len(l) > MaxLineBytes {
			at := strings.LastIndexByte(l[:MaxLineBytes], ' ') + 1
			if at == 0 {
				for at = MaxLineBytes; at > MaxLineBytes-utf8.UTFMax && !utf8.RuneStart(l[at]); at-- {
				}
			}
			all, l = append(all, l[:at]), l[at:]
		}
		all = append(all, l)
	}
	return all
}

func (d *Document) prose(text string) {
	if strings.Contains(text, `\|`) && TableRow.Matches(text) {
		text = strings.ReplaceAll(text, `\|`, "|")
	}
	line := Line{Text: plainQuotes(text)}
	if !d.wordsOnly && strings.Contains(text, "`") {
		if TableRow.Matches(text) && strings.Contains(text, `\|`) {
			line.Text = strings.ReplaceAll(line.Text, `\|`, "|") // a cell's own bar
		}
		line.Spans = CodeSpans(line.Text)
	}
	d.Lines = append(d.Lines, line)
}

// setQuotes makes quotes that are set plain ones.
var setQuotes = strings.NewReplacer("\u201c", `"`, "\u201d", `"`, "\u2018", "'", "\u2019", "'")

// generalPunctuation is what every letter from U+2000 to U+203F begins with.
const generalPunctuation = "\xe2\x80"

// plainQuotes is a line with plain quotes outside of its code.
func plainQuotes(line string) string {
	if !strings.Contains(line, generalPunctuation) {
		return line
	}
	var plain strings.Builder
	end := 0
	for _, m := range CodeSpan.FindAllStringIndex(line, -1) {
		plain.WriteString(setQuotes.Replace(line[end:m[0]]) + line[m[0]:m[1]])
		end = m[1]
	}
	return plain.String() + setQuotes.Replace(line[end:])
}

// fence consumes a fenced block that opens at line i.
func (d *Document) fence(raw []string, i int, mark, lang string) int {
	d.Lines = append(d.Lines, Line{Code: true})
	i++
	b := Block{Lang: strings.ToLower(lang), Start: len(d.Lines)}
	for ; i < len(raw); i++ {
		if rest := strings.TrimSpace(raw[i]); strings.HasPrefix(rest, mark) && strings.Trim(rest, mark[:1]) == "" {
			d.add(b)
			d.Lines = append(d.Lines, Line{Code: true})
			return i + 1
		}
		b.Lines = append(b.Lines, raw[i])
		d.Lines = append(d.Lines, Line{Text: raw[i], Code: true})
	}
	d.Open = true
	d.add(b)
	return i
}

// citesPlace matches a line of prose that cites a file by its line.
var citesPlace = regexp.MustCompile(`^\S.*\w\.\w{1,5}:\d+\b`)

// indentedCode reports whether line i starts a block indented by four spaces:
// only behind a blank line or one that cites the place, and not the continuation
// of a list.
func (d *Document) indentedCode(raw []string, i int) bool {
	if !strings.HasPrefix(raw[i], "    ") && !strings.HasPrefix(raw[i], "\t") || strings.TrimSpace(raw[i]) == "" {
		return false
	}
	if i > 0 && strings.TrimSpace(raw[i-1]) != "" && (ListItem.Matches(raw[i-1]) || !citesPlace.MatchString(raw[i-1]) || !CodeMark.MatchString(raw[i])) {
		return false
	}
	return !ListItem.Matches(raw[i])
}

func (d *Document) indent(raw []string, i int) int {
	b := Block{Start: len(d.Lines)}
	for ; i < len(raw); i++ {
		blank := strings.TrimSpace(raw[i]) == ""
		if !blank && !strings.HasPrefix(raw[i], "    ") && !strings.HasPrefix(raw[i], "\t") {
			break
		}
		if blank && (i+1 >= len(raw) || !strings.HasPrefix(raw[i+1], "    ") && !strings.HasPrefix(raw[i+1], "\t")) {
			break
		}
		b.Lines = append(b.Lines, strings.TrimPrefix(strings.TrimPrefix(raw[i], "    "), "\t"))
		d.Lines = append(d.Lines, Line{Text: raw[i], Code: true})
	}
	d.add(b)
	return i
}

// add ends a block behind the last line read.
func (d *Document) add(b Block) {
	b.End = len(d.Lines)
	marks := 0
	for _, l := range b.Lines {
		if DiffHeader.MatchString(l) {
			b.Diff = true
		}
		if changed := strings.TrimLeft(l, "+-"); len(l)-len(changed) == 1 {
			marks++
		}
	}
	b.Diff = b.Diff || b.Lang == "diff" || b.Lang == "patch" || b.Lang == "" && marks > 1 && marks*2 > len(b.Lines)
	d.Blocks = append(d.Blocks, b)
}

// CodeLines counts the lines of code that say something.
func (d *Document) CodeLines() int {
	n := 0
	for _, b := range d.Blocks {
		for _, l := range b.Lines {
			if lex.Meaningful(l) {
				n++
			}
		}
	}
	return n
}

// Form reports whether a line has a form.
type Form func(line string) bool

// Matches reports whether a line has the form.
func (f Form) Matches(line string) bool { return f(line) }

// lineOf is the form of lines that match an expression and begin, behind blanks,
// with one of some bytes.
func lineOf(first, expr string) Form {
	re := regexp.MustCompile(expr)
	return func(line string) bool {
		rest := strings.TrimLeft(line, lex.Blanks)
		return rest != "" && strings.IndexByte(first, rest[0]) >= 0 && re.MatchString(line)
	}
}

// Count returns how many prose lines have the form.
func (d *Document) Count(form Form) int {
	n := 0
	for _, l := range d.Lines {
		if !l.Code && form.Matches(l.Text) {
			n++
		}
	}
	return n
}

// Sentences calls fn with the words of each sentence of the prose that has at
// least four; headings and table rows are none.
func (d *Document) Sentences(fn func([]string)) {
	var buffer []string
	take := func(sentence string) {
		if buffer = lex.AppendWords(buffer[:0], sentence); len(buffer) >= 4 {
			fn(buffer)
		}
	}
	for i, l := range d.Lines {
		if l.Code || Heading.Matches(l.Text) || TableRow.Matches(l.Text) {
			continue
		}
		text, start := d.Lower[i], 0
		for i := range len(text) {
			if c := text[i]; (c == '.' || c == '!' || c == '?' || c == ';') && (i+1 == len(text) || text[i+1] == ' ') {
				take(text[start : i+1])
				start = i + 1
			}
		}
		take(text[start:])
	}
}

// PackedCode returns the packed lines of the code as quotes are looked up: also
// without the mark of a diff and the semicolon at the end.
func (d *Document) PackedCode() map[string]bool {
	all := map[string]bool{}
	add := func(l string) {
		if p := lex.Pack(strings.TrimSpace(l)); lex.Meaningful(p) {
			all[p], all[strings.TrimSuffix(p, ";")] = true, true
		}
	}
	for _, b := range d.Blocks {
		for _, l := range b.Lines {
			add(l)
			if l != "" && (l[0] == '-' || l[0] == ' ') {
				add(l[1:])
			}
		}
	}
	return all
}

// Proposed are the lines that a block brings: of a diff those that it adds.
func (b Block) Proposed() []string {
	if b.Diff {
		return added(b.Lines)
	}
	return b.Lines
}

// added are the lines that a diff adds; one of "+++i" adds "++i".
func added(lines []string) []string {
	var added []string
	for _, l := range lines {
		if rest, ok := strings.CutPrefix(l, "+"); ok && !strings.HasPrefix(rest, "++ ") {
			added = append(added, rest)
		}
	}
	return added
}

// MayBeGo reports whether a block is Go, or does not say what it is.
func (b Block) MayBeGo() bool { return b.Lang == "go" || b.Lang == "golang" || b.Lang == "" }

// CodeMark matches what only code has: keywords, operators, calls that go on.
var CodeMark = regexp.MustCompile(`\b(?:if|for|return|throw|var|let|const|func|function|go|defer|new|await|delete|while|switch|case|raise|` +
	`def|try|catch|panic|else|typeof|instanceof|yield)\b[ (]|:=|[=!]=|&&|\|\||=>|->|[-+*/]=|\+\+|;\s*$|` +
	`[A-Za-z0-9_\])]\s=\s\S|\w\([^)]*\)\s*[;{.]|\w\(\w+[^)]*,`)

// IsTitle reports whether a line is the title of a finding: a heading, or in bold.
func IsTitle(line string) bool {
	if Heading.Matches(line) {
		return true
	}
	rest := strings.TrimLeft(line, " \t-0123456789.)")
	return strings.HasPrefix(rest, "**") && strings.HasSuffix(strings.TrimRight(line, " .:"), "**")
}

// WithoutCode is prose without inline code and without the citation.
func WithoutCode(text, citation string) string {
	text = CodeSpan.ReplaceAllString(text, " ")
	if citation != "" {
		text = strings.ReplaceAll(text, citation, " ")
	}
	return text
}

// BoldLead matches a paragraph that opens with a bold title.
var BoldLead = lineOf("-*0123456789", `^\s*(?:[-*]\s+|\d+[.)]\s+)?\*\*[^*]{3,}`)
