package gate

import (
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
	for i, l := range v.Doc.Lower {
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
		return v.Doc.Low.Text // a title, a message or a question that is answered
	}
	return own.String()
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
