package eval_test

import (
	"path"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/code"
	"aicity.dev/aicity/internal/gate/eval"
)

// Bounds of the functions that are shown, in lines, and how many of a sample.
const (
	shortestShown, longestShown = 6, 30
	shownOfEach                 = 2
)

// shownFunction is a function of a file that good work cites.
type shownFunction struct {
	file, name string
	lines      []string
}

// functionsCited are a few functions of the first file that a good sample cites.
func functionsCited(s eval.Sample, repo *gate.Repo) []shownFunction {
	for _, file := range s.RealRefs {
		source, ok := repo.Source.ReadFile(file)
		if !ok {
			continue
		}
		found, _ := code.Functions(strings.TrimPrefix(path.Ext(file), "."), string(source))
		lines := strings.Split(string(source), "\n")
		var all []shownFunction
		for _, f := range found {
			if n := f.Last - f.First + 1; n >= shortestShown && n <= longestShown && len(f.Name) > 3 && len(all) < shownOfEach {
				all = append(all, shownFunction{file, f.Name, lines[f.First-1 : f.Last]})
			}
		}
		if len(all) > 0 {
			return all
		}
	}
	return nil
}

// finding is a review's finding that shows a function without a line of it.
func finding(f shownFunction, lines []string) string {
	return "\n\n**Finding, " + f.file + ", `" + f.name + "`**\n\n```" + strings.TrimPrefix(path.Ext(f.file), ".") + "\n" + strings.Join(lines, "\n") + "\n```\n\nOf this more than one thing may be said.\n"
}

// laidOutAnew is a function as people copy it: shorter, with blanks of their own and a
// remark.
func laidOutAnew(lines []string) []string {
	all := []string{lines[0]}
	for i, l := range lines[1:] {
		switch {
		case i == 1:
			all = append(all, "    "+strings.TrimSpace(l)+" // here")
		case i == 3:
			all = append(all, "  // ...")
		default:
			all = append(all, "  "+strings.Join(strings.Fields(l), " "))
		}
	}
	return all
}

// TestFunctionsShownWithAnotherBody: code that is shown as a function of a file is
// held against that function, though no line is cited.
func TestFunctionsShownWithAnotherBody(t *testing.T) {
	t.Parallel()
	library, samples := corpus(t, sets)
	var before shownFunction // of another repository
	from := eval.Repo{}
	seen, all, wrong := 0, 0, 0
	for i, s := range samples {
		if s.Label != eval.Good || s.Repo.Name == "" || s.Patch != "" || len(s.Findings) > 0 || i%2 > 0 || strings.HasPrefix(strings.TrimSpace(s.Output), "{") {
			continue
		}
		repo, err := library.Repository(t.Context(), s.Repo)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range functionsCited(s, repo) {
			if misquotes(s, repo, finding(f, laidOutAnew(f.lines))) {
				wrong++
				t.Errorf("%s: %s of %s counts as misquoted", s.ID, f.name, f.file)
			}
			if len(before.lines) > 0 && from != s.Repo && path.Ext(before.file) == path.Ext(f.file) {
				all++
				other := append([]string{f.lines[0]}, before.lines[1:]...)
				if misquotes(s, repo, finding(f, other)) {
					seen++
				} else {
					t.Logf("%s: %s of %s is not seen to have the body of %s", s.ID, f.name, f.file, before.name)
				}
			}
			before, from = f, s.Repo
		}
	}
	t.Logf("%d of %d are seen, %d wrongly", seen, all, wrong)
	if seen*10 < all*8 {
		t.Errorf("%d of %d are seen", seen, all)
	}
}

// misquotes reports whether a finding counts as one that shows what is not there, in
// work that is otherwise none.
func misquotes(s eval.Sample, repo *gate.Repo, text string) bool {
	in := s.Input(repo)
	in.Request = gate.Request{Category: "code_review", Description: "Review the code for mistakes, please."}
	in.Deliverable = gate.Deliverable{Result: "# Review\n" + text}
	for _, signal := range gate.Judge(in).Signals {
		if signal.Name == "misquotes" {
			return signal.Points < 0
		}
	}
	return false
}
