// Package diff lays a git diff out side by side: what was on the left, what is
// on the right, coloured by the language of the file. All of a diff is hostile
// text; what it returns as HTML is escaped.
package diff

import (
	"html"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/bluekeyes/go-gitdiff/gitdiff"
)

// File is what changed in one file.
type File struct {
	Name    string
	Was     string // its name before, when it was renamed or copied
	Notes   []string
	Added   int
	Deleted int
	Rows    []Row
}

// Row is one line of both sides. A number is 0 where a side has none.
type Row struct {
	Kind     Kind
	Old, New int
	Left     string // HTML
	Right    string // HTML
}

// Kind is what a row shows.
type Kind string

// The kinds of rows.
const (
	Same    Kind = "same"
	Changed Kind = "changed"
	Skipped Kind = "skipped" // lines between two changes that are not shown
)

// The bounds of what is laid out; the whole diff can be downloaded.
const (
	maxFiles = 300
	maxRows  = 4_000
	maxLine  = 600 // bytes
	maxLexed = 200_000
)

// Lay returns the files of a diff, and whether it shows all of it. What of it
// cannot be read is left out.
func Lay(patch string) (files []File, all bool) {
	parsed, all := parse(patch)
	rows, lexed := maxRows, maxLexed
	for _, p := range parsed {
		f := describe(p)
		for _, fragment := range p.TextFragments {
			f.Added, f.Deleted = f.Added+int(fragment.LinesAdded), f.Deleted+int(fragment.LinesDeleted)
			if rows <= 0 {
				all = false
				continue
			}
			if len(fragment.Lines) > rows { // one change alone can be millions of lines
				fragment.Lines, all = fragment.Lines[:rows], false
			}
			var lexer chroma.Lexer
			if size := len(fragment.String()); size <= lexed {
				lexed -= size
				lexer = lexers.Match(f.Name)
			}
			f.Rows = append(f.Rows, lay(fragment, lexer)...)
			rows -= len(fragment.Lines)
		}
		files = append(files, f)
	}
	return files, all
}

// parse reads the changes of each file by themselves, so that one that is
// broken does not hide the others.
func parse(patch string) (files []*gitdiff.File, all bool) {
	const begin = "diff --git "
	all = true
	for len(patch) > 0 {
		one := patch
		if next := strings.Index(patch[1:], "\n"+begin); next >= 0 {
			one = patch[:next+2]
		}
		patch = patch[len(one):]
		if len(files) == maxFiles {
			return files, false
		}
		parsed, _, err := gitdiff.Parse(strings.NewReader(one))
		if err != nil {
			all = false
		}
		files = append(files, parsed...)
	}
	return files, all
}

func describe(p *gitdiff.File) File {
	f := File{Name: p.NewName}
	switch {
	case p.IsDelete:
		f.Name, f.Notes = p.OldName, append(f.Notes, "deleted")
	case p.IsNew:
		f.Notes = append(f.Notes, "new")
	case p.IsRename:
		f.Was, f.Notes = p.OldName, append(f.Notes, "renamed")
	case p.IsCopy:
		f.Was, f.Notes = p.OldName, append(f.Notes, "copied")
	}
	if p.OldMode != 0 && p.NewMode != 0 && p.OldMode != p.NewMode {
		if p.NewMode&0o111 != 0 {
			f.Notes = append(f.Notes, "made executable")
		} else {
			f.Notes = append(f.Notes, "no longer executable")
		}
	}
	if p.IsBinary {
		f.Notes = append(f.Notes, "binary")
	}
	return f
}

// lay pairs the deleted lines of a change with the added ones.
func lay(fragment *gitdiff.TextFragment, lexer chroma.Lexer) []Row {
	left, right := side(fragment, gitdiff.OpAdd, lexer), side(fragment, gitdiff.OpDelete, lexer)
	rows := []Row{{Kind: Skipped, Left: html.EscapeString(shorten(fragment.Header()))}}
	old, now := int(fragment.OldPosition), int(fragment.NewPosition)
	var deleted, added []Row
	flush := func() {
		for i := range max(len(deleted), len(added)) {
			row := Row{Kind: Changed}
			if i < len(deleted) {
				row.Old, row.Left = deleted[i].Old, deleted[i].Left
			}
			if i < len(added) {
				row.New, row.Right = added[i].New, added[i].Right
			}
			rows = append(rows, row)
		}
		deleted, added = nil, nil
	}
	next := func(lines *[]string) (line string) {
		if len(*lines) > 0 {
			line, *lines = (*lines)[0], (*lines)[1:]
		}
		return line
	}
	for _, line := range fragment.Lines {
		switch line.Op {
		case gitdiff.OpDelete:
			deleted = append(deleted, Row{Old: old, Left: next(&left)})
			old++
		case gitdiff.OpAdd:
			added = append(added, Row{New: now, Right: next(&right)})
			now++
		default:
			flush()
			rows = append(rows, Row{Kind: Same, Old: old, New: now, Left: next(&left), Right: next(&right)})
			old, now = old+1, now+1
		}
	}
	flush()
	return rows
}

// side is the text of one side, without the lines of the other, as HTML lines.
func side(fragment *gitdiff.TextFragment, without gitdiff.LineOp, lexer chroma.Lexer) []string {
	var lines []string
	for _, line := range fragment.Lines {
		if line.Op != without {
			lines = append(lines, shorten(strings.TrimRight(line.Line, "\r\n")))
		}
	}
	if lexer != nil {
		if coloured := colour(lexer, lines); len(coloured) == len(lines) {
			return coloured
		}
	}
	for i, line := range lines {
		lines[i] = html.EscapeString(line)
	}
	return lines
}

func colour(lexer chroma.Lexer, lines []string) []string {
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, strings.Join(lines, "\n")+"\n")
	if err != nil {
		return nil
	}
	var coloured []string
	for _, line := range chroma.SplitTokensIntoLines(tokens.Tokens()) {
		var b strings.Builder
		for _, token := range line {
			text := html.EscapeString(strings.TrimRight(token.Value, "\n"))
			if class := classOf(token.Type); class != "" && text != "" {
				text = `<span class="` + class + `">` + text + `</span>`
			}
			b.WriteString(text)
		}
		coloured = append(coloured, b.String())
	}
	return coloured
}

// classOf is chroma's own class of a token, or that of its kind.
func classOf(t chroma.TokenType) string {
	for _, t := range []chroma.TokenType{t, t.SubCategory(), t.Category()} {
		if class, ok := chroma.StandardTypes[t]; ok {
			return class
		}
	}
	return ""
}

func shorten(line string) string {
	if len(line) <= maxLine {
		return line
	}
	return strings.ToValidUTF8(line[:maxLine], "") + "…"
}
