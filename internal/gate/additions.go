package gate

import (
	"strings"

	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// asksNew matches text up to the name of what is to be made.
var asksNew = pattern.New("(?i)\\b(?:add|create|write|provide|introduce|build|expose|offer)\\s+(?:(?:an?|the|new|me|us|helper|method|function|option|field|called|named)\\s+)*[`(]?$")

// notMade are the names of something new that the request asks for, where neither the
// name nor a part of it comes back.
func (v *view) notMade() []string {
	var missing []string
	for _, w := range v.wished {
		if w.kind != wishName || w.sample || v.Index == nil || v.Index.UsesOf(lex.LastName(w.key)) > 0 || v.comesBack(w) || v.touches(&v.all, w) >= 0 || citation.IsFile(w.key) {
			continue
		}
		if of, _, dotted := strings.Cut(w.key, "."); dotted && !v.isProject(of) && v.Index.UsesOf(of) == 0 {
			continue // of another package
		}
		text := v.in.Request.Description
		for at := strings.Index(text, w.text); at >= 0; {
			if asksNew.MatchString(text[:at]) {
				missing = append(missing, w.text)
				break
			}
			next := strings.Index(text[at+1:], w.text)
			if next < 0 {
				break
			}
			at += 1 + next
		}
	}
	return missing
}
