package gate

import (
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/pattern"
)

// readingMatter matches orders for texts in which nobody cites places of the code: who
// reads them has none of it before them.
var readingMatter = pattern.Any(
	`(?i)\bcommit message\b|\bchange ?log entr(?:y|ies)\b|\brelease notes?\b|\b(?:blog|forum|linkedin|social media) (?:post|article|entry)\b|\bannouncement\b`,
	`(?i)\bnewsletter\b|\bpress release\b|\b(?:pull request|pr|package|project) description\b|\btagline\b|\belevator pitch\b`,
	`(?i)\b(?:introduction|opening|intro) (?:of|for|to) (?:an?|the|our|its) readme\b|\breadme (?:introduction|intro|opening)\b|\b(?:paragraph|sentences|blurb) for (?:our|the|its) (?:docs|documentation|readme|website|homepage)\b`,
)

// asksFAQ matches orders for questions with answers; unlike readingMatter, what it matches
// must be there in its form.
var asksFAQ = pattern.New(`(?i)\bfaqs?\b|\bfrequently asked\b`)

// withoutPlaces matches orders to cite nothing.
var withoutPlaces = pattern.New(`(?i)\bno code (?:and|or|at all|in it)\b|\b(?:no|without|not any) (?:\w+ )?(?:line numbers?|line references?|file links|citations|file names|code references?|references to (?:the )?(?:code|source))\b`)

// What a text to be read tells of the code at least: so many of its names that the request
// does not have, with figures; or so many that it may have.
const (
	ownInReading   = 2
	namesInReading = 2
	pagesOfReading = 6 // names that stand for all that places would show

	longestReading = 300 // words; longer texts, but questions with answers, have room to show where things stand
	ownInLong      = 8
)

// mayBeReading reports whether the category is one in which such texts are ordered.
func (v *view) mayBeReading() bool {
	switch v.in.Request.Category {
	case city.ContentCreation, city.General, city.Research:
		return true
	}
	return false
}

// findReading reports whether the work is a text to be read that was ordered, and tells of
// the code by its names.
func (v *view) findReading() bool {
	if v.Index == nil || !v.mayBeReading() || v.givesBack() {
		return false
	}
	request, own := v.in.Request.Description, v.ownNames()+v.ownFigures()
	switch {
	case withoutPlaces.MatchString(request):
	case !readingMatter.MatchString(request) && !asksFAQ.MatchString(request):
		return false
	case len(v.Doc.Words) > longestReading && (own < ownInLong || !asksFAQ.MatchString(request)):
		return false
	}
	return own >= ownInReading || v.Ground.Names >= namesInReading
}
