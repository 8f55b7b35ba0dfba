package change

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/code"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/repository"
	"aicity.dev/aicity/internal/gate/syntax"
	"aicity.dev/aicity/internal/gate/testcode"
)

// maxGraphBytes and maxGraphFiles bound the code whose functions are looked at.
const (
	maxGraphBytes = 400 << 10
	maxGraphFiles = 60
)

// GraphFunction is a function with the names in its lines.
type GraphFunction struct {
	code.Function
	Path  string
	Lines []string
	uses  map[string]bool
}

// Graph knows by name which functions of some files have to do with each other.
type Graph struct {
	All     []GraphFunction
	ByName  map[string][]int
	read    map[string]bool
	beside  map[string]string // file → its code that is in no function
	bytes   int
	Touched []int // those that changes make different, as indexes of All
}

// Add reads a file, and in Go its package; false when one of them cannot be read.
func (g *Graph) Add(index *repository.Index, p string) bool {
	all := []string{p}
	if path.Ext(p) == ".go" {
		for _, other := range index.Sources {
			if other != p && path.Dir(other) == path.Dir(p) && path.Ext(other) == ".go" && !testcode.File.MatchString(other) {
				all = append(all, other)
			}
		}
	}
	if g.read == nil {
		g.read, g.ByName, g.beside = map[string]bool{}, map[string][]int{}, map[string]string{}
	}
	for _, p := range all {
		if !g.read[p] && !g.addFile(p, index.Text(p)) {
			return false
		}
	}
	return true
}

func (g *Graph) addFile(p string, t *repository.Text) bool {
	g.read[p] = true
	if t == nil || len(g.read) > maxGraphFiles {
		return false
	}
	if g.bytes += len(t.Raw); g.bytes > maxGraphBytes {
		return false
	}
	functions, ok := code.Functions(syntax.Extension(p), t.Raw)
	if !ok {
		return false
	}
	within := map[int]bool{}
	for _, f := range functions {
		for l := f.First; l <= f.Last; l++ {
			within[l] = true
		}
		one := GraphFunction{Function: f, Path: p, Lines: t.Lines()[f.First-1 : min(f.Last, len(t.Lines()))], uses: map[string]bool{}}
		for _, l := range one.Lines {
			for _, n := range lex.Identifiers(l, -1) {
				one.uses[n] = true
			}
		}
		g.ByName[f.Name] = append(g.ByName[f.Name], len(g.All))
		g.All = append(g.All, one)
	}
	g.beside[p] = bareCode(t.Lines(), commentMarks(p), within)
	return true
}

// Touch notes the functions that a change of a file makes different; false when
// something else in it is, or there are others than before.
func (g *Graph) Touch(p, after string) bool {
	now, ok := code.Functions(syntax.Extension(p), after)
	if !ok {
		return false
	}
	marks := commentMarks(p)
	lines, within, n := strings.Split(after, "\n"), map[int]bool{}, 0
	var touched []int
	for i, f := range g.All {
		if f.Path != p {
			continue
		}
		if n == len(now) || now[n].Name != f.Name || now[n].Owner != f.Owner {
			return false
		}
		body := lines[now[n].First-1 : min(now[n].Last, len(lines))]
		if bareCode(f.Lines, marks, nil) != bareCode(body, marks, nil) {
			touched = append(touched, i)
		}
		for l := now[n].First; l <= now[n].Last; l++ {
			within[l] = true
		}
		n++
	}
	if n != len(now) || bareCode(lines, marks, within) != g.beside[p] {
		return false
	}
	g.Touched = append(g.Touched, touched...)
	return true
}

// bareCode is what lines say without comments and blanks, but for some of them.
func bareCode(lines, marks []string, without map[int]bool) string {
	var b strings.Builder
	for i, l := range lines {
		if !without[i+1] {
			b.WriteString(withoutComment(l, marks))
		}
	}
	return b.String()
}

