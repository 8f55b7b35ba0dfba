package grounding

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/syntax"
	"aicity.dev/aicity/internal/gate/testcode"
)

// resolver walks the document and turns citations into references.
type resolver struct {
	v        *Reading
	refs     []Cited
	proposed map[string]bool // paths that the deliverable or its patch creates
	example  map[string]bool // paths that are arguments of an example
	last     string          // the file that a bare line number belongs to
	slight   int             // bare numbers so far
	members  int             // dotted names looked up so far
	subject  string          // the file that is cited first
	asked    []string        // the files that the request names
	lined    bool            // a line of a file was cited before, so that bare numbers may be lines
	opens    bool            // paragraphs open with their lines
	items    bool            // items of lists do
	column   bool            // rows of the table that is read do
	above    string          // the file last cited in a line that does not open with lines
}

// findReferences parses every citation of the deliverable and checks it
// against the file list.
func findReferences(v *Reading) []Cited {
	r := &resolver{v: v, proposed: map[string]bool{}, example: map[string]bool{}}
	for _, p := range v.Patched {
		r.proposed[p] = true
	}
	if r.asked = r.known(v.CitesIn(v.Request)); len(r.asked) == 1 {
		r.last = r.asked[0]
	} else if v.Index != nil {
		r.last = v.Index.SoleSource()
	}
	r.opens, r.items = v.opensWithLines(), v.listsLines()
	block := 0
	for i, l := range v.Doc.Lines {
		if len(r.refs) > maxReferencesParsed {
			break
		}
		for block < len(v.Doc.Blocks) && v.Doc.Blocks[block].End <= i {
			block++
		}
		if !l.Code {
			r.line(i, l.Text)
		} else if block < len(v.Doc.Blocks) && v.Doc.Blocks[block].Diff {
			r.diffHeader(i, l.Text)
		} else if block < len(v.Doc.Blocks) && i == v.Doc.Blocks[block].Start {
			r.blockTitle(i, l.Text)
		}
	}
	if v.Index != nil {
		r.settleShared()
		r.settleGuesses()
	}
	// What a file is once, it is wherever it is mentioned.
	for i := range r.refs {
		ref := &r.refs[i]
		switch {
		case ref.Status != RefMissing || ref.Modified:
		case r.proposed[ref.Path]:
			ref.Status = RefNewFile
		case ref.Line == 0 && r.example[ref.Path]:
			ref.Status = RefExternal
		}
	}
	return r.refs
}

// known returns the distinct repository files among the citations.
func (r *resolver) known(cites []citation.Cite) []string {
	var found []string
	seen := map[string]bool{}
	for _, c := range cites {
		if r.v.Index == nil || c.Path == "" {
			continue
		}
		if p, ok := r.v.Index.Find(citation.Clean(c.Path)); ok && !seen[p] {
			seen[p] = true
			found = append(found, p)
		}
	}
	return found
}

func (r *resolver) line(at int, text string) {
	cites := r.v.CitesIn(text)
	for _, c := range cites {
		if c.Path != "" {
			r.path(at, text, c)
			continue
		}
		r.bareLine(at, c, cites)
	}
	if r.v.Index == nil {
		return
	}
	if r.opens && r.above != "" && r.v.opensParagraph(at) {
		if m := paragraphLine.FindStringSubmatch(text); m != nil {
			r.slightly(at, r.above, m[1])
			return
		}
	}
	if r.above == "" || slices.ContainsFunc(cites, func(c citation.Cite) bool { return c.Path != "" }) {
		r.above = r.last
	}
	if lines := r.rowLines(text); lines != "" && r.last != "" {
		r.slightly(at, r.last, lines)
	} else if r.lined {
		r.numbers(at, text)
	} else if m := itemLine.FindStringSubmatch(text); m != nil && (r.subject != "" || r.items && r.last != "") {
		r.slightly(at, r.last, m[1])
	}
}

// path adds a reference for a cited path.
func (r *resolver) path(at int, text string, c citation.Cite) {
	p := citation.Clean(c.Path)
	ref := Cited{Reference: Reference{Text: c.Text, Path: p, Line: c.Line}, End: c.End, At: at}
	ref.Bare = !strings.Contains(p, "/") && c.Line == 0
	if r.v.Index == nil {
		ref.Status = RefUnchecked
	} else if found, ok := r.v.Index.Find(p); ok {
		ref.Path, r.last = found, found
		r.looseLine(&ref, text, c)
		if r.subject == "" {
			r.subject = found
		}
		r.lined = r.lined || c.Line > 0
		ref.Status = r.inRange(found, max(ref.Line, ref.End))
	} else {
		ref.Status = r.absentStatus(at, text, c, p)
	}
	r.refs = append(r.refs, ref)
}

