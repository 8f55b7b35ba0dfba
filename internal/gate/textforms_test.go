package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// Questions in bold are what a FAQ is, boxes to tick a checklist: neither says its name,
// and a checklist for operators needs no configuration.
func TestFormsOfText(t *testing.T) {
	t.Parallel()
	const faq = "**Why is the level 0?**\n\n`level := depth / 8` (press.go:5) cuts the rest.\n\n**Does forced raise it?**\n\nNo: press.go:6 only lets it pass.\n\n**Is nothing of PRESS_RANGE an error?**\n\nNo, press.go:9 gives one empty part.\n"
	const boxes = "- [ ] **Depth is 8 or more.** `level := depth / 8` (press.go:5) cuts the rest, so that less is 0.\n- [ ] **PRESS_RANGE is set.** Nothing of it is one part (press.go:9), never none.\n- [ ] **Nobody waits for an error.** press.go:11 cannot be reached.\n"
	for _, tt := range []struct {
		name, request, result, signal string
		category                      city.Category
		fails                         bool
	}{
		{"a FAQ", "Write us a FAQ for those who are new to the press.", faq, "answer to the request", city.ContentCreation, false},
		{"a FAQ in plain lines", "Write us a FAQ for those who are new to the press.", strings.ReplaceAll(strings.ReplaceAll(faq, "**", ""), "?\n\n", "?\n"), "answer to the request", city.ContentCreation, false},
		{"text that is none", "Write us a FAQ for those who are new to the press.", "The press has one function. Depths are cut at press.go:5, ranges at press.go:9, and errors never come (press.go:11).\n", "answer to the request", city.ContentCreation, true},
		{"a checklist", "Make us a go-live checklist for the press; not an essay.", boxes, "form", city.DevOps, false},
		{"boxes instead of what publishes", "Write the release workflow of the press that publishes the release notes.", boxes, "form", city.DevOps, true},
		{"slices instead of boxes", "Make us a go-live checklist for the press.", "[]string is what press.go:5 gives.\n[]int is what press.go:9 gives.\n[]byte is what press.go:11 gives.\n", "answer to the request", city.ContentCreation, true},
		{"boxes instead of a pipeline", "Make us a pipeline that builds the press, no checklist.", boxes, "form", city.DevOps, true},
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: tt.category, Description: tt.request}, Deliverable: gate.Deliverable{Result: tt.result},
			Repo: &gate.Repo{Files: []gate.RepoFile{{Path: "press.go", Lines: 14}}, Source: memory{"press.go": pressFile}},
		})
		if s := signalOf(report, tt.signal); s == nil || (s.Cap != nil && *s.Cap < gate.PassScore || s.Points < 0) != tt.fails {
			t.Errorf("%s: %+v", tt.name, s)
		}
	}
}
