package grounding

import (
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/repository"
)

// Agreement is how far the deliverable agrees with what the files say.
type Agreement struct {
	Located    int      // distinct places cited by file and line
	Anchored   int      // of these, places where something said about them really stands
	Near       int      // of the rest, those where a rare word of the sentence stands
	Checkable  int      // of the located, those whose text names anything to look for
	Quoted     int      // quotes presented as existing code that exist
	Misquoted  float64  // and that do not, a long one as several and a doubtful one as half
	BadQuotes  []string // the first line of each of the latter
	Names      int      // distinct names of the repository used in the deliverable
	CodeNames  int      // of these, used inside code blocks
	NameSample []string
	Facts      int // distinct literals of the prose that stand in a file it names
}

// AnchorWindow is how many lines around a cited line may hold what is said
// about it: people cite the head of a function for its body.
const AnchorWindow = 4

func checkGround(r *Reading) Agreement {
	var g Agreement
	if r.Index == nil {
		return g
	}
	g.checkAnchors(r)
	g.checkBlocks(r)
	g.checkInline(r)
	g.checkBelowTitles(r)
	g.countQuotes(r)
	g.countNames(r)
	if r.Want.Literals {
		g.countFacts(r)
	}
	return g
}

// checkAnchors looks at each cited line for the names and quotes of the
// sentence that cites it.
func (g *Agreement) checkAnchors(r *Reading) {
	type place struct {
		path string
		line int
	}
	seen := map[place]bool{}
	for i := range r.Refs {
		ref := &r.Refs[i]
		if ref.Line == 0 || ref.Status != RefExists || seen[place{ref.Path, ref.Line}] {
			continue
		}
		seen[place{ref.Path, ref.Line}] = true
		g.Located++
		t := r.Index.Text(ref.Path)
		if t == nil {
			continue
		}
		tokens := r.contextTokens(ref)
		switch {
		case Anchored(t, ref, tokens):
			g.Anchored++
			g.Checkable++
			ref.Quoted = true
		case g.Near < maxNear && len(seen) < maxNearTried && r.nearby(t, ref):
			g.Near++
		case len(tokens) > 0 && !ref.Guessed:
			g.Checkable++
		}
	}
}

// contextTokens collects what could be looked up at a cited place: inline
// code and code-like names in the same line and, for a short line such as a
// heading, the following block.
func (r *Reading) contextTokens(ref *Cited) []string {
	var tokens []string
	add := func(text string) {
		for _, id := range lex.Identifiers(text, -1) {
			if len(id) >= 3 && !lex.CommonNames[strings.ToLower(id)] {
				tokens = append(tokens, id)
			}
		}
	}
	line := r.Doc.Lines[ref.At]
	for _, s := range line.Spans {
		if !citation.IsFile(strings.TrimRight(s, "0123456789:-")) {
			add(s)
		}
	}
	rest := otherLines.ReplaceAllString(strings.ReplaceAll(line.Text, ref.Text, " "), " ")
	for _, name := range lex.CodeNames(rest, -1) {
		if !citation.IsFile(name) {
			add(name)
		}
	}
	tokens = append(tokens, figuresIn(rest)...)
	if document.TableRow.Matches(line.Text) {
		tokens = append(tokens, cellsOf(rest)...)
		if at := r.toldBelow(line.Text); at > ref.At {
			for _, s := range r.Doc.Lines[at].Spans {
				add(s)
			}
		}
	}
	if strings.Contains(rest, "-") {
		tokens = append(tokens, hyphened.FindAllString(rest, 20)...)
	}
	end := len(r.Doc.Lines)
	if ref.At < r.Doc.Written {
		end = r.Doc.Written
	}
	for _, l := range r.Doc.Lines[ref.At+1 : min(end, ref.At+7)] {
		if l.Code {
			add(l.Text)
		} else if strings.TrimSpace(l.Text) != "" {
			break
		}
	}
	slices.Sort(tokens)
	return slices.Compact(tokens)
}

// otherLines matches the lines of other citations, which are no figures to look for.
var otherLines = regexp.MustCompile(`:\d+(?:[-–]\d+)?\b|\b\d{1,5}[-–]\d{1,5}\b`)

// minCell is how long a cell must be to be looked for as it stands.
const minCell = 8

// cellsOf are the cells of a row of a table that say more than one word: what a program
// prints, or a line of it.
func cellsOf(row string) []string {
	var all []string
	for cell := range strings.SplitSeq(row, "|") {
		if cell = strings.Trim(cell, " *_`\"'"); len(cell) >= minCell && strings.Contains(cell, " ") {
			all = append(all, cell)
		}
	}
	return all
}

// Bounds of the search for plain words at cited places.
const (
	maxNear      = 8
	maxNearTried = 60
	nearWindow   = 2
	nearWords    = 30
)

// nearby reports whether a plain word of the sentence that cites a place stands
// there, as a word or as part of a name, and in few other lines of the file.
func (r *Reading) nearby(t *repository.Text, ref *Cited) bool {
	lines := t.Lines()
	first := max(1, ref.Line-nearWindow)
	last := min(len(lines), max(ref.Line, min(ref.End, ref.Line+20))+nearWindow)
	if first > last {
		return false
	}
	place := strings.ToLower(strings.Join(lines[first-1:last], "\n"))
	text := r.Doc.Lower[ref.At]
	if at := strings.Index(text, strings.ToLower(ref.Text)); at >= 0 {
		text = around(text, at, at+len(ref.Text))
	}
	low := strings.ToLower(ref.Path)
	for i, w := range lex.Words(text) {
		if i == nearWords {
			break
		}
		w = lex.Stem(w)
		if len(w) < lex.MinName || !lex.Telling(w) || lex.CommonNames[w] || strings.Contains(low, w) || !strings.Contains(place, w) {
			continue
		}
		if t.LinesWith(w)*8 <= len(lines) {
			return true
		}
	}
	return false
}

