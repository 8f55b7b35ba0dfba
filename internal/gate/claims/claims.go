// Package claims holds what a text says of the lines that it cites against these:
// names, comparisons, calls, checks and figures that a line can settle.
package claims

import (
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/repository"
	"aicity.dev/aicity/internal/gate/syntax"
)

// What a sentence says of the line that it cites and the file can settle: a name
// with its line, what a comparison is made with, code that is not there, and what
// nobody checks.
var (
	nameOfPlace  = regexp.MustCompile("`([A-Za-z_$][\\w$]*)(?:\\(\\))?`[,:]?\\s?\\(?(?:(?:is |stands |defined |declared )?(?:at |in |on ))?$")
	nameInFile   = regexp.MustCompile("`([A-Za-z_$][\\w$]*)(?:\\(\\))?` (?:in|of|from) `?$")
	placeOfName  = regexp.MustCompile("^[*)\\]:,`]{0,4}\\s(?:has |is |in |defines |declares |the (?:function|method|field|constant|helper|type) )?`([A-Za-z_$][\\w$]*)(?:\\(\\))?`")
	comparesWith = pattern.New("(?i)\\b(?:compares?|compared|comparison|checks?|tests?|tested|condition|operator|vergleicht|geprüft|prüft|compara|comparé|сравнивает\\w*)\\b[^.;`]{0,30}(?:`[^`]{1,60}` )?(?:is |by |with |using |uses |mit |con |com |avec |через )(?:an? |the |only )?`(>=|<=|>|<|===?|!==?)`")
	saysPresent  = pattern.New("(?i)\\b(?:uses|calls|contains|checks|tests|invokes|delegates to|goes through|relies on)\\s(?:the |a |an |only |just |directly )?`([^`\n]{4,80})`")
	saysMeans    = pattern.New("(?i)\\b(?:creates?|created|builds?|built|rebuilt|defers?|deferred|checks?|checked|tests?|tested|compared?|compares|splits?|escapes?|escaped|parses?|parsed|copies|copied|clones?|cloned|evaluated|resolves?|resolved|called|set|sorted|matched|matches|wraps?|wrapped|protected|guarded|read|written|stored|computed|calculated)\\b(?:\\s[\\w'’-]+|\\s`[^`]{1,40}`){0,6}?\\s(?:with|by|through|via) `([^`\n]{6,60})`")
	saysAbsent   = pattern.New("(?i)\\b(?:there(?: is|'s| are) (?:no|neither|not any)|has no|without calling|never calls|does not call|doesn't call|es fehlt|não há|no hay|il n'y a pas de?)\\s+(?:an? |any |ein |um |un )?`([^`\n]{4,80})`")
	saysLoose    = pattern.Any(
		`(?i)\b(?:is|are|be|gets?) (?:never|not|neither|nowhere)(?: even)? (?:checked|validated|verified|`+
			`rejected|tested|refused|limited|bounded|enforced|evaluated|detected|handled)\b`,
		`\b(?:is|are) (?:silently )?(?:accepted|let through|permitted|overwritten)\b`,
		`\baccepts (?:any|every|all|unmasked|invalid)\b|\b(?:unchecked|unvalidated|unexamined)\b`,
		`\bwithout (?:any |a |an )?(?:check|message|error|validation|warning)\b|\bneither a check\b`,
		`\bno (?:check|validation|limit|error|message|warning)\b`,
		`\bnever (?:applied|rejected|checked|validated)\b`,
		`\bshould be (?:rejected|refused|an? (?:panic|error|exception))\b`,
		`\bsilently (?:accepted|passed|allowed|let through)\b`,
	)
	saysPartly   = pattern.New(`(?i)\b(?:only|except|unless|besides|apart from|beyond|other than|but|however|although|though|instead|already|does|rejects|refuses|throws|panics)\b`)
	refuses      = regexp.MustCompile(`\bthrow\b|\bpanic\(|\bErrorf\(|\berrors\.New\(|\breject\(|\braise\b|\w*[Ee]rror\(|\bcreateError\(`)
	spokenText   = regexp.MustCompile(`'([^'\n]{8,})'|"([^"\n]{8,})"|` + "`([^`\n]{8,})`")
	operatorText = regexp.MustCompile(`[<>=!&|+\-*/%^]+`)
)

