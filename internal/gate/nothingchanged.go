package gate

import (
	"slices"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/code"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/rubric"
	"aicity.dev/aicity/internal/gate/syntax"
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
	s.Points, s.Cap = -costNothingChanged, new(capNothingChanged)
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
	if c.Fault > 0 || len(c.Changed) == 0 || c.Creates() || v.otherCode() >= enoughNewLines {
		return ""
	}
	names, tests, spelling, terms, inert := false, false, false, false, false
	for _, f := range c.Changed {
		switch {
		case change.TakesTests(f.Path, f.Before, f.After):
			tests = true
		default:
			switch v.difference(f.Path, f.Before, f.After) {
			case code.Effect, code.Unknown:
				if inertAddition(f.Path, f.Before, f.After, text) {
					inert = true
					continue
				}
				if !v.wantsStructure() || !code.RespeltScript(syntax.Extension(f.Path), f.Before, f.After) {
					return ""
				}
				spelling = true
			case code.Terms:
				terms = true
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
	case inert:
		return "The change adds only what has no effect: values that nothing reads, lines that print, branches that are never taken."
	case spelling:
		return "The change gives variables other names or declares and compares them in other words; what is built of what stays as it was."
	case terms:
		return "The change says the same in other terms; what the code does stays as it was."
	case names:
		return "The change gives local names other names; what the code does stays as it was."
	}
	return "The diff changes comments, blanks or prose only; no code is different."
}

// difference is what a change of a file comes to. Where no bug is to be fixed, other
// terms for the same may be what was asked for; where only a word declares otherwise,
// it may be the bug.
func (v *view) difference(file, before, after string) code.Difference {
	d := change.Compare(file, before, after)
	if d == code.Terms && (v.in.Request.Category != city.BugFix || code.RespeltScript(syntax.Extension(file), before, after)) {
		return code.Effect
	}
	return d
}

// wantsStructure reports whether the request is for code to be built otherwise, or for
// new code: other spelling of what is there is not that.
func (v *view) wantsStructure() bool {
	switch v.in.Request.Category {
	case city.Refactor, city.CodeGeneration:
		return !asksSpelling.MatchString(v.Request) && !asksNames.MatchString(v.Request)
	}
	return false
}

// asksSpelling matches requests that other words for the same code can answer.
var asksSpelling = pattern.Any(
	`(?i)\b(?:const|let|var|es ?(?:6|20\d\d)|es2\d+|ecmascript|moderni[sz]\w*|modern|syntax|style|styling|`+
		`lint\w*|eslint|standard|format\w*|prettier|strict|equality|readab\w*|read|cosmetic\w*|idiomatic|tid(?:y|`+
		`ier|ied)|clean\w*|consisten\w*|conventions?|lesbar\w*|leserlich\w*|aufräum\w*|legib\w*|lisib\w*|block.scop\w*|scop\w*)\b`,
	`可读|现代|语法|風格|风格`,
)

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

// aboutWords matches requests whose product may be comments or prose.
var aboutWords = pattern.New(`(?i)\b(?:doc|docs|document\w*|godoc|jsdoc|docstrings?|comments?|readme|changelog|typos?|spelling|wording|licen[cs]e|dokumentation|kommentar\w*|comentarios?|commentaires?)\b|文档|注释|コメント`)

// What requests say that ask for other names, and for something to go.
var (
	asksNames = pattern.New(`(?i)\b(?:re-?nam\w*|naming|names?|umbenenn\w*|benennen|nombres?|noms?)\b|命名|改名`)
	asksGone  = pattern.New(`(?i)\b(?:remov\w*|delet\w*|drop|skip\w*|disabl\w*|get rid|prun\w*|simplif\w*|migrat\w*|port|convert|rewrit\w*|replac\w*|lösch\w*|entfern\w*|elimin\w*|supprim\w*)\b|删除|削除`)
)

// shownOnly are the names of fences around what is no code of the buyer's: what
// was typed, what it printed, what text says.
var shownOnly = lex.Set("sh bash shell zsh console text txt plaintext output log md markdown http csv")

// readDelivered reads a text with the patch that it comes with. It is hollow when
// code is the product and the patch, the only change, changes none; its words
// then count for nothing.
func readDelivered(text string, in Input, want rubric.Rubric) (d *document.Document, hollow bool) {
	changes := change.Split(string(in.Patch))
	if want.Code && len(changes) > 0 && !slices.ContainsFunc(changes, change.ChangesCode) && !aboutWords.MatchString(requestText(in.Request)) {
		if d = document.Parse(text); d.CodeLines() < 2 {
			return d, true
		}
	}
	return document.ParseWith(text, changes), false
}
