package gate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/syntax"
)

// Bounds on what is parsed.
const (
	maxParsedBlocks = 8
	maxParsedBytes  = 24 << 10
)

// codeParses takes points for code that no parser of its language accepts,
// whole or as a part. What cannot be parsed here counts neither way.
func codeParses(v *view) (Signal, bool) {
	s := Signal{Name: "code parses", Reason: "The code blocks that could be parsed are valid."}
	tried, broken, budget := 0, 0, maxParsedBytes
	for _, b := range v.Doc.Blocks {
		code := strings.Join(b.Lines, "\n")
		if budget -= len(code); budget < 0 || tried == maxParsedBlocks {
			break
		}
		if b.Diff || len(b.Lines) < 3 || elided(b.Lines) || syntax.TooDeep(code) {
			continue
		}
		parser, known := syntax.For(b.Lang)
		if !known {
			continue
		}
		tried++
		if !parser.Part(code) && !v.standsThere(b) {
			broken++
			s.Evidence = append(s.Evidence, lex.Shorten(b.Lang+": "+strings.Join(b.Lines[:3], " "), 120))
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

// standsThere reports whether all of a block is lines of the repository: what was cut out
// of its code need not parse.
func (v *view) standsThere(b document.Block) bool {
	if v.Index == nil || len(b.Lines) > grounding.MaxQuoteLines {
		return false
	}
	return !slices.ContainsFunc(b.Lines, func(l string) bool {
		packed := lex.Pack(l)
		return strings.Trim(packed, "{}()[];,") != "" && len(v.Index.Homes(packed)) == 0
	})
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
