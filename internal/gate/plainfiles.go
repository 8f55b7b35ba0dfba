package gate

import (
	"path"
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
)

// maxPlainFiles bounds the files without an extension that are looked for by name.
const maxPlainFiles = 40

// plainFiles are the files in folders whose names have no extension, as programs
// in bin/ have none: only the repository tells that these are files.
func (x *index) plainFiles() []string {
	if x.plain == nil {
		x.plain = []string{}
		for _, f := range x.listed() {
			base := path.Base(f.Path)
			if len(x.plain) < maxPlainFiles && base != f.Path && len(base) > 2 && !strings.Contains(base, ".") && !citedNames[base] {
				x.plain = append(x.plain, f.Path)
			}
		}
	}
	return x.plain
}

// plainLines matches the lines behind the name of a file.
var plainLines = regexp.MustCompile(`^(?::|#L)(\d{1,7})(?:-L?(\d{1,7}))?`)

// citesIn returns the citations of one line of prose, those of files without an
// extension too.
func (v *view) citesIn(text string) []cite {
	all := citesIn(text)
	if v.index == nil || !strings.Contains(text, "/") {
		return all
	}
	for _, p := range v.index.plainFiles() {
		for from := 0; ; {
			at := strings.Index(text[from:], p)
			if at < 0 {
				break
			}
			start := from + at
			from = start + len(p)
			if start > 0 && (lex.Alphanumeric(text[start-1]) || strings.IndexByte("/_-.", text[start-1]) >= 0) || from < len(text) && (lex.Alphanumeric(text[from]) || strings.IndexByte("/_-", text[from]) >= 0) {
				continue
			}
			c := cite{text: text[start:from], path: p, start: start, fin: from}
			if m := plainLines.FindStringSubmatch(text[from:]); m != nil {
				c.line, c.end, c.fin = number(m[1]), number(m[2]), from+len(m[0])
				c.text = text[start:c.fin]
			}
			all = append(all, c)
		}
	}
	return all
}
