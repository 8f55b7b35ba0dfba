package testcode

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/python"
)

// expressions reads expressions with commas between them.
func (p *pythonReader) expressions() *node {
	first := p.expression()
	if !p.sees(",") {
		return first
	}
	all := &node{name: "[]", kids: []*node{first}, at: first.at}
	for p.takes(",") {
		if k := p.ahead(0); k.Kind == python.Newline || k.Text == "=" || k.Text == ")" || k.Text == ":" {
			break
		}
		all.kids = append(all.kids, p.expression())
	}
	return all
}

// binding strengths of operators, those of comparisons with one another.
var pythonOperators = map[string]int{
	"or": 1, "and": 2, "in": 4, "is": 4, "not": 4, "<": 4, ">": 4, "==": 4, ">=": 4, "<=": 4, "!=": 4,
	"|": 5, "^": 6, "&": 7, "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "//": 10, "%": 10, "@": 10, "**": 12,
}

// sameOperators are operators as other languages write them.
var sameOperators = map[string]string{"or": "||", "and": "&&", "is": "==", "is not": "!=", "not": "!"}

func (p *pythonReader) expression() *node {
	const deepest = 120
	if p.depth++; p.depth > deepest {
		p.lost = true
	}
	defer func() { p.depth-- }()
	if p.lost {
		return &node{}
	}
	switch {
	case p.takes("lambda"):
		return p.lambda()
	case p.takes("*"), p.takes("**"):
		return p.binary(5)
	case p.takes("yield"):
		p.takes("from")
		if k := p.ahead(0); k.Kind == python.Newline || k.Text == ")" {
			return &node{}
		}
		return p.expressions()
	}
	n := p.binary(1)
	if p.takes(":=") {
		value := p.expression()
		return &node{kind: assign, fresh: true, into: []*node{n}, kids: []*node{value}, at: n.at}
	}
	if p.takes("if") {
		cond := p.binary(1)
		p.takes("else")
		n = &node{kids: []*node{cond, n, p.expression()}, at: n.at}
	}
	return n
}

func (p *pythonReader) lambda() *node {
	f := &node{kind: function, at: p.at}
	for !p.done() && !p.takes(":") && !p.lost {
		if t := p.ahead(0); t.Kind == python.Name {
			f.names = append(f.names, t.Text)
		}
		p.at++
		if p.takes("=") {
			p.expression()
		}
	}
	f.kids = []*node{p.expression()}
	return f
}

// binary reads operators of at least some strength and what they join.
func (p *pythonReader) binary(least int) *node {
	left := p.unary()
	for !p.lost {
		t := p.ahead(0)
		strength := pythonOperators[t.Text]
		if t.Kind != python.Operator && t.Kind != python.Name || strength < least || strength == 0 || t.Text == "not" && p.ahead(1).Text != "in" {
			break
		}
		p.at++
		name := t.Text
		if name == "not" && p.takes("in") {
			name = "not in"
		}
		if name == "is" && p.takes("not") {
			name = "is not"
		}
		if same := sameOperators[name]; same != "" {
			name = same
		}
		left = &node{kind: operator, name: name, kids: []*node{left, p.binary(strength + 1)}, at: left.at}
	}
	return left
}

func (p *pythonReader) unary() *node {
	at := p.at + 1
	switch {
	case p.takes("not"):
		return &node{kind: operator, name: "!", kids: []*node{p.binary(4)}, at: at}
	case p.takes("await"):
		n := p.unary()
		n.waits = true
		return n
	case p.takes("-"), p.takes("+"), p.takes("~"):
		return &node{kind: operator, name: "-", kids: []*node{p.unary()}, at: at}
	}
	return p.trailed(p.atom())
}

// trailed reads calls, attributes and indexes behind an expression.
func (p *pythonReader) trailed(n *node) *node {
	for !p.lost {
		switch {
		case p.takes("."):
			n = p.attribute(n, p.ahead(0).Text)
			p.at++
		case p.takes("("):
			n = p.called(n, p.arguments())
		case p.takes("["):
			n = &node{kind: member, kids: append([]*node{n}, p.arguments()...), at: n.at}
		default:
			return n
		}
	}
	return n
}

