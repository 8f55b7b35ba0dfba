package claims

import (
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// care is something that reviews find missing: what says in lower case that it is, or
// asks for it, and how code looks that has it.
type care struct {
	name   string
	denied pattern.Pattern
	code   *regexp.Regexp
	// common is code that stands in many functions for something else: it counts in
	// a place of few lines, or in a line with a name that the sentence says.
	common bool
	narrow bool // code that says so little that only a place of few lines is meant
}

// cares are those that can be seen where they are.
var cares = []care{
	{name: "a lock", denied: pattern.Any(
		`\bwithout (?:\w+ ){0,2}(?:a |the |any )?\W?(?:lock|mutex|synchroni[sz]ation|atomics|\w*mu)\b`,
		`\b(?:no|neither) (?:lock|mutex|atomic)`,
		`\b(?:not|never) (?:locked|synchroni[sz]ed|guarded by|protected by)\b|\bunsynchroni[sz]ed\b`,
		`\bbypasses the (?:lock|mutex|atomics)\b|\bplain store\b`,
		`\b(?:needs?|take|takes|wants) (?:the |a |an )?\W?(?:r?lock|mutex)\b`,
		`\bprotect \W?\w+\W? (?:with|by) (?:a |the )?(?:lock|mutex)\b`,
	), code: regexp.MustCompile(`\.R?Lock\(\)|\batomic\.`)},
	{name: "a map for many goroutines", denied: pattern.New(`\b(?:an? |the )(?:ordinary|plain|normal|bare|regular|built-?in|simple) (?:go )?map\b`), code: regexp.MustCompile(`\bsync\.Map\b`)},
	{name: "a catch", denied: pattern.Any(
		`\b(?:is|are) (?:not|never) caught\b|\bno (?:try|catch|recover)\b`,
		`\bwithout (?:a |any )?(?:try|catch)\b|\buncaught\b|\bnothing catches\b`,
		`\bwrap (?:the|it|both|each|this)\b[^.]{0,40}\b(?:try|call|calls)\b`,
	), code: regexp.MustCompile(`\btry\b|\bcatch\b|\brecover\(\)|\bexcept\b`), common: true},
	{name: "lower case", denied: pattern.Any(
		`\bcase[- ]sensitive(?:ly)?\b|\b(?:to|in) lower ?case\b|\blower-?case (?:both|them|it)\b`,
		`\bignor\w+ (?:the )?case\b`,
	), code: regexp.MustCompile(`(?i)tolower|toupper|equalfold|lowercase`)},
	{name: "a test for less than zero", denied: pattern.Any(
		`\bonly the upper (?:bound|limit|end)\b|\badd the lower (?:bound|limit)\b`,
		`\b(?:panics|crashes|fails|throws) (?:for|on|with) (?:a )?negative\b`,
		`\bnegative \w+ (?:is|are) (?:not|never) (?:checked|refused|rejected|tested)\b`,
	), code: regexp.MustCompile(`<=? ?0\b|< ?1\b|\b0 ?>`)},
	{name: "a test for zero", denied: pattern.Any(
		`\b(?:division|divide|divides|divided|modulo) by zero\b|\bzero (?:divisor|is not|is never)\b`,
		`\bpanics? (?:for|on|with) zero\b|\bdivisor of zero\b`,
	), code: regexp.MustCompile(`[!=]==? ?0\b|<=? ?0\b`)},
	{name: "a test for nothing", denied: pattern.Any(
		`\b(?:no|without (?:a|any)|never|not) (?:\w+ ){0,2}(?:nil|null|undefined)[- ](?:check|test|guard)\b`,
		`\b(?:nil|null|undefined) is (?:not|never) (?:checked|tested|handled)\b`,
		`\bdereferences? (?:a )?(?:nil|null)\b`,
	), code: regexp.MustCompile(`[!=]==? ?(?:nil|null|undefined)\b|\?\.|typeof`), common: true},
	{name: "sorting", denied: pattern.Any(
		`\b(?:order|sequence)\b[^.]{0,40}\brandom\b|\bsort (?:before|them|the)\b`,
		`\b(?:not|never|nowhere) sorted\b|\bunsorted\b`,
	), code: regexp.MustCompile(`\bsort\b|\.sort\(|\.Sort\w*\(|slices\.Sort|sort\.`)},
	{name: "a condition", denied: pattern.New(`\bunconditional(?:ly)?\b|\bonly (?:assign|set|write|overwrite) it (?:if|when)\b`), code: regexp.MustCompile(`\|\||\?\?|\bif\b|\bunless\b| \? `), common: true},
	{name: "a delay", denied: pattern.Any(
		`\b(?:in the )?same tick\b|\b(?:runs?|called|invoked|calls?) synchronously\b|\bdefer the call\b`,
		`\bwith setimmediate\b`,
	), code: regexp.MustCompile(`setImmediate|nextTick|queueMicrotask|setTimeout|\bdefer\(`)},
	{name: "an escape", denied: pattern.New(`\b(?:not|never|nowhere) escaped\b|\bunescaped\b|\bwithout (?:any )?escaping\b|\bnothing escapes\b`), code: regexp.MustCompile(`(?i)escape|quote|encodeURI`)},
	{name: "a close", denied: pattern.Any(
		`\b(?:is|are) (?:not|never) closed\b|\b(?:never|nobody|nothing) closes?\b|\bno close\b`,
		`\bwithout (?:ever )?closing\b`,
	), code: regexp.MustCompile(`(?i)\.close\(|\.end\(|\.destroy\(`)},
	{name: "a clear", denied: pattern.Any(
		`\b(?:timers?|timeouts?|intervals?|tickers?)\b[^.]{0,30}\b(?:not|never|nowhere) (?:cleared|stopped|cancelled|canceled)\b`,
		`\bno clear(?:timeout|interval)\b|\bnever (?:clears|stops) the (?:timer|timeout|interval|ticker)\b`,
	), code: regexp.MustCompile(`clearTimeout|clearInterval|\.Stop\(\)|\.stop\(`)},
	{name: "a removal", denied: pattern.New(`\b(?:listeners?|handlers?|entr(?:y|ies)|keys?|items?)\b[^.]{0,30}\b(?:not|never) (?:removed|deleted|evicted|unregistered)\b`), code: regexp.MustCompile(`removeListener|removeAllListeners|\.off\(|removeEventListener|\bdelete\b|\.delete\(|\.splice\(|` +
		`\.shift\(|\.pop\(|\.Remove\w*\(`)},
	{name: "a comparison in constant time", denied: pattern.New(`\bnot (?:in )?constant[- ]time\b|\btiming attack\b|\btiming side[- ]channel\b`), code: regexp.MustCompile(`timingSafeEqual|ConstantTimeCompare|hmac\.Equal|\btsscmp\b|safeCompare`)},
	{name: "a test of its own", denied: pattern.New(`\bprototype pollution\b|\bpollut\w+ (?:the |object'?s? )?prototype\b`), code: regexp.MustCompile(`hasOwn|Object\.create\(null\)|__proto__|isPrototypePolluted|defineProperty`)},
	{name: "the error", denied: pattern.Any(
		`\berrors? (?:\w+ ){0,3}(?:is|are) (?:silently )?(?:ignored|dropped|swallowed|discarded)\b`,
		`\b(?:ignores|drops|swallows|discards) (?:the|its|any|every) errors?\b`,
	), code: regexp.MustCompile(`return [^\n]*\berr\b|\breturn [^\n]*Errorf|cb\(err|callback\(err|next\(err|reject\(`), common: true},
	{name: "a test of the length", denied: pattern.Any(
		`\badd (?:a |the )?(?:check|test) (?:of|for) the length\b`,
		`\b(?:length|size) is (?:not|never) (?:checked|tested|compared|looked at)\b`,
		`\bno (?:check|test) of the length\b|\bignores? empty (?:lists|arrays|strings)\b`,
	), code: regexp.MustCompile(`\.length\b|\blen\(`), common: true},
	{name: "a refusal", denied: pattern.Any(
		`\b(?:throw|raise|reject|refuse|fail|return an error) (?:if|when|for|on)\b`,
		`\binstead of (?:raising|throwing|failing|an error)\b`,
	), code: regexp.MustCompile(`\bthrow\b|\braise\b|errors\.New|Errorf|\bpanic\(|createError|\breject\(`), common: true},
	{name: "a guard", denied: pattern.New(`\bno guard\b|\bwithout (?:a |any )?guard\b|\bunguarded\b`), code: regexp.MustCompile(`^\s*if \(?!\w+(?:\.\w+)*\)?(?: \{| return)`), narrow: true},
	{name: "a check of the argument", denied: pattern.New(`^\W*not validated\b|\baccepts any (?:value|argument|input|type)\b|\bany value is accepted\b`), code: regexp.MustCompile(`typeof \w+ !==? ['"]|instanceof|Array\.isArray|TypeError`), narrow: true},
	{name: "what it sends", denied: pattern.New(`\bno (?:action|event|message) is (?:dispatched|emitted|fired|sent)\b|\bnothing is (?:dispatched|emitted|fired)\b`), code: regexp.MustCompile(`\bdispatch\(|\bemit\(|\bfire\(`)},
	{name: "a trim", denied: pattern.Any(
		`\b(?:not|never) trimmed\b|\bwithout trimming\b|\bwhite ?space is kept\b`,
		`\b(?:input|string|value|name|text) is (?:used|taken) as it (?:comes|is)\b`,
	), code: regexp.MustCompile(`(?i)\.trim|TrimSpace`), narrow: true},
}

// What is said to be missing and is there proves a text wrong from so many places on,
// when they are one in fewerPlaces of those that it says something of: a single one may
// be meant otherwise, and hardly any honest work has two.
const (
	enoughDenied = 2
	fewerPlaces  = 5
)

// longestPlace is how many lines a place may have of which all is known.
const longestPlace = 40

// deniedThere tells what is said to be missing at cited places and stands there, nothing
// where that is too little to prove anything.
func deniedThere(cited []claim) []string {
	var found []string
	type denied struct {
		grounding.Place
		what string
	}
	places, seen := map[grounding.Place]bool{}, map[denied]bool{}
	for _, c := range cited {
		if c.ref.End-c.ref.Line > longestPlace {
			continue
		}
		places[c.ref.Place()] = true
		if what := deniedOf(strings.Split(c.around(0), "\n"), c.said); what != "" {
			one := denied{c.ref.Place(), what}
			if seen[one] {
				continue // the same place, cited in another form
			}
			seen[one] = true
			found = append(found, lex.Shorten(c.ref.Text+": "+what+" is there", 160))
		}
	}
	slices.Sort(found)
	if found = slices.Compact(found); !proves(len(found), len(places)) {
		return nil
	}
	return found
}

// proves reports whether so many things said otherwise of so many places prove a text
// wrong.
func proves(found, places int) bool { return found >= enoughDenied && found*fewerPlaces >= places }

// citedPlaces are the first citations of lines in prose, with what is said around them.
func citedPlaces(r *grounding.Reading) []claim {
	var all []claim
	citing := citingLines(r)
	for i := range r.Refs {
		ref := &r.Refs[i]
		if ref.Status != grounding.RefExists || ref.Line == 0 || ref.At >= r.Doc.Written || r.Doc.Lines[ref.At].Code {
			continue
		}
		file := r.Index.Text(ref.Path)
		if file == nil {
			continue
		}
		if all = append(all, claim{v: r, ref: ref, file: file, said: saidOf(r, i, citing)}); len(all) == maxClaims {
			break
		}
	}
	return all
}

// deniedOf is the first care that code has and of which a sentence, in lower case,
// says otherwise.
func deniedOf(code, said []string) string {
	for _, c := range cares {
		for _, sentence := range said {
			if c.denied.MatchString(sentence) && slices.ContainsFunc(code, func(l string) bool {
				return c.code.MatchString(l) && (!c.common && !c.narrow || len(code) <= fewLines || c.common && namesOneOf(sentence, l))
			}) {
				return c.name
			}
		}
	}
	return ""
}

// fewLines is how many lines a place may have of which each is meant.
const fewLines = 6

// namesOneOf reports whether a sentence in lower case says in code a name of a line.
func namesOneOf(sentence, line string) bool {
	line = strings.ToLower(line)
	for _, span := range document.CodeSpan.FindAllString(sentence, maxSpans) {
		for _, name := range lex.Words(span) {
			if len(name) > 2 && strings.Contains(line, name) {
				return true
			}
		}
	}
	return false
}

// citingLines are the lines of a text that cite places.
func citingLines(r *grounding.Reading) map[int]bool {
	cited := map[int]bool{}
	for i := range r.Refs {
		if r.Refs[i].Line > 0 {
			cited[r.Refs[i].At] = true
		}
	}
	return cited
}

const (
	headingAbove = 3    // lines above a citation in which its heading may stand
	longestSaid  = 1200 // bytes of what is said of a place
)

// saidOf are the sentences about a cited place, in lower case: the heading close above
// it, and what follows up to the next citation or heading, without code. What is said
// with a reservation is left out.
func saidOf(r *grounding.Reading, i int, cited map[int]bool) []string {
	ref := &r.Refs[i]
	var text strings.Builder
	for at := ref.At - 1; at >= max(0, ref.At-headingAbove) && !r.Doc.Lines[at].Code && !cited[at]; at-- {
		if l := r.Doc.Lines[at].Text; document.Heading.Matches(l) {
			text.WriteString(strings.TrimLeft(l, "# ") + ". ")
			break
		}
	}
	text.WriteString(ownPart(r, i) + " ")
	for at := ref.At + 1; at < r.Doc.Written && text.Len() < longestSaid; at++ {
		l := r.Doc.Lines[at]
		if cited[at] || !l.Code && document.Heading.Matches(l.Text) {
			break
		}
		if !l.Code {
			text.WriteString(l.Text + " ")
		}
	}
	// A lead in bold is a sentence of its own: its full stop is to stand behind the marks.
	said := strings.ReplaceAll(strings.ToLower(text.String()), ".** ", "**. ")
	return slices.DeleteFunc(lex.Sentences(said), saysPartly.MatchString)
}

// ownPart is the part of a line that belongs to one of the places that it cites.
func ownPart(r *grounding.Reading, i int) string {
	at := r.Refs[i].At
	line := r.Doc.Lines[at].Text
	first := i
	for first > 0 && r.Refs[first-1].At == at && r.Refs[first-1].Line > 0 {
		first--
	}
	from, end, behind := 0, 0, 0  // of the place, and where the one before it ends
	for j := first; j <= i; j++ { // one after the other: "a.go:1" stands in "a.go:12", too
		found := strings.Index(line[end:], r.Refs[j].Text)
		if found < 0 {
			return line[:min(len(line), longestSaid)]
		}
		behind, from, end = end, end+found, end+found+len(r.Refs[j].Text)
	}
	to := len(line)
	if i+1 < len(r.Refs) && r.Refs[i+1].At == at && r.Refs[i+1].Line > 0 {
		if next := strings.Index(line[end:], r.Refs[i+1].Text); next >= 0 {
			to = end + len(beforeBracket(line[end:end+next]))
		}
	}
	if first == i {
		from = 0
	} else { // what the one before is cut at belongs to this one
		from = behind + len(beforeBracket(line[behind:from]))
	}
	return line[from:min(to, from+longestSaid)]
}

// beforeBracket is what stands before a citation without what that citation is of, where
// it stands in brackets: "fills it (a.go:3), and each call copies it (a.go:9)".
func beforeBracket(text string) string {
	if !strings.HasSuffix(strings.TrimRight(text, "`* "), "(") {
		return text
	}
	return text[:max(0, strings.LastIndexAny(text, ",;:"))]
}
