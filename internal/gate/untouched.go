package gate

import (
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/code"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/syntax"
	"aicity.dev/aicity/internal/gate/testcode"
)

// untouched takes the verdict from tests that never come to what they are to test:
// none of the functions that the request names is called in them, directly or by a
// function that is, or they load nothing of the repository and test a function of
// their own that is called like one of it.
func untouched(v *view) (Signal, bool) {
	s := Signal{Name: "tested functions", Reason: "Nothing says that the tests leave out all that the request names."}
	if v.Index == nil || !v.Want.Tests {
		return s, false
	}
	source := withoutRemarks(v.allCode())
	if !testcode.Marked(source) || throughMore.MatchString(source) || otherwise.MatchString(source) {
		return s, false
	}
	if own := v.standIns(source); len(own) > 0 {
		s.Reason = "The tests load nothing of the repository and test a function of their own."
		s.Evidence = []string{"declared in the tests: " + strings.Join(few(own, 4), ", ")}
	} else {
		targets := v.targets()
		if len(targets) == 0 || v.callsNamed(source) || !v.avoids(source, targets) {
			return s, true
		}
		s.Reason = "The tests call none of the functions that the request names."
		s.Evidence = []string{"the request names " + strings.Join(few(targets, 4), ", ")}
	}
	s.Points, s.Cap = -costUntouched, new(capUntouched)
	s.advice = "Let the tests call what the request names, as the repository has it; a copy of it in the tests notices no change."
	return s, true
}

// otherwise matches what reaches code without its name.
var otherwise = regexp.MustCompile(`\b(?:readFile(?:Sync)?|ReadFile|Worker|proxyquire|rewire|createRequire|importlib|runpy|getattr|` +
	`go:linkname|MethodByName|__dirname|Object\.(?:keys|values|entries))\b|\bimport\(|\brequire\([^'")]|[\w\])]\[\w+\]\(`)

// targets are the functions of the repository that the request names as code and as
// what is to be tested.
func (v *view) targets() []string {
	var found []string
	for line := range strings.Lines(v.in.Request.Description) {
		for _, m := range itemName.FindAllStringIndex(line, maxWishes) {
			name := strings.TrimRight(line[m[0]:m[1]], ".")
			last := lex.LastName(name)
			called := strings.HasPrefix(line[m[1]:], "(") || strings.HasSuffix(line[:m[0]], "`")
			if len(last) < 3 || !called && !mixedCase(last) || implicit[strings.ToLower(last)] || v.isProject(strings.ToLower(last)) {
				continue
			}
			if head := line[max(0, m[0]-120):m[0]]; !testsOf.MatchString(head) || inPass.MatchString(head) || !v.declaresFunction(last) {
				continue
			}
			found = append(found, last)
		}
	}
	return found
}

// callsNamed reports whether tests use some function of the repository whose name
// stands in the request with a capital letter.
func (v *view) callsNamed(source string) bool {
	return slices.ContainsFunc(itemName.FindAllString(v.in.Request.Description, maxWishes), func(name string) bool {
		last := lex.LastName(strings.TrimRight(name, "."))
		return last != strings.ToLower(last) && lex.HasName(source, last) && v.declaresFunction(last)
	})
}

// mixedCase reports whether a name has a capital letter behind a small one, or a
// line below.
func mixedCase(name string) bool {
	small := false
	for _, c := range name {
		if c == '_' || small && c >= 'A' && c <= 'Z' {
			return true
		}
		small = small || c >= 'a' && c <= 'z'
	}
	return false
}

// avoids reports whether tests use none of some functions, and nothing from which
// names lead to them; false where nobody can tell.
func (v *view) avoids(source string, targets []string) bool {
	g := &change.Graph{}
	for _, n := range targets {
		if lex.HasName(source, n) {
			return false
		}
	}
	for _, p := range v.Index.Sources {
		t := v.Index.Texts[p]
		if t == nil || change.ProseFile(p) || !slices.ContainsFunc(targets, func(n string) bool { return strings.Contains(t.Raw, n) }) {
			continue
		}
		if testcode.File.MatchString(p) {
			if helps(p, t.Raw, source, targets) {
				return false
			}
			continue
		}
		if scriptFile.MatchString(p) && anyName.MatchString(t.Raw) {
			return false // it is imported by any name
		}
		if !g.Add(v.Index, p) {
			return false
		}
	}
	var starts []int
	for name, at := range g.ByName {
		if lex.HasName(source, name) {
			starts = append(starts, at...)
		}
	}
	known := false
	for _, n := range targets {
		known = known || len(g.ByName[n]) > 0
		if g.Leads(starts, n) {
			return false
		}
	}
	return known && v.leftOut(targets) == ""
}

