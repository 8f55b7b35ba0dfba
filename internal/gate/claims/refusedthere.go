package claims

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// refusedThere tells what the place refuses with a message, when it is said that
// nobody refuses it.
func (c *claim) refusedThere() string {
	const longest = 12 // lines; who cites more does not speak of one check
	if c.ref.End-c.ref.Line > longest {
		return ""
	}
	said := make([]string, len(c.said))
	for i, one := range c.said {
		said[i] = document.WithoutCode(one, c.ref.Text)
	}
	if !slices.ContainsFunc(said, saysLoose.MatchString) {
		return ""
	}
	lines := c.file.Lines()
	place := strings.Join(lines[max(0, c.ref.Line-2):min(len(lines), max(c.ref.Line, c.ref.End)+refusalLines)], "\n")
	if !refuses.MatchString(place) {
		return ""
	}
	for _, m := range spokenText.FindAllStringSubmatch(place, 12) {
		message := lex.First(m[1:]...)
		if !strings.Contains(message, " ") {
			continue
		}
		for _, one := range said {
			if !saysLoose.MatchString(one) || saysPartly.MatchString(one) || inSomeCases.MatchString(one) || besideRefusal(message, one) {
				continue
			}
			if clause := looseClause(one); clause != "" && tellsOf(message, clause) {
				return "it refuses that: " + lex.Shorten(message, 60)
			}
		}
	}
	return ""
}

// clauseBreaks matches what stands between the clauses of a sentence.
var clauseBreaks = regexp.MustCompile(`[;—–]|, (?:and|so|which|while|but|the|an?|its?|this|that|they|nobody|nothing)\b|\band\b`)

// looseClause is the clause that says that nobody refuses something; in a title the
// whole of it.
func looseClause(sentence string) string {
	for _, clause := range clauseBreaks.Split(sentence, -1) {
		at := saysLoose.FindStringIndex(clause)
		if at == nil || denies.MatchString(clause[:at[0]]) {
			continue
		}
		if wish := shouldBe.FindStringIndex(clause); wish != nil && !endsThere(clause[wish[1]:]) {
			continue // in another way
		}
		return clause
	}
	return ""
}

// shouldBe matches wishes for a refusal.
var shouldBe = pattern.New(`(?i)\bshould be (?:rejected|refused|an? (?:panic|error|exception))\b`)

// inSomeCases matches conditions, and times.
var inSomeCases = pattern.New(`(?i)\b(?:if|when|whenever|until|before|after|once|on (?:this|the) (?:path|branch))\b`)

// otherCases matches words that make a statement one about a case of its own.
var otherCases = pattern.New(`(?i)\b(?:min\w*|lower|negative|empty|zero|nan|undefined|null|nil|missing|types?|fraction\w*|infinit\w*|` +
	`duplicates?|trailing|leading|unicode|case|version|individual|each|total|sum|number of|count|client|` +
	`caller|encod\w*|logged|length of)\b`)

// besideRefusal reports whether a sentence is about a case that the message is not.
func besideRefusal(message, sentence string) bool {
	low := strings.ToLower(message)
	for _, word := range otherCases.Regexp().FindAllString(sentence, 8) {
		if !strings.Contains(low, strings.ToLower(word)) {
			return true
		}
	}
	return false
}

// refusalLines is how many lines behind a condition its message may stand.
const refusalLines = 5

// statesRule matches messages that say what must be, rather than that something is
// wrong.
var statesRule = pattern.New(`(?i)\b(?:must|only|cannot|can't|already|exceed\w*|too|not allowed|not permitted|forbidden|at most|at least)\b`)

// tellsOf reports whether a sentence has two of the telling words of a message, or
// the one that a rule is about.
func tellsOf(message, sentence string) bool {
	said := map[string]bool{}
	low := strings.ToLower(sentence)
	for _, w := range lex.Words(sentence) {
		said[lex.Stem(w)] = true
	}
	n, all := 0, 0
	for _, w := range slices.Compact(slices.Sorted(slices.Values(lex.Words(message)))) {
		if utf8.RuneCountInString(w) < 3 || lex.StopWords[w] || messageWords[w] {
			continue
		}
		if all++; said[lex.Stem(w)] || len(w) >= lex.MinName && strings.Contains(low, w) {
			n++
		}
	}
	return n >= 2 || n == 1 && all == 1 && statesRule.MatchString(message)
}

// messageWords are words that messages about anything have.
var messageWords = lex.Set(`invalid value values must error errors failed fail cannot unexpected expected missing unknown unsupported bad set option options argument arguments
type string number function object array nil null undefined empty required allowed allow not found`)