// maxClaims bounds the citations whose sentences are looked at.
const maxClaims = 200

// maxSpans bounds the pieces of code that are looked at in one line.
const maxSpans = 60

// Contradicted is what cited lines contradict.
type Contradicted struct {
	Said   []string // what is said otherwise than it stands there, each once
	Firm   int      // how many of these are beyond doubt
	Places int      // how many lines are cited
}

// Find looks for statements about cited lines that these settle, and
// are otherwise.
func Find(r *grounding.Reading) Contradicted {
	var found Contradicted
	looked, seen := 0, map[string]bool{}
	for i := range r.Refs {
		ref := &r.Refs[i]
		if ref.Status != grounding.RefExists || ref.Slight || ref.At >= r.Doc.Written || r.Doc.Lines[ref.At].Code {
			continue
		}
		if ref.Line > 0 {
			found.Places++
		}
		if looked++; looked > maxClaims {
			break
		}
		if c, ok := claimOf(r, i); ok {
			if why := c.contradicted(); why != "" && !seen[why] {
				seen[why] = strings.Contains(why, " has no ") // wherever it is said
				if why = lex.Shorten(ref.Text+": "+why, 160); !c.weak && !slices.Contains(found.Said, why) {
					found.Firm++
				}
				found.Said = append(found.Said, why)
			}
		}
	}
	cited := citedPlaces(r)
	wrong := append(deniedThere(cited), doneThere(r, cited)...)
	found.Said, found.Firm = append(found.Said, wrong...), found.Firm+len(wrong)
	slices.Sort(found.Said)
	found.Said = slices.Compact(found.Said)
	return found
}

// claim is what is said about a cited place.
type claim struct {
	v        *grounding.Reading
	ref      *grounding.Cited
	file     *repository.Text
	sentence string   // that cites the place
	at       int      // where the citation stands in it
	said     []string // that, and what follows up to the next citation

	before, behind string // what stands around the words that are settled
	weak           bool   // what was found speaks against the claim, but hardly settles it
}

// claimOf finds what is said about the place of a citation.
func claimOf(r *grounding.Reading, i int) (claim, bool) {
	c := claim{v: r, ref: &r.Refs[i]}
	line := r.Doc.Lines[c.ref.At].Text
	at := strings.Index(line, c.ref.Text)
	if c.file = r.Index.Text(c.ref.Path); at < 0 || c.file == nil || len(line) > maxClaimLine {
		return c, false
	}
	if document.TableRow.Matches(line) { // each cell says something of its own
		for cell := range strings.SplitSeq(line, "|") {
			if at := strings.Index(cell, c.ref.Text); at >= 0 && c.sentence == "" {
				c.sentence, c.at = cell, at
			}
			c.said = append(c.said, lex.Sentences(cell)...)
		}
		return c, c.sentence != ""
	}
	spans := document.CodeSpan.FindAllStringIndex(line, maxSpans)
	from, to := lex.SentenceAround(line, at, at+len(c.ref.Text), spans)
	end := len(line)
	if i+1 < len(r.Refs) && r.Refs[i+1].At == c.ref.At {
		if next := strings.Index(line[to:], r.Refs[i+1].Text); next >= 0 {
			end = to + next
		}
	}
	c.sentence, c.at = line[from:to], at-from
	c.said = append([]string{c.sentence}, lex.Sentences(line[to:max(to, end)])...)
	if end == len(line) && (document.IsTitle(line) || document.BoldLead.Matches(line) && lex.CountWords(line) <= grounding.TitleWords) {
		c.said = append(c.said, below(r, i)...)
	}
	return c, true
}

// maxClaimLine bounds, in bytes, the lines of prose that are looked at.
const maxClaimLine = 8 << 10

// below are the sentences of the paragraph below the title that cites a place, up
// to the next citation.
func below(r *grounding.Reading, i int) []string {
	text, at := "", r.Refs[i].At+1
	for at < r.Doc.Written && strings.TrimSpace(r.Doc.Lines[at].Text) == "" {
		at++
	}
	for ; at < r.Doc.Written && len(text) < maxBelow; at++ {
		l := r.Doc.Lines[at]
		if l.Code || strings.TrimSpace(l.Text) == "" || document.Heading.Matches(l.Text) || i+1 < len(r.Refs) && r.Refs[i+1].At <= at {
			break
		}
		text += " " + l.Text
	}
	return lex.Sentences(text)
}

