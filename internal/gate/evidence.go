package gate

import (
	"fmt"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
)

// evidence asks for proof that the work was done on this very repository:
// cited lines that say what is said about them, quotes that exist, the
// repository's own names. Without a repository it asks for concreteness.
func evidence(v *view) (Signal, bool) {
	if v.Index == nil {
		return concreteness(v)
	}
	s := Signal{Name: "evidence", Max: maxEvidence}
	g := v.Ground
	// A patch is evidence by itself: it was made in the repository.
	places := float64(g.Anchored) + 0.5*float64(g.Near) + min(3.75, float64(g.Facts)/1.6) + 1.5*float64(g.Quoted) + 2*share(float64(len(v.Patched)), 2)
	names := float64(max(g.Names, g.Facts))
	if v.Want.Tests || v.Want.Code {
		names += 2 * float64(g.CodeNames)
	}
	if v.Want.Tests || v.Want.Whole { // code that works with the repository's names cites it
		places += 2.5 * min(share(float64(g.CodeNames), 10), share(float64(v.newLines()-12), 20))
	}
	if v.Want.Config && v.callsOwnTools() { // what builds the project has none of its names
		places += ownToolsPlaces
	}
	s.Points = maxEvidence * (0.6*share(places, 5) + 0.4*share(names, 12))
	if v.tellsReaders() {
		s.Points = max(s.Points, maxEvidence*share(float64(v.Ground.Names), pagesOfReading))
	}
	s.Reason = fmt.Sprintf("%d of %s what is said there, %s real, %s and %s of the repository used.", g.Anchored,
		counted(g.Located, "cited line holds", "cited lines hold"), counted(g.Quoted, "quote is", "quotes are"), counted(g.Names, "name", "names"), counted(g.Facts, "literal", "literals"))
	s.Evidence = g.NameSample
	if places < 2 {
		s.advice = adviceQuote
	}
	return s, true
}

// ownToolsPlaces is how many places it is worth that configuration calls what builds and
// tests this repository.
const ownToolsPlaces = 1.5

// concreteness stands in for evidence where there is no repository: code,
// numbers, names, and the details of the request.
func concreteness(v *view) (Signal, bool) {
	s := Signal{Name: "concreteness", Max: maxEvidenceNoRepo}
	code := float64(v.Doc.CodeLines())
	distinct := map[string]bool{}
	for _, l := range v.Doc.Lines {
		if l.Code {
			continue
		}
		for _, figure := range lex.Figures(l.Text, 40) {
			distinct[figure] = true
		}
		for _, name := range lex.ProperNames(l.Text, 40) {
			distinct[strings.ToLower(name)] = true
		}
		for _, sp := range l.Spans {
			distinct[strings.ToLower(sp)] = true
		}
	}
	details := float64(len(distinct)) + float64(len(v.terms))/2
	s.Points = maxEvidenceNoRepo * min(1, 0.5*share(code, 8)+share(details, 14))
	s.Reason = fmt.Sprintf("%d lines of code, %d numbers, names and literals.", int(code), len(distinct))
	if s.Points < maxEvidenceNoRepo/2 {
		s.advice = "Be concrete: code, numbers, names, worked examples."
	}
	return s, true
}
