package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// A text made of the readme is not charged, whatever names it has from there; one that
// shows a place of the code is.
func TestReadmeIsNoWork(t *testing.T) {
	t.Parallel()
	const readme = "The press flattens reports. It reads the depth of the terminal and writes colours that it can show. With FORCE the level is taken as it is. " +
		"Without it the level is found by the terminal: sixteen colours, two hundred and fifty-six or all of them. The package has no dependencies and one function, Level, that returns the level or an error.\n"
	repo := &gate.Repo{
		Files:  []gate.RepoFile{{Path: "press.go", Lines: 14}, {Path: "README.md", Lines: 1}},
		Source: memory{"press.go": pressFile, "README.md": readme},
	}
	for result, fails := range map[string]bool{
		"# Colours\n\nYou ask which level our terminals get. According to README.md:\n\n" + readme + "\nThe level is found as described.\n":                                                                           true,
		"# Colours\n\n" + readme + "\npress.go:4 is where Level decides: `func Level(depth int, forced bool) (int, error)` takes the depth of the terminal and tells its level; anything deeper is an error there.\n": false,
	} {
		got := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.General, Description: "Which level do our terminals get from the press, and where is it decided?"},
			Repo:    repo, Deliverable: gate.Deliverable{Result: result},
		})
		if s := signalOf(got, "echo"); s == nil || (s.Cap != nil) != fails {
			t.Errorf("%s: %+v", strings.SplitAfter(result, ".")[0], s)
		}
	}
}
