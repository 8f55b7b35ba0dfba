package gate

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/cespare/xxhash/v2"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// statements is what the prose of a deliverable consists of: sentences that
// say something, and lists of names that say nothing.
type statements struct {
	all    int  // sentences with enough words of their own
	tied   int  // of these, those that name something concrete
	words  int  // words of the prose
	dead   int  // of these, in mere lists of names and in repeated frames
	bare   int  // lines that are a name and nothing else
	index  int  // names with nothing but their line behind them: Body (180)
	items  int  // names, places and pieces of code
	listed int  // of these, in sentences that hardly have other words
	rows   int  // of tables, that say something
	table  bool // is what was ordered, so that its rows say something
	loose  []string
	about  map[string]bool // the words of the request that tie a sentence to it
	enough int             // how many of them do
	tiedBy map[string]int  // how many sentences each did
	stem   *lex.Stemmer
}

// acronym matches what is written like a name in any language: WAL, SQLite.
var acronym = regexp.MustCompile(`\b[A-Z][A-Za-z0-9]*[A-Z][A-Za-z0-9]*\b`)

// onSubject reports whether a sentence has enough of the words that the request is about.
func (st *statements) onSubject(rest []string) bool {
	if len(st.about) == 0 {
		return false
	}
	n := 0
	for _, w := range rest {
		stem := st.stem.Of(w)
		if !st.about[stem] || st.enough == 1 && st.tiedBy[stem] >= tiedByOne {
			continue
		}
		if n++; n >= st.enough {
			st.tiedBy[stem]++
			return true
		}
	}
	return false
}

// tiedByOne is how many sentences a single word of the request ties to it.
const tiedByOne = 2

// locatedForLaymen is how many places a text cites that says beside its plain words where
// in the code all that is.
const locatedForLaymen = 3

// Bounds of what is looked at; a text that has said nothing by then does not
// begin to.
const (
	maxStatementBytes = 256 << 10
	minStatementWords = 5
	maxFrames         = 4000
)

// frame is a sentence without the names in it.
type frame struct {
	words, times int
}

func (v *view) readStatements() {
	st := &v.prose
	frames := map[uint64]*frame{}
	st.table = ordersTable.MatchString(v.in.Request.Description)
	st.about, st.stem, st.enough, st.tiedBy = v.subjects(), v.stem, 2, map[string]int{}
	if v.Index != nil && v.Ground.Located >= locatedForLaymen {
		st.enough = 1
	}
	budget, paragraph := maxStatementBytes, ""
	end := func() {
		for _, s := range lex.Sentences(paragraph) {
			st.sentence(s, frames)
		}
		paragraph = ""
	}
	for _, l := range v.Doc.Lines {
		if budget -= len(l.Text); budget < 0 {
			break
		}
		text := strings.TrimSpace(l.Text)
		if l.Code || text == "" || document.Heading.Matches(l.Text) {
			end()
			continue
		}
		if document.TableRow.Matches(l.Text) {
			end()
			st.row(l.Text)
			continue
		}
		if document.ListItem.Matches(l.Text) || len(paragraph) > document.MaxLineBytes || shortLine(paragraph) {
			end()
		}
		paragraph += " " + text
	}
	end()
	for _, f := range frames {
		if f.times >= 3 {
			st.dead += f.words * f.times
		}
	}
}

// countAny counts the runes of text that are in marks.
func countAny(text, marks string) int {
	n := 0
	for _, r := range text {
		if strings.ContainsRune(marks, r) {
			n++
		}
	}
	return n
}

// shortLine reports whether a line stands for itself: the one before it is
// too short to have been wrapped.
func shortLine(before string) bool { return len(before) < 60 }

// forLaymen matches requests for words that people understand who read no code.
var forLaymen = pattern.Any(
	`(?i)\b(?:not (?:an? )?(?:programmers?|developers?|devs?|coders?)|no programmer|non-?technical|no technical|plain (?:prose|`+
		`words|language|english))\b`,
	`\b(?:is|are|am|was) (?:not|hardly) technical\b|\b(?:no|without(?: any)?) (?:technical )?jargon\b|\blay(?:men|people|person)\b`,
	`\bplain text\b[^.\n]*\bno code\b`,
	`\bno code(?:,? please| listings?| dumps?| snippets?| blocks?)?(?:[.,;!]|$)`,
	`\b(?:running|continuous) (?:text|prose)\b`,
)

