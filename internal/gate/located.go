package gate

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/code"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
)

// comesBack reports whether the deliverable says what is named, or takes it up without
// its name.
func (v *view) comesBack(w wish) bool { return v.all.takes(w) || v.takenUp(w) }

// takenUp reports whether the work is on a function that the request names, though it
// may not say its name: it cites lines of it, it changes what the function comes to, or
// it tests the function over others.
func (v *view) takenUp(w wish) bool {
	if w.kind != wishName || v.Index == nil {
		return false
	}
	return v.reaches(w) || v.cites(w) || v.testsNamed(w)
}

// platformName matches what a script calls of the language itself.
var platformName = regexp.MustCompile(`^(?:JSON|Math|Object|Array|Promise|Number|String|Date|Buffer|console|process)\.\w+`)

// ofPlatform reports whether a name is one of the language's own, which the repository's
// code never uses: where the reporter of a fault met it.
func (v *view) ofPlatform(w wish) bool {
	return w.kind == wishName && v.Index != nil && v.in.Request.Category == city.BugFix && platformName.MatchString(w.text) && !v.codeHas(strings.TrimRight(w.text, "()"))
}

// standsOnCited reports whether a word that the request says, and hardly a line of the
// code has, stands on a line that the text cites; a name may stand beside it.
func (v *view) standsOnCited(w wish) bool {
	switch {
	case w.kind == wishName:
		return w.weight >= weightName/2 && v.besideCited()[v.stem.Of(strings.ToLower(w.function()))]
	case w.kind == wishWord, w.kind == wishLiteral:
		return w.weight >= rarelySaid && v.onCited()[w.key]
	}
	return false
}

// Bounds of the cited lines whose words are taken for those of the text.
const (
	maxCitedLines = 100
	shortRange    = 6   // lines of one citation, of which each is meant
	rarelySaid    = 0.8 // the weight of a word that stands on a cited line by no chance
)

// citedWords are the words, as stems, of the lines that are cited, and of so many on
// each side of them.
func (v *view) citedWords(beside int) map[string]bool {
	if v.Index == nil {
		return nil
	}
	var text strings.Builder
	n := 0
	for _, ref := range v.Refs {
		if ref.Status != grounding.RefExists || ref.Line == 0 || ref.End-ref.Line >= shortRange || n > maxCitedLines {
			continue
		}
		if t := v.Index.Text(ref.Path); t != nil {
			all := t.Lines()
			lines := all[min(len(all), max(0, ref.Line-1-beside)):min(len(all), max(ref.Line, ref.End)+beside)]
			n += len(lines)
			text.WriteString(strings.ToLower(strings.Join(lines, "\n")) + "\n")
		}
	}
	cited := answerText{lower: text.String()}
	cited.read(v.stem)
	return cited.stems
}

// cites reports whether a good part of the lines cited are of a function that the
// request names, and say there what is said of them.
func (v *view) cites(w wish) bool {
	return remembered(&v.cited, w.function(), v.citesFunction)
}

// partOfPlaces is how many times as many lines as of the function may be cited at most.
const partOfPlaces = 3

func (v *view) citesFunction(name string) bool {
	if len(name) < lex.MinName {
		return false
	}
	type place struct {
		path string
		line int
	}
	all, within, says := map[place]bool{}, map[place]bool{}, false
	for _, ref := range v.Refs {
		if ref.Status != grounding.RefExists || ref.Line == 0 {
			continue
		}
		at := place{ref.Path, ref.Line}
		all[at] = true
		if !within[at] && slices.ContainsFunc(v.functionsOf(ref.Path, name), func(f code.Function) bool { return ref.Line >= f.First && ref.Line <= f.Last }) {
			within[at] = true
			says = says || ref.Quoted
		}
	}
	return says && len(within) >= min(enoughPlaces, len(all)) && len(all) <= partOfPlaces*len(within)
}

// neverNear reports whether the request names functions of the repository, the text names
// none of them, and all lines that it cites are of files that have none of them.
func (v *view) neverNear() bool {
	var named []string
	for _, w := range v.wished {
		if w.kind != wishName || w.sample || v.Index == nil {
			continue
		}
		if v.comesBack(w) {
			return false
		}
		if name := w.function(); len(name) >= lex.MinName && v.declaresFunction(name) {
			named = append(named, name)
		}
	}
	places := 0
	for _, ref := range v.Refs {
		if ref.Status != grounding.RefExists || ref.Line == 0 {
			continue
		}
		t := v.Index.Text(ref.Path)
		if places++; t == nil || slices.ContainsFunc(named, func(n string) bool { return strings.Contains(t.Raw, n) }) || v.hasGiven(ref.Path) {
			return false
		}
	}
	return len(named) > 0 && places >= enoughPlaces
}

// hasGiven reports whether a file has a name that a string of the request means, such as
// utf7imap where the request gives 'utf7-imap'.
func (v *view) hasGiven(file string) bool {
	return remembered(&v.given, file, func(file string) bool {
		low := ""
		for _, w := range v.wished {
			name := withinName.Replace(w.key)
			if w.kind != wishLiteral || len(name) < shortestGiven {
				continue
			}
			if low == "" {
				low = strings.ToLower(v.Index.Text(file).Raw)
			}
			if strings.Contains(low, name) {
				return true
			}
		}
		return false
	})
}

