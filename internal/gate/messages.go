package gate

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
)

// quotedMessage matches what a request quotes of what it was told: an error, a log line.
var quotedMessage = regexp.MustCompile(`(?:^|[^\pL\d])'([^'\n]{12,160})'|"([^"\n]{12,160})"|` + "`([^`\n]{12,160})`" + `|“([^”\n]{12,160})”|„([^“”\n]{12,160})[“”]|«([^»\n]{12,160})»`)

// What is filled into a message when it is told, so that the code has not that of it.
var filledIn = regexp.MustCompile(`[\d'"` + "`" + `]+|\.{3}|…|: |%\w`)

const (
	minMessage = 12 // bytes of a message that stand in code by no chance
	nearby     = 30 // lines around a message that have to do with it
	mostHomes  = 3  // places above which a message says nothing of where
)

// findMissedMessage reports whether the request quotes a message that the code has, and the
// deliverable neither says it nor cites a line near to where it is made: who quotes one
// has named a place, in whatever words he tells the rest.
func (v *view) findMissedMessage() bool {
	if v.Index == nil {
		return false
	}
	for _, m := range quotedMessage.FindAllStringSubmatch(v.in.Request.Description, 8) {
		piece := longestPiece(lex.First(m[1:]...))
		if piece == "" || strings.Contains(v.all.lower, strings.ToLower(piece)) {
			continue
		}
		if homes := v.homesOf(piece); len(homes) > 0 && len(homes) <= mostHomes && !v.worksNear(homes) {
			return true
		}
	}
	return false
}

// longestPiece is the longest part of a message that nothing is filled into, "" where
// none has two words.
func longestPiece(message string) string {
	longest := ""
	for _, piece := range filledIn.Split(message, 20) {
		if piece = strings.Trim(piece, " .,;:()[]"); len(piece) >= max(minMessage, len(longest)+1) && strings.Contains(piece, " ") {
			longest = piece
		}
	}
	return longest
}

// homesOf are the lines of code that hold a piece of a message, one more than mostHomes
// at most.
func (v *view) homesOf(piece string) []grounding.Place {
	var all []grounding.Place
	for _, p := range v.Index.Sources {
		t := v.Index.Texts[p]
		if t == nil || !isSource(p) || !strings.Contains(t.Raw, piece) {
			continue
		}
		for i, l := range t.Lines() {
			if strings.Contains(l, piece) {
				if all = append(all, grounding.Place{Path: p, Line: i + 1}); len(all) > mostHomes {
					return all
				}
			}
		}
	}
	return all
}

// worksNear reports whether the deliverable cites or changes a line near one of some.
func (v *view) worksNear(homes []grounding.Place) bool {
	near := func(p string, first, last int) bool {
		return slices.ContainsFunc(homes, func(h grounding.Place) bool { return h.Path == p && first <= h.Line+nearby && last >= h.Line-nearby })
	}
	cites := func(ref grounding.Cited) bool {
		last := max(ref.Line, ref.End)
		if last-ref.Line > longestCited {
			last = ref.Line // of a whole file nobody says where in it
		}
		return ref.Status == grounding.RefExists && ref.Line > 0 && near(ref.Path, ref.Line, last)
	}
	return slices.ContainsFunc(v.Refs, cites) || slices.ContainsFunc(v.changes().Changed, func(f change.File) bool {
		first, last := changedLines(f.Before, f.After)
		return near(f.Path, first, last)
	})
}

// lineAsked matches the number of a line that a request gives, up to it.
var lineAsked = regexp.MustCompile(`(?i)\b(?:lines?|l\.|zeilen?|líneas?|linhas?|lignes?)\s*$`)

// aroundAsked is how far from a line that a request gives its subject may stand.
const aroundAsked = 10

// asksLine reports whether a text gives a figure as the number of a line.
func asksLine(text, figure string) bool {
	for {
		before, behind, found := strings.Cut(text, figure)
		if !found || lineAsked.MatchString(before) {
			return found
		}
		text = behind
	}
}

// worksAt reports whether a figure of the request is a line near which the deliverable
// cites or changes one.
func (v *view) worksAt(w wish) bool {
	line, err := strconv.Atoi(w.key)
	if err != nil || w.kind != wishLiteral || !asksLine(v.Request, w.text) {
		return false
	}
	near := func(p string, first, last int) bool {
		return first <= line+aroundAsked && last >= line-aroundAsked && !slices.ContainsFunc(v.wished, func(o wish) bool { return o.kind == wishFile && o.key != p })
	}
	return slices.ContainsFunc(v.Refs, func(ref grounding.Cited) bool {
		return ref.Status == grounding.RefExists && ref.Line > 0 && near(ref.Path, ref.Line, max(ref.Line, ref.End))
	}) || slices.ContainsFunc(v.changes().Changed, func(f change.File) bool {
		first, last := changedLines(f.Before, f.After)
		return near(f.Path, first, last)
	})
}

// longestCited is how many lines a range may have that says where something stands.
const longestCited = 150

// changedLines are the first and the last line of a text that another has not at its
// place, counted from its begin and from its end.
func changedLines(before, after string) (first, last int) {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	for first < len(a) && first < len(b) && a[first] == b[first] {
		first++
	}
	same := 0
	for same < len(a)-first && same < len(b)-first && a[len(a)-1-same] == b[len(b)-1-same] {
		same++
	}
	return first + 1, max(first+1, len(a)-same)
}
