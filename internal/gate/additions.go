package gate

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// asksNew matches text up to the name of what is to be made.
var asksNew = pattern.New("(?i)\\b(?:add|create|write|provide|introduce|build|expose|offer)\\s+(?:(?:an?|the|new|me|us|helper|method|function|option|field|called|named)\\s+)*[`(]?$")

// notMade are the names of something new that the request asks for, where neither the
// name nor a part of it comes back.
func (v *view) notMade() []string {
	var missing []string
	if v.Index == nil {
		return missing
	}
	for _, w := range v.wished {
		if v.isNewName(w) && !v.comesBack(w) && v.touches(&v.all, w) < 0 && asksToMake(v.in.Request.Description, w.text) {
			missing = append(missing, w.text)
		}
	}
	return missing
}

// isNewName reports whether a request names code by it that the repository does not use,
// no file and nothing of another package.
func (v *view) isNewName(w wish) bool {
	if w.kind != wishName || w.sample || v.Index.UsesOf(lex.LastName(w.key)) > 0 || citation.IsFile(w.key) {
		return false
	}
	of, _, dotted := strings.Cut(w.key, ".")
	return !dotted || v.isProject(of) || v.Index.UsesOf(of) > 0
}

// coined matches how code is called and hardly anything else is: maxAge, max_age,
// ToUint8Slice. Most brands are written with one more capital, as MySQL; others are brands.
var coined = regexp.MustCompile(`^(?:\w+\.)?(?:[a-z]+[A-Z]\w*|[a-z]+(?:_[a-z]+)+|[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+){2,})$`)

var brands = lex.Set(`macos ios ipados ipad iphone jquery webos ebay`)

// namesNothingNew reports whether new code was ordered, what it is to be called is told,
// and nothing of that comes back.
func (v *view) namesNothingNew() bool {
	if v.Index == nil || v.in.Request.Category != city.CodeGeneration {
		return false
	}
	told := 0
	for _, w := range v.wished {
		if !v.isNewName(w) || !coined.MatchString(w.text) || brands[w.key] || !toBeCalled(v.in.Request.Description, w.text) {
			continue
		}
		if told++; v.comesBack(w) || v.touches(&v.all, w) >= 0 || strings.Contains(strings.ToLower(string(v.in.Patch)), lex.LastName(w.key)) {
			return false
		}
	}
	return told > 0
}

// wantsNamed matches a clause up to a name that new code is to have, ofBuyers one up to a
// name of the buyer's own world.
var (
	wantsNamed = regexp.MustCompile(`(?i)\b(?:add|extend|write|create|provide|implement|introduce|expose|offer|build|support|options?|parameters?|methods?|` +
		`functions?|helpers?|called|named|flags?|settings?|fields?|accepts?|takes?)\b(?:[^.;!?]|\.\w)*$`)
	ofBuyers = regexp.MustCompile(`(?i)\b(?:from|replac\w+|like|unlike|instead of|our|existing|eslint|lint\w*|rules?|callers?|used by|see|as in|today|currently)\b(?:[^.;!?]|\.\w){0,40}$`)
)

// toBeCalled reports whether a request says at the first place of a name that new code is
// to be called so.
func toBeCalled(request, name string) bool {
	before, _, found := strings.Cut(request, name)
	return found && wantsNamed.MatchString(before) && !ofBuyers.MatchString(before)
}

// asksToMake reports whether a text asks at one of its places to make what is called so.
func asksToMake(text, name string) bool {
	for at := 0; ; at++ {
		next := strings.Index(text[at:], name)
		if next < 0 {
			return false
		}
		if at += next; asksNew.MatchString(text[:at]) {
			return true
		}
	}
}
