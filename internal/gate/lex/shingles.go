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

// Shingles calls fn with a hash of each run of four of the hashed words.
func Shingles(words []uint64, fn func(uint64)) {
	for i := 3; i < len(words); i++ {
		fn(Chain(Chain(Chain(words[i-3], words[i-2]), words[i-1]), words[i]))
	}
}
