package gate

import (
	"slices"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// readingMatter matches texts in which nobody cites places of the code: who reads them has
// none of it before them.
var readingMatter = pattern.Any(
	`(?i)\bcommit message\b|\bchange ?log entr(?:y|ies)\b|\brelease notes?\b|\b(?:blog|forum|linkedin|social media) (?:post|article|entry)\b|\bannouncement\b`,
	`(?i)\bnewsletter\b|\bpress release\b|\b(?:pull request|pr|package|project) description\b|\btagline\b|\belevator pitch\b`,
	`(?i)\b(?:introduction|opening|intro) (?:of|for|to) (?:an?|the|our|its) readme\b|\breadme (?:introduction|intro|opening)\b`,
	`(?i)\b(?:paragraph|sentences|blurb) for (?:our|the|its) (?:docs|documentation|readme|website|homepage)\b`,
)

// ordersText matches what makes an order of a text that is named behind it.
var ordersText = pattern.New(`(?i)\b(?:write|draft|need|want|prepare|compose|create|make|give|send|produce|suggest|turn)\b`)

// fewBefore is how many words stand at most before a text that is ordered without a verb:
// "Changelog entry, please".
const fewBefore = 2

// ordersReading reports whether a request orders a text to be read, and does not only speak
// of one: the sentence has a verb of orders before it, or begins with it.
func ordersReading(request string) bool {
	for _, s := range lex.Sentences(request) {
		for _, at := range readingMatter.Regexp().FindAllStringIndex(s, 4) {
			if before := s[:at[0]]; ordersText.MatchString(before) || lex.CountWords(before) <= fewBefore && !asksQuestion(s) {
				return true
			}
		}
	}
	return false
}

// asksFAQ matches orders for questions with answers; unlike readingMatter, what it matches
// must be there in its form.
var asksFAQ = pattern.New(`(?i)\bfaqs?\b|\bfrequently asked\b`)

// withoutPlaces matches orders to cite nothing, at the begin of a clause.
var withoutPlaces = pattern.Any(
	`(?i)(?:^|[.,;:!?(] ?|\b(?:with|please|and|but|use|want|need) )(?:no|without|not any) (?:\w+ )?(?:line numbers?|line references?|file links|citations|file names|code references?)(?:[.,;:!)]|$| (?:and|or|in the|please)\b)`,
	`(?i)\bplain text (?:with no|without(?: any)?) code\b`,
)

// What a text to be read tells of the code at least: so many of its names that the request
// does not have, with figures; or so many that it may have.
const (
	ownInReading   = 2
	namesInReading = 3
	pagesOfReading = 6 // names that stand for all that places would show

	longestReading = 300 // words; longer texts, but those that must not, have room to show where things stand
	ownInLong      = 6
	tiedInReading  = 2 // sentences; a list of names is one
)

// mayBeReading reports whether the category is one in which such texts are ordered.
func (v *view) mayBeReading() bool {
	return slices.Contains([]city.Category{city.ContentCreation, city.General, city.Research}, v.in.Request.Category)
}

// tellsReaders reports whether a text to be read names the code in more than one sentence.
func (v *view) tellsReaders() bool { return v.isReading() && v.prose.tied >= tiedInReading }

// findReading reports whether the work is a text to be read that was ordered, and tells of
// the code by its names.
func (v *view) findReading() bool {
	if v.Index == nil || !v.mayBeReading() {
		return false
	}
	request, long := v.in.Request.Description, len(v.Doc.Words) > longestReading
	if !asksFAQ.MatchString(request) && !withoutPlaces.MatchString(request) && (long || !ordersReading(request)) {
		return false
	}
	own := v.ownNames() + v.ownFigures()
	if long && own < ownInLong || own < ownInReading && v.Ground.Names < namesInReading {
		return false
	}
	return !v.givesBack()
}
