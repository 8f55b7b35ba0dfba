//go:build !race

package eval_test

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"go/format"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/eval"
)

var update = flag.Bool("update", false, "write what is counted")

// counted is what the makeup of honest work is kept in.
var counted = filepath.Join("..", "makeupcounts.go")

// TestMakeupIsCounted: what the gate knows of the makeup of honest work is what
// the sets have that it was learned from.
func TestMakeupIsCounted(t *testing.T) {
	t.Parallel()
	counts := map[city.Category][][]int{}
	library, samples := corpus(t, learned)
	for _, s := range samples {
		if s.Label == eval.Bad {
			continue
		}
		repo, err := library.Repository(t.Context(), s.Repo)
		if err != nil {
			t.Fatal(err)
		}
		if s.Repo.Name == "" {
			continue
		}
		makeup := gate.FeaturesOf(s.Input(repo)).Form
		if counts[s.Category] == nil {
			for range makeup {
				counts[s.Category] = append(counts[s.Category], make([]int, 4))
			}
		}
		for trait, step := range makeup {
			counts[s.Category][trait][step]++
		}
	}
	var src bytes.Buffer
	src.WriteString("package gate\n\nimport \"aicity.dev/aicity/internal/city\"\n\n// honestMakeup is written by go test ./internal/gate/eval -run Makeup -update.\nvar honestMakeup = map[city.Category]makeupCounts{\n")
	for _, c := range slices.SortedFunc(maps.Keys(counts), cmp.Compare[city.Category]) {
		fmt.Fprintf(&src, "\t%q: %s,\n", c, strings.NewReplacer("[", "{", "]", "}", " ", ", ").Replace(fmt.Sprint(counts[c])))
	}
	src.WriteString("}\n")
	want, err := format.Source(src.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(counted, want, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(counted)
	if err != nil {
		t.Fatal(err)
	}
	if off := differ(numbers(got), numbers(want)); off > 0.05 { // a rule that reads a few samples otherwise changes little
		t.Errorf("%s is off by %.0f %% from what the corpus has: run go test ./internal/gate/eval -run Makeup -update, then again", counted, 100*off)
	}
}

// numbers are the counts in a source.
func numbers(src []byte) []string { return regexp.MustCompile(`\d+`).FindAllString(string(src), -1) }

// differ tells by how much of their sum two lists of counts differ, 1 when they
// are not of the same things.
func differ(a, b []string) float64 {
	if len(a) != len(b) {
		return 1
	}
	off, sum := 0, 0
	for i := range a {
		x, _ := strconv.Atoi(a[i])
		y, _ := strconv.Atoi(b[i])
		off, sum = off+max(x-y, y-x), sum+y
	}
	return float64(off) / float64(max(1, sum))
}
