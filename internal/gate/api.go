package gate

import (
	"fmt"
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/syntax"
)

// inventedAPI takes points, and the verdict where code is the product, for code
// that uses names of the repository's packages which these do not have: it does not
// compile, or fails as soon as it is loaded or called.
func inventedAPI(v *view) (Signal, bool) {
	s := Signal{Name: "names that are used", Reason: "The code uses no name of the repository that it does not have."}
	if v.Index == nil || !v.Index.Whole() {
		return s, false
	}
	found := v.missingAPI()
	s.Evidence = append(found.names, found.members...)
	if len(s.Evidence) == 0 {
		return s, false
	}
	s.Reason = fmt.Sprintf("The code uses %s that the repository does not have.", counted(len(s.Evidence), "name", "names"))
	s.Points = -costInventedAPI
	several := len(s.Evidence) > 1
	if v.Want.Code && (len(found.names) > 0 || several || 2*len(found.members) >= found.uses) || several && v.teachesUse() {
		s.Cap = new(capNoCode)
	}
	s.Evidence = few(s.Evidence, 8)
	s.advice = "Build your code against the repository: what it calls must be there."
	return s, true
}

// apiUses is what code takes from the repository's packages.
type apiUses struct {
	names   []string // that are missing for certain, so that nothing runs
	members []string // that are missing of modules and of values
	uses    int      // members that are used, there or not
}

// missingAPI are the names of the repository's packages that the delivered code uses
// and that neither these have nor what is delivered brings.
func (v *view) missingAPI() apiUses {
	asked := strings.ToLower(v.Request)
	seen := map[string]bool{}
	fresh := func(name string) bool {
		bare := lex.LastName(name)
		if seen[name] || strings.Contains(asked, strings.ToLower(bare)) || !v.MayLook() {
			return false
		}
		seen[name] = true
		return !v.Declares(bare) && !v.listsName(bare)
	}
	var found apiUses
	for _, b := range v.Doc.Blocks[:min(len(v.Doc.Blocks), maxBlocks)] {
		source := strings.Join(b.Proposed(), "\n")
		names := v.missingInScript(source, b.Lang)
		var members []string
		if b.MayBeGo() {
			inGo := v.missingInGo(source)
			names, members = append(names, inGo.names...), inGo.members
		}
		if (v.Want.Code || v.teachesUse()) && !syntax.TooDeep(source) {
			more := v.missingMembers(source, b.Lang)
			names, members, found.uses = append(names, more.names...), append(members, more.members...), found.uses+more.uses
		} else {
			members = nil // it may be a proposal
		}
		for _, name := range names {
			if fresh(name) {
				found.names = append(found.names, name)
			}
		}
		for _, name := range members {
			if fresh(name) && !v.brings(lex.LastName(name)) {
				found.members = append(found.members, name)
			}
		}
	}
	return found
}

// asksForNew matches requests for what the package does not have yet.
var asksForNew = pattern.New(`(?i)\b(?:propos\w*|design\w*|feature\w*|extend\w*|extension|roadmap|wish\w*|new api|next (?:major|version)|migrat\w*|upgrad\w*|other|alternativ\w*|compar\w*)\b`)

// teachesUse reports whether the deliverable is text from which people learn how the
// package is used as it is.
func (v *view) teachesUse() bool {
	c := v.in.Request.Category
	return (c == city.ContentCreation || c == city.Research) && !asksForNew.MatchString(v.Request)
}

// announced matches what leads over, in prose, to a name that is to be made.
const announced = `(?i:\b(?:add|new|introduc|export|extend|expos|implement|provid|creat|propos|miss|lack|without|\bno\b|not|older|newer|later|future|instead)\w*)[^.\n]{0,60}\b`

// remark matches the comment of a line of code.
var remark = regexp.MustCompile(`^\s*(?:\*|#|//|/\*).*|\s(?://|#)\s.*$`)

// brings reports whether what is delivered gives the name to something: in code,
// where it stands other than behind a dot, or in prose that announces it.
func (v *view) brings(name string) bool {
	own := regexp.MustCompile(`(?:^|[^\w$.])(?:async |get |set |static |\*)?["']?` + regexp.QuoteMeta(name) + `["']?(?:$|[^\w$])`)
	said := regexp.MustCompile(announced + regexp.QuoteMeta(name) + `\b`)
	for _, l := range v.Doc.Lines {
		if !strings.Contains(l.Text, name) {
			continue
		}
		if l.Code && own.MatchString(remark.ReplaceAllString(l.Text, "")) || !l.Code && said.MatchString(l.Text) {
			return true
		}
	}
	return false
}

// listsName reports whether delivered code has a line that begins with the name, as
// groups of declarations have.
func (v *view) listsName(name string) bool {
	for _, b := range v.Doc.Blocks {
		for _, l := range b.Proposed() {
			if l = strings.TrimSpace(l); strings.HasPrefix(l, name) && b.MayBeGo() {
				return true
			}
		}
	}
	return false
}
