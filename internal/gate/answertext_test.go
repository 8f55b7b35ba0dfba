package gate

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/repository"
)

// A figure comes back as a whole, not as a part of another.
func TestFiguresAreWhole(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"In September 2024 it ran.": false, "At 20 minutes past it ran.": true} {
		a := answerText{lower: strings.ToLower(text), said: map[string]bool{}}
		for _, w := range lex.Words(text) {
			a.said[w] = true
		}
		if a.takes(wish{text: "20", key: "20", kind: wishLiteral}) != want {
			t.Errorf("%q: taken up %v", text, !want)
		}
	}
}

// A name that is a word of sentences, too, comes back as code only.
func TestNamesThatAreWords(t *testing.T) {
	t.Parallel()
	has := wish{text: "keyv.has", key: "keyv.has", kind: wishName}
	for text, want := range map[string]bool{
		"The option has no effect.":     false,
		"`has` looks at the keys only.": true,
		"has() looks at the keys only.": true,
		"Cache.has is wrong.":           true,
	} {
		a := answerText{lower: strings.ToLower(text), said: map[string]bool{"has": true}}
		if a.takes(has) != want {
			t.Errorf("%q: taken up %v", text, !want)
		}
	}
}

// filesOf are files as a repository has them.
type filesOf map[string]string

func (f filesOf) ReadFile(p string) ([]byte, bool) {
	text, ok := f[p]
	return []byte(text), ok
}

// Code of the repository that the request names comes back, or a part of its name does.
func TestMissesNames(t *testing.T) {
	t.Parallel()
	repo := &repository.Repo{
		Files:  []repository.File{{Path: "set.go"}},
		Source: filesOf{"set.go": "package json\n\n// Options of SetAny.\ntype Options struct {\n\tOptimistic bool\n}\n\nfunc DeleteTail(doc string) string {\n\treturn doc\n}\n"},
	}
	for result, want := range map[string]bool{
		"set.go:8 DeleteTail gives the document back as it is.": true,
		"With `Optimistic` set nothing is faster.":              false,
		"The optimistic way is no faster.":                      false,
	} {
		v := look(Input{
			Request:     Request{Category: city.Research, Description: "Does Options.Optimistic pay off?"},
			Deliverable: Deliverable{Result: result}, Repo: repo,
		})
		if v.missesNames() != want {
			t.Errorf("%q: misses the names %v", result, !want)
		}
	}
}
