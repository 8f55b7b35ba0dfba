package ui

import (
	"strings"

	"github.com/gitleaks/go-gitdiff/gitdiff"
)

// DiffFile is what happened to one file.
type DiffFile struct {
	Path           string
	Note           string // new, deleted, renamed, binary or ""
	Added, Removed int
	Lines          []DiffLine
}

// DiffLine is a line of a diff: add, del, ctx or hunk.
type DiffLine struct {
	Kind     string
	Old, New int64 // line numbers, 0 for none
	Text     string
}

// maxDiffLines bounds what a page shows; the whole patch is in the API.
const maxDiffLines = 3000

// ParseDiff reads the output of git diff. What is beyond maxDiffLines is counted
// but not shown; what is not a diff is shown as it is.
func ParseDiff(patch string) []DiffFile {
	if patch == "" {
		return nil
	}
	parsed, err := gitdiff.Parse(strings.NewReader(patch))
	if err != nil {
		return []DiffFile{plainPatch(patch)}
	}
	var files []DiffFile
	left := maxDiffLines
	for f := range parsed {
		file := DiffFile{Path: f.NewName, Note: diffNote(f)}
		if f.IsDelete || file.Path == "" {
			file.Path = f.OldName
		}
		for _, fragment := range f.TextFragments {
			file.add(fragment, &left)
		}
		files = append(files, file)
	}
	if len(files) == 0 {
		return []DiffFile{plainPatch(patch)}
	}
	return files
}

func plainPatch(patch string) DiffFile {
	file := DiffFile{Path: "patch"}
	for line := range strings.Lines(patch) {
		if len(file.Lines) == maxDiffLines {
			break
		}
		file.Lines = append(file.Lines, DiffLine{Kind: "ctx", Text: strings.TrimRight(line, "\r\n")})
	}
	return file
}

func diffNote(f *gitdiff.File) string {
	switch {
	case f.IsBinary:
		return "binary"
	case f.IsNew:
		return "new"
	case f.IsDelete:
		return "deleted"
	case f.IsRename:
		return "renamed from " + f.OldName
	default:
		return ""
	}
}

func (f *DiffFile) add(fragment *gitdiff.TextFragment, left *int) {
	f.Added += int(fragment.LinesAdded)
	f.Removed += int(fragment.LinesDeleted)
	if *left <= 0 {
		return
	}
	f.Lines = append(f.Lines, DiffLine{Kind: "hunk", Text: fragment.Header()})
	before, after := fragment.OldPosition, fragment.NewPosition
	for _, line := range fragment.Lines {
		if *left--; *left < 0 {
			f.Lines = append(f.Lines, DiffLine{Kind: "hunk", Text: "The rest is not shown here. GET /tasks/{id}/patch has all of it."})
			return
		}
		shown := DiffLine{Text: strings.TrimRight(line.Line, "\r\n")}
		switch line.Op {
		case gitdiff.OpAdd:
			shown.Kind, shown.New = "add", after
			after++
		case gitdiff.OpDelete:
			shown.Kind, shown.Old = "del", before
			before++
		default:
			shown.Kind, shown.Old, shown.New = "ctx", before, after
			before++
			after++
		}
		f.Lines = append(f.Lines, shown)
	}
}

func added(files []DiffFile) (n int) {
	for _, f := range files {
		n += f.Added
	}
	return n
}

func removed(files []DiffFile) (n int) {
	for _, f := range files {
		n += f.Removed
	}
	return n
}
