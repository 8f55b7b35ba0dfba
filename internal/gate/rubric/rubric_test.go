package rubric_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/rubric"
)

var update = flag.Bool("update", false, "rewrite the categories in docs/gate.md")

// Every category has a rubric of its own, and an unknown one has the general one.
func TestRubricOfEachCategory(t *testing.T) {
	t.Parallel()
	for _, c := range city.Categories() {
		r := rubric.Of(c.ID)
		if r.Category != c.ID || len(r.Questions) < 3 || r.Words == 0 || len(r.Terms) == 0 {
			t.Errorf("%s: %+v", c.ID, r)
		}
		if r.Whole && !r.Code || r.Tests && !r.Code {
			t.Errorf("%s wants code and does not say so", c.ID)
		}
	}
	if r := rubric.Of("cooking"); r.Category != city.General {
		t.Errorf("an unknown category is judged as %s", r.Category)
	}
}

// What agents read about each category is the table that the gate and the judge
// go by.
func TestDocumentedRubrics(t *testing.T) {
	t.Parallel()
	const begin, end = "<!-- categories: go test ./internal/gate/rubric -update writes them -->\n", "<!-- end of categories -->\n"
	file := filepath.Join("..", "..", "..", "docs", "gate.md")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(raw), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatal("docs/gate.md has no place for the categories")
	}
	text := before + begin + rubricsText() + end + after
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text != string(raw) {
		t.Error("docs/gate.md does not say what the rubrics say: go test ./internal/gate/rubric -update")
	}
}

func rubricsText() string {
	var b strings.Builder
	for _, c := range city.Categories() {
		r := rubric.Of(c.ID)
		fmt.Fprintf(&b, "\n### %s\n\n%s. Usual length: %d words.", c.Name, c.Description, r.Words)
		if counts := countsOf(r); len(counts) > 0 {
			fmt.Fprintf(&b, " Counts: %s.", strings.Join(counts, "; "))
		}
		b.WriteString("\n\n")
		for _, q := range r.Questions {
			fmt.Fprintf(&b, "- %s\n", q)
		}
	}
	return b.String() + "\n"
}

// countsOf says in words what counts in a category beyond what counts in each.
func countsOf(r rubric.Rubric) []string {
	var all []string
	for _, c := range []struct {
		yes  bool
		text string
	}{
		{r.Whole, "the code itself must be there"},
		{r.Code && !r.Whole && !r.Tests, "the change as code or diff"},
		{r.Tests, "tests as code, or the work fails"},
		{r.Config, "the configuration or script itself, or the work fails"},
		{r.Findings, "separate findings, each with severity, place and fix"},
		{r.Located, "files of the repository cited with lines"},
		{r.Literals, "strings and figures of the code, though no place is cited"},
		{r.NewFiles, "new files may be proposed freely"},
		{r.Executed, "a patch is built and tested, before and after"},
	} {
		if c.yes {
			all = append(all, c.text)
		}
	}
	return all
}