// Related reports whether a changed function has to do with one of some others: it
// is one of them, calls or is called by one over however many steps, stands with one
// in a type or class, is handed on as a value, or makes what one of them, or what
// those call, may read.
func (g *Graph) Related(starts []int) bool {
	down := g.reach(starts, false)
	up := g.reach(starts, true)
	near := map[int]bool{}
	for i := range up {
		near[i] = true
		for name := range g.All[i].uses { // what a caller does with the one may come to the other
			for _, j := range g.ByName[name] {
				if !down[j] && g.passesOn(i, name) {
					maps.Copy(near, g.reach([]int{j}, false))
				}
			}
		}
	}
	maps.Copy(near, down)
	reads, writes, owners := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range near {
		maps.Copy(reads, g.All[i].uses)
		maps.Copy(writes, g.All[i].writes())
		owners[g.All[i].Owner] = g.All[i].Owner != ""
	}
	for _, t := range g.Touched {
		f := g.All[t]
		if near[t] || owners[f.Owner] || reads[f.Owner] || f.uses["this"] || g.handedOn(f.Name) || meet(f.writes(), reads) || meet(writes, f.uses) {
			return true
		}
	}
	return false
}

// meet reports whether two sets have something in common.
func meet(one, other map[string]bool) bool {
	for name := range one {
		if other[name] {
			return true
		}
	}
	return false
}

// reach are functions with all that they call or, upwards, that call them.
func (g *Graph) reach(starts []int, up bool) map[int]bool {
	return g.within(starts, up, len(g.All)+1)
}

// within is reach over fewer than so many calls.
func (g *Graph) within(starts []int, up bool, calls int) map[int]bool {
	known, next := map[int]bool{}, slices.Clone(starts)
	for ; calls > 0 && len(next) > 0; calls-- {
		var further []int
		for _, i := range next {
			if known[i] {
				continue
			}
			known[i] = true
			if up {
				for j := range g.All {
					if !known[j] && g.All[j].uses[g.All[i].Name] {
						further = append(further, j)
					}
				}
				continue
			}
			for name := range g.All[i].uses {
				further = append(further, g.ByName[name]...)
			}
		}
		next = further
	}
	return known
}

// Leads reports whether one of some functions is, or comes to, one of a name.
func (g *Graph) Leads(from []int, to string) bool {
	for i := range g.reach(from, false) {
		if g.All[i].Name == to {
			return true
		}
	}
	return false
}

// Reaches reports whether functions of a name come, within a few calls, to one that
// the change of a file makes different, or that uses a value which it changes.
func (g *Graph) Reaches(name string, f File) bool {
	const far = 3
	values, touched := map[string]bool{}, g.differing(f)
	if !g.Touch(f.Path, f.After) { // something outside of functions changes
		gone, come := OnlyIn(f.Before, f.After)
		for _, l := range slices.Concat(gone, come) {
			if m := declaredValue.FindStringSubmatch(l); m != nil {
				values[m[1]] = true
			}
		}
	}
	for i := range g.within(g.ByName[name], false, far) {
		if touched[i] || meet(values, g.All[i].uses) {
			return true
		}
	}
	return false
}

// differing are the functions that the change of a file makes different, whatever
// else it brings.
func (g *Graph) differing(f File) map[int]bool {
	touched := map[int]bool{}
	now, ok := code.Functions(syntax.Extension(f.Path), f.After)
	if !ok {
		return touched
	}
	type name struct{ owner, name string }
	lines, marks, after := strings.Split(f.After, "\n"), commentMarks(f.Path), map[name]string{}
	for _, one := range now {
		after[name{one.Owner, one.Name}] += bareCode(lines[one.First-1:min(one.Last, len(lines))], marks, nil)
	}
	before := map[name]string{}
	for _, one := range g.All {
		if one.Path == f.Path {
			before[name{one.Owner, one.Name}] += bareCode(one.Lines, marks, nil)
		}
	}
	for i, one := range g.All {
		if key := (name{one.Owner, one.Name}); one.Path == f.Path && before[key] != after[key] {
			touched[i] = true
		}
	}
	return touched
}

