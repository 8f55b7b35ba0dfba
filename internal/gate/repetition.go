package gate

import (
	"fmt"
	"slices"

	"github.com/cespare/xxhash/v2"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
)

// minRepetitionWords is how much text it takes to speak of repetition.
const minRepetitionWords = 150

// enoughPoor is the share of word pairs that may stand before in text of any kind.
const enoughPoor = 0.18

// repetition takes points for saying the same again: repeated sentences, and
// a vocabulary that is too small for the length.
func repetition(v *view) (Signal, bool) {
	s := Signal{Name: "repetition", Reason: "The text does not repeat itself."}
	if len(v.Doc.Words) < minRepetitionWords {
		return s, true
	}
	same, total := repeatedSentences(v.Doc)
	echoed := share(float64(same), float64(total))
	poor := poverty(v.Doc.Hashes)
	if poor > enoughPoor {
		poor = min(poor, poverty(lex.Hashes(v.Doc.WordsBeyondValues())))
	}
	worst := max(share(echoed-0.15, 0.35), share(poor-enoughPoor, 0.11))
	// A list of findings in one wording is no padding when each one holds.
	worst *= 1 - 0.8*share(float64(v.Ground.Anchored+v.Ground.Quoted), 8)
	if worst == 0 {
		return s, true
	}
	s.Points = -costRepetition * worst
	if worst >= 0.8 {
		s.Cap = new(capRepetition)
	}
	s.Reason = fmt.Sprintf("%d of %d sentences repeat, %.0f %% of word pairs are repeats.", same, total, 100*poor)
	s.advice = "Say each thing once."
	return s, true
}

// repeatedSentences counts sentences that stood before, apart from numbers.
func repeatedSentences(d *document.Document) (same, total int) {
	seen := map[uint64]bool{}
	d.Sentences(func(words []string) {
		key := uint64(0)
		for _, w := range words {
			key = lex.Chain(key, xxhash.Sum64String(w))
		}
		total++
		if seen[key] {
			same++
		}
		seen[key] = true
	})
	return same, total
}

// poverty is the share of word pairs that stood before, as the mean over
// windows of 600 words, so that it does not grow with the length of a text.
func poverty(words []uint64) float64 {
	const window = 600
	sum, n := 0.0, 0
	pairs := make([]uint64, 0, min(len(words), window))
	for start := 0; start < len(words); start += window {
		part := words[start:min(len(words), start+window)]
		if n > 0 && len(part) < minRepetitionWords {
			break
		}
		pairs = pairs[:0]
		for i := 1; i < len(part); i++ {
			pairs = append(pairs, lex.Chain(part[i-1], part[i]))
		}
		slices.Sort(pairs)
		sum += 1 - share(float64(len(slices.Compact(pairs))), float64(len(part)-1))
		n++
	}
	return sum / float64(max(n, 1))
}
