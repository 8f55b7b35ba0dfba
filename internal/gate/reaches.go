package gate

import (
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/testcode"
)

// reaches reports whether a function that the request names comes, over what it
// calls, to the code that a fix changes: who mends what Join calls has worked on
// Join without a word of it.
func (v *view) reaches(w wish) bool {
	if w.kind != wishName || v.in.Request.Category != city.BugFix || v.Index == nil {
		return false
	}
	name := lex.LastName(strings.Trim(w.text, "().:/"))
	if found, ok := v.reached[name]; ok {
		return found
	}
	if v.reached == nil {
		v.reached = map[string]bool{}
	}
	v.reached[name] = v.reachesChange(name)
	return v.reached[name]
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
		if testcode.File.MatchString(f.Path) || change.ProseFile(f.Path) {
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
