package grounding

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/code"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/syntax"
)

// Bounds of what is held against functions that no line is cited of.
const (
	minStrange   = 2  // lines that must be nowhere
	minTelling   = 10 // bytes of a line that tells where it stands
	minKnown     = 14 // bytes of one that speaks for the quote when it stands there
	maxFunctions = 8  // files whose functions are looked at
	placeWords   = 8  // of a line that is hardly more than a place
	minLong      = 24 // bytes of a line that no other function has by chance
)

// proposal matches words that lead over to code which is not there, beside those
// of suggestion.
var proposal = pattern.New(`(?i)\b(?:sketch\w*|roughly|simplif\w*|pseudo\w*|equivalent\w*|alternativ\w*|variante?s?|versions?|` +
	`versión|versão|correct\w*|harden\w*|safer?|faster|cleaner|robust\w*|minimal\w*|imagin\w*|suppose|` +
	`hypothe\w*|if you|let us|let's|wrap\w*|helper|caller|consumer|client|user\w*|like this|` +
	`along these lines|goal|target|plan|desired|expected|wanted|wish\w*|mitigat\w*|remed\w*|solution|` +
	`solución|solução|lösung|vorschlag|vereinfacht|etwa|so|scenario|attack\w*|exploit\w*|poc)\b`)

// toCome matches words that tell of code as it could be.
var toCome = pattern.New(`(?i)\bthen\b|\bafterwards?\b|\bnow\b|\blike\b|\bbecomes?\b|\bneeds?\b`)

// toDo matches a title, or a part of one, that tells the reader what to do.
var toDo = regexp.MustCompile(`(?:^|[:—–.)\]|-]\s+)[#*\s\d.]*(?:Cache|Reuse|Inline|Precompute|Avoid|Allow|Accept|Support|Check|Lock|` +
	`Hold|Pass|Pool|Stop|Start|Turn|Treat|Give|Set|Reset|Free|Close|Call|Count|Emit|Log|Normali[sz]e|` +
	`Saniti[sz]e|Encode|Decode|Parse|Trim|Sort|Merge|Map|Introduce|Implement|Provide|Expose|Export|Name|` +
	`Document|Short-circuit|Bail|Fail|Fall|Read|Rely|Build|Preallocate|Allocate|Default|Deprecate|Simplify|` +
	`Unify|Share|Refactor|Swap|Isolate|Bound|Defer|Batch|Freeze|Clone|Pin)\s`)

// goesOn matches the line behind a block that speaks of it as of code to come.
var goesOn = regexp.MustCompile(`(?i)^[\s>*_-]*(?:that way|this way|with (?:this|that|it)|now\b|so that|this (?:keeps|avoids|makes|would|` +
	`fixes|removes|prevents|closes|ensures|guarantees)|it (?:keeps|avoids|would)|afterwards|then\b)`)

// designs matches the heading of code that is only planned.
var designs = regexp.MustCompile(`(?i)^\W*(?:\d+\W+)?(?:the )?(?:new |proposed )?(?:core|design|sketch|prototype|proposal|outline|skeleton|interface|api|signature|types?|kern|entwurf|skizze)\b`)

// invents reports whether a block without a cited line shows a function of the
// repository as it is, or code of one, most of which stands nowhere: it declares a
// function that a cited file has, or stands behind a line that names file and
// function. What is to be changed is shown so only where code was asked for.
func (r *Reading) invents(b document.Block) bool {
	if r.Want.Code {
		return false
	}
	lead, ok := r.leadOver(b)
	if !ok || r.Want.NewFiles && designs.MatchString(lead) {
		return false
	}
	lines := shownLines(b)
	if len(lines) < minStrange {
		return false
	}
	places := r.declaredBy(lines[0])
	declares := len(places) > 0
	if !declares {
		if places = r.placeNamed(lead); len(places) == 0 || callsIt(lines, places[0].Name) {
			return false
		}
	}
	for _, p := range places {
		strange, known := 0, 0
		for i, l := range lines {
			if !r.standsAnywhere(p, l, declares) {
				strange++
			} else if len(lex.Pack(l)) >= minKnown && (i > 0 || !declares) {
				known++
			}
		}
		if strange < minStrange || strange < known {
			return false
		}
	}
	return !r.Index.Spent()
}

// placed is a function with its file.
type placed struct {
	code.Function
	file string
}

// leadOver is what leads over to a block as to code that is there: the last line of
// prose, where that ends with a colon or is a title, and neither it nor the title
// above announces a proposal. A block behind another one of the same finding may be
// how that is to be.
func (r *Reading) leadOver(b document.Block) (string, bool) {
	lead := ""
	for i := b.Start - 1; i >= 0; i-- {
		l := r.Doc.Lines[i]
		text := strings.TrimSpace(l.Text)
		switch {
		case l.Code && text != "":
			return "", false
		case l.Code || text == "":
			continue
		case announcesNew(text):
			return "", false
		case lead == "":
			lead = text
			if rest := strings.TrimRight(lead, " *_`"); !strings.HasSuffix(rest, ":") && !strings.HasSuffix(rest, "\uff1a") && !document.IsTitle(lead) {
				return "", false
			}
		}
		if document.IsTitle(text) || document.BoldLead.Matches(text) {
			break
		}
	}
	for _, l := range r.Doc.Lines[min(b.End+1, len(r.Doc.Lines)):min(b.End+4, len(r.Doc.Lines))] {
		if text := strings.TrimSpace(l.Text); text != "" && !l.Code {
			return lead, lead != "" && !goesOn.MatchString(text)
		}
	}
	return lead, lead != ""
}

