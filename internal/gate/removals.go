package gate

import (
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// asksRemoval matches what asks for something to go, up to the name of it.
var asksRemoval = pattern.New("(?i)(?:\\b(?:remove|removing|drop|get rid of|getting rid of|eliminate|replace|replacing|no more|entferne|ersetze|supprime[rz]?|enl[eè]ve[rz]?|remplace[rz]?|elimina[rd]?|elimine|remover|remova)\\s+(?:(?:the|all|any|every|its|our|those|these|remaining|die|das|den|alle|les?|las?|los|todos?|todas|tous|toutes)\\s+){0,3}|(?:去掉|删除|移除|替换)(?:所有的?)?\\s*)(?:`([A-Za-z_$][\\w$]*)(?:\\(\\))?`|([A-Za-z_$][\\w$]*))")

// keywords are the words of languages that a request can mean only as such, when it
// wants them away.
var keywords = lex.Set("goto gotos eval evals var vars any panic panics unsafe reflect")

// notSaidOf matches what stands before a verb that tells what code does, or must not do.
var notSaidOf = regexp.MustCompile(`(?i)(?:\b(?:not|never|cannot|does|do|did|will|would|should|may|when|if|it|which|that|we|users?|they|you|without|instead of|nicht|sans|sin)|n't)\s+(?:also\s+)?$`)

// notRemoved are the names that the request wants away, that stand in code which the
// changes are about, and that stand there as often after them.
func (v *view) notRemoved() []string {
	switch v.in.Request.Category {
	case city.Refactor, city.DevOps, city.CodeGeneration:
	default:
		return nil
	}
	text := v.in.Request.Description
	if v.Index == nil || !asksRemoval.MatchString(text) {
		return nil
	}
	c := v.changes()
	if c.Fault > 0 || len(c.Changed) == 0 || c.Creates() || v.otherCode() >= enoughNewLines {
		return nil
	}
	var left []string
	for _, m := range asksRemoval.FindAllStringSubmatchIndex(text, maxWishes) {
		if notSaidOf.MatchString(text[max(0, m[0]-24):m[0]]) {
			continue
		}
		name := ""
		if m[2] >= 0 {
			name = text[m[2]:m[3]]
		} else if w := text[m[4]:m[5]]; keywords[strings.ToLower(w)] {
			name = strings.TrimSuffix(strings.ToLower(w), "s")
		} else if len(lex.NameParts(w)) > 1 || v.imports(w) {
			name = w
		}
		if !keywords[name] && (len(name) < lex.MinName || v.declaresFunction(name)) || slices.Contains(left, name) || v.leftOut([]string{name}) != "" {
			continue
		}
		if before, after := occurrences(c, name); before > 0 && after >= before {
			left = append(left, name)
		}
	}
	return left
}

// imports reports whether one of the changed files imported what has a name.
func (v *view) imports(name string) bool {
	for _, f := range v.changes().Changed {
		for _, quoted := range []string{`"` + name + `"`, `'` + name + `'`, `/` + name + `"`, `/` + name + `'`} {
			if strings.Contains(f.Before, quoted) {
				return true
			}
		}
	}
	return false
}

// occurrences counts a name in the code of the changed files, before and after.
func occurrences(c *change.Applied, name string) (before, after int) {
	word := regexp.MustCompile(`(?:^|[^\w$])` + regexp.QuoteMeta(name) + `(?:$|[^\w$])`)
	for _, f := range c.Changed {
		before += len(word.FindAllStringIndex(withoutRemarks(f.Before), -1))
		after += len(word.FindAllStringIndex(withoutRemarks(f.After), -1))
	}
	return before, after
}
