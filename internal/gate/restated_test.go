package gate

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/repository"
)

// A request that is given back above a work is none of it; a title, a message or a
// question of it may be.
func TestOwnText(t *testing.T) {
	t.Parallel()
	const asked = "Our parser drops the last byte of every body that is sent in chunks. Find out why it does so, and send a patch with a test."
	repo := &repository.Repo{Files: []repository.File{{Path: "lib/a.js", Lines: 10}}}
	for text, gone := range map[string]string{
		"> " + asked + "\n\nlib/a.js:3 is the place.":                                                                     "chunks",
		"Request: " + asked + "\n\nlib/a.js:3 is the place.":                                                              "patch",
		"# Our parser drops the last byte of every body that is sent in chunks\n\nlib/a.js:3 is the place.":               "",
		"Our parser drops the last byte, since lib/a.js:3 counts from one. Send a patch with a test? It is below, whole.": "",
	} {
		v := look(Input{Request: Request{Category: city.BugFix, Description: asked}, Deliverable: Deliverable{Result: text}, Repo: repo})
		if gone != "" && strings.Contains(v.own, gone) || gone == "" && v.own != v.Doc.Low.Text || !strings.Contains(v.own, "lib/a.js:3") {
			t.Errorf("%q: %q is left", text, v.own)
		}
	}
}