// announcesNew reports whether a line of prose may lead over to code that is not
// there.
func announcesNew(text string) bool {
	bare := document.CodeSpan.ReplaceAllString(text, " ")
	last := lastSentence(bare)
	if document.IsTitle(text) && toDo.MatchString(strings.TrimLeft(bare, "#*- ")) {
		return true
	}
	return Proposes(last) || proposal.MatchString(last) || toCome.MatchString(last) || orders(strings.TrimLeft(last, "#*-0123456789.) "))
}

// shownLines are the lines of a block that tell where they stand, without the name
// of the file in its first line.
func shownLines(b document.Block) []string {
	return slices.DeleteFunc(Quotable(b.Lines, MaxQuoteLines), func(l string) bool { return len(lex.Pack(l)) < minTelling })
}

// declaredBy are the functions of cited files that a line declares.
func (r *Reading) declaredBy(head string) []placed {
	var all []placed
	for _, file := range r.citedSources() {
		opens, ok := code.Opens(syntax.Extension(file), head)
		if !ok || usualFunctions[opens.Name] {
			continue
		}
		for _, f := range r.FunctionsOf(file) {
			if f.Name == opens.Name && (f.Owner == opens.Owner || opens.Owner == "") {
				all = append(all, placed{f, file})
			}
		}
	}
	return all
}

// usualFunctions are what examples are called, too.
var usualFunctions = lex.Set("main init handler handle run test setup start app next callback cb middleware fn done")

// placeNamed are the functions that a line names with their file, and hardly more.
func (r *Reading) placeNamed(lead string) []placed {
	var all []placed
	for _, file := range r.citedSources() {
		if !strings.Contains(lead, path.Base(file)) || lex.CountWords(strings.ReplaceAll(lead, path.Base(file), " ")) > placeWords {
			continue
		}
		for _, m := range document.CodeSpan.FindAllString(lead, 4) {
			name := strings.TrimSuffix(strings.Trim(m, "`"), "()")
			if citation.IsFile(name) {
				continue
			}
			name = name[strings.LastIndexAny(name, ".#")+1:]
			for _, f := range r.FunctionsOf(file) {
				if f.Name == name {
					all = append(all, placed{f, file})
				}
			}
		}
	}
	return all
}

// callsIt reports whether code calls a function by its name, as examples of its use
// do.
func callsIt(lines []string, name string) bool {
	return slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, name+"(") })
}

// citedSources are the files of code that the deliverable cites, as far as they are
// looked at.
func (r *Reading) citedSources() []string {
	var all []string
	for i := range r.Refs {
		ref := &r.Refs[i]
		if (ref.Status == RefExists || ref.Status == RefLineOutOfRange) && len(all) < maxFunctions && !slices.Contains(all, ref.Path) {
			all = append(all, ref.Path)
		}
	}
	return all
}

// FunctionsOf are the functions of a file, none where they cannot be told. Each file is
// read for them once.
func (r *Reading) FunctionsOf(file string) []code.Function {
	all, ok := r.functions[file]
	if ok {
		return all
	}
	if t := r.Index.Text(file); t != nil {
		all, _ = code.Functions(syntax.Extension(file), t.Raw)
	}
	if r.functions == nil {
		r.functions = map[string][]code.Function{}
	}
	r.functions[file] = all
	return all
}

// standsAnywhere reports whether a line stands in a file, whatever its white space and
// brackets, or with a slip in the function; a long one, or one of code that need not be
// the function's own, may stand in any file. What is short stands anywhere by chance,
// and must be the function's where that is shown from its first line on.
func (r *Reading) standsAnywhere(p placed, line string, declared bool) bool {
	t, bare := r.Index.Text(p.file), withoutRemark(line)
	if t == nil {
		return true
	}
	own := lex.Pack(strings.Join(t.Lines()[p.First-1:min(p.Last, len(t.Lines()))], "\n"))
	short := declared && len(lex.Pack(bare)) < minLong
	switch {
	case strings.Contains(lex.Loose.Replace(own), lex.Loose.Replace(lex.Pack(bare))):
		return true
	case !short && (t.Quotes(bare) || len(r.Index.Homes(lex.Pack(line))) > 0):
		return true
	}
	said := lex.Identifiers(bare, 40)
	for _, l := range t.Lines()[p.First-1 : min(p.Last, len(t.Lines()))] {
		if alike(said, lex.Identifiers(l, 40)) {
			return true
		}
	}
	return false
}

// alike reports whether two lines have nearly the same names in any order.
func alike(said, there []string) bool {
	if len(said) < 3 {
		return false
	}
	same := 0
	for _, s := range said {
		if slices.Contains(there, s) {
			same++
		}
	}
	return same*5 >= len(said)*4 && len(there) <= 2*len(said)
}

// remark matches a remark behind code.
var remark = regexp.MustCompile(`\s+(?://|#|/\*|←|<--).*$`)

// withoutRemark is a line of code without what a reviewer notes behind it.
func withoutRemark(line string) string { return remark.ReplaceAllString(line, "") }