// maxBelow bounds, in bytes, the text below a title that belongs to its place.
const maxBelow = 800

// around are the lines of the place with some before and behind.
func (c *claim) around(more int) string {
	lines := c.file.Lines()
	first, last := max(1, c.ref.Line-more), min(len(lines), max(c.ref.Line, c.ref.End)+more)
	if first > last {
		return ""
	}
	return strings.Join(lines[first-1:last], "\n")
}

// contradicted says what speaks against the claim, "" for nothing.
func (c *claim) contradicted() string {
	if strings.Contains(c.sentence, "`") {
		if name := c.inventedName(); name != "" && !grounding.Proposes(document.WithoutCode(c.sentence, c.ref.Text)) {
			return "the repository has no " + name
		}
	}
	if c.ref.Line == 0 {
		return ""
	}
	for _, said := range c.said {
		for _, look := range []func(string) string{c.absent, c.present, c.withoutMeans, c.settle} {
			c.weak = false
			if why := look(said); why != "" {
				return why
			}
		}
	}
	c.weak = false
	return c.refusedThere()
}

// present tells what is said to stand at the place and does not.
func (c *claim) present(said string) string {
	if !strings.Contains(said, "`") {
		return ""
	}
	why := c.notThere(said)
	if why != "" && grounding.Proposes(document.WithoutCode(said, c.ref.Text)) {
		return ""
	}
	return why
}

func (c *claim) notThere(said string) string {
	marked := strings.ReplaceAll(said, c.ref.Text, citedPlace)
	for _, says := range []pattern.Pattern{saysPresent, saysMeans} {
		for _, at := range says.FindAllStringSubmatchIndex(marked, 4) {
			code := marked[at[2]:at[3]]
			if c.ofPlace(strings.ReplaceAll(marked[:at[0]], "`", "")) && !saysPartly.MatchString(said) && !underCondition.MatchString(said) && c.standsNowhere(code) {
				return "no file has " + code
			}
		}
	}
	return c.comparedOtherwise(marked)
}

// calledName matches code that calls something, and its name.
var calledName = regexp.MustCompile(`^(new )?(?:[A-Za-z_$][\w$]*\.)*([A-Za-z_$][\w$]*)(?:\(.*\))?$`)

// standsNowhere reports whether code has a name that stands in no file, nor in what
// was asked for and is delivered. In what it is given people abbreviate.
func (c *claim) standsNowhere(code string) bool {
	m := calledName.FindStringSubmatch(code)
	if m == nil || !strings.ContainsAny(code, ".(") || len(m[1]+m[2]) < minInvented {
		return false
	}
	name := m[1] + m[2] // what makes an instance stands there as such
	if m[1] != "" && strings.Contains(c.file.Raw, "construct(") {
		return false
	}
	if repository.Elision.MatchString(name) || strings.Contains(c.file.Raw, name) {
		return false
	}
	return c.v.Index.Whole() && c.v.MayLook() && !c.v.Index.HoldsName(name) && !c.v.Declares(name) && !strings.Contains(c.v.Request, name)
}

// comparedOtherwise tells what the value that is named is compared with in the line,
// when that is said to be another operator.
func (c *claim) comparedOtherwise(said string) string {
	line := c.around(0)
	for _, at := range comparesWith.FindAllStringSubmatchIndex(said, 3) {
		of := document.CodeSpan.FindStringSubmatch(said[at[0]:at[2]])
		operator := said[at[2]:at[3]]
		if of == nil || c.ref.End > c.ref.Line || strings.Contains(line, "!(") || !c.ofPlace(strings.ReplaceAll(said[:at[0]], "`", "")) || saysPartly.MatchString(said) {
			continue
		}
		_, behind, found := strings.Cut(line, lex.First(of[1:]...))
		m := comparing.FindStringSubmatch(behind)
		if found && m != nil && m[1] != operator && !slices.Contains(operatorText.FindAllString(c.around(grounding.AnchorWindow), -1), operator) {
			return "nothing is compared with " + operator + " there"
		}
	}
	return ""
}

