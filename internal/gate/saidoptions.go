package gate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/claims"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// Which categories describe a package as it is.
var describing = map[city.Category]bool{
	city.Research: true, city.ContentCreation: true, city.General: true, city.DataAnalysis: true, city.CodeReview: true, city.Security: true,
}

var (
	// saidName matches inline code that is a name, a call or an option with its value.
	saidName = regexp.MustCompile(`^([A-Za-z_$][\w$]*)(\([^()]*\)|\s?[:=]\s?[^=].*)?$`)
	// ofOptions matches prose right behind or before a name that makes it one of the
	// package's, though it is a plain word.
	ofOptions = pattern.New(`(?i)\b(?:options?|parameters?|flags?|settings?|propert(?:y|ies)|methods?|functions?|hooks?|callbacks?)\b`)
	// offers matches what says that something is there and works.
	offers = pattern.New(`(?i)\b(?:support\w*|offers?|provides?|accepts?|takes?|pass(?:es|ed)|scales?|controls?|sets?|selects?|` +
		`selected|called|calls|returns?|defaults?|kept|keeps|alias|enables?|disables?|limits?|caps?|runs?|fires?|` +
		`invoked|handles?|computes?|configur\w*|options?|lets|allows?|makes?|decides?|ends?|stops?)\b`)
	// notAsIs matches what is said of what is not there, may be, or is another's.
	notAsIs = pattern.Any(
		`(?i)\b(?:no|not|never|none|nor|neither|without|lacks?|lacking|missing|absent|only|propos\w*|suggest\w*|`+
			`recommend\w*|should|could|would|might|must|needs?|add(?:s|ed|ing)?|new|introduc\w*|extract\w*|renam\w*|`+
			`instead|alternativ\w*|unlike|like|other|others|another|compar\w*|wrap\w*|your|yourself|own|caller\w*|`+
			`clients?|users?|we|you|future|later|newer|older|since|version|v\d+|node(?:\.?js)?|browser\w*|runtime|`+
			`built-?in|native|standard|librar(?:y|ies)|std\w*|framework\w*|upstream|express|react|webpack|typescript|`+
			`eslint|jest|mocha|docker|github|if|imagin\w*|hypothetical\w*|example|e\.g|for instance|plan\w*|wish\w*|`+
			`call it|named|so-called|http|header|cookie|env\w*|variable)\b`,
		`n't\b`,
	)
)

// inventedOptions takes points, and the verdict where they are most of what is named,
// for options and functions that are described as the package's and that stand in none
// of its files.
func inventedOptions(v *view) (Signal, bool) {
	s := Signal{Name: "options that are described", Reason: "What is described as the package's stands in it."}
	if v.Index == nil || !v.Index.Whole() || !describing[v.in.Request.Category] {
		return s, false
	}
	there, seen := 0, map[string]bool{}
	for i, l := range v.Doc.Lines[:v.Doc.Written] {
		if l.Code || len(l.Spans) == 0 {
			continue
		}
		for _, span := range l.Spans {
			name := v.ownNameIn(span, i)
			if name == "" || seen[name] {
				continue
			}
			if v.Index.UsesOf(name) > 0 {
				seen[name] = true
				there++
				continue
			}
			if !v.saidAsIs(span, i) || !v.MayLook() || v.Index.HoldsName(name) || strings.Contains(strings.ToLower(v.Request), strings.ToLower(name)) || v.brings(name) {
				continue
			}
			seen[name] = true
			s.Evidence = append(s.Evidence, name)
		}
	}
	n := len(s.Evidence)
	if n < minOptions {
		s.Evidence = nil
		return s, there > 0
	}
	s.Points = -min(maxInventedOptions, costInventedOption*float64(n))
	if n >= manyOptions && 2*n >= there {
		s.Cap = new(capInventedOptions)
	}
	slices.Sort(s.Evidence)
	s.Reason = fmt.Sprintf("%s described as the package's %s in none of its files.", counted(n, "name", "names"), map[bool]string{true: "stands", false: "stand"}[n == 1])
	s.Evidence = few(s.Evidence, 8)
	s.advice = "Describe options and functions that the package has; search its files for each name."
	return s, true
}

// How many invented names are no slip, and how many make the text one about another
// package.
const (
	minOptions  = 2
	manyOptions = 3
)

// ownNameIn is the name in inline code that can only be one of code: in camel case or
// with an underscore, or called, or said to be an option.
func (v *view) ownNameIn(span string, line int) string {
	m := saidName.FindStringSubmatch(strings.TrimSpace(span))
	if m == nil || len(m[1]) < lex.MinName || strings.ToUpper(m[1]) == m[1] || claims.BuiltIn(m[1]) || scriptMembers[m[1]] {
		return ""
	}
	if len(lex.NameParts(m[1])) > 1 || strings.HasPrefix(m[2], "(") {
		return m[1]
	}
	if at := strings.Index(v.Doc.Lines[line].Text, span); m[2] == "" && at >= 0 {
		text := v.Doc.Lines[line].Text
		if near := text[max(0, at-14):min(len(text), at+len(span)+12)]; ofOptions.MatchString(near) {
			return m[1]
		}
	}
	return ""
}

// saidAsIs reports whether the sentence around inline code says of it what it does.
func (v *view) saidAsIs(span string, line int) bool {
	text := v.Doc.Lines[line].Text
	if document.Heading.Matches(text) {
		return false
	}
	for _, one := range lex.Sentences(text) {
		if !strings.Contains(one, span) {
			continue
		}
		bare := document.WithoutCode(one, "")
		return offers.MatchString(bare) && !notAsIs.MatchString(bare)
	}
	return false
}
