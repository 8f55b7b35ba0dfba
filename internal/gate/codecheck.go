package gate

import (
	"fmt"
	"regexp"
	"strings"
)

// Bounds on what is parsed. The languages' parsers are recursive, so code that
// nests deeply is left alone.
const (
	maxParsedBlocks = 8
	maxParsedBytes  = 24 << 10
	maxParsedFile   = 96 << 10 // of a file that a patch changes
	maxNesting      = 120
)

// codeParses takes points for code that no parser of its language accepts,
// whole or as a part. What cannot be parsed here counts neither way.
func codeParses(v *view) (Signal, bool) {
	s := Signal{Name: "code parses", Reason: "The code blocks that could be parsed are valid."}
	tried, broken, budget := 0, 0, maxParsedBytes
	for _, b := range v.doc.blocks {
		code := strings.Join(b.lines, "\n")
		if budget -= len(code); budget < 0 || tried == maxParsedBlocks {
			break
		}
		if b.diff || len(b.lines) < 3 || elided(b.lines) || nesting(code) > maxNesting {
			continue
		}
		parser, known := parserOf[b.lang]
		if !known {
			continue
		}
		tried++
		if !parser.part(code) {
			broken++
			s.Evidence = append(s.Evidence, shorten(b.lang+": "+strings.Join(b.lines[:3], " "), 120))
		}
	}
	if tried == 0 {
		return s, false
	}
	if broken > 0 {
		s.Points = -costBrokenCode * share(float64(broken), float64(tried))
		s.Reason = fmt.Sprintf("%d of %d code blocks cannot be parsed.", broken, tried)
		s.advice = "Run your code through its language's parser before you deliver it."
	}
	return s, true
}

// leftOut matches dots that stand for what a block leaves out; "...rest" and
// "args..." are code.
var leftOut = regexp.MustCompile(`(?:^|[\s({\[,;])(?:\.\.\.|…)(?:$|[\s)}\],;])`)

// elided reports whether a block leaves something out.
func elided(lines []string) bool {
	for _, l := range lines {
		t := strings.Trim(l, " \t/#*-")
		if strings.HasPrefix(t, "...") || strings.Contains(l, "…") || strings.Contains(l, "...") && leftOut.MatchString(l) {
			return true
		}
	}
	return false
}

// nesting is how deep brackets nest in a text.
func nesting(code string) int {
	depth, most := 0, 0
	for i := range len(code) {
		switch code[i] {
		case '(', '[', '{':
			depth++
			most = max(most, depth)
		case ')', ']', '}':
			depth = max(0, depth-1)
		}
	}
	return most
}

// breaks reports whether a file that could be parsed cannot be any more.
func breaks(p, before, after string) bool {
	parser, known := parserOfFile(p)
	if !known || len(before) > maxParsedFile || len(after) > maxParsedFile || nesting(before) > maxNesting || nesting(after) > maxNesting {
		return false
	}
	return !parser.file(after) && parser.file(before)
}
