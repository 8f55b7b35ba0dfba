package gate

import (
	"slices"
	"strings"
	"sync"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// dangers are the words by which English work on security is known: who attacks, what is
// lost, how bad that is.
var dangers = sync.OnceValue(func() map[string]bool {
	all, stem := map[string]bool{}, lex.NewStemmer(nil)
	for word := range strings.FieldsSeq(`attack attacker exploit exploitable vulnerable vulnerability inject injection untrusted malicious
		dos denial bypass leak cve cwe severity high medium low critical hostile traversal sanitize sanitise escape spoof forge forged
		tamper secret credential password timing privilege permission redos backtrack backtracking pollution pollute proto smuggle
		hijack fixation replay trust trusted sandbox crash exhaust exhaustion unbounded unlimited limit threat risk risky safe unsafe
		danger dangerous abuse panic victim stranger outsider evil secure security harden hardening mitigate mitigation finding
		confidential disclose disclosure expose exposure guess guessable brute entropy random csrf xss ssrf symlink race
		privacy personal gdpr pii integrity compromise compromised malware`) {
		all[stem.Of(word)] = true
	}
	return all
})

// How many words of dangers work on security has at most that tells next to nothing of
// them: of the honest work of the kept sets one in fifty is so, of work of other categories
// three in four. A question is answered in other words more often.
const (
	noDangers     = 1   // whether it was ordered or asked
	fewDangers    = 3   // where it was ordered
	minForDangers = 150 // words of a text that is long enough to tell
)

// asksPatch matches orders to mend what was found.
var asksPatch = pattern.New(`(?i)\b(?:patch|fix|mend|repair|close)\b`)

// asksAudit matches orders that are none of a single question, though one stands in them.
var asksAudit = pattern.New(`(?i)\b(?:audit|pen-?test|threat model|security (?:review|assessment))\b`)

// tellsNoDanger reports whether work on security says next to nothing of what could go
// wrong, and whether hardly anything.
func (v *view) tellsNoDanger() (nothing, hardly bool) {
	if v.in.Request.Category != city.Security || v.Index == nil || len(v.Doc.Words) < minForDangers || v.foreign() || v.writtenForeign() {
		return false, false
	}
	if v.changesSource() && asksPatch.MatchString(v.in.Request.Description) {
		return false, false // what is wrong was known
	}
	told := countDangers(v.all.stems)
	asked := asksQuestion(v.in.Request.Description) && !asksAudit.MatchString(v.in.Request.Description)
	return told <= noDangers && !asked, told <= noDangers || told <= fewDangers && !asked
}

// manyDangers is how many words of dangers work on security has in seven of ten cases, and
// work of other categories for a request without one in one of a hundred; reviews and
// research have them more often.
const manyDangers = 6

// tellsOfDangers reports whether English work is full of what could happen, of which the
// request has no word.
func (v *view) tellsOfDangers() bool {
	switch v.in.Request.Category {
	case city.Security, city.CodeReview, city.Research:
		return false
	}
	if v.Index == nil || v.foreign() || v.writtenForeign() || v.isReading() || countDangers(v.all.stems) < manyDangers {
		return false
	}
	return !slices.ContainsFunc(v.asked, func(w string) bool { return dangers()[v.stem.Of(w)] })
}

// countDangers counts the words of dangers among stems.
func countDangers(stems map[string]bool) int {
	n := 0
	for st := range dangers() {
		if stems[st] {
			n++
		}
	}
	return n
}
