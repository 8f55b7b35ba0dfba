package gate

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/syntax"
	"aicity.dev/aicity/internal/gate/testcode"
)

// faultWeight is how much a test with a fault lacks, 0 to 1.
var faultWeight = map[testcode.Fault]float64{
	testcode.Unchecked: 1, testcode.Constant: 1, testcode.Again: 0.9, testcode.Swallowed: 0.8, testcode.Guarded: 0.8, testcode.Adrift: 0.8, testcode.Skipped: 1, testcode.Apart: 1,
	testcode.Presence: 0.6, // of some code it is all there is to say
}

// tellsAgain matches requests for tests that must call a thing twice.
var tellsAgain = pattern.New(`(?i)determin|idempot|\bsame\b|cach|memo|singleton|stable|repeat|twice|again|pure\b|reproduc`)

// testsCheck takes points for tests that cannot fail, and the verdict where tests
// were to be delivered and half of them or more are such.
func testsCheck(v *view) (Signal, bool) {
	s := Signal{Name: "tests", Reason: "Nothing speaks against the tests that could be read."}
	if !v.Want.Tests && !asksTests.MatchString(v.Request) {
		return s, false // they show something else
	}
	all := v.tests()
	if len(all) == 0 {
		return s, false
	}
	empty, n, of := 0.0, 0, len(all)
	told := slices.ContainsFunc(v.Doc.Words, func(w string) bool { return saysSkipped[w] }) &&
		slices.ContainsFunc(all, func(t testcode.Test) bool { return faultWeight[t.Fault] == 0 })
	for _, t := range all {
		switch {
		case t.Fault == testcode.Skipped && told: // it waits for the fix
			of--
			continue
		case t.Fault == testcode.Apart && !v.Want.Tests: // they come with the code that they test
			continue
		case t.Fault == testcode.Again && tellsAgain.MatchString(v.Request):
			continue
		}
		if w := faultWeight[t.Fault]; w > 0 {
			empty, n = empty+w, n+1
			if n <= maxSaidTests {
				s.Evidence = append(s.Evidence, lex.Shorten(t.Name, 80)+" "+t.Fault.String())
			}
		}
	}
	part := share(empty, float64(of))
	if part < fewEmpty {
		s.Evidence = nil
		return s, true
	}
	s.Reason = fmt.Sprintf("%d of %d tests pass whatever the code does.", n, of)
	s.advice = "Let each test call the code and compare what it gives with what it must give; break the code and see that the test fails."
	if !v.Want.Tests {
		s.Points = -costEmptyTestsElsewhere * part
		return s, true
	}
	s.Points = -costEmptyTests * part
	if part >= mostlyEmpty {
		s.Cap = new(capNoTests)
	}
	return s, true
}

// saysSkipped are words by which a text tells of tests that wait for something.
var saysSkipped = lex.Set(`skip skips skipped skipping übersprungen ausgelassen omitido omitida omitidos omitidas ignoré ignorée pulado pulada`)

const (
	maxSaidTests = 8
	fewEmpty     = 0.2 // honest tests have some that only check for a value
	mostlyEmpty  = 0.5
)

// maxTestSources bounds the pieces of code that tests are looked for in.
const maxTestSources = 8

// tests finds the tests that are delivered: shown, as new files of a diff or
// added to files that are there.
func (v *view) tests() []testcode.Test {
	var all []testcode.Test
	seen := map[string]bool{}
	add := func(ext, source string, of func(name string) bool) {
		if len(seen) >= maxTestSources || seen[source] || !testcode.Marked(source) || syntax.TooDeep(source) {
			return
		}
		seen[source] = true
		found, _ := testcode.Read(ext, source, v.ownModule)
		for _, t := range found {
			if of == nil || of(t.Name) {
				all = append(all, t)
			}
		}
	}
	for _, b := range v.Doc.Blocks[:min(len(v.Doc.Blocks), maxBlocks)] {
		if source := strings.Join(b.Lines, "\n"); !b.Diff && !elided(b.Lines) {
			add(testLanguage(b.Lang, source), source, nil)
		}
	}
	if v.Index == nil {
		return all
	}
	c := v.changes()
	for _, p := range slices.Sorted(maps.Keys(c.Files)) {
		add(syntax.Extension(p), c.Files[p], nil)
	}
	for _, f := range c.Changed {
		_, come := change.OnlyIn(f.Before, f.After)
		added := strings.Join(come, "\n")
		add(syntax.Extension(f.Path), f.After, func(name string) bool {
			name, _, _ = strings.Cut(name, "/")
			return strings.Contains(added, name)
		})
	}
	return all
}

// goTestHead matches what only a test in Go has.
var goTestHead = regexp.MustCompile(`(?m)^func Test\w*\(`)

// pythonTestHead matches what only a test in Python has.
var pythonTestHead = regexp.MustCompile(`(?m)^\s*(?:async )?def test\w*\(.*:\s*$`)

// testLanguage is the language of a block, guessed where it does not say.
func testLanguage(lang, source string) string {
	switch {
	case lang != "":
		return lang
	case goTestHead.MatchString(source):
		return "go"
	case pythonTestHead.MatchString(source):
		return "py"
	}
	return "js"
}

// ownModule reports whether a module of JavaScript is the repository's own.
func (v *view) ownModule(module string) bool {
	if v.Index == nil {
		return true // what is tested is not known
	}
	name := v.module()
	return name != "" && (module == name || strings.HasPrefix(module, name+"/"))
}

// findModule is the name of the repository's module of JavaScript, "" for none.
func (v *view) findModule() string {
	var manifest struct{ Name string }
	if t := v.Index.Text("package.json"); t != nil {
		_ = json.Unmarshal([]byte(t.Raw), &manifest) // without a name it is none
	}
	return manifest.Name
}
