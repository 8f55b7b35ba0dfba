package document

import (
	"strings"
	"unicode/utf8"

	"aicity.dev/aicity/internal/gate/lex"
)

// What is looked for in every line is scanned by hand; the expressions that the
// scans stand for are in their test.

// item reports whether a line is an item of a list.
func item(line string) bool {
	rest := strings.TrimLeft(line, lex.Blanks)
	if dot, found := strings.CutPrefix(rest, "•"); found {
		return saysBehind(dot)
	}
	n := 0
	for n < len(rest) && n < 3 && lex.IsDigit(rest[n]) {
		n++
	}
	switch {
	case n == len(rest):
		return false
	case n > 0 && rest[n] != '.' && rest[n] != ')', n == 0 && strings.IndexByte("-*+", rest[0]) < 0:
		return false
	}
	return saysBehind(rest[n+1:])
}

// maxTitle bounds a title that is only set in bold, in bytes.
const maxTitle = 90

// boldTitle reports whether a line is a heading that is set in bold, and no sentence.
func boldTitle(line string) bool {
	inner, found := strings.CutPrefix(strings.TrimSpace(line), "**")
	inner, closed := strings.CutSuffix(inner, "**")
	return found && closed && len(inner) <= maxTitle && strings.Trim(inner, "* ") != "" && !strings.Contains(inner, "**") && !strings.HasSuffix(inner, ".")
}

// title reports whether a line is a heading.
func title(line string) bool {
	if boldTitle(line) {
		return true
	}
	rest := strings.TrimLeft(line, lex.Blanks)
	if len(line)-len(rest) > 3 || rest == "" || rest[0] != '#' {
		return false
	}
	behind := strings.TrimLeft(rest, "#")
	return len(rest)-len(behind) <= 6 && saysBehind(behind)
}

// saysBehind reports whether a text begins with blanks and something follows.
func saysBehind(text string) bool {
	rest := strings.TrimLeft(text, lex.Blanks)
	return rest != "" && len(rest) < len(text)
}

// row reports whether a line is a row of a table.
func row(line string) bool {
	rest := strings.TrimLeft(line, lex.Blanks)
	if rest == "" || rest[0] != '|' {
		return cells(line)
	}
	end := strings.IndexByte(rest[1:], '|')
	return end >= 0 && strings.IndexByte(rest[1:end+1], '\n') < 0
}

// cells reports whether a line is a row that has its bars only between three cells or
// more, of which none divides a piece of code.
func cells(line string) bool {
	if strings.Count(line, " | ") < 2 {
		return false
	}
	for cell := range strings.SplitSeq(line, " | ") {
		if strings.Count(cell, "`")%2 != 0 || strings.TrimSpace(cell) == "" {
			return false
		}
	}
	return true
}

// maxSpan bounds inline code, in runes.
const maxSpan = 400

// CodeSpans returns what stands between backticks, single or double.
func CodeSpans(text string) []string {
	var all []string
	for {
		start := strings.IndexByte(text, '`')
		if start < 0 {
			return all
		}
		text = text[start:]
		mark := 1
		if strings.HasPrefix(text, "``") {
			mark = 2
		}
		code := text[mark:]
		if end := strings.IndexAny(code, "`\n"); end >= 0 {
			code = code[:end]
		}
		behind := text[mark+len(code):]
		if code == "" || utf8.RuneCountInString(code) > maxSpan || !strings.HasPrefix(behind, text[:mark]) {
			text = text[1:]
			continue
		}
		all, text = append(all, code), behind[mark:]
	}
}
