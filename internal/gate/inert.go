package gate

import (
	"regexp"
	"strings"
	"unicode"
)

var (
	htmlComment = regexp.MustCompile(`(?s)<!--.*?(?:-->|$)`)
	htmlTag     = regexp.MustCompile(`(?i)</?(?:span|div|font|small|sub|sup|script|style|details|summary|template|meta|iframe)\b[^>]{0,500}>`)
	longCipher  = regexp.MustCompile(`[A-Za-z0-9+/_-]{160,}={0,2}`)
)

// Inert returns a text as a judge may read it, and how many passages were cut:
// what cannot be seen, comments, encoded blocks and lines that speak to whoever
// scores.
func Inert(text string) (kept string, cut int) {
	text, cut = visible(text)
	for _, hidden := range []*regexp.Regexp{htmlComment, longCipher} {
		text = hidden.ReplaceAllStringFunc(text, func(string) string { cut++; return "[cut]" })
	}
	text = htmlTag.ReplaceAllString(text, "")
	doc := parseDocument(text)
	spoken := map[string]bool{}
	for _, p := range []phrases{judgeTalk, judgeHint} {
		p.find(doc, func(l docLine, _ string) { spoken[l.text] = true })
	}
	if len(spoken) == 0 {
		return text, cut
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if spoken[l] || spoken[strings.TrimSuffix(l, "\r")] {
			lines[i], cut = "[cut]", cut+1
		}
	}
	return strings.Join(lines, "\n"), cut
}

// visible drops characters that show nothing: controls, zero-width and
// bidirectional ones, tags and variation selectors.
func visible(text string) (string, int) {
	hidden := 0
	kept := strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return -1
		case unicode.Is(unicode.Cf, r), unicode.IsControl(r), r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0000 && r <= 0xE0FFF:
			hidden++
			return -1
		}
		return r
	}, text)
	if hidden > 0 {
		return kept, 1
	}
	return kept, 0
}
