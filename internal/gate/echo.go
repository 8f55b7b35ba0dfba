package gate

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/repository"
)

// echo takes points for sentences that only give back the request or the
// project's own documentation.
func echo(v *view) (Signal, bool) {
	s := Signal{Name: "echo", Reason: "The text adds to what the buyer already has."}
	known := v.known()
	given, total := known.given, known.runs
	fresh, telling := newWords(v.Doc.Words, known.stems)
	unproved := v.Ground.Anchored+v.Ground.Quoted == 0
	prose := v.Doc.CodeLines() == 0 || unproved && !v.Want.Code && v.codeOfReadme()
	switch {
	case total >= enoughRuns && given >= partGiven:
		s.Points = -costEcho * share(given-0.10, 0.25)
		s.Reason = fmt.Sprintf("%.0f %% of the text stands in the request or the readme.", 100*given)
	case total >= longEcho && fresh < 0.5 && telling < 0.11 && prose && unproved && !v.isReading():
		s.Points = -costHalfEcho
		s.Reason = fmt.Sprintf("Only %.0f %% of its vocabulary is new; the text paraphrases the request and the readme.", 100*fresh)
	}
	if v.Ground.Anchored == 0 && prose && total >= longEcho && s.Points == 0 && !asksComments.MatchString(v.Request) {
		if told, _ := lex.KnownShingles(v.Doc.Hashes, v.toldInFiles()); told >= mostlyTold {
			s.Points, s.Cap = -costEcho, new(capEcho)
			s.Reason = fmt.Sprintf("%.0f %% of the text stands in the readme or the files that it names.", 100*told)
		}
	}
	if unproved && (s.Points < 0 && fresh < barelyNew || total >= longEcho && fresh < hardlyNew && prose && v.Ground.Located == 0) {
		s.Points, s.Cap = min(s.Points, -costHalfEcho), new(capEcho)
		s.Reason = fmt.Sprintf("Only %.0f %% of its vocabulary is not in the request or the readme, and no cited place holds what it says.", 100*fresh)
	}
	if s.Points < 0 {
		s.advice = "Add something the buyer does not have yet."
	}
	return s, true
}

// givesBack reports whether a good part of the text stands in the request or the readme.
func (v *view) givesBack() bool {
	known := v.known()
	return known.runs >= enoughRuns && known.given >= partGiven
}

// How many runs of words tell what share of them is given back, and what is a good part.
const (
	enoughRuns = 40
	partGiven  = 0.15
)

const (
	longEcho     = 200          // runs of words from which on little that is new proves something
	costHalfEcho = costEcho / 2 // of a text that says the same in other words
)

// mostlyTold is the share of a text's runs of words that stand in what it cites from
// which it says again what is written there: honest work that cites no line has 9 % at most.
const mostlyTold = 0.2

// asksComments matches requests whose answer says again what files say.
var asksComments = pattern.New(`(?i)\b(?:comments?|docstrings?|godoc|jsdoc|licen[cs]es?|quote|verbatim|translat\w+|extract)\b`)

// maxTold bounds the cited files that are read for what a text says again.
const maxTold = 20

// toldInFiles are the word runs of the readme and of the files that the text cites: who
// writes the comments down again adds nothing to them.
func (v *view) toldInFiles() map[uint64]bool {
	told, seen := map[uint64]bool{}, map[string]bool{}
	for _, t := range v.readmes() {
		lex.LearnShingles(told, lex.Words(t.Raw))
	}
	for _, ref := range v.Refs {
		if ref.Status != grounding.RefExists || seen[ref.Path] || len(seen) == maxTold {
			continue
		}
		seen[ref.Path] = true
		if t := v.Index.Text(ref.Path); t != nil {
			lex.LearnShingles(told, lex.Words(t.Raw))
		}
	}
	return told
}

// readmes are the project's own descriptions of itself.
func (v *view) readmes() []*repository.Text {
	var all []*repository.Text
	if v.Index == nil {
		return nil
	}
	for _, f := range v.Index.Sources {
		if !strings.HasPrefix(strings.ToLower(path.Base(f)), "readme") {
			continue
		}
		if t := v.Index.Text(f); t != nil {
			all = append(all, t)
		}
	}
	return all
}

// codeOfReadme reports whether all code of a text stands in the project's readmes: that
// is no code of its own.
func (v *view) codeOfReadme() bool {
	all := v.readmes()
	for _, b := range v.Doc.Blocks {
		for _, l := range b.Lines {
			if lex.Meaningful(l) && !slices.ContainsFunc(all, func(t *repository.Text) bool { return t.Quotes(l) }) {
				return false
			}
		}
	}
	return len(all) > 0
}

// The shares of new words in its vocabulary below which a text of which nothing that it
// cites holds tells the buyer nothing, and below which one without code does: of honest
// work of that kind the least has a third, and half without code.
const (
	barelyNew = 0.25
	hardlyNew = 0.4
)

// known is what the buyer has already, in the request and the readme, and how much of a
// text it is.
type known struct {
	stems map[string]bool
	given float64 // the share of the text's runs of words that stands there
	runs  int     // of the text, in all
}

// findKnown collects the word runs and stems of the request and the readme.
func (v *view) findKnown() known {
	k, runs := known{stems: map[string]bool{}}, map[uint64]bool{}
	learn := func(text string) {
		all := lex.Words(text)
		lex.LearnShingles(runs, all)
		for _, w := range all {
			k.stems[lex.Stem(w)] = true
		}
	}
	learn(v.Request)
	for _, t := range v.readmes() {
		learn(t.Raw)
	}
	k.given, k.runs = lex.KnownShingles(v.Doc.Hashes, runs)
	return k
}

// newWords returns which share of the distinct telling words is new, and how
// many new ones there are for each word of the text.
func newWords(text []string, known map[string]bool) (fresh, perWord float64) {
	seen := make(map[string]bool, len(text)/2)
	n := 0
	for _, w := range text {
		st := lex.Stem(w)
		if seen[st] || !lex.Telling(w) {
			continue
		}
		seen[st] = true
		if !known[st] {
			n++
		}
	}
	return share(float64(n), float64(len(seen))), share(float64(n), float64(len(text)))
}
