package change

import (
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/patch"
)

// headless are the diffs that name no file, as the changes of the file that the
// prose before them cites, or else that has what they remove. People leave lines out of
// such, so where one does not fit, that says nothing.
func headless(r *grounding.Reading) []patch.File {
	var all []patch.File
	var cited map[int]*grounding.Cited
	for _, b := range r.Doc.Blocks[:min(len(r.Doc.Blocks), maxDiffBlocks)] {
		if !b.Diff || b.Delivered || namesFile(b.Lines) {
			continue
		}
		if cited == nil {
			cited = r.CitedLines()
			for i := range r.Refs { // a file may be named without a line
				if ref := &r.Refs[i]; ref.Status == grounding.RefExists && cited[ref.At] == nil {
					cited[ref.At] = ref
				}
			}
		}
		file := ""
		if ref, _ := grounding.ClaimBefore(r.Doc, b, cited); ref != nil && ref.Status == grounding.RefExists {
			file = ref.Path
		} else {
			file = home(r, b)
		}
		if file == "" {
			continue
		}
		head := "--- a/" + file + "\n+++ b/" + file + "\n"
		if !strings.HasPrefix(strings.TrimSpace(b.Lines[0]), "@@") {
			head += "@@\n"
		}
		all = append(all, patch.Parse(head+strings.Join(b.Lines, "\n"), false)...)
	}
	return all
}

// home is the file that has every line of what a diff removes, "" when there is none or
// what is removed tells no file from others.
func home(r *grounding.Reading, b document.Block) string {
	var old []string
	for _, l := range b.Lines {
		if rest, ok := strings.CutPrefix(l, "-"); ok {
			old = append(old, rest)
		}
	}
	lines := grounding.Quotable(old, grounding.MaxQuoteLines)
	if file, same := r.Index.Closest(lines); len(lines) > 1 && same >= len(lines) || len(lines) == 1 && len(r.Index.Homes(lex.Pack(lines[0]))) == 1 {
		return file
	}
	return ""
}

// namesFile reports whether a diff has the header of a file.
func namesFile(lines []string) bool {
	for _, l := range lines {
		if rest := strings.TrimLeft(l, " "); strings.HasPrefix(rest, "--- ") || strings.HasPrefix(rest, "+++ ") || strings.HasPrefix(rest, "diff --git ") {
			return true
		}
	}
	return len(lines) == 0
}

// quiet applies changes of which only those count that fit.
func (c *Applied) quiet(files []patch.File) {
	for _, f := range files {
		before := c.text(f.Old)
		if before == nil || f.Broken != "" {
			continue
		}
		from := before
		if then := c.after[f.Old]; then != nil {
			from = then
		}
		if got := f.Apply(from, &c.work); got.Fits && !got.Unknown {
			c.after[f.Old] = patch.NewText(got.After)
			c.Changed = append(c.Changed, File{f.Old, from.String(), got.After})
		}
	}
}