// subjects are the words of the request that say what it is about, where there
// is no repository whose names could, or they are not to be said.
func (v *view) subjects() map[string]bool {
	if v.Index != nil && !v.isReading() && (v.Ground.Located == 0 && v.ownNames()+v.ownFigures() < namesInPlainText || !forLaymen.MatchString(v.Request)) {
		return nil
	}
	about := map[string]bool{}
	for _, w := range v.asked {
		if lex.Telling(w) {
			about[v.stem.Of(w)] = true
		}
	}
	return about
}

// ordersTable matches orders for a table of what comes of what.
var ordersTable = pattern.New(`(?i)\btabulat\w+\b|\b(?:an?|as an?|in an?|the|with an?|small|comparison|one) table\b|\bmatrix\b|\btabelle\b|\btabla\b|\btableau\b|\btabela\b`)

// row reads a row of a table: a few names and no figure say nothing.
func (st *statements) row(text string) {
	n, plain, alive, inventory := 0, 0, false, false
	for cell := range strings.SplitSeq(strings.Trim(text, " |"), "|") {
		rest, named, concrete := plainWords(cell)
		n += len(rest) + named
		plain += len(rest)
		inventory = inventory || named >= namesInCell && len(rest) == 0
		alive = alive || concrete || len(rest) > 3 || givesFigure(cell)
	}
	if n == 0 {
		return
	}
	st.words += n
	if !alive && !st.table || inventory && plain <= namesInCell {
		st.dead += n
	} else {
		st.rows++
	}
}

// namesInCell is how many names and nothing else in a cell make of a row with hardly any
// other word a list of names, whatever figures it has.
const namesInCell = 3

// givesFigure reports whether one of the words of a cell is a figure; the line of
// a citation is none.
func givesFigure(cell string) bool {
	for field := range strings.FieldsSeq(cell) {
		if field = strings.TrimLeft(field, "*_`(-+~<>="); field != "" && field[0] >= '0' && field[0] <= '9' {
			return true
		}
	}
	return false
}

func (st *statements) sentence(text string, frames map[uint64]*frame) {
	rest, named, concrete := plainWords(text)
	n := len(rest) + named
	if n == 0 {
		return
	}
	st.words += n
	if st.items += named; named >= manyItems && len(rest) <= 2*named {
		st.listed += named
	}
	if strings.Contains(text, " (") {
		st.index += len(indexed.FindAllStringIndex(text, maxIndexed))
	}
	figures := lex.HasFigure(lex.WithoutLines(text))
	if named > 0 && len(rest) < 2 && !concrete && !figures {
		st.dead += n
		st.bare++
		return
	}
	parts := 1 + countAny(text, ",;\u3001\uff0c\uff1b")
	if parts >= 4 && float64(n) <= 3.3*float64(parts) && !concrete && !figures {
		st.dead += n
		return
	}
	if len(rest) < minStatementWords || named == 0 && !concrete && isManners(text) {
		return
	}
	st.all++
	if named > 0 || concrete || figures || st.onSubject(rest) || acronym.MatchString(text) {
		st.tied++
	} else if len(st.loose) < 5 {
		st.loose = append(st.loose, lex.Shorten(text, 100))
	}
	if named == 0 || len(frames) > maxFrames {
		return
	}
	key := xxhash.Sum64String(strings.Join(rest, " "))
	f := frames[key]
	if f == nil {
		f = &frame{words: n}
		frames[key] = f
	}
	f.times++
}

// plainWords returns the words of a sentence that are no names, how many names
// it has, and whether it holds a piece of code that is more than a name.
func plainWords(text string) (rest []string, named int, concrete bool) {
	var b strings.Builder
	b.Grow(len(text))
	rest = make([]string, 0, len(text)/lex.AverageWord)
	for {
		before, behind, ok := strings.Cut(text, "`")
		b.WriteString(before)
		code, after, closed := strings.Cut(behind, "`")
		if !ok || !closed {
			b.WriteString(behind)
			break
		}
		if code != "" {
			named++
			concrete = concrete || lex.HasFigure(lex.WithoutLines(code)) || strings.IndexFunc(code, beyondName) >= 0
		}
		b.WriteByte(' ')
		text = after
	}
	for field := range strings.FieldsSeq(b.String()) {
		if lex.IsNamed(field) {
			named++
			continue
		}
		before := len(rest)
		rest = lex.AppendWords(rest, strings.ToLower(field))
		lettered := rest[:before]
		for _, w := range rest[before:] {
			if strings.IndexFunc(w, unicode.IsLetter) >= 0 {
				lettered = append(lettered, w)
			}
		}
		rest = lettered
	}
	return rest, named, concrete
}

