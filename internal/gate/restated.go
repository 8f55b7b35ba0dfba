package gate

import (
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
)

// minRestated is how many words a sentence must have to be told by its runs of four; a
// shorter one must be a whole sentence of the request.
const minRestated = 5

// ownText is the deliverable in lower case, with blanks for the sentences that only give
// back what the request says: they answer nothing, and everybody can write them above
// whatever they have. Where less than most of the request is given back, all of it stays.
func (v *view) ownText() string {
	asked := map[uint64]bool{}
	lex.LearnShingles(asked, v.asked)
	for line := range strings.Lines(v.Request) {
		for _, sentence := range lex.Sentences(line) {
			asked[sentenceOf(lex.Words(sentence))] = true
		}
	}
	var own strings.Builder
	given, room := 0, maxRestated
	lower, strewn := v.withoutStrewn()
	for i, l := range lower {
		if i > 0 {
			own.WriteByte('\n')
		}
		if room -= len(l); v.Doc.Lines[i].Code || i >= v.Doc.Written || room < 0 {
			own.WriteString(l)
			continue
		}
		for _, sentence := range lex.Sentences(l) {
			if gaveBack(sentence, asked) {
				own.WriteString(strings.Repeat(" ", len(sentence)))
				given += lex.CountWords(sentence)
			} else {
				own.WriteString(sentence)
			}
		}
	}
	if float64(given) < mostlyGiven*float64(len(v.asked)) {
		if strewn {
			return strings.Join(lower, "\n")
		}
		return v.Doc.Low.Text // a title, a message or a question that is answered
	}
	return own.String()
}

// enumerated matches words in a row that no sentence holds together: in brackets, or five
// and more between commas.
var enumerated = regexp.MustCompile(`\(\p{L}[\p{L}\d_-]*(?:, ?\p{L}[\p{L}\d_-]*)+\)|\p{L}[\p{L}\d_-]*(?:, \p{L}[\p{L}\d_-]*){4,}`)

// maxRows bounds the rows of words that are looked at in one line.
const maxRows = 8

// manyStrewn is how many such rows of the request's words are no accident.
const manyStrewn = 3

// withoutStrewn are the lines of the deliverable in lower case with blanks for words of
// the request that are strewn about in rows, and whether there are: they tie nothing to
// it. A row that the request has itself is a quote, and a short one alone an accident.
func (v *view) withoutStrewn() (lines []string, strewn bool) {
	rows, asked, known := map[int][][]int{}, strings.ToLower(v.Request), v.isAsked()
	count, room := 0, maxRestated
	for i, l := range v.Doc.Lower[:v.Doc.Written] {
		if room -= len(l); room < 0 {
			break
		}
		if v.Doc.Lines[i].Code || !strings.Contains(l, ",") {
			continue
		}
		for _, m := range enumerated.FindAllStringIndex(l, maxRows) {
			words := lex.Words(l[m[0]:m[1]])
			if !strings.Contains(asked, strings.Trim(l[m[0]:m[1]], "()")) && !slices.ContainsFunc(words, func(w string) bool { return !known[w] }) {
				rows[i] = append(rows[i], m)
				count++
				if len(words) > 4 {
					count += manyStrewn // a row of as many words says nothing
				}
			}
		}
	}
	if count < manyStrewn {
		return v.Doc.Lower, false
	}
	lines = slices.Clone(v.Doc.Lower)
	for i, found := range rows {
		for _, m := range found {
			lines[i] = lines[i][:m[0]] + strings.Repeat(" ", m[1]-m[0]) + lines[i][m[1]:]
		}
	}
	return lines, true
}

// maxRestated bounds, in bytes, how much of a text is looked at for the request.
const maxRestated = 64 << 10

// mostlyGiven is the share of the request's words that a text gives back which has it
// above or around its work.
const mostlyGiven = 0.6

// sentenceOf is a key for a whole sentence.
func sentenceOf(words []string) uint64 {
	key := uint64(len(words))
	for _, w := range lex.Hashes(words) {
		key = lex.Chain(key, w)
	}
	return key
}

// nearlyAll is the share of its runs of four words with which a sentence gives back.
const nearlyAll = 0.8

// gaveBack reports whether nearly all of a sentence stands in the request, by its runs
// of four words.
func gaveBack(sentence string, asked map[uint64]bool) bool {
	words := lex.Words(sentence)
	if len(words) < minRestated {
		return len(words) > 2 && asked[sentenceOf(words)]
	}
	given, _ := lex.KnownShingles(lex.Hashes(words), asked)
	return given >= nearlyAll
}
