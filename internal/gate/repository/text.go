package repository

import (
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
)

// Text is a file that has been read. Most files are only searched for
// names, so what else is asked of them is worked out when it is.
type Text struct {
	Raw    string // without the last line break
	split  []string
	packed []string
	lookup map[string]bool
	joined string
	with   map[string]int
	loose  string
	values map[float64]bool // filled by figures
}

// Lines returns the lines of the file.
func (t *Text) Lines() []string {
	if t.split == nil {
		t.split = strings.Split(t.Raw, "\n")
	}
	return t.split
}

// packs returns each line without white space.
func (t *Text) packs() []string {
	if t.packed == nil {
		for _, l := range t.Lines() {
			t.packed = append(t.packed, lex.Pack(l))
		}
	}
	return t.packed
}

// Known reports whether a packed line that says something stands in the file.
func (t *Text) Known(packed string) bool {
	if !strings.Contains(t.Whole(), packed) {
		return false
	}
	if t.lookup == nil {
		t.lookup = map[string]bool{}
		for _, p := range t.packs() {
			t.lookup[p] = lex.Meaningful(p)
		}
	}
	return t.lookup[packed]
}

// Bare returns the file as quotes are compared with it.
func (t *Text) Bare() string {
	if t.loose == "" {
		t.loose = lex.Loose.Replace(t.Whole())
	}
	return t.loose
}

// LinesWith counts the lines that hold a word, whatever its case.
func (t *Text) LinesWith(word string) int {
	n, ok := t.with[word]
	if ok {
		return n
	}
	for _, l := range t.Lines() {
		if strings.Contains(strings.ToLower(l), word) {
			n++
		}
	}
	if t.with == nil {
		t.with = map[string]int{}
	}
	t.with[word] = n
	return n
}

// Whole returns all packed lines as one text.
func (t *Text) Whole() string {
	if t.joined == "" {
		t.joined = lex.Pack(t.Raw)
	}
	return t.joined
}

// Figures are the values of the numbers of the file.
func (t *Text) Figures() map[float64]bool {
	if t.values == nil {
		t.values = map[float64]bool{}
		for _, text := range lex.CodeNumbers(t.Raw, maxFigures) {
			for _, n := range lex.ValuesOf(text) {
				t.values[n] = true
			}
		}
	}
	return t.values
}

// maxFigures bounds the numbers that are looked at in one file.
const maxFigures = 50_000

// Holds reports whether most of the lines of a quote stand in the file.
func (t *Text) Holds(lines []string) bool {
	found, there, all := 0, 0, 0
	for _, l := range lines {
		p := lex.Pack(l)
		all += len(p)
		if len(p) >= 10 && strings.Contains(t.Whole(), strings.TrimRight(p, ";,{")) || t.Known(p) {
			found++
			there += len(p)
		}
	}
	// Short lines such as "return nil" stand everywhere: they carry no quote.
	return EnoughHold(found, len(lines)) && there*2 >= all
}

// EnoughHold reports whether so many lines of a quote stand in the file that it
// is one. A few may differ; an invention has common lines too.
func EnoughHold(same, all int) bool {
	if all < 4 {
		return same*2 >= all
	}
	return same*10 >= all*7
}

// InOrder reports whether nearly all lines of a quote stand around the cited
// place one behind the other, as they do where a quote is a copy.
func (t *Text) InOrder(lines []string, line, last int) bool {
	const before, behind = 20, 40
	packs := t.packs()
	at := max(0, line-1-before)
	end := min(len(packs), max(line, last)+behind+2*len(lines))
	found := 0
	for _, l := range lines {
		p := strings.TrimRight(lex.Pack(l), ";,{")
		for i := at; i < end; i++ {
			if packs[i] == p || strings.TrimRight(packs[i], ";,{") == p || len(p) >= 10 && strings.Contains(packs[i], p) {
				found, at = found+1, i+1
				break
			}
		}
	}
	return found >= len(lines)-len(lines)/6
}

// Span is how many telling lines the file has from the first of some lines to the last,
// 0 where it has not both.
func (t *Text) Span(lines []string) int {
	if t == nil || len(lines) == 0 {
		return 0
	}
	packs := t.packs()
	first := slices.Index(packs, lex.Pack(lines[0]))
	last := len(packs) - 1
	for last >= 0 && packs[last] != lex.Pack(lines[len(lines)-1]) {
		last--
	}
	if first < 0 || last < first {
		return 0
	}
	return telling(t.Lines()[first : last+1])
}

// Telling is how many telling lines the file has.
func (t *Text) Telling() int { return telling(t.Lines()) }

func telling(lines []string) int {
	n := 0
	for _, l := range lines {
		if lex.Meaningful(l) {
			n++
		}
	}
	return n
}

// Quotes reports whether a quote stands in the file, whatever its white space,
// brackets and semicolons; the parts around an elision are looked up one by one.
func (t *Text) Quotes(quote string) bool {
	for _, part := range Elision.Split(quote, 6) {
		bare := lex.Loose.Replace(lex.Pack(part))
		if len(bare) >= 4 && !strings.Contains(t.Bare(), bare) {
			return false
		}
	}
	return true
}

// Elision matches where a quote leaves something out.
var Elision = regexp.MustCompile(`\.\.\.|…`)

// Enclosing returns the head of the function or block around a line index:
// people cite a line and name the function it stands in.
func (t *Text) Enclosing(i int) string {
	for back := i; back >= 0 && back > i-120; back-- {
		l := t.Lines()[back]
		if l != "" && strings.IndexByte(" \t})/*#", l[0]) < 0 {
			return l + "\n"
		}
	}
	return ""
}
