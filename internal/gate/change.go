package gate

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/code"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/rubric"
	"aicity.dev/aicity/internal/gate/syntax"
	"aicity.dev/aicity/internal/gate/testcode"
)

// aboutWords matches requests whose product may be comments or prose.
var aboutWords = pattern.New(`(?i)\b(?:doc|docs|document\w*|godoc|jsdoc|docstrings?|comments?|readme|changelog|typos?|spelling|wording|licen[cs]e|dokumentation|kommentar\w*|comentarios?|commentaires?)\b|文档|注释|コメント`)

// What requests say that ask for other names, for other tests and for tests to go.
var (
	asksNames = pattern.New(`(?i)\b(?:re-?nam\w*|naming|names?|umbenenn\w*|benennen|nombres?|noms?)\b|命名|改名`)
	asksGone  = pattern.New(`(?i)\b(?:remov\w*|delet\w*|drop|skip\w*|disabl\w*|get rid|prun\w*|simplif\w*|migrat\w*|port|convert|rewrit\w*|replac\w*|lösch\w*|entfern\w*|elimin\w*|supprim\w*)\b|删除|削除`)
)

// nothingChanged takes the verdict where code was asked for and the changes that
// are delivered leave all code as it was, or take away the tests that complain:
// comments, other names and notes that say the work is done do not do it.
func nothingChanged(v *view) (Signal, bool) {
	s := Signal{Name: "change", Reason: "The patch changes code."}
	if v.hollow {
		s.Reason = "The patch changes comments, blanks or prose only; no code is different."
	} else if why := v.withoutEffect(); why != "" {
		s.Reason = why
	} else {
		return s, len(v.in.Patch) > 0 && v.Want.Code
	}
	s.Points, s.Cap = -costNothingChanged, capAt(capNothingChanged)
	s.advice = "Change the code itself; comments, names and tests that are taken away are not counted."
	return s, true
}

// withoutEffect says why the changes that the deliverable shows do nothing, ""
// when they do or nobody can tell.
func (v *view) withoutEffect() string {
	text := v.Request
	if v.Index == nil || !v.Want.Code || aboutWords.MatchString(text) {
		return ""
	}
	c := v.changes()
	if c.fault > 0 || len(c.changed) == 0 || c.creates() || v.otherCode() >= enoughNewLines {
		return ""
	}
	names, tests := false, false
	for _, f := range c.changed {
		switch {
		case takesTests(f.path, f.before, f.after):
			tests = true
		default:
			switch compare(f.path, f.before, f.after) {
			case code.Effect, code.Unknown:
				return ""
			case code.Names:
				names = true
			}
		}
	}
	switch {
	case tests && (v.Want.Tests || asksGone.MatchString(text)), names && asksNames.MatchString(text):
		return ""
	case tests:
		return "The change takes tests or what they check away; the code that they test stays as it was."
	case names:
		return "The change gives local names other names; what the code does stays as it was."
	}
	return "The diff changes comments, blanks or prose only; no code is different."
}

// creates reports whether the changes make a file that holds more than prose.
func (c *patchCheck) creates() bool {
	for p := range c.created {
		if !proseFile(p) {
			return true
		}
	}
	return false
}

// compare tells two versions of a file apart: by their parser, else by their
// lines without comments.
func compare(p, before, after string) code.Difference {
	if !syntax.TooDeep(before) && !syntax.TooDeep(after) {
		if d := code.Compare(strings.TrimPrefix(path.Ext(p), "."), before, after); d != code.Unknown {
			return d
		}
	}
	if proseFile(p) {
		return code.Words
	}
	marks := commentMarks(p)
	gone, come := onlyIn(before, after)
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

// onlyIn are the lines of two texts that the other has not, or not as often.
func onlyIn(one, other string) (inOne, inOther []string) {
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

// takesTests reports whether a change of a file of tests leaves fewer tests or
// checks, or has some skipped.
func takesTests(p, before, after string) bool {
	if !testcode.File.MatchString(p) {
		return false
	}
	gone, come := onlyIn(before, after)
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

// shownOnly are the names of fences around what is no code of the buyer's: what
// was typed, what it printed, what text says.
var shownOnly = lex.Set("sh bash shell zsh console text txt plaintext output log md markdown http csv")

// otherCode counts the lines of new code that the deliverable shows beside its
// diffs.
func (v *view) otherCode() int {
	n := 0
	for _, b := range v.Doc.Blocks {
		if b.Diff || shownOnly[b.Lang] {
			continue
		}
		for _, l := range b.Lines {
			if lex.Meaningful(l) && len(v.Index.Homes(lex.Pack(l))) == 0 {
				n++
			}
		}
	}
	return n
}

// readDelivered reads a text with the patch that it comes with. It is hollow when
// code is the product and the patch, the only change, changes none; its words
// then count for nothing.
func readDelivered(text string, in Input, want rubric.Rubric) (d *document.Document, hollow bool) {
	changes := fileChanges(string(in.Patch))
	if want.Code && len(changes) > 0 && !slices.ContainsFunc(changes, changesCode) && !aboutWords.MatchString(requestText(in.Request)) {
		if d = document.Parse(text); d.CodeLines() < 2 {
			return d, true
		}
	}
	return document.ParseWith(text, changes), false
}
