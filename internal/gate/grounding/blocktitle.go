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

// blockTitle adds a reference for the file in the first line of a code block: what follows
// is that file, or a new one. A place in it is noted for what the block may quote; nothing
// is said of it there that could be held against its lines.
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
	r.refs = append(r.refs, Cited{Reference: Reference{Text: cites[0].Text, Path: found, Status: RefExists}, At: at})
	if r.v.titles == nil {
		r.v.titles = map[int]*Cited{}
	}
	r.v.titles[at] = &Cited{
		Reference: Reference{Text: place.Text, Path: found, Line: place.Line, Status: r.inRange(found, max(place.Line, place.End))},
		End:       place.End, At: at,
	}
}

// readsOut matches what leads over to code as it is, with a verb that tells what it does.
var readsOut = regexp.MustCompile(`(?i)\b(?:reads?|says|runs?|goes|checks|evaluates|decides|returns|stands?|happens|today|currently|here|` +
	`steht|lautet|dice|lit)\b[^:：]*[:：][*_\s]*$`)

// otherwiseTitled matches what in a comment with a place says that the code is to go there.
var otherwiseTitled = regexp.MustCompile(`(?i)\b(?:fix\w*|after|new|propos\w*|suggest\w*|patch\w*|change[ds]?|instead|replace\w*|neu|nachher)\b`)

// titled returns the place that the first line of a block says that it is of, where what
// leads over to it says that it stands there; else only whether it does so can be told.
func (r *Reading) titled(b document.Block) (place *Cited, claimed bool) {
	ref := r.titles[b.Start]
	if ref == nil {
		return nil, false
	}
	at := r.proseBefore(b)
	if at < 0 || b.Start-at > oneParagraph {
		return ref, false
	}
	lead := strings.TrimSpace(r.Doc.Lines[at].Text)
	return ref, readsOut.MatchString(lead) && !announcesNew(lead) && !otherwiseTitled.MatchString(b.Lines[0])
}
