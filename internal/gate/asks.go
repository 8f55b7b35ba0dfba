package gate

import (
	"fmt"
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/city"
)

// ask is a thing that requests name outright, and how to see that it is there.
type ask struct {
	what    string
	request search
	there   func(*view) bool
	whole   bool // it is the product itself: nothing else makes up for it
}

var asks = []ask{
	{"tests", newSearch(`(?i)\b(?:write|add|missing|with|include|send|unit|table)\b[^.\n]{0,40}\btests?\b`), func(v *view) bool {
		return testCode.MatchString(v.allCode()) || v.in.Request.Category != city.Testing && v.doc.codeLines() > 0
	}, false},
	{"a patch", newSearch(`(?i)\b(?:patch|diff)\b`), func(v *view) bool { return v.doc.codeLines() > 0 || len(v.in.Patch) > 0 }, false},
	{"an example", newSearch(`(?i)\b(?:with (?:an? )?|complete |usage |worked |code )examples?\b`), func(v *view) bool { return v.doc.codeLines() > 1 }, false},
	{"findings with file and line", newSearch(`(?i)\bfile and line\b|\bline numbers?\b`), func(v *view) bool { return v.index == nil || v.ground.located > 0 }, false},
	{"a workflow", newSearch(`(?i)\b(?:github actions?|workflow|pipeline|dockerfile|compose file|manifest)\b`), func(v *view) bool { return v.doc.codeLines() > 2 || len(v.in.Patch) > 0 }, true},
	{"type declarations", newSearch(`(?i)\b[\w-]+\.d\.ts\b|typescript (?:declarations|types|typings)`), func(v *view) bool { return typeScript.MatchString(v.allCode()) }, true},
	{"a comparison", newSearch(`(?i)\b(?:compare|comparison|versus|vs\.?)\b`), func(v *view) bool { return v.comparesEverything() }, false},
}

var typeScript = regexp.MustCompile(`(?m)\b(?:declare|interface|namespace|type)\s+\w|export (?:default|=)|:\s*(?:string|number|boolean|unknown|any)\b`)

// missingAsks takes points for things the request names outright and the
// deliverable does not contain.
func missingAsks(v *view) (Signal, bool) {
	s := Signal{Name: "missing parts", Reason: "Nothing that the request names outright is missing."}
	for _, a := range asks {
		if a.request.MatchString(v.in.Request.Description) && !a.there(v) {
			s.Evidence = append(s.Evidence, a.what)
			s.Points -= costMissingAsk
			if a.whole {
				s.Points -= costMissingAsk
			}
		}
	}
	if len(s.Evidence) > 0 {
		s.Points = max(s.Points, -maxMissingAsks)
		s.Reason = fmt.Sprintf("The request asks for %s.", strings.Join(s.Evidence, ", "))
		s.advice = "Deliver what the request names: " + strings.Join(s.Evidence, ", ") + "."
	}
	return s, true
}

func (v *view) allCode() string {
	var b strings.Builder
	b.Write(v.in.Patch)
	for _, block := range v.doc.blocks {
		b.WriteString("\n" + strings.Join(block.lines, "\n"))
	}
	return b.String()
}

// comparesEverything reports whether each proper name of the request has at
// least two mentions: what is compared must be discussed, not only announced.
func (v *view) comparesEverything() bool {
	low := strings.ToLower(v.doc.text)
	for _, m := range properName.FindAllStringSubmatch(v.in.Request.Description, -1) {
		if strings.Count(low, strings.ToLower(m[1])) < 3 {
			return false
		}
	}
	return true
}
