// Package change applies the changes that a deliverable shows, and the patch that
// it comes with, to the repository's files in memory, and tells whether they do
// anything.
package change

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/patch"
	"aicity.dev/aicity/internal/gate/syntax"
)

// Bounds on the diffs that are applied.
const (
	maxLooked     = 400 // blocks
	maxDiffBlocks = 40
	maxDiffBytes  = 512 << 10 // of the deliverable, and of the patch
)

// Apply applies the diffs of a deliverable, and the patch that it comes
// with, to the files of the repository.
func Apply(r *grounding.Reading, patched []byte) *Applied {
	c := &Applied{v: r, work: patch.DefaultWork, texts: map[string]*patch.Text{}, after: map[string]*patch.Text{}, created: map[string]bool{}, Files: map[string]string{}}
	c.all(diffs(r, patched))
	c.quiet(headless(r))
	return c
}

// What a change that does not fit counts, 0 to 1.
const (
	faultInvented = 1.0
	faultInexact  = 0.4 // most of its lines are there
	faultBroken   = 0.5 // it breaks a file that could be parsed
	faultUnread   = 0.3 // it is no diff that can be read

	minMade = 2 // lines that do not stand there; one may be a slip
)

// diffs are the changes that the deliverable shows and those it comes with.
func diffs(r *grounding.Reading, patched []byte) []patch.File {
	var all []patch.File
	budget := maxDiffBytes
	shown := false
	for _, b := range r.Doc.Blocks[:min(len(r.Doc.Blocks), maxLooked)] {
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
	if text := r.Doc.Text; !shown && len(text) <= maxDiffBytes && strings.Contains(text, "\n+++ ") {
		all = append(all, patch.Parse(text, true)...) // without a fence
	}
	if len(patched) > 0 && len(patched) <= maxDiffBytes {
		all = append(all, patch.Parse(string(patched), false)...)
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

// Applied applies changes and adds up what became of them.
type Applied struct {
	v       *grounding.Reading
	work    patch.Work
	texts   map[string]*patch.Text // files as delivered, nil for what cannot be read
	after   map[string]*patch.Text // and as the last change left them
	Changed []File                 // what each change made of its file
	created map[string]bool
	Files   map[string]string // the new ones that are shown, by path

	Tried, Failed int
	Real          int     // lines of the changes that stand in the files
	Fits          float64 // changes that do, half for those that do but for white space
	Fault         float64
	Said          []string
}

// File is a file before and after a change that fits.
type File struct{ Path, Before, After string }

func (c *Applied) all(files []patch.File) {
	for _, f := range files {
		if _, ok := c.v.Index.Find(citation.Clean(f.Old)); f.Old == "" || !ok && f.Adds() {
			c.created[citation.Clean(f.New)] = true
			c.Files[citation.Clean(f.New)] += f.Added()
		}
	}
	for _, f := range files {
		if f.Old != "" && !f.Binary {
			c.file(f)
		}
	}
}

func (c *Applied) file(f patch.File) {
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
func (c *Applied) text(p string) *patch.Text {
	t, known := c.texts[p]
	if !known {
		if read := c.v.Index.Text(p); read != nil {
			content := read.Raw
			if content != "" {
				content += "\n" // it was read without its end, before which blank lines may stand
			}
			t = patch.NewText(content)
		}
		c.texts[p] = t
	}
	return t
}

func (c *Applied) result(p, from string, got patch.Result) {
	switch {
	case got.Unknown:
		return
	case !got.Fits && (got.Real*2 < got.Lines || got.Elsewhere && !changedLocally.MatchString(c.v.Request) || made(got.Made, got.Removed) || made(got.Absent, got.Missed)):
		c.fail(p, faultInvented, got.Why)
		return
	case !got.Fits:
		c.fail(p, faultInexact, got.Why)
		return
	}
	c.Tried++
	c.Real += got.Real
	if got.Spaced {
		c.Fits += 0.5
	} else {
		c.Fits++
	}
	said := p + ": applies"
	if len(got.Remarks) > 0 {
		said += " (" + strings.Join(got.Remarks[:min(len(got.Remarks), 3)], "; ") + ")"
	}
	if syntax.Breaks(p, c.v.Index.Text(p).Raw, got.After) {
		c.Failed++
		c.Fault += faultBroken
		said = p + ": applies, but the changed file cannot be parsed"
	}
	c.after[p] = patch.NewText(got.After)
	c.Changed = append(c.Changed, File{p, from, got.After})
	c.Said = append(c.Said, said)
}

// changedLocally matches requests about code that is not quite the repository's.
var changedLocally = regexp.MustCompile(`(?i)\b(?:our|my) (?:fork|copy|version)\b|\bpatched\b|\bvendored\b|\bchanged (?:it|to|locally)\b|\binstead of \d`)

// AllInvented reports whether the changes fit no file at all.
func (c *Applied) AllInvented() bool { return c.Fault >= float64(c.Tried)*faultInvented }

// made reports whether so many lines are not there that they are made up.
func made(lines, of int) bool { return lines >= minMade && lines*4 >= of }

func (c *Applied) fail(p string, fault float64, why string) {
	c.Tried++
	c.Failed++
	c.Fault += fault
	c.Said = append(c.Said, lex.Shorten(p, 100)+": "+why)
}
