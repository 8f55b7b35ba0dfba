package grounding

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
)

// titleText matches a comment that consists of a file's name, commentText any comment of
// one line.
var (
	titleText   = regexp.MustCompile(`^\s*(?://|#|--|;|<!--|/\*)\s*(\S+?)(?::)?\s*(?:-->|\*/|\([\w ]+\))?\s*$`)
	commentText = regexp.MustCompile(`^\s*(?://|#|--|;|<!--|/\*)\s*(.*?)\s*(?:-->|\*/)?\s*$`)
)

// placeWordsMore is how many words a comment may have beside the place that it names.
const placeWordsMore = 3

// blockTitle adds a reference for the file, or the place in one, in the first line of a
// code block: what follows is that file, what stands there, or a new one.
func (r *resolver) blockTitle(at int, text string) {
	if r.v.Index == nil {
		return
	}
	if m := titleText.FindStringSubmatch(text); m != nil && citation.IsFile(m[1]) {
		p := citation.Clean(m[1])
		ref := Cited{Reference: Reference{Text: m[1], Path: p, Status: RefNewFile}, At: at}
		if found, ok := r.v.Index.Find(p); ok {
			ref.Path, ref.Status, r.last = found, RefExists, found
		} else {
			r.proposed[p] = true
		}
		r.refs = append(r.refs, ref)
		return
	}
	m := commentText.FindStringSubmatch(text)
	if m == nil {
		return
	}
	cites := r.v.CitesIn(m[1])
	if len(cites) == 0 || len(cites) > 2 || cites[0].Path == "" {
		return
	}
	place := cites[len(cites)-1] // lib/a.js:3, or lib/a.js, line 3
	beside := strings.NewReplacer(cites[0].Text, " ", place.Text, " ").Replace(m[1])
	found, ok := r.v.Index.Find(citation.Clean(cites[0].Path))
	if !ok || place.Line == 0 || len(cites) == 2 && place.Path != "" || lex.CountWords(beside) > placeWordsMore {
		return
	}
	r.last = found
	r.refs = append(r.refs, Cited{
		Reference: Reference{Text: place.Text, Path: found, Line: place.Line, Status: r.inRange(found, max(place.Line, place.End))},
		End:       place.End, At: at,
	})
}

// titled returns the place that the first line of a block says that it is of, and how much
// it claims to stand there: not at all where it is announced as new code, and half where
// nothing leads over to it and new code was ordered.
func (r *Reading) titled(b document.Block, cited map[int]*Cited) (*Cited, float64) {
	ref := cited[b.Start]
	if ref == nil {
		return nil, 0
	}
	lead := ""
	for i := b.Start - 1; i >= 0 && lead == "" && b.Start-i <= oneParagraph; i-- {
		if l := r.Doc.Lines[i]; !l.Code {
			lead = strings.TrimSpace(l.Text)
		}
	}
	switch {
	case lead != "" && announcesNew(lead):
		return ref, 0
	case r.Want.Code && !strings.HasSuffix(lead, ":"):
		return ref, 0.5
	}
	return ref, 1
}
