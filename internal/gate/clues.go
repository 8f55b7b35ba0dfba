package gate

import (
	"math"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/lex"
)

// clue is how much it says that a thing which the request names comes back, and
// that it does not: in a review, which cannot repeat what it is not about, in a
// fix, and in other work.
type clue struct {
	hit                 float64
	review, fix, others float64
}

// The clues were estimated from honest work that was paired with its own request
// and with others of the same repository: each is the logarithm of how much
// oftener the one does what the other does.
var (
	clueFile    = clue{0.6, -2.0, -1.5, -1.8}
	clueName    = clue{1.4, -0.8, -1.7, -2.2} // of code, used in few places
	clueUsual   = clue{0.5, -0.5, -0.8, -1.0} // of code, used in many
	clueNewName = clue{1.3, -0.8, -1.0, -1.8} // not used at all: of something new, or from elsewhere
	clueLiteral = clue{1.1, -0.5, -0.6, -1.0}
	clueForeign = clue{1.3, -0.3, -0.35, -0.65} // a word that the repository does not use: maybe the buyer's circumstances
	clueWord    = clue{1.0, -1.2, -0.65, -0.75}
	clueCommon  = clue{0.4, -1.0, -0.45, -1.3}
	cluePair    = clue{0.5, -0.1, -0.1, -0.12} // of letters, where words are not separated
)

// clueOf is what one thing that the request names says.
func (v *view) clueOf(w wish) float64 {
	c, part := clueWord, 1.0
	switch {
	case w.kind == wishFile:
		c, part = clueFile, w.weight/weightFile
	case v.ofPlatform(w):
		c = clueForeign
	case w.kind == wishName && v.Index.UsesOf(lex.LastName(w.key)) == 0:
		c = clueNewName
	case w.kind == wishName && w.weight < usualName*weightName:
		c = clueUsual
	case w.kind == wishName:
		c = clueName
	case w.kind == wishLiteral && len(w.key) > 2:
		c = clueLiteral
		if n := strings.Count(w.key, " "); n > 0 { // a message says more than a value
			c.review, c.fix, c.others = c.review*math.Sqrt(float64(min(n+1, 4))), c.fix*math.Sqrt(float64(min(n+1, 4))), c.others*math.Sqrt(float64(min(n+1, 4)))
		}
	case w.kind == wishLiteral:
		c = cluePair // a digit or two come back by chance, or as part of something else
	case w.weight <= weightPair && v.Index.UsesOf(w.text) == 0:
		c = cluePair
	case v.circumstance(w):
		c = clueForeign
	case w.weight < commonWord:
		c = clueCommon
	}
	switch {
	case v.head.takes(w), v.all.takes(w) && (v.reaches(w) || v.testsFile(w)):
		return part*c.hit + signOpening
	case v.all.takes(w):
		return part * c.hit
	}
	most := v.touches(&v.all, w)
	if v.takenUp(w) || v.worksAt(w) {
		most = 1
	} else if v.standsOnCited(w) {
		most = max(most, 0)
	}
	if most >= 0 {
		return part * c.hit / 2 * most
	}
	switch {
	case w.sample, v.onlyRuns(w):
		return 0
	case v.all.isAbout(w):
		return part * c.hit / 2
	case v.review():
		return part * c.review
	case v.in.Request.Category == city.BugFix:
		return part * c.fix
	}
	return part * c.others
}

// onlyRuns reports whether a function that the request names is one that configuration
// is to build, test or ship: nothing of that says its name.
func (v *view) onlyRuns(w wish) bool {
	return w.kind == wishName && v.in.Request.Category == city.DevOps && v.Index != nil && v.operates() && v.declaresFunction(w.function())
}
