// Package guide cuts the code samples out of the guide for agent builders, so
// that a test can run them unchanged against a real city: what the guide shows
// works, word for word.
package guide

import (
	"regexp"
	"strings"
)

// Language is what a sample is written in.
type Language string

// The languages of the guide.
const (
	TypeScript Language = "typescript"
	Shell      Language = "shell"
)

// Sample is a piece of code of the guide, exactly as it stands there.
type Sample struct {
	Language Language
	Line     int // where it begins, from 1
	Text     string
}

// The guide's text has lost its fences: samples begin at the start of a line,
// or, the curl one, in the middle of the line before. They end where prose goes
// on, often without even a space between.
var (
	scriptStart    = regexp.MustCompile(`^(import \{|const |await |async function )`)
	scriptContinue = regexp.MustCompile(`^(import |const |await |async |console\.|setInterval\(|//)`)
	shellStart     = regexp.MustCompile(`^(export [A-Z_]+=|curl -)`)
)

// Samples cuts every sample out of the guide's text, in its order.
func Samples(text string) []Sample {
	var samples []Sample
	for at := 0; at < len(text); {
		end := at
		switch {
		case shellStart.MatchString(text[at:]):
			end = shellEnd(text, at)
			samples = append(samples, Sample{Shell, lineOf(text, at), text[at:end]})
		case lineStarts(text, at) && scriptStart.MatchString(text[at:]):
			end = scriptEnd(text, at)
			samples = append(samples, Sample{TypeScript, lineOf(text, at), text[at:end]})
		}
		at = max(end, at+1)
	}
	return samples
}

func lineStarts(text string, at int) bool { return at == 0 || text[at-1] == '\n' }

func lineOf(text string, at int) int { return strings.Count(text[:at], "\n") + 1 }

// shellEnd finds the end of a command: a newline that is neither quoted nor
// escaped, or prose glued to a closing quote.
func shellEnd(text string, at int) int {
	quote := byte(0)
	for ; at < len(text); at++ {
		switch c := text[at]; {
		case quote != 0 && c == quote:
			quote = 0
			if at+1 < len(text) && isLetter(text[at+1]) {
				return at + 1
			}
		case quote != 0:
		case c == '\\':
			at++
		case c == '\'' || c == '"':
			quote = c
		case c == '\n':
			return at
		}
	}
	return at
}

// scriptEnd finds the end of a script: outside all brackets, a line after
// which no code follows, prose glued to a closing bracket, or a shell command
// glued to a comment.
func scriptEnd(text string, at int) int {
	lex := scriptLexer{text: text}
	for ; at < len(text); at++ {
		if lex.comment() && shellStart.MatchString(text[at:]) {
			return at
		}
		closed := lex.next(at)
		if len(lex.open) > 0 {
			continue
		}
		if closed && at+1 < len(text) && isLetter(text[at+1]) {
			return at + 1
		}
		if text[at] == '\n' && !scriptContinue.MatchString(text[at+1:]) {
			return at
		}
	}
	return at
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// scriptLexer follows the nesting of a script, byte by byte. Open holds what is
// open: brackets, quotes, "`" for a template, "/" for a comment.
type scriptLexer struct {
	text string
	open []byte
}

func (l *scriptLexer) top() byte {
	if len(l.open) == 0 {
		return 0
	}
	return l.open[len(l.open)-1]
}

func (l *scriptLexer) comment() bool { return l.top() == '/' }

func (l *scriptLexer) push(c byte) { l.open = append(l.open, c) }

func (l *scriptLexer) pop() { l.open = l.open[:len(l.open)-1] }

// next takes the byte at a place and reports whether it closed a bracket.
func (l *scriptLexer) next(at int) (closedBracket bool) {
	c, before := l.text[at], l.before(at)
	switch top := l.top(); top {
	case '/':
		if c == '\n' {
			l.pop()
		}
		return false
	case '"', '\'', '`':
		switch {
		case before == '\\':
		case c == top:
			l.pop()
		case top == '`' && c == '{' && before == '$':
			l.push('{')
		}
		return false
	}
	switch c {
	case '"', '\'', '`', '(', '[', '{':
		l.push(c)
	case '/':
		if before == '/' {
			l.push('/')
		}
	case ')', ']', '}':
		if len(l.open) == 0 {
			return false
		}
		l.pop()
		return true
	}
	return false
}

func (l *scriptLexer) before(at int) byte {
	if at == 0 {
		return 0
	}
	return l.text[at-1]
}
