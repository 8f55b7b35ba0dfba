// Package injection finds what a text hides and what it says to whoever scores
// it, and cuts both from what a judge reads: prompt injection against judges.
package injection

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
)

// Hidden is what a deliverable says without showing it.
type Hidden struct {
	Found     []string
	Texts     []*document.Document // what is said in hiding
	Invisible bool                 // in characters that show nothing or run backwards
}

// passage is a piece of a text that whoever reads it rendered does not see.
type passage struct {
	what string
	raw  string // as it stands in the text
	says string
}

var (
	htmlComment = regexp.MustCompile(`(?s)<!--.*?(?:-->|$)`)
	// markdownNote matches a link definition that is used as a comment.
	markdownNote = regexp.MustCompile(`(?im)^[ \t]*\[(?://|comment|_|#|note)[^\]\n]{0,20}\]:[ \t]*(?:#|<>)[ \t]*\(?(.*)`)
	// hiddenTag matches the beginning of an element whose style hides what is in it.
	hiddenTag = regexp.MustCompile(`(?i)<([a-z]+)\b[^>]*(?:` + strings.Join([]string{
		`display\s*:\s*none`, `visibility\s*:\s*hidden`, `opacity\s*:\s*0`, `\bhidden\b`, `(?:height|width)\s*:\s*[01]px`, `scale\(\s*0`,
		`font-size\s*:\s*(?:0?\.0\d*|[01](?:\.\d+)?)(?:px|pt|r?em|%)?\s*[;"']`,
		`color\s*:\s*(?:#fff(?:fff)?|white|transparent|rgba?\(\s*255\s*,\s*255\s*,\s*255)`,
		`(?:left|right|top|text-indent|margin-\w+)\s*:\s*-\d{3,}`, `clip-path\s*:\s*inset\(\s*(?:50|100)%`,
	}, "|") + `)[^>]*>`)
	// hiddenFormula matches the part of a formula that it does not show.
	hiddenFormula = regexp.MustCompile(`(?i)\\(?:(?:text)?color(?:\[rgb\])?\{(?:white|transparent|#f{3,6}|1, ?1, ?1)\}\s*|[hv]?phantom)\{(?:[^{}\n]|\{[^{}\n]*\})*\}`)
	anyTag        = regexp.MustCompile(`<[^>\n]{0,500}>`)
)

// Bounds of the search for hidden text.
const (
	maxHiddenTexts = 20
	maxEncoded     = 60
	hiddenWords    = 4 // fewer are a note to oneself
)

