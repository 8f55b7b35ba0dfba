package document

import (
	"html"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/pattern"
)

// Unwrap takes off what a whole text was put into on its way: a fence that says
// Markdown or text, the marks of a quotation, blanks before every line, and the entities of
// HTML. What is left is the text as it was written.
func Unwrap(text string) string {
	text = unescaped(text)
	for range maxWraps {
		if !mayBeWrapped(text) {
			break // what is split costs time
		}
		lines := SplitLines(text)
		inner, ok := unfenced(lines)
		if !ok {
			inner, ok = unmarked(lines)
		}
		if !ok {
			break
		}
		text = strings.Join(inner, "\n")
	}
	return text
}

// mayBeWrapped reports whether a text opens as one that is in something does.
func mayBeWrapped(text string) bool {
	text = strings.TrimLeft(text, "\r\n")
	if text != "" && strings.IndexByte(" \t>", text[0]) >= 0 {
		return true
	}
	for range maxBesideWrap + 1 {
		line, rest, _ := strings.Cut(text, "\n")
		if fenceOf(line) != nil {
			return true
		}
		text = rest
	}
	return false
}

// maxWraps is how many layers are taken off.
const maxWraps = 3

// wrapFence matches the line that opens a fence around a whole text.
var wrapFence = pattern.New("(?i)^(`{3,}|~{3,})\\s*(?:markdown|md|mdx|text)\\s*$")

// unfenced are the lines without a fence that holds all but the first and the last
// lines of the text.
func unfenced(lines []string) ([]string, bool) {
	first, last := bounds(lines)
	open := slices.IndexFunc(lines, func(l string) bool { return fenceOf(l) != nil })
	if open < 0 || open > first+maxBesideWrap {
		return nil, false
	}
	m := wrapFence.Regexp().FindStringSubmatch(strings.TrimSpace(lines[open]))
	if m == nil {
		return nil, false
	}
	closed := last
	for closed > open && closed > last-maxBesideWrap && fenceOf(lines[closed]) == nil {
		closed--
	}
	if strings.TrimSpace(lines[closed]) != m[1] || closed-open < 2 {
		return nil, false
	}
	inside := false // of a fence within; behind its end the outer one could end, too
	for _, l := range lines[open+1 : closed] {
		switch f := fenceOf(l); {
		case f == nil:
		case !inside && f[2] == "" && f[1] == m[1]:
			return nil, false // it ends here, and more text follows
		default:
			inside = !inside
		}
	}
	return slices.Concat(lines[:open], lines[open+1:closed], lines[closed+1:]), !inside
}

// maxBesideWrap is how many lines may stand before such a fence, and behind it.
const maxBesideWrap = 3

// bounds are the first and the last line that holds something.
func bounds(lines []string) (first, last int) {
	for last = len(lines) - 1; last > 0 && strings.TrimSpace(lines[last]) == ""; last-- {
	}
	for first < last && strings.TrimSpace(lines[first]) == "" {
		first++
	}
	return first, last
}

// unmarked are lines that all begin with blanks, or with the mark of a quotation,
// without these.
func unmarked(lines []string) ([]string, bool) {
	first, _ := bounds(lines)
	lead := lines[first][:len(lines[first])-len(strings.TrimLeft(lines[first], " \t"))]
	if strings.HasPrefix(lines[first], ">") {
		lead = ">"
	}
	for _, l := range lines[first:] {
		for strings.TrimSpace(l) != "" && !strings.HasPrefix(l, lead) {
			lead = lead[:len(lead)-1]
		}
	}
	if lead == "" || len(lead) > 3 || strings.Contains(lead, "\t") {
		return nil, false // what is indented further is code
	}
	all := make([]string, len(lines))
	for i, l := range lines {
		if all[i] = strings.TrimPrefix(l, lead); lead == ">" {
			all[i] = strings.TrimPrefix(all[i], " ")
		}
	}
	return all, true
}

// entity matches what stands for a character in HTML, markup what stands for one of
// those that no code does without.
var (
	entity = pattern.New(`&(?:lt|gt|amp|quot|apos|#39|#34|#x27);`)
	markup = pattern.New(`&(?:lt|gt|amp);`)
	// onlyEntities matches inline code that is nothing but entities.
	onlyEntities = pattern.New("`(?:&#?\\w+;)+`")
)

// unescaped is a text without the entities of HTML, where all of it is written with
// them: one about entities has the characters themselves somewhere, too. In JSON they
// may stand for quotes.
func unescaped(text string) string {
	if strings.ContainsAny(text, "<>") || !markup.MatchString(text) || strings.HasPrefix(strings.TrimSpace(text), "[") || strings.HasPrefix(strings.TrimSpace(text), "{") {
		return text
	}
	if !markup.MatchString(onlyEntities.Regexp().ReplaceAllLiteralString(text, "")) {
		return text // it is about them
	}
	if strings.Contains(entity.Regexp().ReplaceAllLiteralString(text, ""), "&") {
		return text
	}
	return html.UnescapeString(text)
}
