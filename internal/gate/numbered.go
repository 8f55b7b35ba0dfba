package gate

import (
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// partMark matches what numbers a part of a request: "(1)", "2)", "b)", and "3." at
// the begin of a line.
var partMark = regexp.MustCompile(`(?m)(?:^|[\s,;:])\(?([1-9]|[a-h])\)\s|^\s*([1-9])\.\s`)

// numberedSteps matches requests that number what was done or what holds, and not
// what is wanted.
var numberedSteps = pattern.New(`(?i)\b(?:steps?|reproduc\w*|repro|given|scenario|constraints?|rules?|assum\w*|schritte|vorgehen|pasos|étapes|passos)\b|步骤|手順`)

// noPart matches parts that say what is not to be done, or how.
var noPart = pattern.New(`(?i)^\W*(?:no|not|don't|do not|never|keep|without|must|should|only|use|avoid|kein\w*|nicht|ohne|nur|sin|sans|pas)\b`)

// What of a numbered part must come back, of the weight of what it names, and how
// much a part must name to be looked for.
const (
	partComesBack = 0.5
	partNames     = 1.0
)

// numberedParts are the numbered parts of a request, each with whether the
// deliverable takes it up: by its number, by its words, and where something is to be
// measured by a figure beside the names.
func (v *view) numberedParts() []part {
	text := v.in.Request.Description
	switch v.in.Request.Category {
	case city.BugFix, city.CodeGeneration, city.Testing:
		return nil // there they are steps, properties of the code, cases
	}
	texts := numbered(text)
	if len(texts) < 2 || numberedSteps.MatchString(text) {
		return nil
	}
	asked, _ := lex.TongueOf(lex.Words(text))
	said, _ := lex.TongueOf(lex.Words(v.Doc.Low.Text[:min(len(v.Doc.Low.Text), 8000)]))
	all := make([]part, 0, len(texts))
	for i, t := range texts {
		if noPart.MatchString(t) {
			continue
		}
		all = append(all, part{t, v.takesPart(i+1, t, asked == said)})
	}
	return all
}

// numbered are the texts behind the marks of a text, when these count from one on.
func numbered(text string) []string {
	var all []string
	from := 0
	marks := partMark.FindAllStringSubmatchIndex(text, maxParts)
	for i, m := range marks {
		mark := ""
		for g := 2; g < len(m); g += 2 {
			if m[g] >= 0 {
				mark = text[m[g]:m[g+1]]
			}
		}
		if want := string("123456789"[min(i, 8)]); mark != want && mark != string("abcdefghi"[min(i, 8)]) {
			return nil
		}
		if i > 0 {
			all = append(all, strings.TrimSpace(text[from:m[0]]))
		}
		from = m[1]
	}
	if len(marks) < 2 {
		return nil
	}
	last := text[from:]
	if end := strings.IndexAny(last, "\n?!"); end > 0 {
		last = last[:end]
	}
	if end := strings.Index(last, ". "); end > 0 {
		last = last[:end]
	}
	return append(all, strings.TrimSpace(last))
}

// fillers are words of parts that say nothing of what is asked.
var fillers = lex.Set("ones kb mb gb ms here there")

// takesPart says where the n-th part is answered, "" where it is not.
func (v *view) takesPart(n int, text string, sameTongue bool) string {
	digit, letter := string("0123456789"[n%10]), string("-abcdefghi"[n%10])
	byNumber := regexp.MustCompile(`(?m)^[#>*_\s-]{0,8}(?:\w+\s|第)?\(?(?:` + digit + `|` + letter + `)(?:[.):：、]|\s*$|\s[-–—])|\((?:` + digit + `|` + letter + `)\)|(?:part|point|question|item|teil|punkt|frage|parte|punto|pregunta|partie|第)\s?\(?` + digit + `\b`)
	if at := byNumber.FindString(v.Doc.Low.Text); at != "" {
		return "under its number"
	}
	wanted := slices.DeleteFunc(v.wishes(text), func(w wish) bool { return fillers[w.text] })
	var names []string
	total, hit, named := 0.0, 0.0, false
	for _, w := range wanted {
		if w.kind == wishName || w.kind == wishFile {
			names = append(names, lex.LastName(strings.Trim(w.text, "().:`")))
		} else if !sameTongue {
			continue
		}
		total += w.weight
		if v.all.takes(w) || v.touches(&v.all, w) > 0 || v.beginsLike(w) {
			hit += w.weight
			named = named || w.kind == wishName || w.kind == wishFile
		}
	}
	if len(wanted) < 2 || total < partNames {
		return "too short to tell"
	}
	switch {
	case v.in.Request.Category == city.DataAnalysis && len(names) > 0 && asksFigure.MatchString(text):
		if !v.figureWith(names) {
			return v.leftOut(names)
		}
	case !named && hit < partComesBack*total && v.together(wanted) < 2:
		return v.leftOut(names)
	}
	return "its words come back"
}

// together is how many of some wishes the paragraph has that has most of them.
func (v *view) together(wanted []wish) int {
	most := 0
	for paragraph := range strings.SplitSeq(v.Doc.Low.Text, "\n\n") {
		stems, n := map[string]bool{}, 0
		for _, w := range lex.Words(paragraph) {
			stems[v.stem.Of(w)] = true
		}
		for _, w := range wanted {
			if stems[w.key] || w.kind != wishWord && strings.Contains(paragraph, strings.ToLower(w.key)) {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// asksFigure matches parts that want a number.
var asksFigure = pattern.New(`(?i)\b(?:how (?:many|much|long|often|fast)|shares?|percent\w*|fraction|portion|ratio|time|times|count|` +
	`number|size|rate|memory|anteil|zeit|wie (?:viele?|lange|oft)|proporción|cuánt\w+|tiempo|part|combien|temps)\b`)

// beginsLike reports whether a word of the deliverable begins as a long one of the
// request does.
func (v *view) beginsLike(w wish) bool {
	if w.kind != wishWord || len(w.key) < 6 {
		return false
	}
	return strings.Contains(v.all.lower, w.key[:5])
}

// placeFigure matches the figures that say where something stands.
var placeFigure = regexp.MustCompile(`(?i)[\w./-]+\.[a-z]\w{0,4}(?::\d+(?:[-–:]\d+)?|#L\d+(?:-L?\d+)?)|\b(?:lines?|zeilen?|líneas?|lignes?|linhas?)\s+\d+(?:\s*(?:-|–|to|and|bis|und|a|y|à|et|,)\s*\d+)*|L\d+`)

// figureWith reports whether a paragraph, a table or list with what leads to it, or
// the section below a heading has one of some names and a figure that is no place.
func (v *view) figureWith(names []string) bool {
	section, before := false, false // whether the heading, and the paragraph before, has a name
	for paragraph := range strings.SplitSeq(v.Doc.Low.Text, "\n\n") {
		text := strings.TrimSpace(paragraph)
		has := slices.ContainsFunc(names, func(n string) bool { return strings.Contains(text, strings.ToLower(n)) })
		if strings.HasPrefix(text, "#") {
			section, before = has, false
			if _, rest, more := strings.Cut(text, "\n"); more {
				text = rest
			} else {
				continue
			}
		}
		leads := before && (strings.HasPrefix(text, "|") || strings.HasPrefix(text, "-") || strings.HasPrefix(text, "*") || strings.HasPrefix(text, "```"))
		if (has || section || leads) && lex.HasFigure(placeFigure.ReplaceAllString(text, " ")) {
			return true
		}
		before = has
	}
	return false
}
