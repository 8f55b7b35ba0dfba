package change

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/code"
	"aicity.dev/aicity/internal/gate/syntax"
	"aicity.dev/aicity/internal/gate/testcode"
)

// Creates reports whether the changes make a file that holds more than prose.
func (c *Applied) Creates() bool {
	for p := range c.created {
		if !ProseFile(p) {
			return true
		}
	}
	return false
}

// Compare tells two versions of a file apart: by their parser, else by their
// lines without comments.
func Compare(p, before, after string) code.Difference {
	if !strings.HasSuffix(p, ".d.ts") && !syntax.TooDeep(before) && !syntax.TooDeep(after) { // these hold nothing that runs
		if d := code.Compare(syntax.Extension(p), before, after); d != code.Unknown {
			return d
		}
	}
	if ProseFile(p) {
		return code.Words
	}
	marks := commentMarks(p)
	gone, come := OnlyIn(before, after)
	balance := map[string]int{}
	for _, l := range gone {
		balance[withoutComment(l, marks)]--
	}
	for _, l := range come {
		balance[withoutComment(l, marks)]++
	}
	delete(balance, "")
	for _, n := range balance {
		if n != 0 {
			return code.Effect
		}
	}
	return code.Words
}

// OnlyIn are the lines of two texts that the other has not, or not as often.
func OnlyIn(one, other string) (inOne, inOther []string) {
	count := map[string]int{}
	for l := range strings.SplitSeq(other, "\n") {
		count[l]++
	}
	for l := range strings.SplitSeq(one, "\n") {
		if count[l]--; count[l] < 0 {
			inOne = append(inOne, l)
			count[l] = 0
		}
	}
	for l := range strings.SplitSeq(other, "\n") {
		if count[l] > 0 {
			inOther = append(inOther, l)
			count[l]--
		}
	}
	return inOne, inOther
}

var (
	testHead   = regexp.MustCompile(`^\s*(?:func (?:Test|Fuzz|Example)\w*\(|(?:it|test|specify)(?:\.only)?\(|(?:async )?def test_)`)
	testChecks = regexp.MustCompile(`\b(?:t|tb)\.(?:Error|Fatal|Fail)\w*\(|\bassert\w*\b|\bexpect\w*\(|\brequire\.\w+\(t\b|\bt\.(?:is|equal|same|deepEqual|throws|ok|not)\w*\(`)
	testSkips  = regexp.MustCompile(`\b(?:t|b)\.Skip\w*\(|\.skip\(|^\s*x(?:it|describe|test)\(|\.todo\(|pytest\.mark\.(?:skip|xfail)|unittest\.skip`)
)

// TakesTests reports whether a change of a file of tests leaves fewer tests or
// checks, or has some skipped.
func TakesTests(p, before, after string) bool {
	if !testcode.File.MatchString(p) {
		return false
	}
	gone, come := OnlyIn(before, after)
	count := func(re *regexp.Regexp) int { // more of them than there were
		n := 0
		for _, l := range come {
			if re.MatchString(l) {
				n++
			}
		}
		for _, l := range gone {
			if re.MatchString(l) {
				n--
			}
		}
		return n
	}
	return count(testHead) < 0 || count(testChecks) < 0 || count(testSkips) > 0
}
