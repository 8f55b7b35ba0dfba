package document

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Widths that a text is wrapped to, in runes: below the first nobody wraps, above the
// second lines are paragraphs.
const (
	minWidth = 50
	maxWidth = 110
)

// withinWidth is the share of lines that are no longer than the width of a wrapped text;
// the others have a word in them that is, such as an address.
const withinWidth = 0.95

// longParagraph is a size, in bytes, that no line has which was wrapped.
const longParagraph = 4 * maxWidth

// wrapWidth estimates the width that the lines of a text are wrapped to, 0 for none.
func wrapWidth(raw []string) int {
	long := 0
	for _, l := range raw {
		if len(l) > longParagraph {
			long++
		}
	}
	if 20*long > len(raw) {
		return 0 // paragraphs are lines
	}
	prose := make([]string, 0, len(raw)) // blank where the text has something else
	var sizes []int
	code := false
	for _, l := range raw {
		if fenceOf(l) != nil {
			code = !code
		} else if !code && strings.Contains(strings.TrimSpace(l), " ") && !row(l) && !title(l) && !strings.HasPrefix(l, "\t") && !strings.HasPrefix(l, "    ") {
			sizes = append(sizes, utf8.RuneCountInString(l))
			prose = append(prose, l)
			continue
		}
		prose = append(prose, "")
	}
	if len(sizes) == 0 {
		return 0
	}
	slices.Sort(sizes)
	w := sizes[int(math.Ceil(withinWidth*float64(len(sizes)-1)))]
	if w < minWidth || w > maxWidth {
		return 0
	}
	full, follow := 0, 0 // full lines with one behind them, of all that have one
	for i := 1; i < len(prose); i++ {
		if prose[i] == "" || prose[i-1] == "" || item(prose[i]) {
			continue
		}
		if follow++; goesOn(prose[i-1], prose[i], w) {
			full++
		}
	}
	if full < minWrapped || 2*full < follow {
		return 0
	}
	return w
}

// minWrapped is how many lines must be full for a text to be a wrapped one: a list of
// short lines has a longest one, too.
const minWrapped = 2

// citedLine matches a line that begins with a place in a file, as an item does.
var citedLine = regexp.MustCompile("^`?[\\w./@-]+(?::|#L)\\d")

// goesOn reports whether a line of prose was broken at the width and goes on in the next
// one: the first word of that would not have fitted.
func goesOn(line, next string, width int) bool {
	word, _, _ := strings.Cut(strings.TrimLeft(next, " "), " ")
	switch {
	case width == 0 || word == "" || utf8.RuneCountInString(line) > width,
		item(next), title(next), row(next), row(line), title(line), strings.HasPrefix(next, ">"), strings.HasPrefix(next, "\t"):
		return false
	case strings.HasSuffix(line, "  ") || strings.TrimRight(next, "-=_* ") == "" || citedLine.MatchString(word):
		return false
	}
	return utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width
}
