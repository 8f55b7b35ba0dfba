package gate

import (
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
)

// enoughTerms is how many distinct technical terms are looked for, in a way.
const enoughTerms = 14

var versionText = regexp.MustCompile(`\b\d+\.\d+(?:\.\d+)?\b`)

// distinctTerms lists the technical terms, sorted.
func distinctTerms(v *view) []string {
	seen := map[string]bool{}
	take := func(term string) {
		if term = strings.ToLower(strings.Trim(term, "(.:/ ")); len(term) >= 3 && !lex.StopWords[term] {
			seen[term] = true
		}
	}
	budget := grounding.NamesBudget
	for _, l := range v.Doc.Lines {
		if budget -= len(l.Text); budget < 0 || len(seen) > 20*enoughTerms {
			break
		}
		for _, s := range l.Spans {
			take(s)
		}
		if lex.Decimal(l.Text) {
			for _, version := range versionText.FindAllString(l.Text, 12) {
				take(version)
			}
		}
		for _, name := range lex.CodeNames(l.Text, 12) {
			take(name)
		}
	}
	for _, t := range v.Want.Terms {
		if v.Doc.Low.Holds(t) {
			seen[t] = true
		}
	}
	all := make([]string, 0, len(seen))
	for t := range seen {
		all = append(all, t)
	}
	slices.Sort(all)
	return all
}
