// Package python tells whether Python code is valid. It follows the grammar of
// Python 3.14, which holds that of all 3.x before it, and builds no tree: the
// gate only asks yes or no. What the grammar leaves to the compiler (a return
// outside of a function, what may be assigned to) is not looked at.
package python

import "strings"

// File reports whether source is a module.
func File(source string) bool {
	return parse(source, false)
}

// Part reports whether source is a piece of a module as people show it: some
// statements, a method, the branches of an if, the members of a dictionary, with
// the indentation they have there. Statements of Python 2 are let pass.
func Part(source string) bool {
	if strings.Contains(source, ">>> ") {
		return true // a session, with what it printed
	}
	var b strings.Builder
	for l := range strings.Lines(source) {
		if t := strings.TrimSpace(l); strings.HasPrefix(t, "%") || strings.HasPrefix(t, "!") {
			continue // a command of a notebook
		}
		b.WriteString(l)
	}
	source = b.String()
	return parse(source, true) || parse("f(\n"+source+"\n)", true) || parse("{\n"+source+"\n}", true)
}

func parse(source string, part bool) bool {
	tokens, ok := lex(source, part)
	if !ok {
		return false
	}
	p := &parser{tokens: tokens, part: part}
	for !p.done() {
		p.statement()
	}
	return !p.bad || p.deep
}

// maxDepth bounds the nesting; what nests deeper is taken as valid.
const maxDepth = 300

// parser walks over tokens. After a fault it sees the end, so that whoever
// called it returns.
type parser struct {
	tokens []token
	at     int
	part   bool
	bad    bool
	deep   bool
	depth  int
}

func (p *parser) done() bool { return p.bad || p.at >= len(p.tokens) }

// ahead is the token n places ahead.
func (p *parser) ahead(n int) token {
	if p.bad || p.at+n >= len(p.tokens) {
		return token{}
	}
	return p.tokens[p.at+n]
}

// sees reports whether the next token is an operator or a keyword.
func (p *parser) sees(s string) bool {
	t := p.ahead(0)
	return (t.kind == op || t.kind == name) && t.s == s
}

func (p *parser) seesKind(k kind) bool { return !p.done() && p.ahead(0).kind == k }

func (p *parser) seesAny(all map[string]bool) bool {
	t := p.ahead(0)
	return (t.kind == op || t.kind == name) && all[t.s]
}

// takes passes over an operator or a keyword if it is next.
func (p *parser) takes(s string) bool {
	if p.sees(s) {
		p.at++
		return true
	}
	return false
}

func (p *parser) want(s string) {
	if !p.takes(s) {
		p.bad = true
	}
}

func (p *parser) wantKind(k kind) {
	if p.done() || p.ahead(0).kind != k {
		p.bad = true
		return
	}
	p.at++
}

// identifier passes over a name that is no keyword.
func (p *parser) identifier() {
	if t := p.ahead(0); t.kind != name || keywords[t.s] {
		p.bad = true
		return
	}
	p.at++
}

// enter bounds recursion; leave belongs to it.
func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.bad, p.deep = true, true
	}
}

func (p *parser) leave() { p.depth-- }

// try undoes what f did when it does not fit.
func (p *parser) try(f func()) bool {
	at := p.at
	if f(); !p.bad || p.deep {
		return true
	}
	p.at, p.bad = at, false
	return false
}

// list reads items with commas between them until the closing bracket, which it
// takes.
func (p *parser) list(closing string, item func()) {
	for !p.takes(closing) && !p.done() {
		item()
		if !p.sees(closing) {
			p.want(",")
		}
	}
}

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}

var keywords = set(`False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield`)
