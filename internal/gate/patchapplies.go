package gate

import (
	"fmt"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/patch"
)

// patchApplies applies the diffs of a deliverable, and the patch, to the files
// in memory. Lines that really stand in the files are evidence that somebody
// read them; lines that do not were invented, or copied without care.
func patchApplies(v *view) (Signal, bool) {
	s := Signal{Name: "patch applies"}
	if v.Index == nil {
		return s, false
	}
	c := v.changes()
	if c.Tried == 0 {
		return s, false
	}
	s.Evidence = few(c.Said, 12)
	if c.Fault > 0 {
		s.Points = -costPatch * share(c.Fault, float64(c.Tried))
		if v.Want.Code && (c.AllInvented() || c.Failed == c.Tried && v.changesMisquoted(c.Said)) {
			s.Cap = new(capPatch) // the change is the product, and there is none
		}
		s.Reason = fmt.Sprintf("%d of %d changes do not fit the files of the repository.", c.Failed, c.Tried)
		s.advice = "Make diffs against the files as they were delivered, with git diff; git apply --check must accept them."
		return s, true
	}
	s.Reason = fmt.Sprintf("%d of %d changes fit the files of the repository.", c.Tried, c.Tried)
	if c.Real >= minRealLines {
		s.Max = maxPatchFits
		s.Points = maxPatchFits * share(c.Fits, float64(c.Tried))
	}
	return s, true
}

const minRealLines = 2 // fewer prove nothing

// changesMisquoted reports whether a change is of a line that the text quotes, too, and
// that no file has: both say of the same invented line that it is there.
func (v *view) changesMisquoted(said []string) bool {
	return slices.ContainsFunc(v.Ground.BadQuotes, func(quote string) bool {
		return slices.ContainsFunc(said, func(why string) bool { return strings.Contains(why, patch.NoLine(quote)) })
	})
}