// looseLine matches a line behind the name of a file as code: `a.go` 12, `a.go` 12-14.
var looseLine = regexp.MustCompile("^` (\\d{1,5})(?:\\s?[-–]\\s?(\\d{1,5}))?(?:\\s*[|),]|\\.?\\s*$|\\. )")

// looseLine adds to a reference the line that stands behind it without a word, where the
// file has such a line.
func (r *resolver) looseLine(ref *Cited, text string, c citation.Cite) {
	if c.Line > 0 {
		return
	}
	m := looseLine.FindStringSubmatch(text[c.Fin:])
	if m == nil || strings.HasSuffix(m[0], ",") && !document.TableRow.Matches(text) || r.inRange(ref.Path, max(lex.Number(m[1]), lex.Number(m[2]))) != RefExists {
		return
	}
	ref.Line, ref.End, ref.Bare = lex.Number(m[1]), lex.Number(m[2]), false
}

// absentStatus decides what a path that the repository does not have means.
func (r *resolver) absentStatus(at int, text string, c citation.Cite, p string) ReferenceStatus {
	if leadsAway(text, c, p) {
		return RefExternal
	}
	if external(c.Path) && !r.v.Index.HasFolder(strings.Split(c.Path, "/")[0]) {
		r.example[p] = r.example[p] || c.Line == 0
		return RefExternal
	}
	if c.Line == 0 && r.standsForNone(text, c, p) {
		r.example[p] = true
		return RefExternal
	}
	bare := c.Line == 0
	switch {
	case r.proposed[p], bare && newFile.MatchString(sentenceAround(text, c)), r.requested(p):
	case bare && r.sample(p, text, c):
		return RefExternal
	case bare && document.TableRow.Matches(text) && absentInRow.MatchString(text[c.Fin:]):
		return RefExternal
	case bare && (absentBefore.MatchString(text[max(0, c.Start-60):c.Start]) || absentAfter.MatchString(text[c.Fin:])):
		return RefExternal // "there is no CHANGELOG.md" is a true statement
	case bare && r.v.Want.NewFiles && r.namesBlockBefore(at, text, c):
	case bare && r.introducesBlock(at) && (r.v.Want.NewFiles || testcode.File.MatchString(p) && r.introducesTests(at)):
	default:
		return RefMissing
	}
	r.proposed[p] = true
	return RefNewFile
}

// leadsAway reports whether a path is written as one outside of the repository.
func leadsAway(text string, c citation.Cite, p string) bool {
	if m := linkTarget.FindStringSubmatch(text[c.Fin:]); m != nil && path.Base(m[1]) != path.Base(p) {
		return true // the name of a project that the link leads to
	}
	if c.Line != 0 {
		return false
	}
	if strings.HasPrefix(c.Path, "/") && !strings.HasPrefix(c.Path, citation.Home) {
		return true // a place in a container, or a route
	}
	up := strings.HasPrefix(c.Path, "../") || strings.Contains(c.Path, "/../")
	return up && !strings.HasSuffix(text[:c.Start], "'") && !strings.HasSuffix(text[:c.Start], `"`) // what is imported so does not
}

// standsForNone reports whether what looks like a file is an example, an argument,
// a name of the code or something that comes to be.
func (r *resolver) standsForNone(text string, c citation.Cite, p string) bool {
	return r.example[p] || literal(text, c) || standIn(p) || drivePath.MatchString(text[:c.Start]) || r.argument(text, c) ||
		r.member(p) || r.made(c.Path) || r.saidByFile(c.Path)
}

// linkTarget matches the site that a link leads to, behind its text.
var linkTarget = regexp.MustCompile("^`?\\]\\((https?://[^\\s)]+)\\)")

// minDotted is how long the name of a file is that begins with a dot and is no extension.
const minDotted = 5

// maxMembers bounds the dotted names that are looked up in the code.
const maxMembers = 12

// member reports whether a dotted name that looks like a file's is one of the
// code's own: serveIndex.html, process.env, template.HTML.
func (r *resolver) member(p string) bool {
	stem, ext, _ := strings.Cut(p, ".")
	if base := path.Base(p); strings.HasPrefix(base, ".") && len(base) > minDotted {
		p = base // of a file that the code looks for
	} else if strings.Contains(p, "/") || p == strings.ToLower(p) && (stem == "" || ext != "env") {
		return false
	}
	if r.members >= maxMembers {
		return false
	}
	r.members++
	for _, source := range r.v.Index.Sources {
		if t := r.v.Index.Texts[source]; t != nil && syntax.LanguageOfFile(source) != "" && strings.Contains(t.Raw, p) {
			return true
		}
	}
	return false
}

