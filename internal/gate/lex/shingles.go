package lex

import "github.com/cespare/xxhash/v2"

// Hashes hashes each of the words.
func Hashes(words []string) []uint64 {
	all := make([]uint64, len(words))
	for i, w := range words {
		all[i] = xxhash.Sum64String(w)
	}
	return all
}

// Chain is the hash of a run that is one word longer.
func Chain(run, word uint64) uint64 {
	const prime = 1_000_000_007
	return run*prime + word
}

// LearnShingles adds the runs of four of some words to those known.
func LearnShingles(known map[uint64]bool, words []string) {
	Shingles(Hashes(words), func(k uint64) { known[k] = true })
}

// KnownShingles is the share of the runs of four of hashed words that are known, 0 for
// none, and how many there are.
func KnownShingles(words []uint64, known map[uint64]bool) (share float64, total int) {
	same := 0
	Shingles(words, func(k uint64) {
		total++
		if known[k] {
			same++
		}
	})
	return float64(same) / float64(max(1, total)), total
}

// Shingles calls fn with a hash of each run of four of the hashed words.
func Shingles(words []uint64, fn func(uint64)) {
	for i := 3; i < len(words); i++ {
		fn(Chain(Chain(Chain(words[i-3], words[i-2]), words[i-1]), words[i]))
	}
}
