package task

import (
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
)

// What the API promises in characters is not less for letters of more bytes.
func TestTextsAreBoundedInCharacters(t *testing.T) {
	t.Parallel()
	text := func(characters int) string { return strings.Repeat("査", characters) }
	work := func(f Finding) func() error {
		f.Severity, f.Claim = "low", f.Claim+"c"
		d := Deliverable{Result: "Done.", Findings: []Finding{f}}
		return d.checked
	}
	order := func(tag string) func() error {
		o := Order{Category: city.CodeReview, MaxBudget: 500, Description: "Do it.", Deadline: time.Hour, Tags: []string{tag}}
		return o.Validate
	}
	model := func(name string) func() error {
		d := Deliverable{Result: "Done.", Model: name}
		return d.checked
	}
	for name, c := range map[string]struct{ longest, longer func() error }{
		"claim":    {work(Finding{Claim: text(maxClaim - 1)}), work(Finding{Claim: text(maxClaim)})},
		"evidence": {work(Finding{Evidence: text(maxText)}), work(Finding{Evidence: text(maxText + 1)})},
		"fix":      {work(Finding{Fix: text(maxText)}), work(Finding{Fix: text(maxText + 1)})},
		"file":     {work(Finding{File: text(maxFile)}), work(Finding{File: text(maxFile + 1)})},
		"model":    {model(text(maxModel)), model(text(maxModel + 1))},
		"tags[0]":  {order(text(maxTag)), order(text(maxTag + 1))},
	} {
		if err := c.longest(); err != nil {
			t.Errorf("%s as long as it may be: %v", name, err)
		}
		if err := c.longer(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s one character longer: %v", name, err)
		}
	}
}
