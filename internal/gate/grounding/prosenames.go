package grounding

import (
	"regexp"
	"slices"

	"aicity.dev/aicity/internal/gate/citation"
)

// proseName matches the usual files of documentation, named without their extension as
// people speak of them.
var proseName = regexp.MustCompile(`(?i)\b(?:readme|changelog|changes|history|contributing|security|upgrading|migration|license|licence)\b`)

// What may stand between such a name and its lines: "README, lines 3-5", and "line 3 of
// the README".
var (
	leadsToLines = regexp.MustCompile(`(?i)^(?:['’]s)?["'` + "`" + `*]*[,:(]?\s{0,2}(?:(?:at|in|on|from|auf|ab)\s)?\(?(?:lines?|zeilen?|l[ií]neas?|linhas?|lignes?|l\.)?\s?$`)
	linesLeadTo  = regexp.MustCompile(`(?i)^\)?\s{1,2}(?:of|in|from|der|des|im|del|de|du|do)\s(?:the\s|our\s|your\s|la\s|le\s|o\s|el\s)?["'` + "`" + `*]*$`)
)

// proseCites adds the files of documentation that lines are cited of by a name without
// an extension. The name alone, without a line beside it, is only a word.
func (r *Reading) proseCites(text string, cites []citation.Cite) []citation.Cite {
	lined := func(c citation.Cite) bool { return c.Path == "" }
	if !slices.ContainsFunc(cites, lined) {
		return cites
	}
	for _, m := range proseName.FindAllStringIndex(text, maxProseNames) {
		if m[1] < len(text) && text[m[1]] == '.' && m[1]+1 < len(text) && text[m[1]+1] != ' ' {
			continue // README.md is a path
		}
		beside := func(c citation.Cite) bool {
			if !lined(c) {
				return false
			}
			if c.Start >= m[1] {
				return leadsToLines.MatchString(text[m[1]:c.Start])
			}
			return c.Fin <= m[0] && linesLeadTo.MatchString(text[c.Fin:m[0]])
		}
		if !slices.ContainsFunc(cites, beside) {
			continue
		}
		if file, ok := r.Index.Document(text[m[0]:m[1]]); ok {
			cites = append(cites, citation.Cite{Text: text[m[0]:m[1]], Path: file, Start: m[0], Fin: m[1]})
		}
	}
	return cites
}

// maxProseNames bounds the names that are looked at in one line.
const maxProseNames = 8
