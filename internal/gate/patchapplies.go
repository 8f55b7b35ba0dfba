package gate

import "fmt"

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
		if v.Want.Code && c.AllInvented() {
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
