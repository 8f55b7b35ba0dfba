package claims

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/pattern"
)

// settled is a kind of statement that the cited lines settle: what says it, and
// what of the place contradicts it, "" for nothing.
type settled struct {
	says    pattern.Pattern
	asIs    bool // only where nothing is proposed
	always  bool // whatever the conditions that are named
	against func(c *claim, said []string) string
}

var settledClaims = []settled{
	{pattern.Any(
		`(?i)\bwithout (?:an? |the |any |holding (?:an? |the )?|taking (?:an? |the )?)?(?:\w*lock|\w*mu|\w*mutex|`+
			`synchroni[sz]ation)\b`,
		`\b(?:is|are) not (?:protected|guarded|synchroni[sz]ed|locked|atomic)\b|\bunsynchroni[sz]ed\b`,
		`\boutside (?:of )?the (?:lock|mutex)\b|\b(?:sem|fora do|sin) (?:lock|mutex|bloqueo)\b`,
		`\bohne (?:lock|sperre|mutex)\b`,
	), false, true, (*claim).locked},
	{pattern.Any(
		`(?i)\b(?:caller|original|given|passed|argv|input)\b[^.;]{0,40}\b(?:itself|directly|mutated|modified|consumed|changed)\b`,
		`\bnot copied\b|\bwithout (?:a copy|copying)\b|\bkeeps? (?:a|the) reference to the caller\b`,
	), false, false, (*claim).copies},
	{pattern.New(`(?i)\bunused (?:local )?(?:import|variable)s?\b|\bimported (?:but|and) (?:never|not) used\b|\bdeclared (?:but|and) (?:never|not) used\b`), true, true, (*claim).compiles},
	{pattern.New(`\b([A-Za-z_$][\w$]*)(?:\(\))? (?i)(?:returns|gives back|gibt) (?:true|false|null|nil|-?\d+|an? (?:copy|` +
		`list|array|string|number|live view|boolean)|the (?:number|length|count))\b`), true, true, (*claim).returnsNothing},
	{pattern.New(`\b([A-Za-z_$][\w$]*)(?:\(\))? is only (?:called|used|checked) (?:from|in|by) ([A-Za-z_$][\w$]*)`), false, true, (*claim).calledElsewhere},
	{pattern.New(`(?i)\bneeds? a loop\b|\b(?:no|without a) loop\b`), false, false, (*claim).loops},
	{pattern.New(`(?i)\b(?:is|are) not (?:caught|wrapped in (?:a )?try)\b|\b(?:no|without(?: an?)?|outside (?:of )?(?:an? |the )?) ?try\b|\buncaught\b`), false, false, (*claim).tries},
	{pattern.New(`(?i)\b(?:returns?|gibt|devuelve|retorna|renvoie) (?:the |always |just |only )?` + "`?(nil|null|undefined|false|true|-1|0|1)`?" + `(?:[\s,.;:)]|$)`), true, false, (*claim).returnsOther},
	{pattern.New(`(?i)\b(?:stops?|capped|caps|limited|limits?|defaults?|default(?:s| is| of)?|set|fixed|hard-?coded|truncated|cut)\b(?: \w+){0,2} (?:at|to|of|is|after) (\d{2,7})\b`), true, false, (*claim).otherFigure},
	{pattern.New(`(?i)\b(?:is|are|was|gets?) (?:never|not)(?: even| ever)? ([a-z]{5,14}ed)\b`), false, false, (*claim).doesThat},
}

// means is something that code does by one of a few names: a file without them does
// not do it.
type means struct {
	said pattern.Pattern
	code *regexp.Regexp
}

var allMeans = []means{
	{pattern.New(`\beval\b`), regexp.MustCompile(`\beval\b|\bFunction\(`)},
	{pattern.New(`(?i)\brealpath\b`), regexp.MustCompile(`(?i)realpath|EvalSymlinks`)},
	{pattern.New(`\bMath\.random\b|\bmath/rand\b`), regexp.MustCompile(`Math\.random|math/rand`)},
	{pattern.New(`\bJSON\.(?:parse|stringify)\b`), regexp.MustCompile(`\bJSON\b|[Jj]son`)},
}

// doneBy matches what leads over to the means by which code does something.
var doneBy = regexp.MustCompile(`(?i)\b(?:uses|calls|holds|takes|acquires|starts|spawns|launches|runs|reads|parses|is evaluated|` +
	`evaluates|resolves|seeds|splits|matches|compares|walks|generates|creates|` +
	`clones)\b(?:\s[\w'’]+){0,6}?\s$|\b(?:is|are)\s\w+(?:ed|ilt|en)\s(?:with|by|through|via)\s(?:an? |the )?$`)

