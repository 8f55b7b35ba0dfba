// Package pattern searches with regular expressions that look before they run:
// literal strings are derived of which every match holds one, so that most texts
// are told by a look.
package pattern

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
)

// Pattern is an expression that looks before it runs: every match holds one of
// its marks, and to look for those costs far less than to try a match.
type Pattern struct {
	compiled func() *compiled // at first use: a program that judges nothing does not wait for it
}

type compiled struct {
	re    *regexp.Regexp
	marks []string // lower case; {""} when a match may hold anything
	// needs are more than the marks: for each alternative of the expression, lists
	// of strings of which each of its matches holds one of every list.
	needs [][][]string
}

// New is the pattern of an expression.
func New(expr string) Pattern {
	return Pattern{sync.OnceValue(func() *compiled { return compile(expr) })}
}

// Any is the pattern of what matches one of some expressions, which are joined as they
// are: flags at the beginning of one, as (?i), hold for those behind it, too.
func Any(exprs ...string) Pattern { return New(strings.Join(exprs, "|")) }

// compile derives the marks of an expression, too.
func compile(expr string) *compiled {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		panic(err) // as regexp.MustCompile does
	}
	var marks []string
	for _, m := range marksOf(tree).needed {
		longer := func(other string) bool { return other != m && strings.Contains(other, m) }
		if !HoldsAny(m, marks) {
			marks = append(slices.DeleteFunc(marks, longer), m)
		}
	}
	c := &compiled{re: regexp.MustCompile(expr), marks: marks}
	alternatives := []*syntax.Regexp{tree}
	if tree.Op == syntax.OpAlternate {
		alternatives = tree.Sub
	}
	for _, a := range alternatives {
		c.needs = append(c.needs, needsOf(a))
	}
	return c
}

// Regexp is the expression itself, which runs without a look.
func (p Pattern) Regexp() *regexp.Regexp { return p.compiled().re }

// Marks are strings in lower case of which every match holds one; {""} when a match
// may hold anything.
func (p Pattern) Marks() []string { return p.compiled().marks }

// MatchString reports whether text holds a match.
func (p Pattern) MatchString(text string) bool {
	return p.Can(strings.ToLower(text)) && p.Regexp().MatchString(text)
}

// FindStringIndex is that of the expression.
func (p Pattern) FindStringIndex(text string) []int {
	if !p.Can(strings.ToLower(text)) {
		return nil
	}
	return p.Regexp().FindStringIndex(text)
}

// FindAllStringSubmatchIndex is that of the expression.
func (p Pattern) FindAllStringSubmatchIndex(text string, n int) [][]int {
	if !p.Can(strings.ToLower(text)) {
		return nil
	}
	return p.Regexp().FindAllStringSubmatchIndex(text, n)
}

// Can reports whether a text, given in lower case, is worth a search.
func (p Pattern) Can(low string) bool { return p.May(low) && p.Meets(low) }

// Meets reports whether a text in lower case has what the matches of one of the
// alternatives need.
func (p Pattern) Meets(low string) bool {
	for _, lists := range p.compiled().needs {
		if !slices.ContainsFunc(lists, func(list []string) bool { return !HoldsAny(low, list) }) {
			return true
		}
	}
	return strings.Contains(low, "ſ")
}

// needsOf lists what every match of an alternative holds: one string of each list.
func needsOf(re *syntax.Regexp) [][]string {
	parts := []*syntax.Regexp{re}
	if re.Op == syntax.OpConcat {
		parts = append(parts, re.Sub...)
	}
	var needs [][]string
	for _, part := range parts {
		if l := marksOf(part).needed; shortest(l) > 0 {
			needs = append(needs, l)
		}
	}
	return needs
}

// In is the search within a text: with the marks that it holds at all.
func (p Pattern) In(text *Lowered) Pattern {
	within := *p.compiled()
	within.marks = text.Held(within.marks)
	return Pattern{func() *compiled { return &within }}
}

// May reports whether a text in lower case can hold a match. The long s is the
// one letter that (?i) takes for another and that has no other lower case.
func (p Pattern) May(low string) bool {
	return HoldsAny(low, p.Marks()) || strings.Contains(low, "ſ")
}

// HoldsAny reports whether one of the marks stands in a text.
func HoldsAny(text string, marks []string) bool {
	for _, m := range marks {
		if strings.Contains(text, m) {
			return true
		}
	}
	return false
}

// literals is what is known of the matches of an expression: all of them when
// they are few, and strings of which each match holds one.
type literals struct {
	exact  []string // nil when there are too many
	needed []string
}

// maxLiterals bounds the matches that are listed one by one.
const maxLiterals = 16

var anything = literals{needed: []string{""}}

