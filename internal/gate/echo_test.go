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

// pressComments are what the press says of itself in its code.
const pressComments = `package press

// Depth is how many bits the terminal spends on the colour of a cell. It is read once when the press starts and never again, so that a terminal which changes it must start anew.
var Depth = 8

// Forced takes the level as the caller wants it, whatever the terminal says about itself. It is meant for pipes and files, where nobody can be asked and the reader knows better.
var Forced = false

// Widest is the greatest level that any terminal in use can show. A level above it is an error of the caller, who is told so by the press before the first cell is written.
var Widest = 3
`

// A text that says the comments of the files it names once more adds nothing to them; one
// that tells what they mean for the buyer does.
func TestCommentsAreNoWork(t *testing.T) {
	t.Parallel()
	const told = "# How to run the press\n\nThis guide is for those who run the press. It describes the depth, what can be forced and which level is the widest, all of it as `press.go` has it.\n\n" +
		"## Depth\n\nThe depth is how many bits the terminal spends on the colour of a cell. It is read once when the press starts and never again, so that a terminal which changes it must start anew. Whoever runs the press should know this and act in a way that suits it.\n\n" +
		"## Forced\n\nForced takes the level as the caller wants it, whatever the terminal says about itself. It is meant for pipes and files, where nobody can be asked and the reader knows better. It should be used with care and where it is right for the service.\n\n" +
		"## Widest\n\nThe widest is the greatest level that any terminal in use can show. A level above it is an error of the caller, who is told so by the press before the first cell is written. The consequences of this should be known to all who are concerned.\n\n" +
		"## Summary\n\nThis guide has described the depth, what can be forced and the widest level of the press for those who run it, and which settings there are for each of them.\n"
	const work = "# How to run the press\n\nThree settings decide what you see, all in `press.go`. None can be changed while it runs.\n\n" +
		"## A new terminal\n\nIf somebody attaches with more colours, restart: Depth stays at what it was at the first cell, 8 unless set. In a container that means the value of the image, since there is no terminal when it begins. We have seen dashboards in two colours for weeks for that reason alone.\n\n" +
		"## Logs and pipes\n\nSet Forced for both, else a pipe counts as a terminal without colours and the output goes grey. Do not set it for people: their terminals may show less than you force, and then letters turn up between the colours.\n\n" +
		"## Above 3\n\nWhat exceeds Widest fails before anything is written, so a wrong setting costs you the whole run and not one line. Check it when you deploy: run it once with nothing to print. An exit code other than zero tells that the setting is too high; lower it by one until it is zero. More than two tries are never needed, because levels begin at one.\n\n" +
		"## What to watch\n\nCount restarts for each terminal. More than a few a day mean that somebody moves between machines, and then a wrapper that restarts by itself pays off.\n"
	repo := &gate.Repo{Files: []gate.RepoFile{{Path: "press.go", Lines: 10}}, Source: memory{"press.go": pressComments}}
	for text, fails := range map[string]bool{told: true, work: false} {
		got := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.ContentCreation, Description: "Write a guide for those who run the press: what depth, forced and widest mean for them."},
			Repo:    repo, Deliverable: gate.Deliverable{Result: text},
		})
		if s := signalOf(got, "echo"); s == nil || (s.Cap != nil) != fails {
			t.Errorf("fails %v: %+v", fails, s)
		}
	}
}
