//go:build !race

package eval_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/eval"
	"aicity.dev/aicity/internal/gate/kind"
	"aicity.dev/aicity/internal/gate/lex"
)

// A word tells kinds of work apart when texts about so many repositories have it:
// what fewer have is what these are about.
const (
	workRepos    = 20
	requestRepos = 12
)

// tongue are small words of other languages than English. Half of the kept requests in
// these are for guides, so that they would tell guides by who reads them.
var tongue = lex.Set(`de el en es la se si un zeile auf avec bitte con eine español et mit necesitamos para que qué una und une wir com`)

// told are texts of known categories, with the repository that each is about.
type told struct {
	examples []kind.Example
	about    []eval.Repo
}

func (d *told) add(f kind.Features, s eval.Sample) {
	d.examples = append(d.examples, kind.Example{Features: f, Category: s.Category})
	d.about = append(d.about, s.Repo)
}

// TestKindsAreLearned: the gate tells kinds of work apart by what the sets have.
func TestKindsAreLearned(t *testing.T) {
	t.Parallel()
	work, requests := &told{}, &told{}
	library, samples := corpus(t, sets)
	asked := map[string]bool{}
	for _, s := range samples {
		if s.Repo.Name == "" {
			continue
		}
		repo, err := library.Repository(t.Context(), s.Repo)
		if err != nil {
			t.Fatal(err)
		}
		if s.Label == eval.Good {
			work.add(gate.FeaturesOf(s.Input(repo)), s)
		}
		if !asked[s.Description] {
			requests.add(kind.Features{Words: lex.Words(s.Description)}, s)
		}
		asked[s.Description] = true
	}
	stop := func(w string) bool { return lex.StopWords[w] }
	work.check(t, "work.json", workRepos, stop, kind.Work())
	requests.check(t, "requests.json", requestRepos, func(string) bool { return false }, kind.Requests())
}

// check learns a model and compares it with the one that is used; with -update it
// writes it and logs how much of unseen repositories it tells.
func (d *told) check(t *testing.T, name string, repos int, without func(string) bool, used *kind.Model) {
	t.Helper()
	m := kind.Learn(slices.Sorted(maps.Keys(d.counts())), d.words(repos, without), d.examples)
	if *update {
		if err := os.WriteFile(filepath.Join("..", "kind", name), written(t, m), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %.0f %% of what is about unseen repositories is told", name, 100*d.unseen(repos, without))
		return
	}
	if !slices.Equal(m.Categories, used.Categories) {
		t.Fatalf("%s: of %v, want %v", name, used.Categories, m.Categories)
	}
	right := 0
	for _, e := range d.examples {
		if top(m, e.Features) == top(used, e.Features) {
			right++
		}
	}
	if right*20 < 19*len(d.examples) { // a rule that reads a few samples otherwise changes little
		t.Errorf("%s tells only %d of %d as what is learned from the corpus: run go test ./internal/gate/eval -run Kinds -update", name, right, len(d.examples))
	}
}

// counts is how many examples there are of each category.
func (d *told) counts() map[city.Category]int {
	n := map[city.Category]int{}
	for _, e := range d.examples {
		n[e.Category]++
	}
	return n
}

// words are those that texts about so many repositories have.
func (d *told) words(repos int, without func(string) bool) []string {
	in := map[string]map[eval.Repo]bool{}
	for i, e := range d.examples {
		for _, w := range e.Words {
			if len(w) < 2 || strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) }) || without(w) || tongue[w] {
				continue
			}
			if in[w] == nil {
				in[w] = map[eval.Repo]bool{}
			}
			in[w][d.about[i]] = true
		}
	}
	maps.DeleteFunc(in, func(_ string, of map[eval.Repo]bool) bool { return len(of) < repos })
	return slices.Sorted(maps.Keys(in))
}

// unseen is the share of examples that a model tells which was learned from those
// about other repositories.
func (d *told) unseen(repos int, without func(string) bool) float64 {
	const parts = 8
	fold := map[eval.Repo]int{}
	for _, r := range d.about {
		if _, known := fold[r]; !known {
			fold[r] = len(fold) % parts
		}
	}
	right := 0
	for part := range parts {
		seen := &told{}
		for i, e := range d.examples {
			if fold[d.about[i]] != part {
				seen.examples, seen.about = append(seen.examples, e), append(seen.about, d.about[i])
			}
		}
		m := kind.Learn(slices.Sorted(maps.Keys(seen.counts())), seen.words(repos, without), seen.examples)
		for i, e := range d.examples {
			if fold[d.about[i]] == part && top(m, e.Features) == e.Category {
				right++
			}
		}
	}
	return float64(right) / float64(len(d.examples))
}

// top is the category that a text is most likely of.
func top(m *kind.Model, f kind.Features) city.Category {
	shares := m.Of(f)
	return m.Categories[slices.Index(shares, slices.Max(shares))]
}

// written is a model as JSON, with a line for each list of weights.
func written(t *testing.T, m *kind.Model) []byte {
	t.Helper()
	line := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"categories\": %s,\n\"words\": %s,\n\"bias\": %s,\n\"weights\": [\n", line(m.Categories), line(m.Words), line(m.Bias))
	for i, w := range m.Weights {
		end := ","
		if i == len(m.Weights)-1 {
			end = ""
		}
		fmt.Fprintf(&b, "%s%s\n", line(w), end)
	}
	b.WriteString("]}\n")
	return b.Bytes()
}
