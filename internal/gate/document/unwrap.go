package document

import (
	"html"
	"strings"

	"aicity.dev/aicity/internal/gate/pattern"
)

// Unwrap takes off what a whole text was put into on its way: a fence that says
// Markdown, the marks of a quotation, blanks before every line, and the entities of
// HTML. What is left is the text as it was written.
func Unwrap(text string) string {
	text = unescaped(text)
	for range maxWraps {
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

// maxWraps is how many layers are taken off.
const maxWraps = 3

// wrapFence matches the line that opens a fence around a whole text.
var wrapFence = pattern.New("(?i)^(`{3,}|~{3,})\\s*(?:markdown|md|mdx|text/markdown)\\s*$")

// unfenced are the lines inside of a fence that holds the whole text.
func unfenced(lines []string) ([]string, bool) {
	first, last := bounds(lines)
	if last-first < 2 {
		return nil, false
	}
	m := wrapFence.Regexp().FindStringSubmatch(strings.TrimSpace(lines[first]))
	if m == nil || strings.TrimSpace(lines[last]) != m[1] {
		return nil, false
	}
	inside := false // of a fence within; behind its end the outer one could end, too
	for _, l := range lines[first+1 : last] {
		switch f := fenceOf(l); {
		case f == nil:
		case !inside && f[2] == "" && f[1] == m[1]:
			return nil, false // it ends here, and more text follows
		default:
			inside = !inside
		}
	}
	return lines[first+1 : last], !inside
}

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
	if lead == "" {
		return nil, false
	}
	all := make([]string, len(lines))
	for i, l := range lines {
		if all[i] = strings.TrimPrefix(l, lead); lead == ">" {
			all[i] = strings.TrimPrefix(all[i], " ")
		}
	}
	return all, true
}

// entity matches what stands for a character of code in HTML.
var entity = pattern.New(`&(?:lt|gt|amp|quot|apos|#39);`)

// unescaped is a text without the entities of HTML, where all of it is written with
// them: one about entities has the characters themselves somewhere, too.
func unescaped(text string) string {
	if strings.ContainsAny(text, "<>") || !entity.MatchString(text) || strings.Contains(entity.Regexp().ReplaceAllLiteralString(text, ""), "&") {
		return text
	}
	return html.UnescapeString(text)
}
