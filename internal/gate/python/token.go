package python

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// kind is the kind of a token.
type kind int

const (
	end kind = iota
	name
	number
	text // a string with its prefix and quotes
	op
	newline
	indent
	dedent
)

// token is one token of chapter 2 of the language reference. Comments and white
// space are none, but line breaks and indentation are.
type token struct {
	kind kind
	s    string
}

// operators of two and three bytes, the longest first.
var operators = []string{"**=", "//=", ">>=", "<<=", "...", "->", ":=", "==", "!=", "<=", ">=", "<>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", "**", "//", "<<", ">>"}

var numeral = regexp.MustCompile(`^(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?[jJ]?)`)

type lexer struct {
	src    string
	at     int
	part   bool // lines may be indented less than the first one
	open   []byte
	widths []int // of the indentations around, the outermost first
	out    []token
}

// lex splits source into tokens; false when that is not possible.
func lex(src string, part bool) ([]token, bool) {
	l := &lexer{src: strings.ReplaceAll(src, "\r\n", "\n"), part: part}
	for l.at < len(l.src) {
		if l.lineStart() && !l.indentation() {
			return nil, false
		}
		if l.at < len(l.src) && !l.next() {
			return nil, false
		}
	}
	if len(l.open) > 0 {
		return nil, false
	}
	l.lineBreak()
	for range max(0, len(l.widths)-1) {
		l.out = append(l.out, token{kind: dedent})
	}
	return l.out, true
}

func (l *lexer) lineStart() bool {
	return len(l.open) == 0 && (l.at == 0 || l.src[l.at-1] == '\n' && (len(l.out) == 0 || l.out[len(l.out)-1].kind == newline))
}

// indentation reads the white space of a line that holds code, and passes over
// lines that hold none.
func (l *lexer) indentation() bool {
	width := 0
	for ; l.at < len(l.src); l.at++ {
		switch l.src[l.at] {
		case ' ':
			width++
			continue
		case '\t':
			width = width/8*8 + 8
			continue
		case '\f':
			width = 0
			continue
		case '\n', '#':
			return true // next passes over it
		}
		break
	}
	if l.at == len(l.src) {
		return true
	}
	if l.widths == nil {
		l.widths = []int{width}
		return l.part || width == 0
	}
	if width > l.widths[len(l.widths)-1] {
		l.widths = append(l.widths, width)
		l.out = append(l.out, token{kind: indent})
	}
	for len(l.widths) > 1 && width < l.widths[len(l.widths)-1] {
		l.widths = l.widths[:len(l.widths)-1]
		l.out = append(l.out, token{kind: dedent})
	}
	if l.part && len(l.widths) == 1 && width < l.widths[0] {
		l.widths[0] = width // what was shown first stands deeper than this
	}
	return width == l.widths[len(l.widths)-1]
}

// next reads one token or what stands between tokens.
func (l *lexer) next() bool {
	switch c := l.src[l.at]; {
	case c == '\n':
		l.lineBreak()
		l.at++
	case c == ' ', c == '\t', c == '\f':
		l.at++
	case c == '#':
		for l.at < len(l.src) && l.src[l.at] != '\n' {
			l.at++
		}
	case c == '\\' && strings.HasPrefix(l.src[l.at+1:], "\n"):
		l.at += 2
	case l.prefix(l.at) >= 0:
		return l.str()
	case c >= '0' && c <= '9', c == '.' && l.at+1 < len(l.src) && l.src[l.at+1] >= '0' && l.src[l.at+1] <= '9':
		l.take(number, len(numeral.FindString(l.src[l.at:])))
	case wordByte(c):
		n := 0
		for l.at+n < len(l.src) && wordByte(l.src[l.at+n]) {
			n++
		}
		l.take(name, n)
	default:
		return l.operator()
	}
	return true
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}

func (l *lexer) take(k kind, n int) {
	l.out = append(l.out, token{k, l.src[l.at : l.at+n]})
	l.at += n
}

