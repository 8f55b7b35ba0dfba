package gate

import (
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/change"
)

// enoughMissed is the weight of the words that the code has and that must not come back
// before they say that the work is about something else: less than three rare ones.
const enoughMissed = 2.5

// enoughToldAgain is how many words that say something must come back where names and quoted
// texts are excused.
const enoughToldAgain = 2

// toldInEverydayWords reports whether a request names no code, nor quotes a message of it
// that is missed, and hardly a word that the code has is. Who tells what happened so names
// nothing that an answer could repeat: that is a doubt, and no proof of another subject.
func (v *view) toldInEverydayWords() bool {
	if v.Index == nil || v.missesMessage() {
		return false
	}
	missed, excused, taken := 0.0, 0, 0
	for _, w := range v.wished {
		if !w.sample && (w.kind == wishName && !v.ofPlatform(w) || w.kind == wishFile) {
			return false
		}
		switch {
		case v.comesBack(w):
			if w.weight >= commonWord {
				taken++
			}
			continue
		case w.kind == wishName, v.onlySeen(w):
			excused++
			continue
		case w.sample, w.kind == wishWord && v.circumstance(w):
			continue
		}
		if w.text != strings.ToLower(w.text) {
			return false // it is a name, which the code has
		}
		missed += w.weight
	}
	if excused > 0 && taken < enoughToldAgain {
		return false // of what was told nothing else says that it is the same
	}
	return missed < enoughMissed
}

// onlySeen reports whether what the reporter of a fault quotes is no text of the code: it
// is what he saw of it.
func (v *view) onlySeen(w wish) bool {
	return w.kind == wishLiteral && v.in.Request.Category == city.BugFix && !v.codeHas(w.text)
}

// codeHas reports whether code of the repository, beside its tests, has a text as it
// stands.
func (v *view) codeHas(text string) bool { return remembered(&v.inCode, text, v.findInCode) }

func (v *view) findInCode(text string) bool {
	return slices.ContainsFunc(v.Index.Sources, func(p string) bool {
		t := v.Index.Text(p)
		return t != nil && isSource(p) && !strings.HasSuffix(p, ".d.ts") && strings.Contains(t.Raw, text)
	})
}

// enoughToldOfChange is how many words say at least what a change does and why it is the
// one that was asked for: "Done, see the patch." does not.
const enoughToldOfChange = 12

// isProduct reports whether the deliverable is what requests of its category order: a
// change that fits the code and is told, tests, configuration.
func (v *view) isProduct() bool {
	switch v.in.Request.Category {
	case city.BugFix, city.Refactor, city.CodeGeneration:
		c := v.changes()
		return v.prose.words >= enoughToldOfChange && c.Fault == 0 && slices.ContainsFunc(c.Changed, func(f change.File) bool { return isSource(f.Path) })
	case city.Testing:
		return v.hasTests()
	case city.DevOps:
		return v.operates()
	}
	return false
}
