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
	if v.Index == nil {
		return missing
	}
	for _, w := range v.wished {
		if w.kind != wishName || w.sample || v.Index.UsesOf(lex.LastName(w.key)) > 0 || v.comesBack(w) || v.touches(&v.all, w) >= 0 || citation.IsFile(w.key) {
			continue
		}
		if of, _, dotted := strings.Cut(w.key, "."); dotted && !v.isProject(of) && v.Index.UsesOf(of) == 0 {
			continue // of another package
		}
		if asksToMake(v.in.Request.Description, w.text) {
			missing = append(missing, w.text)
		}
	}
	return missing
}

// asksToMake reports whether a text asks at one of its places to make what is called so.
func asksToMake(text, name string) bool {
	for at := 0; ; at++ {
		next := strings.Index(text[at:], name)
		if next < 0 {
			return false
		}
		if at += next; asksNew.MatchString(text[:at]) {
			return true
		}
	}
}
