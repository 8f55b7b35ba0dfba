// Package patch reads diffs as tools and people write them and applies them to
// files in memory. It is as strict as git apply about what stands in the files
// and as tolerant about where: lines may have moved. What people miscount in a
// header, but git would refuse, is mended and said.
package patch

import (
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
)

// File is the change of one file.
type File struct {
	Old, New string   // paths; Old is "" for a new file, New for one that goes
	Broken   string   // why it cannot be read, "" when it can
	Remarks  []string // what was mended to read it
	Binary   bool     // it has no lines to look at

	hunks []hunk
}

type hunk struct {
	*gitdiff.TextFragment
	number int  // 1-based, as written
	loose  bool // the header does not say where
}

// Bounds of what is read of one text.
const (
	maxFiles = 200
	maxHunks = 400 // of all files
)

// Parse reads the diffs of a text; what is none is passed over. In prose, as
// opposed to a block that holds nothing but a diff, a line that is no part of a
// diff ends a hunk.
func Parse(text string, prose bool) []File {
	s := scanner{lines: strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n"), prose: prose}
	var files []File
	hunks := 0
	for _, section := range s.sections() {
		if hunks += len(section.hunks); hunks > maxHunks {
			break
		}
		if f, ok := section.file(); ok {
			files = append(files, f)
		}
	}
	return files
}

// file reads one section; false when it changes nothing.
func (s *section) file() (File, bool) {
	f := File{Remarks: s.remarks}
	parsed, _, err := gitdiff.Parse(strings.NewReader(s.text()))
	if err != nil {
		f.Broken = strings.TrimPrefix(err.Error(), "gitdiff: ")
		f.Old, f.New = s.names()
		return f, true
	}
	if len(parsed) == 0 {
		return f, false
	}
	got := parsed[0]
	f.Old, f.New, f.Binary = withoutSide(got.OldName), withoutSide(got.NewName), got.IsBinary
	if got.IsNew {
		f.Old = ""
	}
	if got.IsDelete {
		f.New = ""
	}
	for i, fragment := range got.TextFragments {
		h := hunk{TextFragment: fragment, number: i + 1}
		if i < len(s.hunks) {
			h.number, h.loose = s.hunks[i].number, s.hunks[i].loose
		}
		f.hunks = append(f.hunks, h)
	}
	return f, true
}

// withoutSide drops the a/ or b/ that stands for the side of a diff.
func withoutSide(name string) string {
	for _, side := range []string{"a/", "b/"} {
		if rest, ok := strings.CutPrefix(name, side); ok {
			return rest
		}
	}
	return name
}

// Adds reports whether the change only adds lines and names none that are
// there: people write new files so, too.
func (f *File) Adds() bool {
	for _, h := range f.hunks {
		if h.OldLines > 0 {
			return false
		}
	}
	return f.Broken == "" && len(f.hunks) > 0
}

// Added are the lines that the change adds.
func (f *File) Added() string {
	var b strings.Builder
	for _, h := range f.hunks {
		for _, l := range h.Lines {
			if l.Op == gitdiff.OpAdd {
				b.WriteString(l.Line)
			}
		}
	}
	return b.String()
}
