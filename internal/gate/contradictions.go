package gate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// What a sentence says of the line that it cites and the file can settle: a name
// with its line, what a comparison is made with, code that is not there, and what
// nobody checks.
var (
	nameOfPlace  = regexp.MustCompile("`([A-Za-z_$][\\w$]*)(?:\\(\\))?`[,:]?\\s?\\(?(?:(?:is |stands |defined |declared )?(?:at |in |on ))?$")
	nameInFile   = regexp.MustCompile("`([A-Za-z_$][\\w$]*)(?:\\(\\))?` (?:in|of|from) `?$")
	placeOfName  = regexp.MustCompile("^[*)\\]:,`]{0,4}\\s(?:has |is |in |defines |declares |the (?:function|method|field|constant|helper|type) )?`([A-Za-z_$][\\w$]*)(?:\\(\\))?`")
	comparesWith = regexp.MustCompile("(?i)\\b(?:compares?|compared|comparison|checks?|tests?|tested|condition|operator|vergleicht|geprüft|prüft|compara|comparé|сравнивает\\w*)\\b[^.;`]{0,30}(?:`[^`]{1,60}` )?(?:is |by |with |using |uses |mit |con |com |avec |через )(?:an? |the |only )?`(>=|<=|>|<|===?|!==?)`")
	saysPresent  = regexp.MustCompile("(?i)\\b(?:uses|calls|contains|checks|tests|invokes|delegates to|goes through|relies on)\\s(?:the |a |an |only |just |directly )?`([^`\n]{4,80})`")
	saysMeans    = regexp.MustCompile("(?i)\\b(?:creates?|created|builds?|built|rebuilt|defers?|deferred|checks?|checked|tests?|tested|compared?|compares|splits?|escapes?|escaped|parses?|parsed|copies|copied|clones?|cloned|evaluated|resolves?|resolved|called|set|sorted|matched|matches|wraps?|wrapped|protected|guarded|read|written|stored|computed|calculated)\\b(?:\\s[\\w'’-]+|\\s`[^`]{1,40}`){0,6}?\\s(?:with|by|through|via) `([^`\n]{6,60})`")
	saysAbsent   = regexp.MustCompile("(?i)\\b(?:there(?: is|'s| are) (?:no|neither|not any)|has no|without calling|never calls|does not call|doesn't call|es fehlt|não há|no hay|il n'y a pas de?)\\s+(?:an? |any |ein |um |un )?`([^`\n]{4,80})`")
	saysLoose    = newSearch(`(?i)\b(?:is|are|be|gets?) (?:never|not|neither|nowhere)(?: even)? (?:checked|validated|verified|rejected|tested|refused|limited|bounded|enforced|evaluated|detected|handled)\b|\b(?:is|are) (?:silently )?(?:accepted|let through|permitted|overwritten)\b|\baccepts (?:any|every|all|unmasked|invalid)\b|\b(?:unchecked|unvalidated|unexamined)\b|\bwithout (?:any |a |an )?(?:check|message|error|validation|warning)\b|\bneither a check\b|\bno (?:check|validation|limit|error|message|warning)\b|\bnever (?:applied|rejected|checked|validated)\b|\bshould be (?:rejected|refused|an? (?:panic|error|exception))\b|\boverwrites\b|\bsilently\b`)
	saysPartly   = newSearch(`(?i)\b(?:only|except|unless|besides|apart from|beyond|other than|but|however|although|though|instead|already|does|rejects|refuses|throws|panics)\b`)
	refuses      = regexp.MustCompile(`\bthrow\b|\bpanic\(|\bErrorf\(|\berrors\.New\(|\breject\(|\braise\b|\w*[Ee]rror\(|\bcreateError\(`)
	spokenText   = regexp.MustCompile(`'([^'\n]{8,})'|"([^"\n]{8,})"|` + "`([^`\n]{8,})`")
	operatorText = regexp.MustCompile(`[<>=!&|+\-*/%^]+`)
)

// maxClaims bounds the citations whose sentences are looked at.
const maxClaims = 200