// sentenceAround returns the part of the sentence near a citation.
func sentenceAround(text string, c citation.Cite) string {
	before, after := text[max(0, c.Start-90):c.Start], text[c.Fin:min(len(text), c.Fin+60)]
	if i := strings.LastIndex(before, ". "); i >= 0 {
		before = before[i+2:]
	}
	if i := strings.Index(after, ". "); i >= 0 {
		after = after[:i]
	}
	return before + " " + after
}

// literal reports whether the path is a string inside a piece of code, such as
// an argument of an example.
func literal(text string, c citation.Cite) bool {
	if c.Start == 0 || c.Fin >= len(text) {
		return false
	}
	before, after := text[c.Start-1], text[c.Fin]
	quoted := (before == '\'' || before == '"') && after == before
	return quoted && (strings.Count(text[:c.Start], "`")%2 == 1 || c.Start > 1 && text[c.Start-2] == '(')
}

// requested reports whether the buyer named the path.
func (r *resolver) requested(p string) bool {
	return strings.Contains(strings.ToLower(r.v.Description), strings.ToLower(path.Base(p)))
}

// introducesBlock reports whether a code block follows directly: the line is
// the title of a new file.
func (r *resolver) introducesBlock(at int) bool {
	for i := at + 1; i < len(r.v.Doc.Lines) && i <= at+2; i++ {
		if l := r.v.Doc.Lines[i]; l.Code {
			return true
		} else if strings.TrimSpace(l.Text) != "" {
			return false
		}
	}
	return false
}

// introducesTests reports whether the block that follows holds tests: they come
// with a fix and are no code that is said to be there.
func (r *resolver) introducesTests(at int) bool {
	for _, b := range r.v.Doc.Blocks {
		if b.Start > at {
			return b.Start <= at+3 && testcode.Marked(strings.Join(b.Lines, "\n"))
		}
	}
	return false
}

// bareLine adds a reference for "line 12": to the file named nearest before
// it in the line, else the first one named behind it ("line 12 of a.go"), else
// the file last spoken of. Unless the two stand side by side this is a guess.
func (r *resolver) bareLine(at int, c citation.Cite, cites []citation.Cite) {
	if r.v.Index == nil {
		return
	}
	file, gap, before := "", 0, false
	for _, o := range cites {
		if o.Path == "" {
			continue
		}
		p, ok := r.v.Index.Find(citation.Clean(o.Path))
		if !ok {
			continue
		}
		if o.Start < c.Start {
			file, gap, before = p, c.Start-o.Fin, true
		} else if !before && file == "" {
			if file, gap = p, o.Start-c.Fin; strings.ContainsAny(r.v.Doc.Lines[at].Text[min(c.Fin, o.Start):o.Start], ",;:.") {
				gap += sideBySide // "line 3, which reads a.go"
			}
		}
	}
	guessed := file == "" || gap > sideBySide
	r.lined = r.lined || !guessed
	if before && r.last != "" && r.lines(r.subject) >= c.Line && r.inRange(file, max(c.Line, c.End)) != RefExists {
		file, guessed = r.subject, true // "takes it from go.mod (line 20)", of the file that is spoken of
	}
	if file == "" {
		file = r.last
	}
	if file == "" {
		return
	}
	ref := Cited{Reference: Reference{Text: c.Text, Path: file, Line: c.Line}, End: c.End, At: at, Guessed: guessed}
	ref.Status = r.inRange(file, max(c.Line, c.End))
	r.refs = append(r.refs, ref)
}

// sideBySide is how many bytes may stand between a file and its line number:
// "a.go, in the lines 3-5".
const sideBySide = 20

// settleGuesses moves guessed line numbers to the file, cited or named by the
// request, where they fit best: one that says there what the sentence says, else
// any long enough.
func (r *resolver) settleGuesses() {
	var cited []string
	seen := map[string]bool{}
	for _, ref := range r.refs {
		if ref.Status == RefExists && !seen[ref.Path] && len(cited) < 12 {
			seen[ref.Path] = true
			cited = append(cited, ref.Path)
		}
	}
	for _, file := range r.asked[:min(len(r.asked), maxAsked)] {
		if !seen[file] {
			cited = append(cited, file)
		}
	}
	for i := range r.refs {
		switch ref := &r.refs[i]; {
		case !ref.Guessed:
		case ref.Slight:
			t := r.v.Index.Text(ref.Path)
			ref.Slight = t == nil || !Anchored(t, ref, r.v.contextTokens(ref)) && !r.v.nearby(t, ref)
		default:
			r.settle(ref, cited)
		}
	}
	r.refs = slices.DeleteFunc(r.refs, func(ref Cited) bool { return ref.Slight })
}

