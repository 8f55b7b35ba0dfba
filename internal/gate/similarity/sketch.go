// Package similarity estimates how much of two texts is the same, by MinHash
// over runs of four words, without keeping either.
package similarity

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
)

// Sketch is a MinHash of a text's runs of four words. It tells how much of two
// texts is the same without keeping either.
type Sketch [sketchSize]uint32

// sketchSize is how many hashes a sketch keeps: the estimate is right to about
// an eighth.
const sketchSize = 64

// minSketched is how many runs a text must have for its sketch to say anything.
const minSketched = 40

// Runs are the distinct runs of four words of a text's prose, as hashes in order:
// enough to tell how much of it stands in another text.
type Runs []uint64

// maxTextBytes is how much of a text a sketch is made of.
const maxTextBytes = 1 << 20

// maxRunBytes is how much of a text its runs are taken from.
const maxRunBytes = maxTextBytes / 8

// RunsOf returns the runs of a text.
func RunsOf(text string) Runs {
	return RunsOfWords(lex.Hashes(document.ProseWords(document.Unwrap(text[:min(len(text), maxRunBytes)]))))
}

// RunsOfWords takes the runs of a text whose words are hashed already.
func RunsOfWords(words []uint64) Runs {
	all := make(Runs, 0, len(words))
	lex.Shingles(words, func(k uint64) { all = append(all, k) })
	slices.Sort(all)
	return slices.Compact(all)
}

// In returns how many of the runs stand in another text.
func (r Runs) In(other Runs) int {
	same := 0
	for i, j := 0, 0; i < len(r) && j < len(other); {
		switch {
		case r[i] < other[j]:
			i++
		case r[i] > other[j]:
			j++
		default:
			i, j, same = i+1, j+1, same+1
		}
	}
	return same
}

// Known is what is remembered of a delivered text, so that later ones can be
// compared with it.
type Known struct {
	Sketch Sketch
	Runs   Runs
}

// KnownOf reads a text once for both.
func KnownOf(text string) Known {
	words := lex.Hashes(document.ProseWords(document.Unwrap(text[:min(len(text), maxTextBytes)])))
	k := Known{Sketch: SketchOfWords(words)}
	if len(text) > maxRunBytes {
		k.Runs = RunsOf(text)
	} else {
		k.Runs = RunsOfWords(words)
	}
	return k
}

// SketchOfWords returns the sketch of a text's prose by the hashes of its words, the
// zero Sketch when there is too little of it.
func SketchOfWords(words []uint64) (s Sketch) {
	n := 0
	for i := range s {
		s[i] = ^uint32(0)
	}
	lex.Shingles(words, func(k uint64) {
		n++
		for i := range s {
			// A different permutation of the hashes for each place.
			hi, lo := bits.Mul64(k^(0x9e3779b97f4a7c15*uint64(i+1)), 0xbf58476d1ce4e5b9)
			s[i] = min(s[i], uint32((hi^lo)>>32))
		}
	})
	if n < minSketched {
		return Sketch{}
	}
	return s
}

// Same estimates which share of two texts is the same, 0 when one is too short.
func (s Sketch) Same(other Sketch) float64 {
	if s == (Sketch{}) || other == (Sketch{}) {
		return 0
	}
	same := 0
	for i := range s {
		if s[i] == other[i] {
			same++
		}
	}
	return float64(same) / sketchSize
}

// Bands of a sketch: texts that share most of their runs agree in one of them
// almost surely (96 % at seven tenths alike, all but always at nine tenths),
// unrelated ones in none.
const (
	sketchBands = 8
	bandHashes  = 3
)

// Bands are keys under which a sketch can be looked up, none for the zero
// Sketch. Alike texts share one or more of them.
func (s Sketch) Bands() []int64 {
	if s == (Sketch{}) {
		return nil
	}
	bands := make([]int64, sketchBands)
	for i := range bands {
		key := uint64(i + 1)
		for _, h := range s[i*bandHashes : (i+1)*bandHashes] {
			key = (key ^ uint64(h)) * 0x9e3779b97f4a7c15
			key ^= key >> 29
		}
		bands[i] = int64(key)
	}
	return bands
}

// Bytes is the sketch as it is kept.
func (s Sketch) Bytes() []byte {
	b := make([]byte, 0, 4*sketchSize)
	for _, h := range s {
		b = binary.BigEndian.AppendUint32(b, h)
	}
	return b
}

// SketchFrom reads what Bytes wrote; false when it is something else.
func SketchFrom(b []byte) (s Sketch, ok bool) {
	if len(b) != 4*sketchSize {
		return s, false
	}
	for i := range s {
		s[i] = binary.BigEndian.Uint32(b[4*i:])
	}
	return s, true
}