// contradictions takes points for statements about cited lines that these settle, and are
// otherwise: one may be a slip.
func contradictions(v *view) (Signal, bool) {
	s := Signal{Name: "claims", Reason: "No statement about a cited line is contradicted by it."}
	if v.index == nil {
		return s, false
	}
	places, looked, seen := 0, 0, map[string]bool{}
	for i := range v.refs {
		ref := &v.refs[i]
		if ref.Status != RefExists || ref.slight || ref.at >= v.doc.written || v.doc.lines[ref.at].code {
			continue
		}
		if ref.Line > 0 {
			places++
		}
		if looked++; looked > maxClaims {
			break
		}
		if c, ok := v.claimOf(i); ok {
			if why := c.contradicted(); why != "" && !seen[why] {
				seen[why] = strings.Contains(why, " has no ") // wherever it is said
				s.Evidence = append(s.Evidence, shorten(ref.Text+": "+why, 160))
			}
		}
	}
	slices.Sort(s.Evidence)
	s.Evidence = slices.Compact(s.Evidence)
	n := len(s.Evidence)
	if n == 0 {
		return s, true
	}
	s.Cap = capAt(BorderlineScore) // a judge reads it
	s.Points = -min(maxFalseClaims, costFalseClaim*float64(n))
	if n >= 2 && n*10 >= places {
		s.Cap = capAt(capFalseClaims)
	}
	s.Reason = fmt.Sprintf("%s about cited lines %s contradicted by them.", counted(n, "statement", "statements"), map[bool]string{true: "is", false: "are"}[n == 1])
	s.Evidence = few(s.Evidence, 6)
	s.advice = "Read the cited lines again: they say otherwise."
	return s, true
}

// claim is what is said about a cited place.
type claim struct {
	v        *view
	ref      *reference
	file     *fileText
	sentence string   // that cites the place
	at       int      // where the citation stands in it
	said     []string // that, and what follows up to the next citation
}

// claimOf finds what is said about the place of a citation.
func (v *view) claimOf(i int) (claim, bool) {
	c := claim{v: v, ref: &v.refs[i]}
	line := v.doc.lines[c.ref.at].text
	at := strings.Index(line, c.ref.Text)
	if c.file = v.index.text(c.ref.Path); at < 0 || c.file == nil || len(line) > maxClaimLine {
		return c, false
	}
	if tableRow.matches(line) { // each cell says something of its own
		for cell := range strings.SplitSeq(line, "|") {
			if at := strings.Index(cell, c.ref.Text); at >= 0 && c.sentence == "" {
				c.sentence, c.at = cell, at
			}
			c.said = append(c.said, splitSentences(cell)...)
		}
		return c, c.sentence != ""
	}
	spans := codeSpan.FindAllStringIndex(line, maxSpans)
	from, to := sentenceBounds(line, at, at+len(c.ref.Text), spans)
	end := len(line)
	if i+1 < len(v.refs) && v.refs[i+1].at == c.ref.at {
		if next := strings.Index(line[to:], v.refs[i+1].Text); next >= 0 {
			end = to + next
		}
	}
	c.sentence, c.at = line[from:to], at-from
	c.said = append([]string{c.sentence}, splitSentences(line[to:max(to, end)])...)
	if end == len(line) && (isTitle(line) || boldLead.matches(line) && wordsOf(line) <= titleWords) {
		c.said = append(c.said, v.below(i)...)
	}
	return c, true
}

// maxClaimLine bounds, in bytes, the lines of prose that are looked at.
const maxClaimLine = 8 << 10

// maxLookUps bounds what is searched for in all files and in all that is proposed.
const maxLookUps = 60

// mayLook reports whether another search through everything is within bounds.
func (v *view) mayLook() bool {
	v.lookUps++
	return v.lookUps <= maxLookUps
}

