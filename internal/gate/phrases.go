package gate

import (
	"iter"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
)

// What it says that runs of three words of the request come back, of which two say
// something: of honest work one in seven has two such runs and one in fourteen three, of
// work for another request of the same repository one in forty and one in two hundred.
const (
	signPhrase  = 0.6 // for two of them
	signPhrases = 1.1 // for three
	somePhrases = 2
	longPhrase  = 3 // words
)

// findPhrases counts the distinct runs of words that the deliverable has of its request,
// but for sentences that only give it back, up to one more than tells.
func (v *view) findPhrases() int {
	asked := map[uint64]bool{}
	var words []string
	learn := func() {
		for run := range tellingRuns(words) {
			asked[run] = true
		}
		words = words[:0]
	}
	for field := range strings.FieldsSeq(v.Request) {
		if lex.IsNamed(field) {
			learn() // names come back by themselves
			continue
		}
		words = lex.AppendWords(words, strings.ToLower(field))
	}
	if learn(); len(asked) == 0 {
		return 0
	}
	n := 0
	for run := range tellingRuns(lex.Words(v.own)) {
		if asked[run] {
			delete(asked, run) // each counts once
			if n++; n > somePhrases {
				break
			}
		}
	}
	return n
}

// functionWords join others and say nothing themselves; unlike the stop words of relevance
// they are none that tell how something is, such as old, new and half.
var functionWords = lex.Set(`the and for with from not but our you your they their can could would should will does did has have had this that these
those what which who how why when where please there here into out about all any one more some also just only over per each other same them she his
her its are was were been than then because while very much many such may might must shall let get got too yet via upon`)

// tellingRuns are the runs of so many words of which all but one say something.
func tellingRuns(words []string) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		hashes := lex.Hashes(words)
		for i := 0; i+longPhrase <= len(words); i++ {
			said, run := 0, uint64(0)
			for k := range longPhrase {
				if w := words[i+k]; len(w) > 2 && !functionWords[w] {
					said++
				}
				run = lex.Chain(run, hashes[i+k])
			}
			if said >= longPhrase-1 && !yield(run) {
				return
			}
		}
	}
}
