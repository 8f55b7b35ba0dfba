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

// Words of a request that stand about in rows tie nothing to it; a row that it has itself,
// a single short one and rows of other words stay.
func TestStrewnWords(t *testing.T) {
	t.Parallel()
	const asked = "Can an attacker leave the folder through prefix, postfix, template, name and links? Say where, with severity and how to mend it."
	for text, gone := range map[string]bool{
		"lib/a.js:3 is slow (attacker, folder).\n\nlib/a.js:4 is odd (prefix, links).\n\nlib/a.js:5 leaks (severity, template).":              true,
		"It decides about links, folder, attacker, prefix, severity and more (lib/a.js:3).":                                                   true,
		"lib/a.js:3 is slow (attacker, folder).":                                                                                              false,
		"lib/a.js:3 joins prefix, postfix, template, name and the folder.":                                                                    false,
		"lib/a.js:3 is slow (reads, twice).\n\nlib/a.js:4 is odd (prefix, width).\n\nlib/a.js:5 leaks (severity, high); an attacker sees it.": false,
	} {
		v := look(Input{
			Repo: &repository.Repo{Files: []repository.File{{Path: "lib/a.js", Lines: 10}}}, Request: Request{Category: city.Security, Description: asked},
			Deliverable: Deliverable{Result: text},
		})
		own := v.ownText()
		if got := !strings.Contains(own, "attacker") && !strings.Contains(own, "prefix"); got != gone || len(own) != len(v.Doc.Low.Text) {
			t.Errorf("%q became %q", text, own)
		}
	}
}
