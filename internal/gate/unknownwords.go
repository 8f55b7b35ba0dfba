package gate

import (
	"slices"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/testcode"
)

// enoughMissed is the weight of what a request names in the code's words that must not
// come back before it says that the work is about something else: less than one name.
const enoughMissed = 1.5

// missesNothingOfCode reports whether hardly anything is missed that the code knows.
// Who tells what happened in everyday words names nothing that an answer could repeat:
// these words raise a doubt, and alone they are no proof of another subject.
func (v *view) missesNothingOfCode() bool {
	missed := 0.0
	for _, w := range v.wished {
		if w.sample || w.kind == wishWord && v.circumstance(w) || v.all.takes(w) || v.takenUp(w) {
			continue
		}
		missed += w.weight
	}
	return missed < enoughMissed
}

// isProduct reports whether the deliverable is what requests of its category order, and
// belongs to this code: a change that fits it, tests, configuration.
func (v *view) isProduct() bool {
	switch v.in.Request.Category {
	case city.BugFix, city.Refactor, city.CodeGeneration:
		c := v.changes()
		return c.Fault == 0 && slices.ContainsFunc(c.Changed, func(f change.File) bool {
			return !testcode.File.MatchString(f.Path) && !change.ProseFile(f.Path)
		})
	case city.Testing:
		return v.hasTests()
	case city.DevOps:
		return v.operates()
	}
	return false
}
