package gate

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// documents matches requests for a text that is a product of its own, whatever their
// category: a checklist for operators holds no configuration.
var documents = pattern.New(`(?i)\b(?:check-?lists?|run-?books?|play-?books?|post-?mortems?|decision records?|adrs?|faqs?|` +
	`(?:roll-?out|roll-?back|migration|upgrade|release|incident|recovery) (?:plan|guide|procedure|notes))\b`)

// makesConfig matches requests for what builds or runs code, which may be about such a
// text.
var makesConfig = pattern.New(`(?i)\b(?:write|create|add|make|build|draft|set up|give|send|need|want)\s+(?:(?:us|me|an?|the|our|new|` +
	`small|minimal|github|gitlab|actions?|ci|cd|build|release|deploy\w*)\s+)*(?:pipelines?|workflows?|` +
	`dockerfile|makefile|compose|manifests?|helm|terraform|jobs?)\b`)

// asksForDocument reports whether a text is wished that is a product of its own, and no
// configuration with it.
func (v *view) asksForDocument() bool {
	asked := v.in.Request.Description
	return asksFor(documents, asked) && !asksFor(makesConfig, asked)
}

// enoughAlike is how many questions or boxes to tick make a text what it is.
const enoughAlike = 3

// tickBox matches an item of a list that is to be ticked, or is.
var tickBox = regexp.MustCompile(`^\s*(?:(?:[-*+]|\d+[.)])\s+\[[ xX]\]|(?:[-*+]\s+)?[☐☑])\s`)

// formOfText are the words for what a text is that looks like it and hardly says them.
func (v *view) formOfText() string {
	questions, boxes := 0, 0
	for at, l := range v.Doc.Lines {
		switch {
		case l.Code:
		case strings.HasSuffix(strings.TrimRight(l.Text, " *_"), "?") && (document.Heading.Matches(l.Text) || document.BoldLead.Matches(l.Text) || v.asksInLine(at)):
			questions++
		case strings.ContainsAny(l.Text, "[☐☑") && tickBox.MatchString(l.Text):
			boxes++
		}
	}
	said := ""
	if questions >= enoughAlike {
		said += "faq questions\n"
	}
	if boxes >= enoughAlike {
		said += "checklist boxes\n"
	}
	return said
}

// asksInLine reports whether a line is a short question for itself, with its answer below.
func (v *view) asksInLine(at int) bool {
	lines := v.Doc.Lines[:v.Doc.Written]
	return at+1 < len(lines) && (at == 0 || strings.TrimSpace(lines[at-1].Text) == "") && lex.CountWords(lines[at].Text) <= longestQuestion &&
		strings.TrimSpace(lines[at+1].Text) != "" && !strings.HasSuffix(strings.TrimSpace(lines[at+1].Text), "?")
}

// longestQuestion is how many words a question of a list with answers has.
const longestQuestion = 24
