// Package injection finds what a text hides and what it says to whoever scores
// it, and cuts both from what a judge reads: prompt injection against judges.
package injection

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
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
	hiddenTag = regexp.MustCompile(`(?i)<([a-z]+)[^>\n]*(?:display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0|font-size\s*:\s*[01](?:\.\d+)?(?:px|pt|em|%)?\s*[;"']|color\s*:\s*(?:#fff(?:fff)?|white|transparent)|\bhidden\b|height\s*:\s*[01]px)[^>\n]*>`)
	anyTag    = regexp.MustCompile(`<[^>\n]{0,500}>`)
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
	if strings.Contains(text, "<!--") || strings.Contains(text, "]:") {
		prose = proseOf(d)
	}
	for _, p := range passages(text, prose, maxHiddenTexts) {
		h.say(p.what, p.says)
	}
	h.unseen(text)
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
	if strings.Contains(prose, "]:") {
		for _, m := range markdownNote.FindAllStringSubmatch(prose, most) {
			all = append(all, passage{"a comment", m[0], m[1]})
		}
	}
	for _, block := range encodedRuns(text, max(most, maxEncoded)) {
		if says := decoded(block); says != "" {
			all = append(all, passage{"an encoded passage", block, says})
		}
	}
	return all
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

func (h *Hidden) say(what, text string) {
	if len(lex.Words(text)) < hiddenWords {
		return
	}
	h.Found = append(h.Found, fmt.Sprintf("%s: %s", what, lex.Shorten(text, 80)))
	if len(h.Texts) < maxHiddenTexts {
		h.Texts = append(h.Texts, document.Parse(text))
	}
}

// decoded returns the readable sentence that a run of base64 holds, "" for none.
func decoded(block string) string {
	raw, err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(block))
	if err != nil || !utf8.Valid(raw) || strings.Count(string(raw), " ")*12 < len(raw) {
		return ""
	}
	if strings.IndexFunc(string(raw), func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) >= 0 {
		return ""
	}
	return string(raw)
}

// minEncoded is the shortest passage that is decoded.
const minEncoded = 40

// encodedRuns lists the runs of letters that base64 is written in.
func encodedRuns(text string, most int) []string {
	var all []string
	start := 0
	for i := 0; i <= len(text) && len(all) < most; i++ {
		if i < len(text) && (lex.Alphanumeric(text[i]) || strings.IndexByte("+/_-", text[i]) >= 0) {
			continue
		}
		if i-start >= minEncoded {
			all = append(all, text[start:i])
		}
		start = i + 1
	}
	return all
}

// unseen looks for characters that show nothing between letters of a script
// that does not need them, and for text that is turned around.
func (h *Hidden) unseen(text string) {
	between, turned, tags := 0, 0, 0
	for i, r := range text {
		switch {
		case r == 0x200b || r == 0x2060 || r == 0xfeff && i > 0 || (r == 0x200c || r == 0x200d) && latinBefore(text[:i]):
			between++
		case r == 0x202e || r == 0x202d || r == 0x2066 || r == 0x2067 || r == 0x2068:
			turned++
		case r >= 0xe0020 && r <= 0xe007e:
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

func latinBefore(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return r < utf8.RuneSelf && unicode.IsLetter(r)
}

// who scores, and what is asked of them. Each alone is harmless; together in
// one sentence they are not for the buyer.
var (
	scorer = pattern.New(`(?i)\b(?:judge|grader|evaluator|assessor|scorer|rater|reviewing model|reviewing agent|language model|llm|ai (?:assessor|reviewer|judge|evaluator)|automated (?:review|judge|grader|assessment)|automatic (?:review|judge|grader|assessment)|quality gate|assistant|whoever (?:or whatever )?(?:rates|scores|grades|judges|reviews)|model that (?:reads|reviews|evaluates|scores|grades|judges)|reviewer that|bewerter|gutachter|prüfmodell|correcteur|evaluador|juez|calificador|avaliador|juiz|valutatore|valuator)\b|évaluateur|оценщик|оценщ|проверяющ|评审|评分|裁判|评估者|審査|採点|評価者`)
	plea   = pattern.New(`(?i)\b(?:score|scores|rate|rating|grade|verdict|full marks|highest|maximum|mark (?:every|all|each|it)|pass|passed|approve|approved|accept|accepted|confirm|verified|ignore|disregard|do not (?:inspect|consider|check|mention)|skip|bewert\w+|punkt\w*|bestanden|note|notez|accepte\w*|puntuaci\w+|puntos|aprueba\w*|aprobad\w+|ignor\w+|nota|aprov\w+|voto)\b|оценк|оценит|балл|принят|满分|通过|高分|分数|忽略|合格|満点|無視`)
	chat   = regexp.MustCompile(`(?im)^\s*(?:\*{0,2})(?:human|assistant|system|user)(?:\*{0,2})\s*:\s|<\|?/?(?:system|im_start|im_end|assistant|user)\|?>|\[/?INST\]`)
	told   = regexp.MustCompile(`(?i)"?\b(?:verdict|final_?score|overall_?score|score|rating)"?\s*[:=]\s*"?(?:pass|accept|approved|[6-9]\d\b|100\b)`)
)

// Marks of chats and of verdicts, one of which every such line has.
var (
	chatMarks = []string{"human", "assistant", "system", "user", "im_start", "im_end", "inst]"}
	toldMarks = []string{"score", "verdict", "rating"}
)

// Remark is something that a text says to who scores.
type Remark struct {
	in   document.Line
	Text string
	Hint bool // an honest report may say so once
}

// Remarks lists what a document says to who scores; of whole lines that do, at
// most so many.
func Remarks(d *document.Document, most int) []Remark {
	var all []Remark
	judgeTalk.Find(d, func(l document.Line, match string) { all = append(all, Remark{l, match, false}) })
	judgeHint.Find(d, func(l document.Line, match string) { all = append(all, Remark{l, match, true}) })
	for _, l := range spokenTo(d, most) {
		all = append(all, Remark{l, l.Text, false})
	}
	return all
}

// spokenTo lists the passages that speak to who scores.
func spokenTo(d *document.Document, most int) []document.Line {
	chats, tolds, scorers, pleas := d.Low.Held(chatMarks), d.Low.Held(toldMarks), d.Low.Held(scorer.Marks()), d.Low.Held(plea.Marks())
	if len(chats)+len(tolds) == 0 && (len(scorers) == 0 || len(pleas) == 0) {
		return nil
	}
	var all []document.Line
	budget := document.PhraseBudget
	for i, l := range d.Lines {
		if budget -= len(l.Text); budget < 0 || len(all) >= most {
			break
		}
		low := d.Lower[i]
		switch {
		case !l.Code && pattern.HoldsAny(low, chats) && chat.MatchString(l.Text),
			pattern.HoldsAny(low, tolds) && told.MatchString(l.Text),
			pattern.HoldsAny(low, scorers) && pattern.HoldsAny(low, pleas) && scorer.Regexp().MatchString(l.Text) && plea.Regexp().MatchString(l.Text):
			all = append(all, l)
		}
	}
	return all
}
