package gate

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
)

var (
	// halfHeader matches the head of a file or of a hunk that has only begun.
	halfHeader = regexp.MustCompile(`^(?:@@(?: -[\d,]*)?(?: \+[\d,]*)?|diff --git .*|index(?: [\da-f.]*)?\s?\d*|(?:---|\+\+\+) \S+)$`)
	// closedLine matches how complete code ends.
	closedLine = regexp.MustCompile(`[})\];>"'` + "`" + `]\s*,?$|^\s*(?:end|fi|done|esac|EOF|pass|return|break|continue)\b`)
	// halfWord matches a line of code that cannot be all of it.
	halfWord = regexp.MustCompile(`(?:^|[\s+-])(?:for|if|var|let|const|func|function|def|class|while|return|go|else|case|import|type|new|await|in|of|range|and|or|not)$|[=+*/&|,.(\[{-]$`)
)

// lastBlock is the last block of code that stands in the text, not beside it.
func (v *view) lastBlock() (document.Block, bool) {
	for _, b := range slices.Backward(v.Doc.Blocks) {
		if !b.Delivered {
			return b, true
		}
	}
	return document.Block{}, false
}

// codeBreaksOff tells how code that is never closed ends, where more must follow.
func (v *view) codeBreaksOff(last string) string {
	b, ok := v.lastBlock()
	if !ok || last == "" || strings.HasPrefix(last, "```") {
		return ""
	}
	if b.End < len(v.Doc.Lines) && v.Doc.Lines[b.End].Code {
		return "" // its fence is closed
	}
	switch {
	case b.Diff && halfHeader.MatchString(last):
		return "its last diff has only begun"
	case b.Diff && !closedLine.MatchString(last) && halfHunk(b.Lines):
		return "its last diff has fewer lines than it says"
	case v.Doc.Open && halfKey(b):
		return "its last block is never closed, nor has its last key a value"
	case v.Doc.Open && !strings.HasSuffix(last, "...") && !closedLine.MatchString(last) && (strings.HasSuffix(last, ":") || halfWord.MatchString(last) || !freelyEnded[b.Lang]):
		return "its last block is never closed, nor is its last line"
	}
	return ""
}

// bareKey matches a line that is a word only, openScalar one under which text stands that
// is not read.
var (
	bareKey    = regexp.MustCompile(`^\s+[A-Za-z][\w.-]*$`)
	openScalar = regexp.MustCompile(`[|>][-+\d]*\s*$`)
)

// halfKey reports whether YAML ends in a word below a key, where another key must stand.
func halfKey(b document.Block) bool {
	last := len(b.Lines) - 1
	if b.Lang != "yaml" && b.Lang != "yml" || last < 1 || !bareKey.MatchString(b.Lines[last]) {
		return false
	}
	depth := lex.Indent(b.Lines[last])
	for _, l := range slices.Backward(b.Lines[:last]) {
		if strings.TrimSpace(l) != "" && lex.Indent(l) < depth {
			return strings.HasSuffix(strings.TrimSpace(l), ":") || strings.HasPrefix(strings.TrimSpace(l), "- ") && !openScalar.MatchString(l)
		}
	}
	return false
}

// freelyEnded are the languages whose lines may end in anything.
var freelyEnded = lex.Set("yaml yml toml ini text txt md markdown sh bash shell zsh console env dockerfile make makefile sql")

// hunkHeader matches the head of a hunk and how many lines it has on either side.
var hunkHeader = regexp.MustCompile(`^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@`)

// halfHunk reports whether the last hunk has fewer lines than its head says, on
// either side.
func halfHunk(lines []string) bool {
	for i := len(lines) - 1; i >= 0; i-- {
		m := hunkHeader.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		left, right := 0, 0
		for _, l := range lines[i+1:] {
			if !strings.HasPrefix(l, "+") {
				left++
			}
			if !strings.HasPrefix(l, "-") {
				right++
			}
		}
		before, _ := strconv.Atoi(cmp.Or(m[1], "1"))
		after, _ := strconv.Atoi(cmp.Or(m[2], "1"))
		return left < before && right < after
	}
	return false
}

// halfLine reports whether the last line of code is half a line.
func (v *view) halfLine() bool {
	b, _ := v.lastBlock()
	if len(b.Lines) == 0 {
		return false
	}
	last := b.Lines[len(b.Lines)-1]
	return !strings.HasSuffix(last, "...") && halfWord.MatchString(strings.TrimRight(last, " \t"))
}

// brokenCode reports whether the last block opens more brackets than it closes.
func (v *view) brokenCode() bool {
	b, _ := v.lastBlock()
	open := 0
	for _, l := range b.Lines {
		for _, r := range l {
			switch r {
			case '{', '(', '[':
				open++
			case '}', ')', ']':
				open--
			}
		}
	}
	return open > 0
}