// around is the sentence that holds what stands between two bytes of a line.
func around(text string, start, end int) string {
	from, to := strings.LastIndex(text[:start], ". ")+1, len(text)
	if i := strings.Index(text[end:], ". "); i >= 0 {
		to = end + i
	}
	return text[from:start] + " " + text[end:to]
}

// hyphened matches what configuration is named by: runs-on, ubuntu-latest.
var hyphened = regexp.MustCompile(`\b[a-z][a-z0-9]+(?:-[a-z0-9]+)+\b`)

// figureText matches figures of several digits and quoted words.
var figureText = regexp.MustCompile(`\b\d{3,}\b|"[^"\n]{3,40}"|'[^'\n]{3,40}'`)

// figuresIn lists figures and quoted words of a line of prose.
func figuresIn(text string) []string {
	if !strings.ContainsAny(text, `"'0123456789`) {
		return nil
	}
	all := figureText.FindAllString(text, 20)
	for i, f := range all {
		all[i] = strings.Trim(f, `"'`)
	}
	return all
}

// Anchored reports whether any of the tokens stands near the cited lines.
func Anchored(t *repository.Text, ref *Cited, tokens []string) bool {
	first := max(1, ref.Line-AnchorWindow)
	lines := t.Lines()
	last := min(len(lines), max(ref.Line, min(ref.End, ref.Line+200))+AnchorWindow)
	if first > last {
		return false
	}
	text := t.Enclosing(first-1) + strings.Join(lines[first-1:last], "\n")
	for _, token := range tokens {
		if strings.Contains(text, token) {
			return true
		}
	}
	return false
}

// enoughNames is where counting names ends; more earn nothing.
const enoughNames = 120

// countNames counts the repository's own names that the deliverable uses.
func (g *Agreement) countNames(r *Reading) {
	line := -1
	for _, n := range r.Named {
		if n.line != line && g.Names >= enoughNames {
			return
		}
		line = n.line
		if r.Index.Uses(n.Low) == 0 {
			continue
		}
		g.Names++
		if n.code {
			g.CodeNames++
		}
		if len(g.NameSample) < 8 {
			g.NameSample = append(g.NameSample, n.Text)
		}
	}
}

// factText matches what can be looked up word for word: quoted strings, inline
// code, versions, hyphenated and code-like names.
var factText = regexp.MustCompile("`([^`\n]{3,80})`|\"([^\"\n]{2,80})\"|\\b\\d+\\.\\d+(?:\\.\\d+)?\\b|\\b[a-z0-9]+(?:-[a-z0-9]+)+\\b|[A-Za-z_$][A-Za-z0-9_$]*(?:\\.[A-Za-z_$][A-Za-z0-9_$]*)+|[a-z]+[A-Z][A-Za-z0-9]*|[a-z0-9]+(?:_[a-z0-9]+)+")

// maxFacts bounds the look-ups for one deliverable.
const maxFacts = 60

// countFacts counts the distinct literals of the prose that stand in a file
// the deliverable names: honest plain text seldom cites lines, but it says
// what the file says.
func (g *Agreement) countFacts(r *Reading) {
	var files []*repository.Text
	named := map[string]bool{}
	for _, ref := range r.Refs {
		if ref.Status != RefExists || named[ref.Path] || len(named) == 12 {
			continue
		}
		named[ref.Path] = true
		if t := r.Index.Text(ref.Path); t != nil {
			files = append(files, t)
		}
	}
	seen := map[string]bool{}
	for _, l := range r.Doc.Lines {
		if len(files) == 0 || len(seen) > 4*maxFacts || g.Facts == maxFacts {
			return
		}
		if l.Code {
			continue
		}
		for _, m := range factsIn(l.Text) {
			fact := lex.Pack(strings.Trim(m, "`\" "))
			if len(fact) < 3 || seen[fact] || citation.IsFile(fact) || lex.CommonNames[strings.ToLower(fact)] || g.Facts == maxFacts {
				continue
			}
			seen[fact] = true
			for _, t := range files {
				if strings.Contains(t.Whole(), fact) {
					g.Facts++
					break
				}
			}
		}
	}
}

// factsIn returns the first matches of factText in a line. Only those that
// begin with a quote hold blanks, so the expensive search is for what stands
// from the first quote to the last.
func factsIn(line string) []string {
	const most = 40
	start, end := len(line), len(line)
	if first := strings.IndexAny(line, "`\""); first >= 0 {
		start = strings.LastIndexByte(line[:first], ' ') + 1
		if last := strings.LastIndexAny(line, "`\""); strings.IndexByte(line[last:], ' ') > 0 {
			end = last + strings.IndexByte(line[last:], ' ')
		}
	}
	may := func(field string) bool {
		return lex.MarksCode(field) || lex.Decimal(field) || strings.Contains(field, "-")
	}
	facts := lex.AppendFromFields(nil, factText, line[:start], most, may)
	if start < end && len(facts) < most {
		facts = append(facts, factText.FindAllString(line[start:end], most-len(facts))...)
	}
	return lex.AppendFromFields(facts, factText, line[end:], most, may)
}
