package kind

import (
	"math"
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// What is learned from examples tells others of their kind, by words and by form.
func TestLearn(t *testing.T) {
	t.Parallel()
	categories := []city.Category{city.BugFix, city.DevOps, city.Testing}
	example := func(c city.Category, step uint8, text string) Example {
		return Example{Features: Features{Words: strings.Fields(text), Form: []uint8{step}}, Category: c}
	}
	m := Learn(categories, []string{"cause", "job", "mock", "workflow"}, []Example{
		example(city.BugFix, 0, "the cause is here"), example(city.BugFix, 0, "cause and cause"),
		example(city.DevOps, 0, "a workflow with one job"), example(city.DevOps, 0, "workflow"),
		example(city.Testing, 3, "a mock"), example(city.Testing, 3, "nothing said"),
	})
	top := func(f Features) city.Category {
		shares, sum := m.Of(f), 0.0
		for _, s := range shares {
			sum += s
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("the shares of %v add up to %v", f, sum)
		}
		return m.Categories[slices.Index(shares, slices.Max(shares))]
	}
	for text, want := range map[string]city.Category{"what the cause was": city.BugFix, "each job of it": city.DevOps} {
		if got := top(Features{Words: strings.Fields(text), Form: []uint8{0}}); got != want {
			t.Errorf("%q is of %s", text, got)
		}
	}
	if got := top(Features{Words: []string{"silence"}, Form: []uint8{3}}); got != city.Testing {
		t.Errorf("the form alone: %s", got)
	}
	if m.Index(city.Design) != -1 {
		t.Error("a category that no example has is known")
	}
}

// The weights that are part of the program fit each other: what a request asks for is
// looked up under the place that a category has among the kinds of work.
func TestWeights(t *testing.T) {
	t.Parallel()
	if !slices.Equal(Work().Categories, Requests().Categories) {
		t.Errorf("work is of %v, requests of %v", Work().Categories, Requests().Categories)
	}
	for name, m := range map[string]*Model{"work": Work(), "requests": Requests()} {
		form := len(m.Weights) - len(m.Words)
		if len(m.Words) < 100 || form < 0 || form%Steps != 0 {
			t.Errorf("%s: %d words, %d lists of weights", name, len(m.Words), len(m.Weights))
		}
		for _, w := range append(slices.Clip(m.Weights), m.Bias) {
			if len(w) != len(m.Categories) {
				t.Fatalf("%s: %d weights for %d categories", name, len(w), len(m.Categories))
			}
		}
	}
	tests := Work().Of(Features{Words: strings.Fields("the test fails when a mutant changes the assertion of the suite"), Form: []uint8{3, 2, 0, 0, 0, 0, 0, 0, 0}})
	if top := tests[Work().Index(city.Testing)]; top < 0.5 {
		t.Errorf("tests read like tests by %.2f", top)
	}
	if none := Work().Of(Features{}); len(none) != len(Work().Categories) {
		t.Errorf("of nothing: %v", none)
	}
}