// below are the sentences of the paragraph below the title that cites a place, up
// to the next citation.
func (v *view) below(i int) []string {
	text, at := "", v.refs[i].at+1
	for at < v.doc.written && strings.TrimSpace(v.doc.lines[at].text) == "" {
		at++
	}
	for ; at < v.doc.written && len(text) < maxBelow; at++ {
		l := v.doc.lines[at]
		if l.code || strings.TrimSpace(l.text) == "" || heading.matches(l.text) || i+1 < len(v.refs) && v.refs[i+1].at <= at {
			break
		}
		text += " " + l.text
	}
	return splitSentences(text)
}

// maxBelow bounds, in bytes, the text below a title that belongs to its place.
const maxBelow = 800

// around are the lines of the place with some before and behind.
func (c *claim) around(more int) string {
	lines := c.file.lines()
	first, last := max(1, c.ref.Line-more), min(len(lines), max(c.ref.Line, c.ref.end)+more)
	if first > last {
		return ""
	}
	return strings.Join(lines[first-1:last], "\n")
}

// contradicted says what speaks against the claim, "" for nothing.
func (c *claim) contradicted() string {
	if strings.Contains(c.sentence, "`") {
		if name := c.inventedName(); name != "" && !proposes(plain(c.sentence, c.ref.Text)) {
			return "the repository has no " + name
		}
	}
	if c.ref.Line == 0 {
		return ""
	}
	for _, said := range c.said {
		for _, look := range []func(string) string{c.absent, c.present, c.withoutMeans, c.settle} {
			if why := look(said); why != "" {
				return why
			}
		}
	}
	return c.refusedThere()
}

// present tells what is said to stand at the place and does not.
func (c *claim) present(said string) string {
	if !strings.Contains(said, "`") {
		return ""
	}
	why := c.notThere(said)
	if why != "" && proposes(plain(said, c.ref.Text)) {
		return ""
	}
	return why
}

func (c *claim) notThere(said string) string {
	for _, m := range saysPresent.FindAllStringSubmatch(said, 4) {
		code := loose.Replace(strings.TrimSuffix(pack(m[1]), "()"))
		if len(code) >= minName && elision.FindString(m[1]) == "" && !strings.Contains(c.file.bare(), code) && c.v.mayLook() && !c.v.standsSomewhere(code) && !c.v.declares(m[1]) && !strings.Contains(loose.Replace(pack(requestText(c.v.in.Request))), code) {
			return "no file has " + m[1]
		}
	}
	for _, m := range saysMeans.FindAllStringSubmatch(said, 4) {
		code := loose.Replace(strings.TrimSuffix(pack(m[1]), "()"))
		if strings.ContainsAny(m[1], "(.") && !saysPartly.MatchString(said) && !declines.MatchString(said) && len(code) >= minName && elision.FindString(m[1]) == "" && !strings.Contains(c.file.bare(), code) && c.v.mayLook() && !c.v.standsSomewhere(code) && !c.v.declares(m[1]) && !strings.Contains(loose.Replace(pack(requestText(c.v.in.Request))), code) {
			return "no file has " + m[1]
		}
	}
	for _, m := range comparesWith.FindAllStringSubmatch(said, 3) {
		if !slices.Contains(operatorText.FindAllString(c.around(anchorWindow), -1), m[1]) {
			return "nothing is compared with " + m[1] + " there"
		}
	}
	return ""
}

// absent tells what is said not to stand at the place and does.
func (c *claim) absent(said string) string {
	for _, m := range saysAbsent.FindAllStringSubmatch(said, 3) {
		code := strings.TrimSuffix(pack(m[1]), "()")
		if strings.IndexFunc(code, beyondDotted) >= 0 && strings.Contains(pack(c.around(0)), code) {
			return m[1] + " stands there"
		}
	}
	return ""
}

// inventedName is a name of code that is said to stand at the place, and stands
// nowhere in the repository, nor in what is proposed.
func (c *claim) inventedName() string {
	before, behind := c.sentence[:c.at], c.sentence[c.at+len(c.ref.Text):]
	found := [][]string{nameInFile.FindStringSubmatch(before)}
	if c.ref.Line > 0 {
		found = append(found, nameOfPlace.FindStringSubmatch(before), placeOfName.FindStringSubmatch(behind))
	}
	for _, m := range found {
		if m == nil || len(m[1]) < minInvented || len(nameParts(m[1])) < 2 || c.v.index.budget <= 0 || c.v.index.uses(strings.ToLower(m[1])) > 0 || !c.v.mayLook() {
			continue
		}
		if !strings.Contains(strings.ToLower(requestText(c.v.in.Request)), strings.ToLower(m[1])) && !c.v.declares(m[1]) && !c.v.holdsName(m[1]) {
			return m[1]
		}
	}
	return ""
}

