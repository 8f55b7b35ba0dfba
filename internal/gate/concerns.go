package gate

import (
	"math/bits"
	"slices"
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
}

// everydayConcerns have words that people use whatever they ask about, so that their
// absence says nothing.
var everydayConcerns = []string{
	`twice duplicate duplicated repeated repeat double again`,
	`disk file folder directory write persist flush fsync`,
	`leak leftover stay behind remain expose readable permission umask wipe cleanup`,
	`network connection socket request response server client proxy retry`,
}

// concernsOf tells of which concerns an English stem is, a bit for each.
var concernsOf = func() map[string]uint32 {
	of, stem := map[string]uint32{}, lex.NewStemmer(nil)
	for i, words := range slices.Concat(concerns, everydayConcerns) {
		for word := range strings.FieldsSeq(words) {
			of[stem.Of(word)] |= 1 << i
		}
	}
	return of
}()

// enoughOfConcern is how many words of a concern show that a text, or a request, is about
// it.
const enoughOfConcern = 2

// passedBy are the words of a request about a concern that it tells in several words and
// that the text has no word of, nil for none: of a hundred honest works of the kept sets
// one is so, of work for another request one in three.
func (a *answerText) passedBy(asked map[string]bool) []string {
	in, out := map[int][]string{}, map[int]bool{}
	for st, of := range concernsOf {
		for ; of != 0; of &= of - 1 {
			at := bits.TrailingZeros32(of)
			if asked[st] {
				in[at] = append(in[at], st)
			}
			out[at] = out[at] || a.stems[st]
		}
	}
	for i := range concerns {
		if len(in[i]) >= enoughOfConcern && !out[i] {
			slices.Sort(in[i])
			return in[i]
		}
	}
	return nil
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

// mostlyTaken is the share of what a request names from which on its concern may stand in
// words of its own.
const mostlyTaken = 0.6

// missedConcern are the words of the request about what the deliverable passes by.
func (v *view) missedConcern() []string {
	if v.foreign() || v.writtenForeign() {
		return nil
	}
	if taken, total, _ := v.coverage(v.wished, &v.all); taken >= mostlyTaken*total {
		return nil
	}
	asked := map[string]bool{}
	for _, w := range v.asked {
		asked[v.stem.Of(w)] = true
	}
	return v.all.passedBy(asked)
}
