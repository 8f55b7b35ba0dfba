package gate

import (
	"slices"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/change"
)

// reaches reports whether a function that the request names comes, over what it
// calls, to the code that a fix changes: who mends what Join calls has worked on
// Join without a word of it.
func (v *view) reaches(w wish) bool {
	if w.kind != wishName || v.in.Request.Category != city.BugFix || v.Index == nil {
		return false
	}
	return remembered(&v.reached, w.function(), v.reachesChange)
}

// remembered is what find says of a name, which is asked of it once.
func remembered(said *map[string]bool, name string, find func(name string) bool) bool {
	found, ok := (*said)[name]
	if ok {
		return found
	}
	if *said == nil {
		*said = map[string]bool{}
	}
	found = find(name)
	(*said)[name] = found
	return found
}

// mendsNamed reports whether a fix changes, or changes what is called by, a function
// that the request and the text both name.
func (v *view) mendsNamed() bool {
	return v.in.Request.Category == city.BugFix && slices.ContainsFunc(v.wished, func(w wish) bool {
		return w.kind == wishName && v.all.takes(w) && v.reaches(w)
	})
}

func (v *view) reachesChange(name string) bool {
	c := v.changes()
	if c.Fault > 0 || len(c.Changed) > maxReached {
		return false
	}
	for _, f := range c.Changed {
		if !isSource(f.Path) {
			continue
		}
		g := &change.Graph{}
		if !g.Add(v.Index, f.Path) {
			continue
		}
		if g.Reaches(name, f) {
			return true
		}
	}
	return false
}

// maxReached bounds the changed files whose functions are read.
const maxReached = 4
