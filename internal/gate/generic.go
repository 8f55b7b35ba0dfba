package gate

import (
	"fmt"
	"regexp"
	"slices"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/pattern"
)

// boilerplate are phrases that fit any code base; one is harmless, a text made
// of them says nothing.
var boilerplate = document.Phrases{Pattern: pattern.Any(
	`best practices?|well[- ](?:structured|organi[sz]ed|written|documented)`,
	`error handling (?:is|should|could|must|needs)|errors should be handled|input validation`,
	`validat\w+ (?:all |user |of )?(?:user )?inputs?`,
	`(?:improve|increase|raise|enhance)\w* (?:the )?(?:overall )?(?:readability|maintainability|`+
		`test coverage|code quality|robustness|performance|security)`,
	`more (?:robust|maintainable|readable|scalable)`,
	`(?:add|more|write|adding) (?:more |additional |further )?(?:unit |detailed )?(?:tests|comments|documentation)`,
	`code ?base is|overall(?: code)? (?:quality|rating|score|assessment|structure)`,
	`follows? (?:the )?(?:common |established )?(?:conventions|patterns|standards)`,
	`separation of concerns|technical debt|single responsibility|magic (?:values?|numbers?)`,
	`meaningful (?:names|variable)|keep (?:your )?dependencies|dependencies (?:should|up to date)`,
	`updated? (?:the )?(?:development )?dependencies`,
	`(?:consider|recommend\w*) (?:adding|using|implementing|a linter|refactoring)`,
	`depending on (?:the|your) (?:context|needs|requirements)|in (?:the )?(?:near|long) term`,
	`structured approach|high load|bottlenecks?|cyclomatic|modulari[sz]\w+|ci/cd|helper functions?`,
	`named constants|executive summary|action plan|security policy`,
	`edge cases (?:are|should|could|missing)|in conclusion|moving forward|comprehensive|scalab\w+`,
	`should be (?:addressed|considered|improved|reviewed|documented|consistent)|in today's`,
	`it is (?:important|essential|crucial) to|various (?:aspects|factors|parts)`,
	`plays? an? (?:important|crucial|key) role|delve|leverage`,
)}

// untied takes points when hardly a sentence names anything concrete: such a
// text fits any repository, in whatever language and words it is written.
func untied(v *view) (Signal, bool) {
	s := Signal{Name: "ties to the work", Reason: "The sentences name what they are about."}
	st := v.prose
	if st.all < 4 {
		return s, true
	}
	work := float64(v.Ground.Anchored)/3 + float64(v.Ground.Quoted)/2 + float64(v.Doc.CodeLines())/12
	if v.Index == nil {
		work = float64(v.Doc.CodeLines()) / 6
	}
	work *= share(longText, float64(st.all))
	tied := share(float64(st.tied), float64(st.all)) + 0.3*min(1.5, work)
	if tied >= tiedEnough {
		return s, true
	}
	s.Points = -costUntied * share(tiedEnough-tied, tiedEnough-tiedNot)
	if v.tellsReaders() {
		s.Points = max(s.Points, -mostDoubt) // it tells what follows for its readers; a judge reads it
	} else if tied <= tiedNot || st.all >= longText && asksBrief(v.in.Request.Description) {
		s.Cap = new(capUntied)
	}
	s.Reason = fmt.Sprintf("%d of %d sentences name nothing of this task.", st.all-st.tied, st.all)
	s.Evidence = st.loose
	s.advice = "Name the file, the line, the function or the value that each sentence is about."
	return s, true
}

// longText is how many sentences a text has of which a few places and lines of code speak
// for a part.
const longText = 30

// brief matches requests for a short answer.
var brief = pattern.Any(
	`(?i)\b(?:short|brief) (?:list|answer|note|summary|reply|overview|table|text|paragraph)\b|\bbriefly\b|\bkeep it (?:short|brief)\b`,
	`\bin (?:one|two|three|a few) (?:sentences?|lines|paragraphs?|words)\b|\bno (?:essay|novel)s?\b`,
	`\bkurze?[nrs]? (?:liste|antwort|notiz|übersicht)\b|\b(?:lista|respuesta) (?:corta|breve)\b|\b(?:liste|réponse) (?:courte|brève)\b`,
)

// besideMore and forEach match what stands before and behind a short thing that is only a
// part of what is ordered: "end with a short summary", "a short paragraph for each".
var (
	besideMore = regexp.MustCompile(`(?i)\b(?:with|plus|add|and) (?:an? |the )?$`)
	forEach    = regexp.MustCompile(`(?i)^ (?:of|for each|for every|per|each|at the (?:end|top|beginning))\b`)
)

// asksBrief reports whether a request wants all of the answer short.
func asksBrief(request string) bool {
	return slices.ContainsFunc(brief.Regexp().FindAllStringIndex(request, 4), func(at []int) bool {
		return !besideMore.MatchString(request[:at[0]]) && !forEach.MatchString(request[at[1]:])
	})
}

// The shares of sentences that name something from which a text is about
// something, and at which it is about nothing.
const (
	tiedEnough = 0.44
	tiedNot    = 0.28
)

// genericTemplate takes points for text that would fit any repository: many
// stock phrases and nothing that ties it to this one.
func genericTemplate(v *view) (Signal, bool) {
	s := Signal{Name: "generic text", Reason: "The text is about this request."}
	hits := 0
	boilerplate.Find(v.Doc, func(l document.Line, match string) {
		if l.Code {
			return
		}
		if hits++; hits <= 6 {
			s.Evidence = append(s.Evidence, match)
		}
	})
	// Ties: what only someone who read this repository or request could write.
	ties := float64(v.Ground.Anchored)*2 + float64(v.Ground.Quoted)*3 + float64(v.Ground.Names)/3
	if v.Index == nil {
		ties = float64(v.Doc.CodeLines())/2 + float64(len(v.terms))/3
	}
	stock := float64(hits) - 2
	if stock <= 0 || ties >= 2*stock {
		s.Evidence = nil
		return s, true
	}
	per := 1000 * float64(hits) / float64(min(max(len(v.Doc.Words), 100), document.PhraseBudget/6))
	s.Points = -costGeneric * share(stock-ties/2, 6) * share(per, 20)
	s.Reason = fmt.Sprintf("%d stock phrases and little that belongs to this request.", hits)
	s.advice = "Drop what would fit any project and say what is true of this one."
	return s, true
}
