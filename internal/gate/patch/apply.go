package patch

import (
	"fmt"
	"io"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
)

// Result is what became of a change that was applied to a file.
type Result struct {
	Fits    bool
	Why     string   // it does not fit, or cannot be told
	Unknown bool     // it cannot be told
	Remarks []string // what git apply would mind, or moved
	Spaced  bool     // it fits only when white space is ignored
	Lines   int      // of the change that the file must have and that say something
	Real    int      // of these, those that stand in the file
	Removed int      // of Lines, those that the hunks which do not fit take away
	Made    int      // of these, those that do not stand there in this order
	Missed  int      // of Lines, all those of the hunks which do not fit
	Absent  int      // of these, those that do not stand there in this order
	After   string   // the changed file

	Elsewhere bool // what surrounds a hunk stands in the file, and none of what it takes away there
}

// Work bounds the comparisons of lines, over as many files as one likes.
type Work int

// DefaultWork is enough for any honest patch.
const DefaultWork Work = 4_000_000

// Text is a file that changes are applied to; reading it once is enough for all
// of them.
type Text struct {
	whole  string
	lines  []string // each with its line break
	packs  []string // without white space
	packed map[string]bool
	at     map[string][]int // lines by their text
}

// NewText reads a file. Its last line gets a line break, since people leave out
// the remark that it has none.
func NewText(content string) *Text {
	content = strings.ReplaceAll(content, "\r\n", "\n")
	if content != "" && !strings.HasSuffix(content, "\n") {
		content += "\n"
	}
	t := &Text{whole: content, lines: strings.SplitAfter(content, "\n")}
	t.lines = t.lines[:len(t.lines)-1]
	t.packed, t.at = make(map[string]bool, len(t.lines)), make(map[string][]int, len(t.lines))
	for i, l := range t.lines {
		t.at[l] = append(t.at[l], i)
		t.packs = append(t.packs, pack(l))
		t.packed[t.packs[i]] = true
	}
	return t
}

// String is the file as it was read.
func (t *Text) String() string { return t.whole }

// Apply applies the change to a file.
func (f *File) Apply(to *Text, work *Work) Result {
	a := applier{Text: to, work: work, result: Result{Fits: true, Remarks: f.Remarks}}
	var placed []*gitdiff.TextFragment
	for i := range f.hunks {
		if fragment := a.place(&f.hunks[i]); fragment != nil {
			placed = append(placed, fragment)
		}
	}
	if a.moved > 0 {
		a.remark("lines moved by up to %d", a.moved)
	}
	if a.result.Fits {
		a.write(placed)
	}
	if a.result.Fits && f.New == "" && a.result.After != "" {
		a.failed("it takes the file away and leaves some of its lines")
	}
	return a.result
}

// applier looks for the places of hunks in one file.
type applier struct {
	*Text
	next   int // the first line behind the hunks so far
	offset int // of the last hunk from where it said
	moved  int
	work   *Work
	result Result
}

// place returns the hunk as it stands in the file, nil when it does not.
func (a *applier) place(h *hunk) *gitdiff.TextFragment {
	old := oldLines(h.TextFragment)
	a.count(old)
	if len(old) == 0 {
		return a.insertion(h)
	}
	want := int(h.OldPosition) - 1 + a.offset
	at, ok := a.find(old, want, h.loose)
	if !ok {
		if at, ok = a.findSpaced(old, want); ok {
			a.result.Spaced = true
			a.remark("hunk %d differs in white space", h.number)
		}
	}
	if !ok {
		a.countMade(h.TextFragment)
		a.fail(h, old)
		return nil
	}
	if !h.loose {
		a.offset = at - (int(h.OldPosition) - 1)
		a.moved = max(a.moved, max(a.offset, -a.offset))
	}
	a.next = at + len(old)
	return a.settled(h.TextFragment, at)
}

// insertion places a hunk that only adds: the file says nothing about it.
func (a *applier) insertion(h *hunk) *gitdiff.TextFragment {
	at := int(h.OldPosition) // behind this line
	switch {
	case h.loose:
		a.unknown(fmt.Sprintf("hunk %d has no line that says where it belongs", h.number))
		return nil
	case at > len(a.lines):
		a.failed(fmt.Sprintf("hunk %d adds behind the end of the file, which has %d lines", h.number, len(a.lines)))
		return nil
	case len(a.lines) > 0:
		a.remark("hunk %d has no context", h.number)
	}
	at = max(at, a.next)
	a.next = at
	return a.settled(h.TextFragment, at)
}

// settled is a fragment that begins at a line of the file, counted from 0, and
// says of it what stands there.
func (a *applier) settled(f *gitdiff.TextFragment, at int) *gitdiff.TextFragment {
	placed := *f
	placed.OldPosition = int64(at + 1)
	if len(a.lines) == 0 {
		placed.OldPosition = 0
	}
	placed.NewPosition = max(placed.NewPosition, 1)
	placed.Lines = make([]gitdiff.Line, len(f.Lines))
	for i, l := range f.Lines {
		if !strings.HasSuffix(l.Line, "\n") {
			l.Line += "\n"
		}
		if l.Old() {
			l.Line = a.lines[at]
			at++
		}
		placed.Lines[i] = l
	}
	return &placed
}

