package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// Texts that people read without the code cite no places: they pass by the names of the
// code that they have, where such a text was ordered and the readme is not given back.
func TestReadingMatter(t *testing.T) {
	t.Parallel()
	const (
		message = "press: cut the level instead of rounding it\n\nLevel took the depth as it was, so that PRESS_RANGE decided alone and Getenv was\n" +
			"asked again for each part. It is divided by eight now and what is left is cut."
		readme = "The press takes a level from the terminal and writes what the level allows. It asks PRESS_RANGE for the range once, cuts what is left of a division and never rounds. Whoever needs colours takes Level, and whoever has none takes the parts. "
		talk   = "press: make it better\n\nThis brings many improvements for all users. It is easier to work with and\nworks well now. We are glad that it is done and thank all who took part in it."
	)
	for _, tt := range []struct {
		name, request, result string
		category              city.Category
		passes                bool
	}{
		{"a commit message", "Write a commit message for the press cutting its level.", message, city.General, true},
		{"a changelog entry", "Changelog entry, please: the press cuts its level.", message, city.ContentCreation, true},
		{"no places wanted", "Write a page on how the press cuts its level, no code references.", message, city.ContentCreation, true},
		{"talk", "Write a commit message for the press cutting its level.", talk, city.General, false},
		{"the readme", "Write an announcement for the press cutting its level.", readme, city.ContentCreation, false},
		{"a review", "Review how the press cuts its level.", message, city.CodeReview, false},
		{"a page", "Write a page for the press cutting its level.", message, city.ContentCreation, false},
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: tt.category, Description: tt.request}, Deliverable: gate.Deliverable{Result: tt.result},
			Repo: &gate.Repo{
				Files:  []gate.RepoFile{{Path: "press.go", Lines: 14}, {Path: "README.md", Lines: 1}},
				Source: memory{"press.go": pressFile, "README.md": strings.ReplaceAll(readme, "  ", " ")},
			},
		})
		if (report.Score >= gate.PassScore) != tt.passes {
			t.Errorf("%s: %d points: %+v", tt.name, report.Score, report.Signals)
		}
	}
}
