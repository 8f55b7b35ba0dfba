package gate

import (
	"iter"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/code"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/testcode"
)

// wrongFunction takes the verdict from a change of code that lies in functions which
// have nothing to do with those that the request names: no name leads from one to
// the other, and what the changed ones write the named ones do not read.
func wrongFunction(v *view) (Signal, bool) {
	s := Signal{Name: "changed functions", Reason: "Nothing says that the functions that are changed are others than the request names."}
	switch v.in.Request.Category {
	case city.BugFix, city.Refactor, city.Security:
	default:
		return s, false
	}
	if v.Index == nil || v.changes().Fault > 0 || len(v.changes().Changed) == 0 || v.changes().Creates() {
		return s, false
	}
	named, changed := v.strayFunctions()
	if len(named) == 0 {
		return s, true
	}
	s.Evidence = []string{"the request names " + strings.Join(few(named, 4), ", "), "the change is in " + strings.Join(few(changed, 4), ", ")}
	s.Reason = "The change is in functions that those named in the request neither call nor are called by."
	s.advice = "Change the function that the request is about, or say how it comes to the one that you change."
	if v.connects(named, changed) {
		s.Cap = new(BorderlineScore) // a judge reads why
		return s, true
	}
	s.Points, s.Cap = -costWrongFunction, new(capWrongFunction)
	return s, true
}

// declaresFunction reports whether some code of the repository declares a name.
func (v *view) declaresFunction(name string) bool {
	for range v.declaring(name) {
		return true
	}
	return false
}

// declaring are the files of code that declare a name, with their text.
func (v *view) declaring(name string) iter.Seq2[string, string] {
	return func(yield func(file, source string) bool) {
		for _, p := range v.Index.Sources {
			if t := v.Index.Texts[p]; t != nil && isSource(p) && code.Declares(t.Raw, name) && !yield(p, t.Raw) {
				return
			}
		}
	}
}

// isSource reports whether a file holds neither tests nor prose.
func isSource(p string) bool { return !testcode.File.MatchString(p) && !change.ProseFile(p) }

// connects reports whether the text speaks of functions of both kinds.
func (v *view) connects(named, changed []string) bool {
	in := func(names []string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return lex.HasName(v.Doc.Text, n) })
	}
	return in(named) && in(changed)
}

// strayFunctions are the functions that the request names and those that are changed,
// when all that is changed lies in functions that have to do with none of them;
// nothing when they have, or nobody can tell.
func (v *view) strayFunctions() (named, changed []string) {
	g := &change.Graph{}
	files := map[string]bool{}
	for _, c := range v.changes().Changed {
		if !isSource(c.Path) {
			continue
		}
		if files[c.Path] {
			return nil, nil // changed twice: lines have moved
		}
		files[c.Path] = true
		if !g.Add(v.Index, c.Path) {
			return nil, nil
		}
	}
	text := v.Request
	for _, c := range v.changes().Changed {
		if files[c.Path] && !g.Touch(c.Path, c.After) {
			return nil, nil
		}
	}
	if len(g.Touched) == 0 {
		return nil, nil
	}
	for _, i := range g.Touched {
		if v.speaksOf(text, g.All[i]) {
			return nil, nil
		}
		changed = append(changed, g.All[i].Name)
	}
	var starts []int
	for _, n := range namedFunctions(text) {
		at := g.ByName[n]
		starts = append(starts, at...)
		if len(at) > 0 && !slices.Contains(named, n) {
			named = append(named, n)
		} else if len(at) == 0 && v.declaresFunction(n) {
			return nil, nil // it is elsewhere, and what lies between was not read
		}
	}
	if len(starts) == 0 || g.Related(starts) || v.describes(text, g, starts) {
		return nil, nil
	}
	return named, changed
}

// speaksOf reports whether a text names a function, has a word that its name is made
// of, or cites its lines.
func (v *view) speaksOf(text string, f change.GraphFunction) bool {
	parts := map[string]bool{strings.ToLower(f.Name): true}
	for _, p := range append(lex.NameParts(f.Name), strings.ToLower(f.Name)) {
		parts[v.stem.Of(p)] = true
	}
	for _, w := range lex.Words(text) {
		if parts[w] || parts[v.stem.Of(w)] {
			return true
		}
	}
	return lex.HasName(text, f.Name) || v.citesLinesOf(text, f)
}

// describes reports whether a text has a word that the changed functions have, with
// what is written above them, and the named ones do not.
func (v *view) describes(text string, g *change.Graph, starts []int) bool {
	of := func(all []int) map[string]bool {
		stems := map[string]bool{}
		for _, i := range all {
			f := g.All[i]
			lines := v.Index.Text(f.Path).Lines()
			for _, l := range lines[max(0, f.First-maxRemark):min(f.Last, len(lines))] {
				for _, w := range lex.Words(l) {
					stems[v.stem.Of(w)] = true
				}
			}
		}
		return stems
	}
	named, changed := of(starts), of(g.Touched)
	return slices.ContainsFunc(lex.Words(text), func(w string) bool {
		st := v.stem.Of(w)
		return lex.Telling(w) && changed[st] && !named[st] && !v.isProject(w)
	})
}

// maxRemark is how many lines above a function may speak of it.
const maxRemark = 10

// writtenAsCode matches names that a text can only mean as functions.
var writtenAsCode = regexp.MustCompile("([A-Za-z_$][\\w$.]*)\\(|`([A-Za-z_$][\\w$.]*)`")

// namedFunctions are the names in a text that are written as code.
func namedFunctions(text string) []string {
	var all []string
	for _, m := range writtenAsCode.FindAllStringSubmatch(text, maxWishes) {
		all = append(all, lex.LastName(lex.First(m[1:]...)))
	}
	for _, n := range lex.CodeNames(text, maxWishes) {
		all = append(all, lex.LastName(strings.Trim(n, "().:/")))
	}
	return slices.DeleteFunc(all, func(n string) bool { return len(n) < 2 })
}

// citesLinesOf reports whether a text cites lines of a function.
func (v *view) citesLinesOf(text string, f change.GraphFunction) bool {
	for line := range strings.Lines(text) {
		for _, c := range v.CitesIn(line) {
			if c.Line >= f.First-2 && c.Line <= f.Last+1 {
				return true
			}
		}
	}
	return false
}
