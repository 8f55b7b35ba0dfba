package pycheck

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// kind is the kind of a token.
type kind int

const (
	name kind = iota
	number
	text // a string literal, prefix and quotes included
	op
)

// tok is one token. Comments and white space are none.
type tok struct {
	kind kind
	s    string
	line int // 1-based
}

// statement is one logical line: brackets and backslashes joined, compound
// statements with their body on the next lines.
type statement struct {
	toks   []tok
	indent int
	line   int
	end    int // last physical line
}

var errUnclosed = errors.New("a string or bracket is never closed")

// operators of three and two characters, the longest first.
var operators = []string{"**=", "//=", ">>=", "<<=", "...", "->", ":=", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", "**", "//", "<<", ">>"}

// lex splits a source into logical lines by the rules of the language
// reference, chapter 2: indentation, line joining, string prefixes.
func lex(src string) ([]statement, error) {
	l := &lexer{src: strings.ReplaceAll(src, "\r\n", "\n"), line: 1, fresh: true}
	for l.at < len(l.src) {
		if err := l.next(); err != nil {
			return nil, err
		}
	}
	l.finish()
	if l.depth > 0 {
		return nil, errUnclosed
	}
	return l.out, nil
}

type lexer struct {
	src   string
	at    int
	line  int
	depth int  // open brackets
	fresh bool // at the beginning of a physical line
	cur   statement
	out   []statement
}

// next consumes one token or one piece of white space.
func (l *lexer) next() error {
	if l.fresh && l.depth == 0 {
		l.indentation()
		l.fresh = false
		return nil
	}
	switch c := l.src[l.at]; {
	case c == '\n':
		l.newline()
	case c == ' ', c == '\t', c == '\f', c == '\r':
		l.at++
	case c == '#':
		for l.at < len(l.src) && l.src[l.at] != '\n' {
			l.at++
		}
	case c == '\\' && l.at+1 < len(l.src) && l.src[l.at+1] == '\n':
		l.at += 2
		l.line++
	case c == ';' && l.depth == 0:
		l.at++
		indent := l.cur.indent
		l.finish()
		l.cur.indent = indent
	case l.stringAhead() >= 0:
		return l.str(l.stringAhead())
	case c >= '0' && c <= '9', c == '.' && l.at+1 < len(l.src) && l.src[l.at+1] >= '0' && l.src[l.at+1] <= '9':
		l.take(number, l.span(func(b byte) bool { return wordByte(b) || b == '.' }))
	case wordByte(c):
		l.take(name, l.span(wordByte))
	default:
		l.operator()
	}
	return nil
}

func wordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}

func (l *lexer) span(in func(byte) bool) int {
	n := 0
	for l.at+n < len(l.src) && in(l.src[l.at+n]) {
		n++
	}
	return n
}

func (l *lexer) take(k kind, n int) {
	if len(l.cur.toks) == 0 {
		l.cur.line = l.line
	}
	l.cur.toks = append(l.cur.toks, tok{k, l.src[l.at : l.at+n], l.line})
	l.at += n
	l.cur.end = l.line
}

func (l *lexer) operator() {
	for _, o := range operators {
		if strings.HasPrefix(l.src[l.at:], o) {
			l.take(op, len(o))
			return
		}
	}
	switch l.src[l.at] {
	case '(', '[', '{':
		l.depth++
	case ')', ']', '}':
		l.depth = max(0, l.depth-1)
	}
	_, n := utf8.DecodeRuneInString(l.src[l.at:])
	l.take(op, n)
}

func (l *lexer) newline() {
	l.at++
	l.line++
	if l.depth == 0 {
		l.finish()
		l.fresh = true
	}
}

// indentation measures the white space before a logical line.
func (l *lexer) indentation() {
	width := 0
	for l.at < len(l.src) {
		switch l.src[l.at] {
		case ' ':
			width++
		case '\t':
			width = width/8*8 + 8
		case '\f':
			width = 0
		default:
			l.cur.indent = width
			return
		}
		l.at++
	}
}

func (l *lexer) finish() {
	if len(l.cur.toks) > 0 {
		l.out = append(l.out, l.cur)
	}
	l.cur = statement{}
}

// field steps over one byte of a replacement field of an f-string, or over a
// whole string inside it, and returns the depth of braces behind it.
func (l *lexer) field(i, braces int) (int, int) {
	switch c := l.src[i]; {
	case c == '{' && braces == 0 && strings.HasPrefix(l.src[i:], "{{"):
		return i + 2, 0
	case c == '{':
		return i + 1, braces + 1
	case c == '}':
		return i + 1, braces - 1
	default: // a quote inside braces
		if end := strings.IndexAny(l.src[i+1:], string(c)+"\n"); end >= 0 && l.src[i+1+end] == c {
			return i + end + 2, braces
		}
		return i + 1, 0
	}
}

// stringAhead returns the length of a string's prefix (r, b, f, …) when a
// string begins here, else -1.
func (l *lexer) stringAhead() int {
	for n := 0; n <= 2 && l.at+n < len(l.src); n++ {
		switch c := l.src[l.at+n]; {
		case c == '"' || c == '\'':
			return n
		case !strings.ContainsRune("rRbBuUfFtT", rune(c)):
			return -1
		}
	}
	return -1
}

// str consumes a string literal. What an f-string holds in braces is not
// tokenised, but a string inside the braces does not end it (Python 3.12).
func (l *lexer) str(prefix int) error {
	start, first := l.at, l.line
	i := l.at + prefix
	quote := l.src[i : i+1]
	if strings.HasPrefix(l.src[i:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	formatted := strings.ContainsAny(l.src[start:start+prefix], "fFtT")
	lines, braces := 0, 0
	for i += len(quote); ; {
		switch {
		case formatted && i < len(l.src) && strings.IndexByte("{}'\"", l.src[i]) >= 0 && (braces > 0 || l.src[i] == '{'):
			i, braces = l.field(i, braces)
		case i >= len(l.src), l.src[i] == '\n' && len(quote) == 1:
			return errUnclosed
		case l.src[i] == '\\' && i+1 < len(l.src):
			if l.src[i+1] == '\n' {
				lines++
			}
			i += 2
		case strings.HasPrefix(l.src[i:], quote):
			l.at = start
			l.take(text, i+len(quote)-start)
			l.cur.toks[len(l.cur.toks)-1].line = first
			l.line = first + lines
			l.cur.end = l.line
			return nil
		default:
			if l.src[i] == '\n' {
				lines++
			}
			i++
		}
	}
}
