package injection

import (
	"math"
	"regexp"
	"strings"
	"unicode"

	"aicity.dev/aicity/internal/gate/document"
)

var (
	htmlTag    = regexp.MustCompile(`(?i)</?(?:span|div|font|small|sub|sup|script|style|details|summary|template|meta|iframe)\b[^>]{0,500}>`)
	longCipher = regexp.MustCompile(`[A-Za-z0-9+/_-]{160,}={0,2}`)
)

// cutMark stands where something was cut.
const cutMark = "[cut]"

// Inert returns a text as a judge may read it, and how many passages were cut:
// everything that the gate finds hidden or addressed to who scores, in code,
// too, and long blocks that nobody can read.
func Inert(text string) (kept string, cut int) {
	text, cut = visible(text)
	text, _ = undisguise(text)
	var cuts []string
	for _, p := range passages(text, text, math.MaxInt) {
		cuts = append(cuts, p.raw, cutMark)
	}
	if cuts != nil {
		text, cut = strings.NewReplacer(cuts...).Replace(text), cut+len(cuts)/2
	}
	text = longCipher.ReplaceAllStringFunc(text, func(string) string { cut++; return cutMark })
	text = htmlTag.ReplaceAllString(text, " ")
	spoken, written := map[string]bool{}, document.SplitLines(text)
	for _, r := range Remarks(document.Parse(text), math.MaxInt) {
		for _, l := range written[r.in.From:r.in.To] { // a paragraph may be wrapped into several
			spoken[l] = strings.TrimSpace(l) != ""
		}
	}
	if len(spoken) == 0 {
		return text, cut
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		parts := document.SplitLines(l) // as a document has them
		for k, part := range parts {
			if spoken[part] {
				parts[k], cut = cutMark, cut+1
			}
		}
		lines[i] = strings.Join(parts, "")
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
		case unicode.Is(unicode.Cf, r), unicode.IsControl(r), blankLetter(r), r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0000 && r <= 0xE0FFF:
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