// withinName takes out what joins the words of a string and cannot stand in a name.
var withinName = strings.NewReplacer("-", "", ".", "", "_", "")

// shortestGiven is how many letters and digits a string has that stands in code by no chance.
const shortestGiven = 6

// functionsOf are the functions of a name in a file of code; none where the file is not
// read, as only some are.
func (v *view) functionsOf(p, name string) []code.Function {
	t := v.Index.Text(p)
	if t == nil || !strings.Contains(t.Raw, name) || change.ProseFile(p) {
		return nil
	}
	if !v.located[p] && len(v.located) >= maxReached {
		return nil
	}
	if v.located == nil {
		v.located = map[string]bool{}
	}
	v.located[p] = true
	return slices.DeleteFunc(slices.Clone(v.FunctionsOf(p)), func(f code.Function) bool { return f.Name != name })
}

// testsNamed reports whether the tests of a testing task use a function that leads to one
// which the request names.
func (v *view) testsNamed(w wish) bool {
	if v.in.Request.Category != city.Testing || !v.hasTests() {
		return false
	}
	return remembered(&v.led, w.function(), v.leadsTo)
}

func (v *view) leadsTo(name string) bool {
	source := withoutRemarks(v.allCode())
	if len(name) < lex.MinName || lex.HasName(source, name) {
		return lex.HasName(source, name) && v.declaresFunction(name)
	}
	g := &change.Graph{}
	for p := range v.declaring(name) {
		if !g.Add(v.Index, p) {
			return false
		}
	}
	var starts []int
	for called, at := range g.ByName {
		if lex.HasName(source, called) {
			starts = append(starts, at...)
		}
	}
	return g.Leads(starts, name)
}

// worksOnNamed reports whether a fix or tests work on a function that the request
// names: what else is told there is how it came to light.
func (v *view) worksOnNamed() bool {
	return v.mendsNamed() || v.rewritesNamed() || v.testsNamedFile() || v.in.Request.Category == city.Testing && slices.ContainsFunc(v.wished, func(w wish) bool {
		return w.kind == wishName && v.Index != nil && v.testsNamed(w)
	})
}

// testsNamedFile reports whether tests use functions of one of the files that the request
// names.
func (v *view) testsNamedFile() bool {
	return slices.ContainsFunc(v.wished, v.testsFile)
}

// testsFile reports whether the tests of a testing task use functions of a file that the
// request names.
func (v *view) testsFile(w wish) bool {
	if v.in.Request.Category != city.Testing || w.kind != wishFile || v.Index == nil || !v.hasTests() || !isSource(w.key) {
		return false
	}
	return remembered(&v.tested, w.key, func(file string) bool {
		used := map[string]bool{}
		for _, f := range v.FunctionsOf(file) {
			if len(f.Name) >= lex.MinName && !lex.CommonNames[strings.ToLower(f.Name)] && v.namesInCode()[f.Name] {
				used[f.Name] = true
			}
		}
		return len(used) >= enoughUsed
	})
}

// enoughUsed is how many functions of a file its tests use at least.
const enoughUsed = 2

// rewritesNamed reports whether a refactoring shows a function anew that the request names,
// and cites it.
func (v *view) rewritesNamed() bool {
	return v.in.Request.Category == city.Refactor && v.Index != nil && slices.ContainsFunc(v.wished, func(w wish) bool {
		name := w.function()
		return w.kind == wishName && len(name) >= lex.MinName && v.cites(w) && code.Declares(v.allCode(), name)
	})
}

// enoughNamed is how many places of the named files a review must cite.
const enoughNamed = 4

// onlyAbout is how many of the places that a review cites must be of the files that were
// to be reviewed.
const onlyAbout = 0.6

// numberedFinding matches how one of several findings begins.
var numberedFinding = regexp.MustCompile(`^\s*(?:#+\s*|\*\*)?(?:\d{1,2}[.)]|[A-Z]\d[.:)])\*{0,2}\s`)

// fewNumbered is how many numbered findings make a text a review.
const fewNumbered = 4

// numberedRemarks counts the lines that begin as one of several findings does.
func (v *view) numberedRemarks() int {
	n := 0
	for _, l := range v.Doc.Lines[:v.Doc.Written] {
		if !l.Code && numberedFinding.MatchString(l.Text) {
			n++
		}
	}
	return n
}

// readmeAsked matches requests that name the readme by its usual name.
var readmeAsked = regexp.MustCompile(`(?i)\breadme\b`)

// looksAtNamed reports whether a review is of the files that the request names: whatever
// else that tells, about what they are for, its findings answer it.
func (v *view) looksAtNamed() bool {
	if v.in.Request.Category != city.CodeReview || v.numberedRemarks() < fewNumbered || v.hasTests() {
		return false
	}
	named := map[string]bool{}
	for _, w := range v.wished {
		if w.kind == wishFile {
			named[w.key] = true
		}
	}
	places, there := 0, 0
	for i := range v.Refs {
		if ref := &v.Refs[i]; ref.Status == grounding.RefExists && ref.Line > 0 {
			readme := strings.HasPrefix(strings.ToLower(path.Base(ref.Path)), "readme")
			if places++; named[ref.Path] || readme && readmeAsked.MatchString(v.Request) {
				there++
			}
		}
	}
	return there >= enoughNamed && float64(there) >= onlyAbout*float64(places)
}