// lineBreak ends a logical line that holds something.
func (l *lexer) lineBreak() {
	if n := len(l.out); len(l.open) == 0 && n > 0 && l.out[n-1].kind != newline && l.out[n-1].kind != indent && l.out[n-1].kind != dedent {
		l.out = append(l.out, token{kind: newline})
	}
}

func (l *lexer) operator() bool {
	for _, o := range operators {
		if strings.HasPrefix(l.src[l.at:], o) {
			l.take(op, len(o))
			return true
		}
	}
	c := l.src[l.at]
	switch c {
	case '(', '[', '{':
		l.open = append(l.open, c)
	case ')', ']', '}':
		n := len(l.open)
		if n == 0 || l.open[n-1] != opener[c] {
			return false
		}
		l.open = l.open[:n-1]
	}
	if strings.IndexByte("()[]{},:;.=+-*/%@&|^~<>", c) < 0 {
		return false
	}
	l.take(op, 1)
	return true
}

var opener = map[byte]byte{')': '(', ']': '[', '}': '{'}

// prefix is how many letters stand before the quote of a string that begins at
// i, -1 when none does.
func (l *lexer) prefix(i int) int {
	for n := 0; n <= 2 && i+n < len(l.src); n++ {
		switch c := l.src[i+n]; {
		case c == '"' || c == '\'':
			return n
		case strings.IndexByte("rRbBuUfFtT", c) < 0:
			return -1
		}
	}
	return -1
}

func (l *lexer) str() bool {
	behind := l.stringEnd(l.at, 0)
	if behind < 0 {
		return false
	}
	l.take(text, behind-l.at)
	return true
}

// maxNested bounds strings within the fields of strings.
const maxNested = 20

// stringEnd returns where the string that begins at i ends, -1 when it does not.
func (l *lexer) stringEnd(i, nested int) int {
	n := l.prefix(i)
	formatted := strings.ContainsAny(l.src[i:i+n], "fFtT")
	i += n
	quote := l.src[i : i+1]
	if strings.HasPrefix(l.src[i:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	for i += len(quote); i >= 0 && i < len(l.src); {
		switch c := l.src[i]; {
		case strings.HasPrefix(l.src[i:], quote):
			return i + len(quote)
		case c == '\n' && len(quote) == 1:
			return -1
		case c == '\\':
			i += 2
		case formatted && (strings.HasPrefix(l.src[i:], "{{") || strings.HasPrefix(l.src[i:], "}}")):
			i += 2
		case formatted && c == '{':
			i = l.fieldEnd(i+1, quote, nested+1)
		default:
			i++
		}
	}
	return -1
}

// fieldEnd returns where the replacement field whose inside begins at i ends.
// Strings in it may use the quotes of the string around it.
func (l *lexer) fieldEnd(i int, quote string, nested int) int {
	depth, format := 0, false
	for nested < maxNested && i >= 0 && i < len(l.src) {
		switch c := l.src[i]; {
		case depth == 0 && c == '}':
			return i + 1
		case format && strings.HasPrefix(l.src[i:], quote), format && c == '\n' && len(quote) == 1:
			return -1
		case format && c == '{':
			i = l.fieldEnd(i+1, quote, nested+1)
		case format:
			i++
		case depth == 0 && c == ':':
			format = true
			i++
		case l.prefix(i) == 0:
			start := i
			for start > 0 && i-start < 2 && strings.IndexByte("rRbBfFtTuU", l.src[start-1]) >= 0 {
				start--
			}
			if l.prefix(start) != i-start || start > 0 && wordByte(l.src[start-1]) {
				start = i
			}
			i = l.stringEnd(start, nested)
		case c == '(' || c == '[' || c == '{':
			depth++
			i++
		case c == ')' || c == ']' || c == '}':
			depth--
			i++
		default:
			i++
		}
	}
	return -1
}
