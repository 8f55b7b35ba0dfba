package gate

import (
	"strings"

	"aicity.dev/aicity/internal/gate/pattern"
)

// beside are what is said beside the subject, each to be looked for where it can be.
var beside = []pattern.Pattern{
	pattern.New(`(?i)\bnon-?tests?\b`), // tests are not meant
	// What the buyer does with the result: "we paste it into a pull request".
	pattern.New(`(?i)\b(?:we|i)(?:'ll| will| want to| would like to)? (?:paste|post|put|copy|attach|forward|upload|hand|` +
		`send|read) (?:it|this|that|them|the (?:text|answer|result|report)|your \w+) (?:straight |directly |` +
		`right )?(?:in|into|to|on|onto|under|up|aloud|out loud)\b[^.;:\n]*`),
	pattern.New(`(?i)\b(?:we|i) (?:can|could) (?:paste|forward|attach|post) (?:it|this|that|them) (?:straight |directly |right )?(?:in|into|to|on|onto|under) (?:[\w-]+ ?){1,4}`),
	pattern.New(`(?i)\b(?:it|this|that|the (?:text|answer|result|report)) (?:goes|will go|is going|shall go|gets pasted|will be pasted) (?:in|into|to|on|onto|straight|directly)\b[^.;:\n]*`),
	// How something grows: what it depends on says what it is.
	pattern.New(`(?i)\bas a function of\b|\b(?:the|a) number of\b`),
	// What those who read it know, and where they are: "the team in Bogotá knows Jinja2 from Django/Flask".
	pattern.New(`\b(?:who|audience|team|they|readers|developers|colleagues)\b[^.;\n]{0,30}\b(?:knows?|learned|learnt) \w+ from \p{Lu}\w*(?:/\p{Lu}\w*)*`),
	pattern.New(`\b(?:team|office|branch|staff|colleagues) in \p{Lu}\pL+`),
	// What must not come of it: "nothing to install", "should not break our pipeline".
	pattern.New(`(?i)\bnothing (?:else |new )?to install\b[^.;:\n]*`),
	pattern.New(`(?i)\b(?:(?:must|should|may|shall) not|but not|without) break(?:ing)? (?:our|the|my|any|their)\b[^.,;:\n]*`),
	pattern.New(`(?i)\b(?:no|without) (?:new|any|extra|other|further|additional|more) (?:dev ?)?dependenc(?:y|ies)\b`),
	// What stays: "go.mod stays at 1.14", "the API must stay compatible with 1.x".
	pattern.New(`(?i)\b[\w./()-]+ (?:(?:stays|remains|(?:must|should|shall|has to|have to) (?:stay|remain)) (?:at|` +
		`on) v?\d+(?:\.\d+)+|(?:must|should|shall|has to|have to) (?:stay|remain) (?:as (?:it is|they are)|` +
		`the same|unchanged|untouched|compatible|intact)\b(?: (?:with|to)\b[^.,;:\n]*)?)`),
	pattern.New(`(?i)\bwithout (?:touching|changing|breaking|altering) (?:the|our|its|any) (?:public |exported )?(?:apis?|interfaces?|signatures?|behaviou?r)\b`),
	// What is to be left out: "skip the security stuff, that's a separate ticket".
	pattern.New(`(?i)(?:(?m:^)|[.,;:!?(] ?|\b(?:and|but|just|please|can|may) )(?:skip|ignore|leave out|never mind|` +
		`forget(?: about)?|no need for) (?:the |all |any )?[\w-]+(?: [\w-]+)? (?:stuff|parts?|bits?|things?|side|` +
		`issues|nits|findings|topics?|questions?)\b`),
	pattern.New(`(?i)\b(?:that|this|it|which|security|performance|style)(?:'s|’s| is| are| has| have) (?:(?:for )?another |(?:a |its own |their own )(?:separate )?)(?:ticket|task|issue|story|order|pull request|pr)\b`),
	pattern.New(`(?i)(?:[.,;] ?|\b(?:and|but) )nothing about [\w-]+(?: [\w-]+)?`),
	// Where the wish is from: "the README lists one ToDo".
	pattern.New(`(?i)\b(?:readme|docs|documentation|changelog|roadmap)(?: of [\w./@-]+)? (?:says|lists|promises|mentions|` +
		`states|announces|names)(?: (?:an?|the|one|two|three))? (?:open )?(?:to-?dos?|items?|points?|wish|wishes)\b`),
	// What happens to whoever asks: "people trip over it".
	pattern.New(`(?i)\b(?:trip(?:s|ped|ping)?|stumbl(?:e|es|ed|ing)|fall(?:s|ing)?) (?:up )?(?:over|on|into)\b`),
	// What is known: "not what the readme already says".
	pattern.New(`(?i)\b(?:not|nothing of|don't repeat|do not repeat|without repeating|beyond) (?:just |only |simply )?(?:what|the things|those that)\b[^.,;:\n]{0,30} (?:already|anyway)\b[^.,;:\n]*`),
	// What may be: "ES2015 is fine", "(we compile it ourselves)".
	pattern.New(`(?i)(?:(?m:^)|[.,;:(]\s*)[\w./+-]+(?: [\w./+-]+)? (?:is|are) (?:fine|ok|okay|allowed|acceptable|welcome|not a problem)\b(?: with (?:us|me)\b)?`),
	pattern.New(`(?i)\((?:we|i) [^()\n]{4,80}\)`),
	// Idioms whose words mean something else: "up to date" is about no date.
	pattern.New(`(?i)\bup[- ]to[- ]date\b|\bout of date\b|\bcopy(?:[ -]and[ -]| ?[/&] ?|-| )paste[ds]?\b`),
	// Steps are put in an order, whatever they are called.
	pattern.New(`(?i)\bin (?:which|what) order (?:would|should|do|to)\b`),
	// How long it may be and how it looks: "keep it to one screen", "no tables please".
	pattern.New(`(?i)\b(?:not|no) (?:just |merely |simply )?(?:an? )?(?:copy|repetition|summary|paraphrase|translation) of (?:the |our |its )?\w+(?:\.\w+)*`),
	pattern.New(`(?i)\bno (?:tables?|bullets?|bullet points|lists?|headings?|markdown|emojis?|jargon|essays?|fluff|prose)(?:,? please\b|[.,;:!?]|$)`),
	pattern.New(`(?i)\b(?:max(?:imum)?\.?|at most|no more than|not more than|up to) (?:an?|one|two|three|half an?|\d+)(?: \w+)? (?:lines|sentences?|paragraphs?|pages?|screens?)\b(?: or (?:two|three|so))?`),
	// Who reads it: "a page for our authors (not programmers!)".
	pattern.Any(
		`(?i)\b(?:page|text|guide|note|article|tutorial|summary|handout|announcement|explanation|section|faq)s? for (?:our|my|the|new) (?:[\w-]+ )?(?:authors|editors|writers|bloggers|customers|colleagues|juniors)\b`,
		`(?i)\b(?:page|text|guide|note|article|tutorial|summary|handout|announcement|explanation|section|faq)s? for (?:our|my|the|new) (?:[\w-]+ )?(?:newcomers|beginners|operators|admins|managers|students|analysts|testers|designers|partners)\b`,
	),
	pattern.New(`(?i)\((?:they are |who are )?not (?:an? )?(?:programmers?|developers?|coders?|engineers?|technical|experts?)!?\)`),
	pattern.New(`(?i)\b(?:in|about|around|roughly|approximately|at most) \d+ words\b|[(~]\s?(?:about )?\d+ words\)?|\bmax\.? ~?\d+ words\b`),
	pattern.New(`(?i)\b(?:should|must|has to|needs to|to) fit (?:on|in|into|onto) (?:an?|one|two|half an?|\d+)(?: \w+)? (?:screens?|pages?|slides?|sheets?)\b`),
	pattern.New(`(?i)\bno (?:theory|history|marketing|small talk|waffle|filler)(?:,? please\b|[.,;:!?]|$)|\b(?:plain|simple|clear|everyday) language\b`),
	pattern.New(`(?i)\bno (?:code )?(?:dumps?|listings?|walls? of (?:code|text))\b`),
	pattern.New(`(?i)\b(?:continuous|running|flowing) (?:text|prose)\b`),
	pattern.New(`(?i)\bkeep (?:it|this|that|the (?:text|answer|report|result|review|summary)) (?:to|under|within|below|` +
		`on) (?:an?|one|two|half an?|a few|\d+)(?: \w+)? (?:lines?|words?|sentences?|paragraphs?|pages?|screens?|` +
		`bullets?|points?)\b[^.,;:\n]*`),
}

// withoutBeside takes out of a text what is said beside the subject.
func withoutBeside(text string) string {
	low := strings.ToLower(text)
	for _, aside := range beside {
		if aside.Can(low) {
			text = aside.Regexp().ReplaceAllString(text, " ")
		}
	}
	return text
}