// FindHidden finds what a deliverable hides. Comments in its code are not
// hidden: code is shown as it is.
func FindHidden(d *document.Document) Hidden {
	var h Hidden
	text := d.Text[:min(len(d.Text), 4*document.PhraseBudget)]
	prose := ""
	if strings.Contains(text, "<!--") || strings.Contains(text, "]:") || strings.Contains(text, "{") && strings.Contains(text, `\`) {
		prose = proseOf(d)
	}
	for _, p := range passages(text, prose, maxHiddenTexts) {
		h.say(p.what, p.says)
	}
	h.unseen(text)
	h.disguised(text)
	return h
}

// passages lists the hidden passages of a text, at most so many of each form.
// Comments are looked for in its prose only.
func passages(text, prose string, most int) []passage {
	var all []passage
	if strings.Contains(prose, "<!--") {
		for _, m := range htmlComment.FindAllString(prose, most) {
			all = append(all, passage{"a comment", m, strings.Trim(m, "<!->")})
		}
	}
	if strings.Contains(text, "<") {
		for _, m := range hiddenTag.FindAllStringSubmatchIndex(text, most) {
			end := elementEnd(text, text[m[2]:m[3]], m[1])
			all = append(all, passage{"an element that does not show", text[m[0]:end], anyTag.ReplaceAllString(text[m[1]:end], " ")})
		}
	}
	if strings.Contains(prose, "{") && strings.Contains(prose, `\`) {
		for _, m := range hiddenFormula.FindAllString(document.CodeSpan.ReplaceAllString(prose, " "), most) {
			if len(lex.Words(m)) > hiddenWords {
				all = append(all, passage{"a formula that does not show", m, m})
			}
		}
	}
	if strings.Contains(prose, "]:") {
		for _, m := range markdownNote.FindAllStringSubmatch(prose, most) {
			all = append(all, passage{"a comment", m[0], m[1]})
		}
	}
	return append(all, encodedPassages(text, max(most, maxEncoded))...)
}

// maxElement is how much of an element that is never closed is taken as its own.
const maxElement = 4 << 10

// elementEnd returns where the inside of an element ends that begins at i: at
// its closing tag, or at the next tag when it has none.
func elementEnd(text, name string, i int) int {
	inside := text[i:min(len(text), i+maxElement)]
	if at := strings.Index(strings.ToLower(inside), "</"+strings.ToLower(name)); at >= 0 && len(strings.ToLower(inside)) == len(inside) {
		return i + at
	}
	if at := strings.IndexByte(inside, '<'); at >= 0 {
		return i + at
	}
	return i + len(inside)
}

// proseOf is the prose of a document, line by line.
func proseOf(d *document.Document) string {
	var b strings.Builder
	for _, l := range d.Lines {
		if !l.Code && b.Len() < 4*document.PhraseBudget {
			b.WriteString(l.Text + "\n")
		}
	}
	return b.String()
}

// editorsNote matches all of what a document says to who edits it, or to a tool that does.
var editorsNote = regexp.MustCompile(`(?i)^\s*(?:(?:for (?:the |our )?(?:maintainers?|editors?)[:,]? )?(?:remove|delete|drop)(?: (?:this|` +
	`the))?(?: (?:comment|note|line|block))? (?:before|when|after|once) (?:merging|publishing|release|` +
	`committing|pasting|done)|do not edit(?: by hand)?|` +
	`(?:auto-?)?generated by [\w./-]+(?:[.;,] do not edit)?|(?:markdownlint|prettier|cspell|vale|` +
	`eslint)-[\w-]+(?: [\w-]+){0,4})[.!]?\s*$`)

func (h *Hidden) say(what, text string) {
	if len(lex.Words(text)) < hiddenWords {
		return
	}
	if !editorsNote.MatchString(text) {
		h.Found = append(h.Found, fmt.Sprintf("%s: %s", what, lex.Shorten(text, 80)))
	}
	if len(h.Texts) < maxHiddenTexts {
		h.Texts = append(h.Texts, document.Parse(text))
	}
}

// unseen looks for characters that show nothing between letters of a script
// that does not need them, and for text that is turned around.
func (h *Hidden) unseen(text string) {
	between, turned, tags := 0, 0, 0
	for i, r := range text {
		switch {
		case r == 0x200b || r == 0x2060 || r == 0xfeff && i > 0 || (r == 0x200c || r == 0x200d || r == 0xad || blankLetter(r)) && latinBefore(text[:i]):
			between++
		case r == 0x202e || r == 0x202d || r == 0x2066 || r == 0x2067 || r == 0x2068:
			turned++
		case r >= 0xe0020 && r <= 0xe007e, r >= 0xe0100 && r <= 0xe01ef:
			tags++
		}
	}
	switch {
	case tags > 3:
		h.Found = append(h.Found, "tag characters, which show nothing")
	case between > 3:
		h.Found = append(h.Found, "characters without width inside of words")
	case turned > 0:
		h.Found = append(h.Found, "text that is turned around")
	}
	h.Invisible = tags > 3 || between > 3 || turned > 0
	if h.Invisible {
		if seen, _ := visible(text); len(seen) < len(text) {
			h.Texts = append(h.Texts, document.Parse(seen))
		}
	}
}

// blankLetter reports whether a letter or sign shows nothing: the fillers of Hangul and
// the empty cell of Braille.
func blankLetter(r rune) bool {
	return r == 0x115f || r == 0x1160 || r == 0x3164 || r == 0xffa0 || r == 0x2800
}

func latinBefore(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return r < utf8.RuneSelf && unicode.IsLetter(r)
}
