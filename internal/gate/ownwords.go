package gate

import (
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
)

// Code that is read out ("puts `a` into `b`, then calls `c`") has few words of its own for
// many pieces of code. Of 1,012 honest deliverables with as many pieces the least has 0.81
// words for each, and four less than one.
const (
	readsOut   = 0.7 // words of its own for each piece
	manyPieces = 8
	// linesForPieces is how many pieces a line of new code goes with.
	linesForPieces = 4
)

// readOut reports whether a text reads code out and says nothing of it.
func (v *view) readOut() bool {
	words, pieces := v.ownWords()
	return pieces >= manyPieces && float64(words) < readsOut*float64(pieces) &&
		v.diffLines()*linesForPieces <= pieces && v.newLines()*linesForPieces <= pieces // else the code itself is the work
}

// diffLines counts the lines that the diffs of the text add.
func (v *view) diffLines() int {
	n := 0
	for _, b := range v.Doc.Blocks {
		if b.Diff {
			n += len(b.Proposed())
		}
	}
	return n
}

// minOwnWord is how many letters a word must have to say something.
const minOwnWord = 4

// rootOf is what a word begins with: forms of one word hardly differ in it.
func rootOf(word string) string { return word[:min(len(word), 6)] }

// ownWords counts the distinct words that a text says of its own, which are none of code
// and none of the request, and the pieces of code and places that it says them of.
func (v *view) ownWords() (words, pieces int) {
	asked, own := map[string]bool{}, map[string]bool{}
	for _, w := range v.asked {
		asked[rootOf(w)] = true
	}
	for i, l := range v.Doc.Lines[:v.Doc.Written] {
		if l.Code {
			continue
		}
		text := v.Doc.Lower[i]
		if strings.Contains(text, "`") {
			pieces += len(document.CodeSpan.FindAllString(text, -1))
			text = document.CodeSpan.ReplaceAllString(text, " ")
		}
		for _, field := range strings.Fields(text) {
			if strings.ContainsAny(strings.TrimRight(field, ".:,;!?)*_"), "./_:()=0123456789") {
				continue
			}
			for _, w := range lex.Words(field) {
				if len(w) >= minOwnWord && !asked[rootOf(w)] {
					own[rootOf(w)] = true
				}
			}
		}
	}
	places := map[grounding.Place]bool{}
	for i := range v.Refs {
		if ref := &v.Refs[i]; ref.Line > 0 && ref.At < v.Doc.Written {
			places[ref.Place()] = true
		}
	}
	pieces += len(places)
	return len(own), pieces
}
