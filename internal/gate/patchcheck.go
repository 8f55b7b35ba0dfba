package gate

import (
	"fmt"
	"strings"

	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/patch"
	"aicity.dev/aicity/internal/gate/syntax"
)

// Bounds on the diffs that are applied.
const (
	maxDiffBlocks = 40
	maxDiffBytes  = 512 << 10 // of the deliverable, and of the patch
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
	if c.tried == 0 {
		return s, false
	}
	s.Evidence = few(c.said, 12)
	if c.fault > 0 {
		s.Points = -costPatch * share(c.fault, float64(c.tried))
		if v.Want.Code && c.fault >= float64(c.tried)*faultInvented {
			s.Cap = capAt(capPatch) // the change is the product, and there is none
		}
		s.Reason = fmt.Sprintf("%d of %d changes do not fit the files of the repository.", c.failed, c.tried)
		s.advice = "Make diffs against the files as they were delivered, with git diff; git apply --check must accept them."
		return s, true
	}
	s.Reason = fmt.Sprintf("%d of %d changes fit the files of the repository.", c.tried, c.tried)
	if c.real >= minRealLines {
		s.Max = maxPatchFits
		s.Points = maxPatchFits * share(c.fits, float64(c.tried))
	}
	return s, true
}

// changes applies the diffs of the deliverable, and the patch, once.
func (v *view) changes() *patchCheck {
	if v.applied == nil {
		v.applied = &patchCheck{v: v, work: patch.DefaultWork, texts: map[string]*patch.Text{}, after: map[string]*patch.Text{}, created: map[string]bool{}, files: map[string]string{}}
		v.applied.all(v.diffs())
		v.applied.quiet(v.headless())
	}
	return v.applied
}

// What a change that does not fit counts, 0 to 1.
const (
	faultInvented = 1.0
	faultInexact  = 0.4 // most of its lines are there
	faultBroken   = 0.5 // it breaks a file that could be parsed
	faultUnread   = 0.3 // it is no diff that can be read

	minRealLines = 2 // fewer prove nothing
	minMade      = 2 // lines that do not stand there; one may be a slip
)

// diffs are the changes that the deliverable shows and those it comes with.
func (v *view) diffs() []patch.File {
	var all []patch.File
	budget := maxDiffBytes
	shown := false
	for _, b := range v.Doc.Blocks[:min(len(v.Doc.Blocks), maxBlocks)] {
		if !b.Diff || b.Delivered || len(all) >= maxDiffBlocks {
			continue
		}
		text := strings.Join(outdented(b.Lines), "\n")
		if budget -= len(text); budget < 0 {
			break
		}
		files := patch.Parse(text, false)
		shown = shown || len(files) > 0
		all = append(all, files...)
	}
	if text := v.Doc.Text; !shown && len(text) <= maxDiffBytes && strings.Contains(text, "\n+++ ") {
		all = append(all, patch.Parse(text, true)...) // without a fence
	}
	if len(v.in.Patch) > 0 && len(v.in.Patch) <= maxDiffBytes {
		all = append(all, patch.Parse(string(v.in.Patch), false)...)
	}
	return all
}

// outdented takes the indentation of a block's first header from its lines: the
// block stands in a list.
func outdented(lines []string) []string {
	for _, l := range lines {
		rest := strings.TrimLeft(l, " ")
		if !document.DiffHeader.MatchString(rest) {
			continue
		}
		indent := l[:len(l)-len(rest)]
		if indent == "" {
			return lines
		}
		out := make([]string, len(lines))
		for i, l := range lines {
			out[i] = strings.TrimPrefix(l, indent)
		}
		return out
	}
	return lines
}

// patchCheck applies changes and adds up what became of them.
type patchCheck struct {
	v       *view
	work    patch.Work
	texts   map[string]*patch.Text // files as delivered, nil for what cannot be read
	after   map[string]*patch.Text // and as the last change left them
	changed []changedFile          // what each change made of its file
	created map[string]bool
	files   map[string]string // the new ones that are shown, by path

	tried, failed int
	real          int     // lines of the changes that stand in the files
	fits          float64 // changes that do, half for those that do but for white space
	fault         float64
	said          []string
}

// changedFile is a file before and after a change that fits.
type changedFile struct{ path, before, after string }

func (c *patchCheck) all(files []patch.File) {
	for _, f := range files {
		if _, ok := c.v.Index.Find(citation.Clean(f.Old)); f.Old == "" || !ok && f.Adds() {
			c.created[citation.Clean(f.New)] = true
			c.files[citation.Clean(f.New)] += f.Added()
		}
	}
	for _, f := range files {
		if f.Old != "" && !f.Binary {
			c.file(f)
		}
	}
}

func (c *patchCheck) file(f patch.File) {
	cited := citation.Clean(f.Old)
	if c.created[cited] {
		return
	}
	p, ok := c.v.Index.Find(cited)
	switch {
	case !ok:
		c.fail(f.Old, faultInvented, "no such file")
		return
	case f.Broken != "":
		c.fail(p, faultUnread, "no diff that can be read: "+f.Broken)
		return
	}
	before := c.text(p)
	if before == nil {
		return
	}
	got, from := f.Apply(before, &c.work), before
	if then := c.after[p]; !got.Fits && then != nil {
		if next := f.Apply(then, &c.work); next.Fits { // it builds on the change before
			got, from = next, then
		}
	}
	c.result(p, from.String(), got)
}

// text is a file as it was delivered, nil when it cannot be read.
func (c *patchCheck) text(p string) *patch.Text {
	t, known := c.texts[p]
	if !known {
		if read := c.v.Index.Text(p); read != nil {
			t = patch.NewText(read.Raw)
		}
		c.texts[p] = t
	}
	return t
}

func (c *patchCheck) result(p, from string, got patch.Result) {
	switch {
	case got.Unknown:
		return
	case !got.Fits && (got.Real*2 < got.Lines || made(got.Made, got.Removed) || made(got.Absent, got.Missed)):
		c.fail(p, faultInvented, got.Why)
		return
	case !got.Fits:
		c.fail(p, faultInexact, got.Why)
		return
	}
	c.tried++
	c.real += got.Real
	if got.Spaced {
		c.fits += 0.5
	} else {
		c.fits++
	}
	said := p + ": applies"
	if len(got.Remarks) > 0 {
		said += " (" + strings.Join(few(got.Remarks, 3), "; ") + ")"
	}
	if syntax.Breaks(p, c.v.Index.Text(p).Raw, got.After) {
		c.failed++
		c.fault += faultBroken
		said = p + ": applies, but the changed file cannot be parsed"
	}
	c.after[p] = patch.NewText(got.After)
	c.changed = append(c.changed, changedFile{p, from, got.After})
	c.said = append(c.said, said)
}

// made reports whether so many lines are not there that they are made up.
func made(lines, of int) bool { return lines >= minMade && lines*4 >= of }

func (c *patchCheck) fail(p string, fault float64, why string) {
	c.tried++
	c.failed++
	c.fault += fault
	c.said = append(c.said, lex.Shorten(p, 100)+": "+why)
}
