package gate

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// document is a deliverable split into prose and code. Markdown is only read
// as far as the signals need it; plain text is fine too.
type document struct {
	text    string
	lines   []docLine
	written int      // how many of the lines are the text's; what the patch adds follows
	lower   []string // the lines in lower case
	low     string   // the same as one text
	runs    trigrams // of low
	blocks  []codeBlock
	words   []string // of the prose, lower case
	hashes  []uint64 // of the words
	open    bool     // a code fence was never closed

	wordsOnly bool // inline code is not asked for
}

// docLine is one line of the deliverable.
type docLine struct {
	text  string
	code  bool
	spans []string // inline code of a prose line
}

// codeBlock is a fenced or indented block.
type codeBlock struct {
	lang       string
	lines      []string
	start, end int // line indexes: the first and the one behind the last, fences excluded
	diff       bool
	delivered  bool // a change that the deliverable comes with
}

var (
	fenceLine  = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})\\s*([A-Za-z0-9_+#.-]*)")
	codeSpan   = regexp.MustCompile("``([^`\n]{1,400})``|`([^`\n]{1,400})`")
	listItem   = lineForm(item)
	heading    = lineForm(title)
	tableRow   = lineForm(row)
	diffHeader = regexp.MustCompile(`^(?:--- |\+\+\+ |diff --git |@@ )`)
)

func parseDocument(text string) *document { return parseDelivered(text, nil) }

// parseDelivered reads a text and the changes of files that it comes with.
func parseDelivered(text string, changes []string) *document {
	d := &document{text: text, words: make([]string, 0, len(text)/averageWord)}
	d.parse()
	d.written = len(d.lines)
	d.addPatch(changes)
	d.lower = make([]string, len(d.lines))
	for i, l := range d.lines {
		d.lower[i] = strings.ToLower(l.text)
		if !l.code {
			d.words = appendWords(d.words, d.lower[i])
		}
	}
	d.hashes = hashAll(d.words)
	d.low = strings.Join(d.lower, "\n")
	d.runs.add(d.low)
	return d
}

// holds reports whether the text in lower case contains s.
func (d *document) holds(s string) bool {
	return d.runs.may(s) && strings.Contains(d.low, s)
}

// held returns which of the strings the text in lower case contains.
func (d *document) held(all []string) []string {
	var held []string
	for _, s := range all {
		if d.holds(s) {
			held = append(held, s)
		}
	}
	return held
}

// averageWord is about how many bytes a word takes with what is around it.
const averageWord = 6

// proseWords are the words of a text's prose, as parseDocument finds them.
func proseWords(text string) []string {
	d := &document{text: text, wordsOnly: true}
	d.parse()
	all := make([]string, 0, len(text)/averageWord)
	for _, l := range d.lines {
		if !l.code {
			all = appendWords(all, strings.ToLower(l.text))
		}
	}
	return all
}

func (d *document) parse() {
	raw := splitLines(d.text)
	d.lines = make([]docLine, 0, len(raw))
	cited := 0 // where a run of lines behind ">" ends that was looked at
	for i := 0; i < len(raw); {
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
		default:
			d.prose(raw[i])
			i++
		}
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

// maxLineBytes bounds a line, so that what is done for each citation in a line
// stays small however long the lines of a deliverable are.
const maxLineBytes = 2000

// splitLines splits text into lines and cuts overlong ones at a space.
func splitLines(text string) []string {
	raw := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	all := make([]string, 0, len(raw))
	for _, l := range raw {
		for len(l) > maxLineBytes {
			at := strings.LastIndexByte(l[:maxLineBytes], ' ') + 1
			if at == 0 {
				for at = maxLineBytes; at > maxLineBytes-utf8.UTFMax && !utf8.RuneStart(l[at]); at-- {
				}
			}
			all, l = append(all, l[:at]), l[at:]
		}
		all = append(all, l)
	}
	return all
}

func (d *document) prose(text string) {
	if strings.Contains(text, `\|`) && tableRow.matches(text) {
		text = strings.ReplaceAll(text, `\|`, "|")
	}
	line := docLine{text: text}
	if !d.wordsOnly && strings.Contains(text, "`") {
		if tableRow.matches(text) && strings.Contains(text, `\|`) {
			line.text = strings.ReplaceAll(text, `\|`, "|") // a cell's own bar
		}
		line.spans = codeSpans(line.text)
	}
	d.lines = append(d.lines, line)
}

// fence consumes a fenced block that opens at line i.
func (d *document) fence(raw []string, i int, mark, lang string) int {
	d.lines = append(d.lines, docLine{code: true})
	i++
	b := codeBlock{lang: strings.ToLower(lang), start: i}
	for ; i < len(raw); i++ {
		if rest := strings.TrimSpace(raw[i]); strings.HasPrefix(rest, mark) && strings.Trim(rest, mark[:1]) == "" {
			d.add(b, i)
			d.lines = append(d.lines, docLine{code: true})
			return i + 1
		}
		b.lines = append(b.lines, raw[i])
		d.lines = append(d.lines, docLine{text: raw[i], code: true})
	}
	d.open = true
	d.add(b, i)
	return i
}

// citesPlace matches a line of prose that cites a file by its line.
var citesPlace = regexp.MustCompile(`^\S.*\w\.\w{1,5}:\d+\b`)

// indentedCode reports whether line i starts a block indented by four spaces:
// only behind a blank line or one that cites the place, and not the continuation
// of a list.
func (d *document) indentedCode(raw []string, i int) bool {
	if !strings.HasPrefix(raw[i], "    ") && !strings.HasPrefix(raw[i], "\t") || strings.TrimSpace(raw[i]) == "" {
		return false
	}
	if i > 0 && strings.TrimSpace(raw[i-1]) != "" && (listItem.matches(raw[i-1]) || !citesPlace.MatchString(raw[i-1]) || !codeMark.MatchString(raw[i])) {
		return false
	}
	return !listItem.matches(raw[i])
}

func (d *document) indent(raw []string, i int) int {
	b := codeBlock{start: i}
	for ; i < len(raw); i++ {
		blank := strings.TrimSpace(raw[i]) == ""
		if !blank && !strings.HasPrefix(raw[i], "    ") && !strings.HasPrefix(raw[i], "\t") {
			break
		}
		if blank && (i+1 >= len(raw) || !strings.HasPrefix(raw[i+1], "    ") && !strings.HasPrefix(raw[i+1], "\t")) {
			break
		}
		b.lines = append(b.lines, strings.TrimPrefix(strings.TrimPrefix(raw[i], "    "), "\t"))
		d.lines = append(d.lines, docLine{text: raw[i], code: true})
	}
	d.add(b, i)
	return i
}

func (d *document) add(b codeBlock, end int) {
	b.end = end
	marks := 0
	for _, l := range b.lines {
		if diffHeader.MatchString(l) {
			b.diff = true
		}
		if changed := strings.TrimLeft(l, "+-"); len(l)-len(changed) == 1 {
			marks++
		}
	}
	b.diff = b.diff || b.lang == "diff" || b.lang == "patch" || b.lang == "" && marks > 1 && marks*2 > len(b.lines)
	d.blocks = append(d.blocks, b)
}

// codeLines counts the lines of code that say something.
func (d *document) codeLines() int {
	n := 0
	for _, b := range d.blocks {
		for _, l := range b.lines {
			if meaningful(l) {
				n++
			}
		}
	}
	return n
}

// lineForm reports whether a line has a form.
type lineForm func(line string) bool

func (f lineForm) matches(line string) bool { return f(line) }

// lineOf is the form of lines that match an expression and begin, behind blanks,
// with one of some bytes.
func lineOf(first, expr string) lineForm {
	re := regexp.MustCompile(expr)
	return func(line string) bool {
		rest := strings.TrimLeft(line, blanks)
		return rest != "" && strings.IndexByte(first, rest[0]) >= 0 && re.MatchString(line)
	}
}

// count returns how many prose lines have the form.
func (d *document) count(form lineForm) int {
	n := 0
	for _, l := range d.lines {
		if !l.code && form.matches(l.text) {
			n++
		}
	}
	return n
}

// sentences calls fn with the words of each sentence of the prose that has at
// least four; headings and table rows are none.
func (d *document) sentences(fn func([]string)) {
	var buffer []string
	take := func(sentence string) {
		if buffer = appendWords(buffer[:0], sentence); len(buffer) >= 4 {
			fn(buffer)
		}
	}
	for i, l := range d.lines {
		if l.code || heading.matches(l.text) || tableRow.matches(l.text) {
			continue
		}
		text, start := d.lower[i], 0
		for i := range len(text) {
			if c := text[i]; (c == '.' || c == '!' || c == '?' || c == ';') && (i+1 == len(text) || text[i+1] == ' ') {
				take(text[start : i+1])
				start = i + 1
			}
		}
		take(text[start:])
	}
}

// packedCode returns the packed lines of the code as quotes are looked up: also
// without the mark of a diff and the semicolon at the end.
func (d *document) packedCode() map[string]bool {
	all := map[string]bool{}
	add := func(l string) {
		if p := pack(strings.TrimSpace(l)); meaningful(p) {
			all[p], all[strings.TrimSuffix(p, ";")] = true, true
		}
	}
	for _, b := range d.blocks {
		for _, l := range b.lines {
			add(l)
			if l != "" && (l[0] == '-' || l[0] == ' ') {
				add(l[1:])
			}
		}
	}
	return all
}

// meaningful reports whether a line of code says more than a bracket.
func meaningful(line string) bool {
	n := 0
	for _, r := range line {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n >= 3
}
