package gate

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/repository"
)

// What a request tells in several words and the work passes by makes it doubtful.
func TestConcernsCount(t *testing.T) {
	t.Parallel()
	const work = "`heat` (kiln.go:3) gives the hottest value back, see kiln.go:6; glaze.go:3 says which that is."
	const request = "The process %s after a while, %s for ever, whatever the visitors of the museum and the painters do. Why?"
	missed, told := kilnView(city.General, strings.NewReplacer("process %s", "process hangs", ", %s", ", stuck").Replace(request), work).answers()
	other, reasons := kilnView(city.General, strings.NewReplacer("process %s", "process sings", ", %s", ", merry").Replace(request), work).answers()
	if missed >= other || !strings.Contains(strings.Join(told, " "), "nothing is said of what the request calls hang, stuck") || strings.Contains(strings.Join(reasons, " "), "nothing is said of") {
		t.Errorf("%.1f with what is passed by, %.1f without: %q, %q", missed, other, told, reasons)
	}
}

// Code that stands in the readme is none of the text's own.
func TestCodeOfReadme(t *testing.T) {
	t.Parallel()
	const readme = "# Kiln\n\n```go\nk := kiln.New()\nk.Heat(900)\n```\n"
	for result, want := range map[string]bool{
		"Use it so:\n\n```go\nk := kiln.New()\n\nk.Heat(900)\n```\n": true,
		"Use it so:\n\n```go\nk := kiln.New()\nk.Heat(1200)\n```\n":  false,
	} {
		v := look(Input{
			Request: Request{Category: city.General, Description: "How is it used?"}, Deliverable: Deliverable{Result: result},
			Repo: &repository.Repo{Files: []repository.File{{Path: "README.md"}}, Source: filesOf{"README.md": readme}},
		})
		if got := v.codeOfReadme(); got != want {
			t.Errorf("%q: %v", result, got)
		}
	}
}