// declaredValue matches a line that gives a value to a name outside of functions.
var declaredValue = regexp.MustCompile(`^\s*(?:(?:const|let|var)\s+)?([A-Za-z_$][\w$]*)\s*(?:[A-Za-z][\w.\[\]]*\s*)?=(?:[^=]|$)`)

// passesOn reports whether a function does more with what another gives than to
// give it back.
func (g *Graph) passesOn(in int, name string) bool {
	for _, l := range g.All[in].Lines[1:] {
		if t := strings.TrimSpace(l); lex.HasName(t, name) && !givesBack(t, name) {
			return true
		}
	}
	return false
}

// givesBack reports whether all that a line does with a function is to
// return what it gives.
func givesBack(line, name string) bool {
	before, rest, ok := strings.Cut(line, "return ")
	if !ok || lex.HasName(before, name) {
		return false
	}
	called, rest, ok := strings.Cut(rest, "(")
	return ok && lex.LastName(called) == name && !lex.HasName(rest, name)
}

// handedOn reports whether a function is used as a value within another.
func (g *Graph) handedOn(name string) bool {
	for _, f := range g.All {
		if f.Name == name || !f.uses[name] {
			continue
		}
		for _, l := range f.Lines {
			if i := strings.Index(l, name); i >= 0 && lex.HasName(l, name) && !strings.Contains(l, name+"(") && !strings.Contains(l, name+" (") {
				return true
			}
		}
	}
	return false
}

// What code writes to: names, elements and fields that it assigns, and what it calls
// by a name that says that it changes; and the names that it declares itself.
var (
	assigned   = regexp.MustCompile(`([A-Za-z_$][\w$]*)(?:\[[^\]]*\])*\s*(?:(?:[-+*/%|&^]|<<|>>|\*\*|\?\?|\|\||&&)?=(?:[^=>]|$)|\+\+|--)`)
	mutated    = regexp.MustCompile(`([A-Za-z_$][\w$]*)\.(?i:push|pop|shift|unshift|splice|set|add|delete|clear|append|extend|update|insert|remove|store|put|write|sort|reset|register|emit|on)\w*\(`)
	assignMany = regexp.MustCompile(`^\s*((?:[\w$.\[\]]+\s*,\s*)+[\w$.\[\]]+)\s*=[^=]`)
	ownNames   = regexp.MustCompile(`\b(?:var|let|const)\s+([A-Za-z_$][\w$]*)|([A-Za-z_]\w*)(?:\s*,\s*([A-Za-z_]\w*))*\s*:=`)
)

// writes are the names that a function writes to and has not declared.
func (f *GraphFunction) writes() map[string]bool {
	all, own := map[string]bool{}, map[string]bool{}
	python := path.Ext(f.Path) == ".py"
	for _, n := range lex.Identifiers(f.Lines[0], -1) {
		own[n] = true // parameters
	}
	for _, l := range f.Lines[1:] {
		for _, m := range ownNames.FindAllStringSubmatch(l, -1) {
			for _, n := range m[1:] {
				own[n] = true
			}
		}
		for _, m := range assigned.FindAllStringSubmatchIndex(l, -1) {
			if name := l[m[2]:m[3]]; m[2] > 0 && l[m[2]-1] == '.' || !python || f.uses["global"] || l[m[3]] == '[' {
				all[name] = true
			}
		}
		for _, m := range mutated.FindAllStringSubmatch(l, -1) {
			all[m[1]] = true
		}
		if m := assignMany.FindStringSubmatch(l); m != nil && !python {
			for _, n := range lex.Identifiers(m[1], -1) {
				all[n] = true
			}
		}
	}
	for n := range own {
		delete(all, n)
	}
	return all
}
