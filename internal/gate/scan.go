package gate

import (
	"strings"
	"unicode/utf8"
)

// What is looked for in every line is scanned by hand; the expressions that the
// scans stand for are in their test.

// blanks are what \s matches in an expression.
const blanks = " \t\n\f\r"

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// item reports whether a line is an item of a list.
func item(line string) bool {
	rest := strings.TrimLeft(line, blanks)
	n := 0
	for n < len(rest) && n < 3 && isDigit(rest[n]) {
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

// title reports whether a line is a heading.
func title(line string) bool {
	rest := strings.TrimLeft(line, blanks)
	if len(line)-len(rest) > 3 || rest == "" || rest[0] != '#' {
		return false
	}
	behind := strings.TrimLeft(rest, "#")
	return len(rest)-len(behind) <= 6 && saysBehind(behind)
}

// saysBehind reports whether a text begins with blanks and something follows.
func saysBehind(text string) bool {
	rest := strings.TrimLeft(text, blanks)
	return rest != "" && len(rest) < len(text)
}

// row reports whether a line is a row of a table.
func row(line string) bool {
	rest := strings.TrimLeft(line, blanks)
	if rest == "" || rest[0] != '|' {
		return false
	}
	end := strings.IndexByte(rest[1:], '|')
	return end >= 0 && strings.IndexByte(rest[1:end+1], '\n') < 0
}

// maxSpan bounds inline code, in runes.
const maxSpan = 400

// codeSpans returns what stands between backticks, single or double.
func codeSpans(text string) []string {
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

// figureUnits stand behind a figure, as they are tried.
var figureUnits = []string{"%", "ms", "s", "kB", "KB", "MB", "GB", "x", "€", "$", "USD"}

// figures returns up to n numbers with their units.
func figures(text string, n int) []string {
	var all []string
	for i := 0; i < len(text) && len(all) < n; i++ {
		if !isDigit(text[i]) {
			continue
		}
		end := digitsEnd(text, i)
		if end+1 < len(text) && (text[end] == '.' || text[end] == ',') && isDigit(text[end+1]) {
			end = digitsEnd(text, end+1)
		}
		unit := end
		if unit < len(text) && isBlank(text[unit]) {
			unit++
		}
		for _, u := range figureUnits {
			if strings.HasPrefix(text[unit:], u) {
				end = unit + len(u)
				break
			}
		}
		all = append(all, text[i:end])
		i = end - 1
	}
	return all
}

func digitsEnd(text string, i int) int {
	for i < len(text) && isDigit(text[i]) {
		i++
	}
	return i
}

// properNames returns up to n capitalised words inside a sentence, all when n is
// negative.
func properNames(text string, n int) []string {
	var all []string
	from := 0 // behind the last one
	for i := 1; i+3 < len(text) && len(all) != n; i++ {
		if text[i] != ' ' || i <= from || text[i+1] < 'A' || text[i+1] > 'Z' || !goesOn(text[i-1]) {
			continue
		}
		end := i + 2
		for end < len(text) && alphanumeric(text[end]) {
			end++
		}
		if end-i > 3 {
			all, from, i = append(all, text[i+1:end]), end, end-1
		}
	}
	return all
}

// goesOn reports whether a sentence goes on behind c.
func goesOn(c byte) bool { return c >= 'a' && c <= 'z' || c == ',' || c == ';' || c == ':' }