// beyondName reports whether a rune in code makes it more than a name.
func beyondName(r rune) bool {
	return !unicode.IsDigit(r) && !unicode.IsLetter(r) && !strings.ContainsRune("_./:()$@#&*-", r)
}

// indexed matches a name with its line behind it, as an index of a file has them.
var indexed = regexp.MustCompile("[\\w$]`? \\((?:lines? |l\\. )?\\d{1,5}(?:[-–]\\d{1,5})?\\)")

// maxIndexed bounds those that are counted in one sentence.
const maxIndexed = 400

// What makes a text an inventory: so many items in one sentence with no more than
// two other words for each, and so many in all, most of them in such sentences.
const (
	manyItems      = 4
	manyInventory  = 25
	shareInventory = 0.62
	shareUnshown   = 0.6 // where nothing of the code is shown, nor where it stands
	shareListing   = 0.8 // of what was asked for as a list
	codeForItems   = 10  // lines of code, of which many items may well speak
	rowsForItems   = 6   // and rows of a table that do so
)

// inventory reports whether a text names, quotes and locates a great deal and says
// hardly anything about it.
func (v *view) inventory() bool {
	st, most := v.prose, shareInventory
	if v.Ground.Located+v.Ground.Quoted+v.Doc.CodeLines() == 0 {
		most = shareUnshown
	}
	if asksWhich.MatchString(v.in.Request.Description) {
		most = shareListing
	}
	return v.Index != nil && st.items >= manyInventory && float64(st.listed) >= most*float64(st.items) && v.Doc.CodeLines() < codeForItems && st.rows < rowsForItems
}

// asksWhich matches requests for which or how many there are.
var asksWhich = pattern.Any(
	`(?i)\bwhich of\b|\bwhich \w+ (?:are|can|cannot|do|don't|have|lack)\b`,
	`\b(?:list|enumerate|name) (?:all|every|each|the)\b|\bhow many\b|\binventory\b|\bwelche\w?\b`,
	`\bwie viele\b|\bcuáles\b|\bcuánt[oa]s\b|\bquels?\b|\bquelles?\b|\bcombien\b|\bquais\b`,
	`\bquant[oa]s\b|哪些|多少`,
)

// manyBare is how many lines of bare names make a list of however few words.
const manyBare = 6

// lists takes points for lists of names and for one sentence that is said of
// many names: they show that the repository was listed, not that it was read.
func lists(v *view) (Signal, bool) {
	s := Signal{Name: "lists of names", Reason: "The text says something about what it names."}
	st := v.prose
	brief := st.words < 40 && st.bare < manyBare
	switch {
	case !brief && v.inventory():
		s.Points, s.Cap = -costLists, new(capLists)
		s.Reason = fmt.Sprintf("%d of %d names, places and pieces of code stand in sentences that say nothing about them.", st.listed, st.items)
		s.advice = "Say what is wrong or right about each place, instead of listing names."
		return s, true
	case v.readOut():
		s.Points, s.Cap = -costLists, new(capLists)
		s.Reason = "The text reads code out and says hardly anything of its own about it."
		s.advice = "Say what the code does wrong or right and what follows from it, in words of your own."
		return s, true
	case brief:
		return s, true
	}
	// An index of the file is a list as well: each of its names brings a number.
	dead := max(share(float64(st.dead), float64(st.words)), share(float64(2*st.index), float64(st.words+st.index)))
	// What is quoted rightly or delivered as code is more than a list.
	dead *= 1 - share(float64(v.Ground.Quoted), 3)
	dead *= 1 - 0.7*share(float64(v.Doc.CodeLines()), 15)
	if v.Index != nil && v.Ground.Anchored+v.Ground.Quoted+v.Doc.CodeLines() == 0 {
		dead *= 1.7 // nothing else that shows work
	}
	if dead < 0.35 {
		return s, true
	}
	s.Points = -costLists * share(dead-0.25, 0.3)
	if dead >= 0.5 {
		s.Cap = new(capLists)
	}
	s.Reason = fmt.Sprintf("%.0f %% of the text are lists of names or the same sentence about different names.", 100*min(1, dead))
	s.advice = "Say what is wrong or right about each place, instead of listing names."
	return s, true
}
