package gate

import (
	"math/bits"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
)

// concerns are what software is asked about, each in the words of those who use it
// and of those who look into it: who asks why memory grows is told of a cache without
// a limit. A word of one is not its synonym, so one alone says nothing.
var concerns = []string{
	`memory ram heap leak grow growth oom garbage gc allocation allocate cache retain retainer unbounded footprint evict lru buffer`,
	`concurrent concurrency race racy thread goroutine mutex lock unlock locking atomic parallel simultaneous synchronise synchronize synchronization`,
	`slow slower fast faster speed performance latency quadratic linear complexity cpu benchmark expensive throughput milliseconds optimise optimize`,
	`crash panic throw thrown exception uncaught die segfault abort dereference`,
	`hang stuck block blocking forever deadlock infinite loop wait timeout freeze`,
	`date time timezone zone utc dst clock daylight midnight hour`,
	`encoding encode decode utf unicode charset byte umlaut emoji multibyte bom character ascii surrogate rune`,
	`attack attacker hostile injection inject escape escaping sanitize sanitise xss traversal pollution redos spoof untrusted malicious exploit`,
	`empty null nil undefined missing blank absent`,
	`order sort sorted ordering sequence stable unsorted`,
	`number numeric integer float precision rounding round overflow nan digit decimal`,
	`version upgrade deprecated compatibility compatible browser legacy engine polyfill`,
	`type typing typescript typed generic interface declaration`,
	`windows separator backslash drive crlf path platform posix`,
	`twice duplicate duplicated repeated repeat double again`,
	`disk file folder directory write persist flush fsync`,
	`network connection socket request response server client proxy retry`,
}

// everydayConcerns is how many of the concerns, the last ones, have words that people use
// whatever they ask about.
const everydayConcerns = 3

// concernsOf tells of which concerns an English stem is, a bit for each.
var concernsOf = func() map[string]uint32 {
	of, stem := map[string]uint32{}, lex.NewStemmer(nil)
	for i, words := range concerns {
		for word := range strings.FieldsSeq(words) {
			of[stem.Of(word)] |= 1 << i
		}
	}
	return of
}()

// enoughOfConcern is how many other words of a concern show that a text is about it.
const enoughOfConcern = 2

// passesBy reports whether a request tells of a concern in several words and the text has
// none of its words: of a hundred honest works one is so, of work for another request
// one in three. (The kept sets.)
func (a *answerText) passesBy(asked map[string]bool) bool {
	var in, out [32]int
	for st, of := range concernsOf {
		for ; of != 0; of &= of - 1 {
			at := bits.TrailingZeros32(of)
			if asked[st] {
				in[at]++
			}
			if a.stems[st] {
				out[at]++
			}
		}
	}
	for i := range len(concerns) - everydayConcerns {
		if in[i] >= enoughOfConcern && out[i] == 0 {
			return true
		}
	}
	return false
}

// readConcerns finds out which concerns a text is about.
func (a *answerText) readConcerns() {
	var words [32]int
	for st := range a.stems {
		for of := concernsOf[st]; of != 0; of &= of - 1 {
			words[bits.TrailingZeros32(of)]++
		}
	}
	for i, n := range words {
		if n >= enoughOfConcern {
			a.concerns |= 1 << i
		}
	}
}

// isAbout reports whether a text is about what a word of the request, which it does
// not have, is about.
func (a *answerText) isAbout(w wish) bool {
	return w.kind == wishWord && a.concerns&concernsOf[w.key] != 0
}

// missesConcern reports whether the deliverable passes by what the request is about.
func (v *view) missesConcern() bool {
	if v.foreign() || v.writtenForeign() {
		return false
	}
	asked := map[string]bool{}
	for _, w := range v.asked {
		asked[v.stem.Of(w)] = true
	}
	return v.all.passesBy(asked)
}