// minInvented is how long a name must be to be nobody's abbreviation.
const minInvented = 6

// holdsName reports whether a name is a part of what stands in a file.
func (v *view) holdsName(name string) bool {
	for _, t := range v.index.texts {
		if t != nil && strings.Contains(t.raw, name) {
			return true
		}
	}
	return false
}

// standsSomewhere reports whether packed code stands in a file of the repository.
func (v *view) standsSomewhere(code string) bool {
	for _, p := range v.index.sources {
		if t := v.index.text(p); t != nil && strings.Contains(t.bare(), code) {
			return true
		}
	}
	return v.index.budget <= 0
}

// declares reports whether code of the deliverable gives the name to something.
func (v *view) declares(name string) bool {
	declared := regexp.MustCompile(`\b(?:func|function|const|let|var|def|class|type|interface|struct)\s+(?:\([^)]*\)\s*)?` + regexp.QuoteMeta(name) + `\b|\b` + regexp.QuoteMeta(name) + `\s*(?::=|=[^=]|:)`)
	for _, b := range v.doc.blocks {
		if slices.ContainsFunc(b.proposed(), declared.MatchString) {
			return true
		}
	}
	return false
}

// refusedThere tells what the place refuses with a message, when it is said that
// nobody refuses it.
func (c *claim) refusedThere() string {
	const longest = 12 // lines; who cites more does not speak of one check
	if c.ref.end-c.ref.Line > longest {
		return ""
	}
	said := make([]string, len(c.said))
	for i, one := range c.said {
		said[i] = plain(one, c.ref.Text)
	}
	if !slices.ContainsFunc(said, saysLoose.MatchString) {
		return ""
	}
	lines := c.file.lines()
	place := strings.Join(lines[max(0, c.ref.Line-2):min(len(lines), max(c.ref.Line, c.ref.end)+refusalLines)], "\n")
	if !refuses.MatchString(place) {
		return ""
	}
	for _, m := range spokenText.FindAllStringSubmatch(place, 12) {
		message := first(m[1:]...)
		if !strings.Contains(message, " ") {
			continue
		}
		for _, one := range said {
			if saysLoose.MatchString(one) && !saysPartly.MatchString(one) && tellsOf(message, one) {
				return "it refuses that: " + shorten(message, 60)
			}
		}
	}
	return ""
}

// refusalLines is how many lines behind a condition its message may stand.
const refusalLines = 5

// statesRule matches messages that say what must be, rather than that something is
// wrong.
var statesRule = newSearch(`(?i)\b(?:must|only|cannot|can't|already|exceed\w*|too|not allowed|not permitted|forbidden|at most|at least)\b`)

// tellsOf reports whether a sentence has two of the telling words of a message, or
// the one that a rule is about.
func tellsOf(message, sentence string) bool {
	said := map[string]bool{}
	low := strings.ToLower(sentence)
	for _, w := range words(sentence) {
		said[stem(w)] = true
	}
	n, all := 0, 0
	for _, w := range slices.Compact(slices.Sorted(slices.Values(words(message)))) {
		if utf8.RuneCountInString(w) < 3 || stopWords[w] || messageWords[w] {
			continue
		}
		if all++; said[stem(w)] || len(w) >= minName && strings.Contains(low, w) {
			n++
		}
	}
	return n >= 2 || n == 1 && all == 1 && statesRule.MatchString(message)
}

// messageWords are words that messages about anything have.
var messageWords = wordSet(`invalid value values must error errors failed fail cannot unexpected expected missing unknown unsupported bad set option options argument arguments
type string number function object array nil null undefined empty required allowed allow not found`)