// withoutMeans tells that the file does by no means what is said to be done by some.
func (c *claim) withoutMeans(said string) string {
	bare := strings.ReplaceAll(strings.ReplaceAll(said, c.ref.Text, citedPlace), "`", "")
	for _, m := range allMeans {
		at := m.said.FindStringIndex(bare)
		if at == nil || declines.MatchString(bare[:at[0]]) || m.code.MatchString(c.file.Raw) || !doneBy.MatchString(bare[:at[0]]) || !c.ofPlace(bare[:at[0]]) || grounding.Proposes(strings.ReplaceAll(bare, citedPlace, " ")) {
			continue
		}
		return "the file has no " + strings.TrimSpace(bare[at[0]:at[1]])
	}
	return ""
}

// declines matches what says that something is not so, or may be.
var declines = pattern.New(`(?i)\b(?:no|not|never|without|neither|nor|isn't|doesn't|can|could|may|might|if|when|unless|instead|rather|unlike|would|should)\b`)

// settle says what of the place contradicts what is said about it.
func (c *claim) settle(said string) string {
	one := document.CodeSpan.ReplaceAllStringFunc(strings.ReplaceAll(said, c.ref.Text, citedPlace), func(code string) string {
		if name := strings.Trim(code, "`"); !strings.ContainsAny(name, " (=") {
			return name
		}
		return " "
	})
	partly := saysPartly.MatchString(one) || underCondition.MatchString(one)
	low := strings.ToLower(one)
	for _, s := range settledClaims {
		if partly && !s.always || !s.says.Can(low) {
			continue
		}
		at := s.says.Regexp().FindStringSubmatchIndex(one)
		if at == nil || s.asIs && grounding.Proposes(one) || !c.ofPlace(one[:at[0]]) {
			continue
		}
		c.before, c.behind = one[:at[0]], one[at[1]:]
		m := make([]string, len(at)/2)
		for i := range m {
			if at[2*i] >= 0 {
				m[i] = one[at[2*i]:at[2*i+1]]
			}
		}
		if why := s.against(c, m); why != "" {
			return why
		}
	}
	return ""
}

// citedPlace stands for the citation in a sentence that is looked at.
const citedPlace = "¶"

var (
	// ofOthers matches what makes something else than the cited place the subject.
	ofOthers = pattern.New(`(?i)\b(?:which|that|who|whose|where|callers?|clients?|users?|tests?|librar(?:y|ies)|dependenc(?:y|ies)|` +
		`node(?:\.js)?|v8|browsers?|apps?|consumers?|plugins?|docs?|documentation|comments?|readme|rfc|spec|` +
		`standard|before|earlier|formerly|other|another|elsewhere|unlike|like|than|see|internally|cli|the old|` +
		`upstream|race[sd]? with|together with|and)\b`)
	// denies matches what turns a statement into its opposite.
	denies = pattern.New(`(?i)\b(?:no|not|never|nothing|nobody|none|neither|nor|cannot|hardly|unless|if|when|no longer|rather|instead|false)\b|n't\b`)
	ofCode = regexp.MustCompile(`[A-Za-z_$][\w$]*(?:\(\)|[a-z0-9][A-Z]\w*)`)
	// standsAlone matches words where a name can stand, which has no article.
	standsAlone = regexp.MustCompile(`(?:^\s*|[,;:.(¶]\W*|\b(?:and|by|from|of|in|with|to|calls|as|while)\s+)([A-Za-z_$][\w$]{2,})`)
	citings     = regexp.MustCompile(`[\w./-]+\.\w+:\d+`)
)

// ofPlace reports whether what leads over to a statement keeps to the cited place:
// it is not said of another, nor denied.
func (c *claim) ofPlace(before string) bool {
	if denies.MatchString(before) {
		return false
	}
	if at := strings.LastIndex(before, citedPlace); at >= 0 {
		before = before[at+len(citedPlace):]
	}
	if ofOthers.MatchString(before) || citings.MatchString(before) {
		return false
	}
	near := c.around(3)
	for _, m := range standsAlone.FindAllStringSubmatch(before, 20) {
		if name := m[1]; !strings.Contains(near, name) && (strings.Contains(c.file.Raw, name+"(") || strings.Contains(c.file.Raw, name+" (")) {
			return false // another function
		}
	}
	for _, name := range ofCode.FindAllString(before, 8) {
		if !strings.Contains(near, strings.TrimSuffix(name, "()")) {
			return false
		}
	}
	return true
}

// endsThere reports whether a statement ends where its words do.
func endsThere(behind string) bool {
	return endOfClause.MatchString(behind)
}

var endOfClause = regexp.MustCompile(`^\**(?:\s*$|\s*[.,;:!)—–]|\s+-\s|\s+(?:so|and|which)\b)`)

// underCondition matches what makes a statement one about some cases.
var underCondition = pattern.New(`(?i)\b(?:if|when|whenever|while|until|before|after|again|twice|in that case|for a|once|on (?:that|this|the) (?:path|branch)|between)\b`)
