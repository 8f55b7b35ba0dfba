package gate

import (
	"fmt"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/syntax"
)

// tiedRemarks looks at what a review says of the lines that it cites: in words that have to
// do with the code there, and more than that they are fine. Who knows only where a line
// stands can put any sentence behind it; so may who says it in the field's own words, and a
// judge reads which.
func tiedRemarks(v *view) (Signal, bool) {
	s := Signal{Name: "remarks", Reason: "What is said of the cited lines has to do with them."}
	if v.Index == nil || v.in.Request.Category != city.CodeReview && v.in.Request.Category != city.Security {
		return s, false
	}
	r := v.readRemarks()
	switch {
	case r.places < fewRemarks:
		return s, false
	case float64(r.fine) >= mostlyFine*float64(r.places):
		s.Reason = fmt.Sprintf("Of %d cited places %d are only said to be in order.", r.places, r.fine)
		s.advice = "Say what is wrong. Where nothing is, say how you found out."
	case r.told >= fewRemarks && float64(r.tied) <= looseRemarks*float64(r.told):
		s.Reason = fmt.Sprintf("The remarks on %d cited places have %s with the code around them.", r.told, counted(r.tied, "word in common", "words in common"))
		s.advice = "Say what each cited line does wrong in the terms of the code there: what is read, kept, called or left out."
	default:
		return s, true
	}
	s.Cap = new(BorderlineScore)
	return s, true
}

// How many remarks there must be to tell, and how many words each must share with the
// code around its place: of 250 honest English reviews of the kept sets one in a hundred
// shares fewer.
const (
	fewRemarks   = 4
	mostlyFine   = 0.75 // of the places
	looseRemarks = 0.5
	aroundPlace  = 12 // lines on each side of a place that a remark may be about
	maxRemarks   = 16 // that are read, the first
	tellingWords = 3  // what a remark must have to say something
)

// remarksRead is what the sentences about cited places come to.
type remarksRead struct {
	places int      // lines of text that cite lines
	fine   int      // of these, those that say that all is in order
	told   int      // those that say something in words
	tied   int      // words of these that the code around the place has
	words  []string // all that is said, to tell the language
}

// inOrder matches what says of code that it may stay as it is.
var inOrder = pattern.Any(
	`(?i)\b(?:is|are|was|looks?|seems?|reads?) (?:all |quite |perfectly |also |just )?(?:fine|correct|`+
		`harmless|ok|okay|safe|right|good|sound|well|clean|in order)\b`,
	`\b(?:may|can|should) stay\b|\bleave (?:it|them|this)(?: as)?\b|\bdoes what (?:its|the) name\b`,
	`\bno (?:issue|problem|change|concern|objection|bug|fault)s?\b`,
	`\bnothing (?:wrong|to change|to fix)\b`,
)

// limits matches what says that code is in order in some cases only, or that it is not.
var limits = pattern.New(`(?i)\b(?:only|unless|until|except|but|however|while|once|twice|yet|wrong|never|missing|leak\w*|fail\w*|throws?|panics?|stay [a-z]+ (?:when|after|if))\b`)

// readRemarks reads the sentences that cite lines of code. Their quotes and names say
// nothing here: they can be copied.
func (v *view) readRemarks() remarksRead {
	var r remarksRead
	for i := 0; i < len(v.Refs) && r.places < maxRemarks; {
		var at []*grounding.Cited
		line := v.Refs[i].At
		for ; i < len(v.Refs) && v.Refs[i].At == line; i++ {
			if ref := &v.Refs[i]; ref.Status == grounding.RefExists && ref.Line > 0 && isSource(ref.Path) && holdsCode(ref.Path) && v.Index.Text(ref.Path) != nil {
				at = append(at, ref)
			}
		}
		if len(at) > 0 && !v.Doc.Lines[line].Code {
			v.readRemark(&r, v.remarkAt(line, at), at)
		}
	}
	if smallShare(r.words) < englishShare {
		return remarksRead{} // other languages share no words with code
	}
	return r
}

// holdsCode reports whether a file holds code that is not configuration.
func holdsCode(p string) bool {
	return syntax.LanguageOfFile(p) != "" && !configBlock[syntax.Extension(p)]
}

// remarkAt is the text of a line that cites places, with what follows on it, and without
// what it cites.
func (v *view) remarkAt(line int, places []*grounding.Cited) string {
	text := v.Doc.Lines[line].Text
	for _, ref := range places {
		text = strings.ReplaceAll(text, ref.Text, " ")
	}
	for _, l := range v.Doc.Lines[line+1 : min(len(v.Doc.Lines), line+4)] {
		if text := strings.TrimSpace(l.Text); l.Code || text == "" || document.ListItem.Matches(text) || document.TableRow.Matches(text) {
			break
		}
		text += " " + l.Text
	}
	return text
}

// readRemark counts what a remark on some places says.
func (v *view) readRemark(r *remarksRead, text string, places []*grounding.Cited) {
	bare := document.WithoutCode(text, "")
	r.places++
	if inOrder.MatchString(bare) && !limits.MatchString(bare) {
		r.fine++
	}
	shown := map[string]bool{}
	for _, code := range document.CodeSpans(text) {
		v.addNames(shown, code)
	}
	around := map[string]bool{}
	for _, ref := range places {
		all := v.Index.Text(ref.Path).Lines()
		from, to := max(0, ref.Line-1-aroundPlace), min(len(all), max(ref.Line, ref.End)+aroundPlace)
		v.addNames(around, strings.Join(all[min(from, to):to], "\n"))
	}
	words, tied, seen := 0, 0, map[string]bool{}
	said := lex.Words(bare)
	r.words = append(r.words, said...)
	for _, w := range said {
		st := v.stem.Of(w)
		if len(w) < lex.MinName || !lex.Telling(w) || ordinary[w] || shown[st] || seen[st] {
			continue
		}
		seen[st] = true
		if words++; around[st] {
			tied++
		}
	}
	for _, name := range lex.CodeNames(bare, maxRemarks) {
		if st := v.stem.Of(strings.ToLower(strings.TrimSuffix(name, "("))); around[st] && !shown[st] && !seen[st] {
			seen[st] = true
			words, tied = words+1, tied+1
		}
	}
	if words >= tellingWords {
		r.told, r.tied = r.told+1, r.tied+tied
	}
}

// maxNamesAround bounds the names that are read around a place.
const maxNamesAround = 1000

// addNames adds the stems of the names of code and of their parts.
func (v *view) addNames(to map[string]bool, code string) {
	for _, name := range lex.Identifiers(code, maxNamesAround) {
		to[v.stem.Of(strings.ToLower(name))] = true
		for _, part := range lex.NameParts(name) {
			to[v.stem.Of(part)] = true
		}
	}
}