// marksOf derives the literals of an expression; what it does not know well
// may be anything.
func marksOf(re *syntax.Regexp) literals {
	switch re.Op {
	case syntax.OpLiteral:
		return listed([]string{strings.ToLower(string(re.Rune))})
	case syntax.OpCharClass:
		return classLiterals(re.Rune)
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return listed([]string{""})
	case syntax.OpCapture:
		return marksOf(re.Sub[0])
	case syntax.OpQuest:
		if once := marksOf(re.Sub[0]); once.exact != nil {
			return listed(append([]string{""}, once.exact...))
		}
	case syntax.OpPlus:
		return literals{needed: marksOf(re.Sub[0]).needed}
	case syntax.OpRepeat:
		if re.Min > 0 {
			return literals{needed: marksOf(re.Sub[0]).needed}
		}
	case syntax.OpConcat:
		return sequence([]string{""}, re.Sub)
	case syntax.OpAlternate:
		return either([]string{""}, re.Sub)
	}
	return anything
}

func listed(all []string) literals {
	slices.Sort(all)
	all = slices.Compact(all)
	return literals{exact: all, needed: all}
}

func classLiterals(ranges []rune) literals {
	var all []string
	for i := 0; i < len(ranges); i += 2 {
		if ranges[i+1]-ranges[i] > 3 || len(all) > 8 {
			return anything
		}
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			all = append(all, strings.ToLower(string(r)))
		}
	}
	return listed(all)
}

// sequence joins what its parts list, as long as that stays short, and keeps
// the most telling of the runs. The first run goes on with one of start.
func sequence(start []string, parts []*syntax.Regexp) literals {
	run, whole := start, true
	best := []string{""}
	for _, part := range parts {
		if part.Op == syntax.OpAlternate { // the parser moves a common beginning before it
			l := either(run, part.Sub)
			if run = l.exact; run == nil {
				best, run, whole = telltale(best, l.needed), []string{""}, false
			}
			continue
		}
		l := marksOf(part)
		if l.exact != nil && len(run)*len(l.exact) <= maxLiterals {
			run = product(run, l.exact)
			continue
		}
		best, whole = telltale(telltale(best, run), l.needed), false
		if run = l.exact; run == nil {
			run = []string{""}
		}
	}
	if whole {
		return listed(run)
	}
	return literals{needed: telltale(best, run)}
}

func either(start []string, parts []*syntax.Regexp) literals {
	var exact, needed []string
	whole := true
	for _, part := range parts {
		l := sequence(start, []*syntax.Regexp{part})
		if part.Op == syntax.OpConcat {
			l = sequence(start, part.Sub)
		}
		exact, needed = append(exact, l.exact...), append(needed, l.needed...)
		whole = whole && l.exact != nil
	}
	if whole && len(exact) <= maxLiterals {
		return listed(exact)
	}
	slices.Sort(needed)
	return literals{needed: slices.Compact(needed)}
}

func product(heads, tails []string) []string {
	all := make([]string, 0, len(heads)*len(tails))
	for _, h := range heads {
		for _, t := range tails {
			all = append(all, h+t)
		}
	}
	return all
}

// telltale returns the list that fewer texts hold: the one whose shortest
// string is longer.
func telltale(a, b []string) []string {
	if x, y := shortest(a), shortest(b); y > x || y == x && len(b) < len(a) {
		return b
	}
	return a
}

func shortest(all []string) int {
	n := len(all[0])
	for _, s := range all {
		n = min(n, len(s))
	}
	return n
}

// Lowered is a text in lower case that tells fast what does not stand in it.
type Lowered struct {
	Text string
	runs Trigrams
}

// Lower takes a text that is in lower case.
func Lower(low string) *Lowered {
	l := &Lowered{Text: low}
	l.runs.Add(low)
	return l
}

// Holds reports whether s stands in the text.
func (l *Lowered) Holds(s string) bool {
	return l.runs.may(s) && strings.Contains(l.Text, s)
}

// Held returns which of the strings stand in the text.
func (l *Lowered) Held(all []string) []string {
	var held []string
	for _, s := range all {
		if l.Holds(s) {
			held = append(held, s)
		}
	}
	return held
}

// Trigrams remembers which runs of three bytes a text has, by their hash: most
// strings that do not stand in it are told by that.
type Trigrams [1 << 10]uint64

// Add notes the runs of a text.
func (t *Trigrams) Add(text string) {
	for i := 2; i < len(text); i++ {
		word, bit := place(text[i-2], text[i-1], text[i])
		t[word] |= bit
	}
}

// may reports whether a text with all runs of s can be among those that were
// added.
func (t *Trigrams) may(s string) bool {
	for i := 2; i < len(s); i++ {
		if !t.Has(s[i-2], s[i-1], s[i]) {
			return false
		}
	}
	return true
}

// Has reports whether three bytes may have been added in this order.
func (t *Trigrams) Has(a, b, c byte) bool {
	word, bit := place(a, b, c)
	return t[word]&bit != 0
}

func place(a, b, c byte) (word uint32, bit uint64) {
	h := (uint32(a) | uint32(b)<<8 | uint32(c)<<16) * 0x9e3779b1 >> 16
	return h >> 6, 1 << (h & 63)
}