// settle moves one guessed line number to the file where it fits best.
func (r *resolver) settle(ref *Cited, cited []string) {
	tokens := r.v.contextTokens(ref)
	for _, file := range append([]string{ref.Path}, cited...) {
		if r.inRange(file, max(ref.Line, ref.End)) != RefExists {
			continue
		}
		if t := r.v.Index.Text(file); t != nil && Anchored(t, ref, tokens) {
			ref.Path, ref.Status = file, RefExists
			return
		}
		if ref.Status != RefExists {
			ref.Path, ref.Status = file, RefExists
		}
	}
}

// maxAsked bounds the files of the request that a bare line may be of.
const maxAsked = 4

// lines returns how many lines a file has, 0 for no file.
func (r *resolver) lines(file string) int {
	if file == "" {
		return 0
	}
	return r.v.Index.Lines(file)
}

func (r *resolver) inRange(file string, line int) ReferenceStatus {
	if n := r.v.Index.Lines(file); n > 0 && line > n {
		return RefLineOutOfRange
	}
	return RefExists
}

var diffPath = regexp.MustCompile(`^(---|\+\+\+) (?:[ab]/)?([^\s]+)`)

// diffHeader adds references for the headers of a diff in the text.
func (r *resolver) diffHeader(at int, text string) {
	m := diffPath.FindStringSubmatch(strings.TrimPrefix(strings.TrimSpace(text), " "))
	if m == nil || m[2] == "/dev/null" || r.v.Index == nil {
		return
	}
	if _, there := r.v.Index.Files[citation.Clean(m[2])]; !there && !citation.IsFile(m[2]) {
		return
	}
	p := citation.Clean(m[2])
	ref := Cited{Reference: Reference{Text: m[2], Path: p, Status: RefMissing}, At: at, Modified: m[1] == "---"}
	if found, ok := r.v.Index.Find(p); ok {
		ref.Path, ref.Status = found, RefExists
		r.last = found
	} else if m[1] == "+++" && at > 0 && strings.Contains(r.v.Doc.Lines[at-1].Text, "/dev/null") || m[1] == "---" && r.beginsAtNothing(at) {
		ref.Status, r.proposed[p] = RefNewFile, true
	}
	r.refs = append(r.refs, ref)
}

// beginsAtNothing reports whether the diff with this header says that the file
// had no lines: people write new files so, too.
func (r *resolver) beginsAtNothing(at int) bool {
	return at+2 < len(r.v.Doc.Lines) && strings.HasPrefix(strings.TrimSpace(r.v.Doc.Lines[at+2].Text), "@@ -0,0 ")
}

var hostLike = regexp.MustCompile(`^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|io|dev|net|in)/`)

// stdlibDirs are folders of the Go and Python standard libraries that people
// cite by path.
var stdlibDirs = lex.Set(`net encoding os io crypto database go runtime strings bytes bufio context sync testing text html math sort path regexp usr etc var proc tmp dist build coverage`)

// external reports whether a path points outside the repository on purpose.
func external(p string) bool {
	if strings.HasPrefix(p, citation.Home) {
		return false
	}
	if strings.Contains(p, "node_modules/") || strings.HasPrefix(p, "~") || hostLike.MatchString(p) {
		return true
	}
	if strings.HasPrefix(p, "/") {
		return !citation.Checkout(p)
	}
	first, _, ok := strings.Cut(p, "/")
	return ok && stdlibDirs[first]
}

// PublicReferences returns the references for the report, each place once, and
// how many more there are than a report holds.
func (r *Reading) PublicReferences() (listed []Reference, more int) {
	type place struct {
		path   string
		line   int
		status ReferenceStatus
	}
	listed = []Reference{}
	seen := map[place]int{}
	for _, ref := range r.Refs {
		key := place{ref.Path, ref.Line, ref.Status}
		if i, ok := seen[key]; ok {
			if i < maxReported {
				listed[i].Quoted = listed[i].Quoted || ref.Quoted
			}
			continue
		}
		seen[key] = len(seen)
		if len(listed) < maxReported {
			listed = append(listed, ref.Reference)
		}
	}
	return listed, len(seen) - len(listed)
}

// maxReported bounds the references of a report.
const maxReported = 200
