package gate

import (
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// asksNew matches text up to the name of what is to be made.
var asksNew = pattern.New("(?i)\\b(?:add|implement|create|write|provide|introduce|build|expose|offer)\\s+(?:(?:an?|the|new|me|us|helper|method|function|option|field|called|named)\\s+)*[`(]?$")

// notMade are the names of something new that the request asks for, where neither the
// name nor a part of it comes back.
func (v *view) notMade() []string {
	var missing []string
	for _, w := range v.wished {
		if w.kind != wishName || w.sample || v.Index == nil || v.Index.UsesOf(lex.LastName(w.key)) > 0 || v.comesBack(w) || v.touches(&v.all, w) >= 0 {
			continue
		}
		if before, _, found := strings.Cut(v.in.Request.Description, w.text); found && asksNew.MatchString(before) {
			missing = append(missing, w.text)
		}
	}
	return missing
}