// anyName matches exports that who imports them gives a name.
var anyName = regexp.MustCompile(`\bmodule\.exports\s*=\s*(?:[\w$]+\s*=\s*)*(?:[\w$.]+\s*;?\s*(?:\n|$)|function|class|async|\(|new )|\bexport default\b|\bexports\.default\b|\bexport \*`)

// helps reports whether a file of tests that is there has something by which others
// come to one of some functions.
func helps(p, text, source string, targets []string) bool {
	lines := strings.Split(text, "\n")
	has := func(l string) bool {
		return slices.ContainsFunc(targets, func(n string) bool { return lex.HasName(l, n) })
	}
	for _, l := range lines {
		if left, right, ok := strings.Cut(l, "="); ok && has(right) {
			for _, n := range lex.Identifiers(left, 4) {
				if !goWords[n] && lex.HasName(source, n) {
					return true
				}
			}
		}
	}
	functions, ok := code.Functions(syntax.Extension(p), text)
	if !ok {
		return true
	}
	for _, f := range functions {
		if lex.HasName(source, f.Name) && slices.ContainsFunc(lines[f.First-1:min(f.Last, len(lines))], has) {
			return true
		}
	}
	return false
}

// goWords are names that stand before a sign of equality without being what is given
// a value that lasts.
var goWords = lex.Set("const let var if for err ok got want i j k v t b _ the result res out actual expected")

// Imports of scripts and of Python, and those that are no code under test.
var (
	scriptImport = regexp.MustCompile(`(?:\brequire\(|\bfrom|\bimport)\s*['"]([^'"\n]+)['"]`)
	pythonImport = regexp.MustCompile(`(?m)^\s*(?:from|import)\s+([\w.]+)`)
	testTool     = regexp.MustCompile(`^(?:node:.*|test|assert(?:/strict)?|util|events|path|os|fs|stream|buffer|crypto|vitest|@jest/globals|` +
		`mocha|chai|tape|tap|ava|uvu(?:/assert)?|sinon|expect|should|fast-check|pytest|unittest(?:\.mock)?|re|` +
		`json|sys|math|typing|hypothesis|__future__|dataclasses|collections|itertools|functools|datetime)$`)
	ownFunction = regexp.MustCompile(`(?m)^\+?(?:export )?(?:(?:async )?function\*?\s+([A-Za-z_$][\w$]*)|(?:const|let|` +
		`var)\s+([A-Za-z_$][\w$]*)\s*=\s*(?:async\s*)?(?:function\b|\([^()\n]*\)\s*=>|[\w$]+\s*=>)|def ([A-Za-z_]\w*)\()`)
)

// standIns are functions that tests in a whole file declare and call under a name
// that the repository has, while they load nothing of it.
func (v *view) standIns(source string) []string {
	imports := append(scriptImport.FindAllStringSubmatch(source, 40), pythonImport.FindAllStringSubmatch(source, 40)...)
	if len(imports) == 0 || goTestHead.MatchString(source) || strings.Contains(source, "\ndiff --git ") && strings.Contains(source, "\n--- a/") {
		return nil // a part of a file, maybe
	}
	for _, m := range imports {
		if !testTool.MatchString(m[1]) {
			return nil
		}
	}
	var own []string
	for _, m := range ownFunction.FindAllStringSubmatch(source, maxWishes) {
		if name := lex.First(m[1:]...); len(name) > 2 && strings.Count(source, name+"(") > strings.Count(source, "function "+name+"(")+strings.Count(source, "def "+name+"(") && v.declaresFunction(name) {
			own = append(own, name)
		}
	}
	return own
}