func (a *applier) write(fragments []*gitdiff.TextFragment) {
	var after strings.Builder
	to := gitdiff.NewTextApplier(&after, strings.NewReader(a.whole))
	for i, f := range fragments {
		if err := to.ApplyFragment(f); err != nil && err != io.EOF { //nolint:errorlint // as the package returns it
			a.failed(fmt.Sprintf("hunk %d: %v", i+1, err))
			return
		}
	}
	if err := to.Close(); err != nil {
		a.failed(err.Error())
		return
	}
	a.result.After = after.String()
}

// find looks for lines in the file: where they are said to be, else the nearest
// place behind the hunks before, as git apply does.
func (a *applier) find(old []string, want int, loose bool) (int, bool) {
	if !loose && want >= a.next && a.stands(old, want) {
		return want, true
	}
	// The rarest line says soonest where the others can be.
	rare, shift := []int(nil), 0
	for i, l := range old {
		if at := a.at[l]; i == 0 || len(at) < len(rare) {
			rare, shift = at, i
		}
	}
	best, found := 0, false
	for _, at := range rare {
		at -= shift
		if *a.work < 0 {
			break
		}
		if at < a.next || found && distance(at, want) >= distance(best, want) {
			continue
		}
		if a.stands(old, at) {
			best, found = at, true
			if loose {
				break // the first
			}
		}
	}
	return best, found
}

func (a *applier) stands(old []string, at int) bool {
	if at < 0 || at+len(old) > len(a.lines) {
		return false
	}
	for i, l := range old {
		if *a.work--; *a.work < 0 || a.lines[at+i] != l {
			return false
		}
	}
	return true
}

// findSpaced looks for lines that are the same but for white space.
func (a *applier) findSpaced(old []string, want int) (int, bool) {
	wanted, known := make([]string, len(old)), true
	for i, l := range old {
		wanted[i] = pack(l)
		known = known && a.packed[wanted[i]]
	}
	if !known {
		return 0, false
	}
	best, found := 0, false
	for at := a.next; at+len(old) <= len(a.lines); at++ {
		if *a.work < 0 || found && distance(at, want) >= distance(best, want) {
			break
		}
		same := true
		for i, w := range wanted {
			if *a.work--; *a.work < 0 || a.packs[at+i] != w {
				same = false
				break
			}
		}
		if same {
			best, found = at, true
		}
	}
	return best, found
}

func distance(a, b int) int { return max(a-b, b-a) }

// count notes how much of a hunk's old side stands in the file at all.
func (a *applier) count(old []string) {
	for _, l := range old {
		if p := pack(l); telling(p) {
			a.result.Lines++
			if a.packed[p] {
				a.result.Real++
			}
		}
	}
}

// fail says of a hunk that does not fit which of its lines is not there.
func (a *applier) fail(h *hunk, old []string) {
	if *a.work < 0 {
		a.unknown("the patch is too large to be tried")
		return
	}
	for _, l := range old {
		if !a.packed[pack(l)] {
			a.failed(fmt.Sprintf("hunk %d: %s", h.number, NoLine(l)))
			return
		}
	}
	a.failed(fmt.Sprintf("hunk %d: its lines do not stand together in the file", h.number))
}

// NoLine says of a line that the file does not have it.
func NoLine(line string) string {
	return fmt.Sprintf("the file has no line %q", short(strings.TrimSpace(line)))
}

// failed notes the first reason only.
func (a *applier) failed(why string) {
	if a.result.Fits || a.result.Unknown {
		a.result.Fits, a.result.Unknown, a.result.Why = false, false, why
	}
}

func (a *applier) unknown(why string) {
	if a.result.Fits {
		a.result.Fits, a.result.Unknown, a.result.Why = false, true, why
	}
}

func (a *applier) remark(format string, args ...any) {
	const most = 8
	if len(a.result.Remarks) < most {
		a.result.Remarks = append(a.result.Remarks[:len(a.result.Remarks):len(a.result.Remarks)], fmt.Sprintf(format, args...))
	}
}

func oldLines(f *gitdiff.TextFragment) []string {
	var old []string
	for _, l := range f.Lines {
		if !l.Old() {
			continue
		}
		if !strings.HasSuffix(l.Line, "\n") {
			l.Line += "\n"
		}
		old = append(old, l.Line)
	}
	return old
}

// pack is a line without white space.
func pack(line string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, line)
}

// telling reports whether a packed line is more than brackets.
func telling(packed string) bool {
	return len(strings.Trim(packed, "{}()[],;")) >= 3
}

func short(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
