package gate

import (
	"iter"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
)

// otherwiseEnded says what unended and unlikeTheOthers find: people end their
// paragraphs in one way, so the one that ends in another was cut. The first looks at
// work that comes with nothing else and goes by how many paragraphs end with a
// sentence; the second looks at all work and wants all of them to, or all but one,
// or but one that was cut as well, behind sentences that have their end.
const otherwiseEnded = "its other paragraphs end with a sentence, the last one does not"

// paragraphEnds yields the last lines of the prose's paragraphs and items before a line.
func (v *view) paragraphEnds(before int) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i, l := range v.Doc.Lines[:before] {
			if l.Code || strings.TrimSpace(l.Text) == "" || document.Heading.Matches(l.Text) || document.TableRow.Matches(l.Text) {
				continue
			}
			if i+1 < v.Doc.Written {
				if next := v.Doc.Lines[i+1]; !next.Code && strings.TrimSpace(next.Text) != "" && !document.ListItem.Matches(next.Text) {
					continue
				}
			}
			if !yield(i, l.Text) {
				return
			}
		}
	}
}

// othersEnded is how many other paragraphs must end with a sentence for the last
// one to need an end as well.
const othersEnded = 3

// unended reports whether the last paragraph or item, which ends with a line, has
// no end where the others have one.
func (v *view) unended(at int) bool {
	last := v.Doc.Lines[at].Text
	if n := lex.CountWords(last); n < 2 || document.IsTitle(last) || endOf(last) != endOpen || n <= longestSignOff && signOff.MatchString(last) {
		return false
	}
	ended, others := 0, 0
	for i, text := range v.paragraphEnds(at) {
		if v.Doc.Lines[i+1].Code || len(text) < 12 || document.IsTitle(text) || isEntry(text) {
			continue
		}
		if others++; endOf(text) == endSentence {
			ended++
		}
	}
	return others >= othersEnded && ended*10 >= others*8
}

// beforeCode reports whether code follows right behind a paragraph that ends with a line,
// and that paragraph with no sentence.
func (v *view) beforeCode(at int) bool {
	for _, l := range v.Doc.Lines[at+1 : min(at+3, v.Doc.Written)] {
		if l.Code {
			return endOf(v.Doc.Lines[at].Text) == endOpen
		}
	}
	return false
}

// isEntry reports whether an item of a list is hardly more than a title, as those of a
// table of contents are.
func isEntry(text string) bool {
	return document.ListItem.Matches(text) && lex.CountWords(text) < minStatementWords && endOf(text) == endOpen
}

// endsInside matches a sentence that ends inside of a text.
var endsInside = regexp.MustCompile(`[a-z\p{L}\d)"'` + "`" + `][.!?] +\p{Lu}|[\x{3002}\x{ff01}\x{ff1f}]`)

// unlikeTheOthers reports whether the last paragraph of a text that ends its
// paragraphs with sentences ends without one. Headings and rows say nothing.
func (v *view) unlikeTheOthers() bool {
	last := v.lastProse()
	r, _ := utf8.DecodeLastRuneInString(last)
	if letter := unicode.IsLetter(r) && !lex.Unspaced(r); !letter && r != '-' && r != '(' {
		return false // as nearly every text that is whole
	}
	if len(lex.Words(last)) <= longestSignOff && signOff.MatchString(last) {
		return false
	}
	ended, others, cut := 0, 0, 0
	for i, text := range v.paragraphEnds(v.Doc.Written) {
		if len(lex.Words(text)) < minStatementWords || v.beforeCode(i) {
			continue // too short to tell, or it goes on behind code
		}
		others++
		switch {
		case endsWell(strings.TrimSpace(text)):
			ended++
		case endsInside.MatchString(text) && endOf(text) == endOpen:
			cut++
		}
	}
	switch n, inside := len(lex.Words(last)), len(endsInside.FindAllString(last, 2)); {
	case others >= 4 && n >= minStatementWords, others == 3 && n >= 2*minStatementWords:
	case others >= 5 && ended == others && document.ListItem.Matches(last): // an item that has hardly begun
	case others >= 4 && ended == others && n > 0 && n < minStatementWords:
	// A paragraph whose sentences end but for the last one was cut, however few
	// others there are.
	case inside >= 2 || inside == 1 && others >= 2:
	default:
		return false
	}
	return ended == others || ended == others-1 || cut == 2 && ended == others-2 && ended >= othersEnded
}

// lastProse is the last line that is no heading and no row, "" when code stands
// behind it: what ends in code ends well.
func (v *view) lastProse() string {
	for i := v.Doc.Written - 1; i >= 0; i-- {
		l := v.Doc.Lines[i]
		if l.Code {
			return ""
		}
		if text := strings.TrimSpace(l.Text); text != "" && !document.Heading.Matches(l.Text) && !document.TableRow.Matches(l.Text) {
			return text
		}
	}
	return ""
}

// sentenceMarks end a sentence.
const sentenceMarks = ".!?:;\u3002\uff01\uff1f\uff1a"

// endsWell reports whether a paragraph ends with a sentence, a bracket or code.
func endsWell(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(text, "*_`)\"'"))
	return strings.ContainsRune(sentenceMarks, r) || strings.HasSuffix(text, ")") || strings.HasSuffix(text, "`")
}

// openEnd reports whether the text ends in a line of prose, no item of a list, that
// has no end.
func (v *view) openEnd() bool {
	for i := v.Doc.Written - 1; i >= 0; i-- {
		l := v.Doc.Lines[i]
		if strings.TrimSpace(l.Text) == "" {
			continue
		}
		return !l.Code && endOf(l.Text) == endOpen && !document.ListItem.Matches(l.Text) && !document.TableRow.Matches(l.Text) && !document.Heading.Matches(l.Text) && !signOff.MatchString(l.Text)
	}
	return false
}

// openItem reports whether the text ends in an item of a list that has no end, though
// the item before it has one.
func (v *view) openItem() bool {
	last := v.lastLine()
	if last < 0 || !document.ListItem.Matches(v.Doc.Lines[last].Text) || endOf(v.Doc.Lines[last].Text) != endOpen {
		return false
	}
	for i := last - 1; i >= max(0, last-longestParagraph); i-- {
		if l := v.Doc.Lines[i]; document.ListItem.Matches(l.Text) {
			return endOf(l.Text) == endSentence
		}
	}
	return false
}

// How a paragraph ends.
const (
	endOpen = iota
	endSentence
	endCode
)

func endOf(text string) int {
	text = strings.TrimRight(text, "*_~ ")
	if field := text[strings.LastIndexByte(text, ' ')+1:]; strings.Contains(field, "`") || lex.IsNamed(field) || strings.ContainsAny(field, "0123456789@") {
		return endCode
	}
	bare := strings.TrimRight(text, "*_)\"'»”’」』] ")
	r, _ := utf8.DecodeLastRuneInString(bare)
	if strings.ContainsRune(sentenceMarks+"…", r) {
		return endSentence
	}
	if bare != text || r > 0x2000 && !unicode.IsLetter(r) {
		return endCode // an emoji, a bracket
	}
	return endOpen
}
