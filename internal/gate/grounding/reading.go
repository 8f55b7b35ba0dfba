// Package grounding resolves what a deliverable cites against the repository and
// compares what it says of the code, and quotes of it, with what stands there.
package grounding

import (
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/code"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/repository"
	"aicity.dev/aicity/internal/gate/rubric"
)

// Reading is a deliverable with the repository that it speaks of: what it cites,
// and how far it agrees with what the files say. The first fields are
// given, Check finds the others.
type Reading struct {
	Doc         *document.Document
	Want        rubric.Rubric
	Request     string   // all that the buyer wrote
	Description string   // the first part of that
	Patched     []string // files that the patch writes

	Index   *repository.Index // nil without a repository or with an empty one
	Refs    []Cited
	Ground  Agreement
	Named   []Name // the names of code that it mentions, with a repository
	lookUps int    // what MayLook counted

	functions map[string][]code.Function // of files that FunctionsOf was asked for
	titles    map[int]*Cited             // places in the first lines of blocks, by their line
	numbered  map[string]int             // the lines of prose that open with the number of a row, by it
}

// Check resolves and checks what is cited against a repository, nil for none.
func (r *Reading) Check(repo *repository.Repo) {
	if repo != nil && len(repo.Files) > 0 {
		r.Index = repository.NewIndex(repo, r.Doc.PackedCode())
		var named map[string]bool
		r.Named, named = names(r.Doc)
		r.Index.Count(named, append(lex.Words(r.Request), partsIn(r.Request)...))
	}
	r.Refs = findReferences(r)
	r.Ground = checkGround(r)
}

// maxParts bounds the names of a request whose parts are looked at.
const maxParts = 120

// MayLook reports whether another search through everything is within bounds.
func (r *Reading) MayLook() bool {
	r.lookUps++
	return r.lookUps <= maxLookUps
}

// maxLookUps bounds what is searched for in all files and in all that is proposed.
const maxLookUps = 60

// partsIn are the words that the names of code in a text are made of.
func partsIn(text string) []string {
	var parts []string
	for _, name := range lex.Identifiers(text, maxParts) {
		parts = append(parts, lex.NameParts(name)...)
	}
	return parts
}

// Declares reports whether code of the deliverable gives the name to something.
func (r *Reading) Declares(name string) bool {
	declared := regexp.MustCompile(`\b(?:func|function|const|let|var|def|class|type|interface|struct)\s+(?:\([^)]*\)\s*)?` + regexp.QuoteMeta(name) + `\b|\b` + regexp.QuoteMeta(name) + `\s*(?::=|=[^=]|:)`)
	for _, b := range r.Doc.Blocks {
		if slices.ContainsFunc(b.Proposed(), declared.MatchString) {
			return true
		}
	}
	return false
}

// Name is the first mention of a name in the deliverable.
type Name struct {
	Text, Low string
	line      int
	code      bool // inside a code block
}

// names lists the names of code that the deliverable mentions, each once.
func names(d *document.Document) ([]Name, map[string]bool) {
	var said []Name
	seen := map[string]bool{}
	budget := NamesBudget
	for i, l := range d.Lines {
		if budget -= len(l.Text); budget < 0 {
			break
		}
		parts := []string{l.Text}
		if !l.Code {
			parts = append(slices.Clone(l.Spans), lex.CodeNames(l.Text, -1)...)
			parts = append(parts, capitalWords(l.Text)...)
		}
		for _, part := range parts {
			if !l.Code && citation.IsFile(strings.TrimRight(part, "0123456789:-")) {
				continue // where something stands, not what
			}
			for _, id := range lex.Identifiers(part, -1) {
				low := strings.ToLower(id)
				if len(id) < lex.MinName || seen[low] || lex.CommonNames[low] || lex.StopWords[low] {
					continue
				}
				seen[low] = true
				said = append(said, Name{id, low, i, l.Code})
			}
		}
	}
	return said, seen
}

// NamesBudget is how many bytes of a deliverable are searched for names: who
// needs more to name something has nothing to say.
const NamesBudget = 256 << 10

// capitalWords lists the words inside of sentences that have a capital, as names
// of code do where nobody marks them.
func capitalWords(text string) []string { return lex.ProperNames(text, 20) }

// citedDeclares reports whether one of the cited files declares a name.
func (r *Reading) citedDeclares(name string) bool {
	return slices.ContainsFunc(r.citedSources(), func(file string) bool {
		return slices.ContainsFunc(r.FunctionsOf(file), func(f code.Function) bool { return f.Name == name })
	})
}