// attribute is an attribute of a value; the methods of unittest that check are
// what other tools have for them.
func (p *pythonReader) attribute(of *node, name string) *node {
	if of.kind == ident && of.name == "self" && (strings.HasPrefix(name, "assert") || assertMethods[name] != "") {
		known, ok := assertMethods[name]
		if !ok {
			known = strings.ToLower(strings.TrimPrefix(name, "assert"))
		}
		return &node{kind: member, name: known, kids: []*node{{kind: ident, name: "assert", at: of.at}}, at: of.at}
	}
	return &node{kind: member, name: name, kids: []*node{of}, at: of.at}
}

// called is a call; some end the test.
func (p *pythonReader) called(callee *node, args []*node) *node {
	last := callee.last()
	switch root := callee.root(); {
	case root == "pytest" && last == "fail", root == "assert" && last == "fail" && callee.kind == member:
		return &node{kind: ending, name: "throw", at: callee.at}
	case root == "pytest" && last == "skip" && callee.kids[0].kind == ident, root == "self" && last == "skipTest":
		return &node{at: callee.at}
	}
	return &node{kind: call, kids: append([]*node{callee}, args...), at: callee.at}
}

// arguments reads up to the closing bracket, which it takes.
func (p *pythonReader) arguments() []*node {
	var all []*node
	for !p.done() && !p.takes(")") && !p.takes("]") && !p.takes("}") && !p.lost {
		before := p.at
		if p.takes(",") || p.takes(":") {
			continue
		}
		if t := p.ahead(0); t.Kind == python.Name && p.ahead(1).Text == "=" {
			p.at += 2
		}
		one := p.expression()
		if p.sees("for") || p.sees("async") {
			one = p.comprehension(one)
		}
		all = append(all, one)
		p.lost = p.lost || p.at == before
	}
	return all
}

func (p *pythonReader) comprehension(of *node) *node {
	all := &node{name: "[]", at: of.at}
	for !p.lost {
		p.takes("async")
		if p.takes("if") {
			all.kids = append(all.kids, p.binary(1))
			continue
		}
		if !p.takes("for") {
			break
		}
		to := p.targets("in")
		p.takes("in")
		all.kids = append(all.kids, &node{kind: assign, name: "range", fresh: true, into: to, kids: []*node{p.binary(1)}})
	}
	all.kids = append(all.kids, of)
	return all
}

var fieldName = regexp.MustCompile(`[A-Za-z_]\w*`)

func (p *pythonReader) atom() *node {
	t := p.ahead(0)
	at := p.at + 1
	p.at++
	switch t.Kind {
	case python.Number:
		return &node{kind: literal, name: t.Text, at: at}
	case python.Text:
		return p.text(t.Text, at)
	case python.Name:
		switch t.Text {
		case "None":
			return &node{kind: literal, name: "nil", at: at}
		case "True", "False":
			return &node{kind: literal, name: strings.ToLower(t.Text), at: at}
		}
		return &node{kind: ident, name: t.Text, at: at}
	case python.Operator:
		switch t.Text {
		case "(":
			inside := p.arguments()
			if len(inside) == 1 && p.tokens[p.at-2].Text != "," {
				return inside[0]
			}
			return &node{name: "[]", kids: inside, at: at}
		case "[", "{":
			return &node{name: "[]", kids: p.arguments(), at: at}
		case "...":
			return &node{kind: literal, name: "...", at: at}
		}
	}
	p.lost = true
	return &node{}
}

// text is a string, or several that stand side by side; what is filled into one
// are its parts.
func (p *pythonReader) text(first string, at int) *node {
	var whole strings.Builder
	whole.WriteString(first)
	for p.ahead(0).Kind == python.Text && !p.done() {
		whole.WriteString(p.ahead(0).Text)
		p.at++
	}
	n := &node{kind: literal, name: whole.String(), at: at}
	if prefix, _, _ := strings.Cut(strings.ReplaceAll(first, "'", "\""), "\""); strings.ContainsAny(prefix, "fF") {
		n.kind = other
		for field := range strings.SplitSeq(n.name, "{") {
			inside, _, closed := strings.Cut(field, "}")
			if name := fieldName.FindString(inside); closed && name != "" {
				n.kids = append(n.kids, &node{kind: ident, name: name, at: at})
			}
		}
	}
	return n
}