// comparing matches the operator behind a value.
var comparing = regexp.MustCompile(`^\s*(>=|<=|>|<|===?|!==?)\s`)

// absent tells what is said not to stand at the place and does.
func (c *claim) absent(said string) string {
	marked := strings.ReplaceAll(said, c.ref.Text, citedPlace)
	for _, at := range saysAbsent.FindAllStringSubmatchIndex(marked, 3) {
		code := strings.TrimSuffix(lex.Pack(marked[at[2]:at[3]]), "()")
		before, there := strings.ReplaceAll(marked[:at[0]], "`", ""), c.around(0)
		if !strings.Contains(before, citedPlace) || !c.ofPlace(before) || !endsThere(marked[at[1]:]) || strings.Contains(there, "//") {
			continue
		}
		if lead := before[strings.LastIndex(before, citedPlace):]; len(strings.Fields(lead)) > 4 {
			continue // of something else
		}
		if strings.IndexFunc(code, lex.BeyondDotted) >= 0 && strings.Contains(lex.Pack(there), code) && (strings.HasPrefix(code, "defer") || !strings.Contains(lex.Pack(there), "defer"+code)) {
			return marked[at[2]:at[3]] + " stands there"
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
		if m == nil || c.hardlyOwn(m[1]) || len(m[1]) < minInvented || len(lex.NameParts(m[1])) < 2 || !c.v.Index.Whole() || c.v.Index.Uses(strings.ToLower(m[1])) > 0 || !c.v.MayLook() {
			continue
		}
		if !strings.Contains(strings.ToLower(c.v.Request), strings.ToLower(m[1])) && !c.v.Declares(m[1]) && !c.v.Index.HoldsName(m[1]) {
			return m[1]
		}
	}
	return ""
}

// builtIn are names of languages and runtimes that stand where they are spoken of.
var builtIn = lex.Set(`settimeout setinterval setimmediate cleartimeout clearinterval clearimmediate queuemicrotask parseint parsefloat hasownproperty tostring valueof
encodeuri encodeuricomponent decodeuri decodeuricomponent structuredclone unhandledrejection uncaughtexception nexttick isarray isnan isinteger issafeinteger
fromentries getownpropertynames getownpropertydescriptor defineproperty setprototypeof getprototypeof isprototypeof tolowercase touppercase localecompare
startswith endswith indexof lastindexof foreach findindex flatmap charcodeat codepointat fromcharcode replaceall padstart padend trimstart trimend
readfile readfilesync writefile writefilesync existssync addeventlistener removeeventlistener preventdefault useeffect usestate usememo gomaxprocs
timingsafeequal randombytes createhash createhmac subarray allocunsafe sharedarraybuffer`)

// BuiltIn reports whether a name is one of a language or its runtime, or of a kind of
// failure.
func BuiltIn(name string) bool {
	low := strings.ToLower(name)
	return builtIn[low] || strings.HasSuffix(low, "error") || strings.HasSuffix(low, "exception") || strings.HasSuffix(low, "warning") || strings.HasSuffix(low, "injection")
}

// hardlyOwn reports whether a name is more likely one of a runtime or a label than
// of the repository, or is spoken of as of something that is not there.
func (c *claim) hardlyOwn(name string) bool {
	switch {
	case BuiltIn(name):
		return true
	case strings.Contains(name, "_") && syntax.LanguageOfFile(c.ref.Path) != "python":
		return true
	case denies.MatchString(c.sentence), lacking.MatchString(c.sentence):
		return true
	case c.ref.Line > 0 && strings.Contains(c.around(2), strings.ReplaceAll(name, "_", "")):
		return true
	}
	for _, b := range c.v.Doc.Blocks {
		for _, l := range b.Lines {
			if strings.Contains(l, name) {
				return true
			}
		}
	}
	return false
}

// lacking matches what says that something is not there.
var lacking = pattern.New(`(?i)\b(?:missing|misses|lacks?|lacking|absent|without|needs?|wants?|unsupported|unknown|call it|named|` +
	`introduc\w*|extract\w*|class of|kind of|known as|global|built-?in|runtime|standard library|stdlib)\b`)

// minInvented is how long a name must be to be nobody's abbreviation.
const minInvented = 6
