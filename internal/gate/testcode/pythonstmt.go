package testcode

import (
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/python"
)

func (p *pythonReader) branch() *node {
	loop := p.sees("while")
	p.at++
	n := &node{kind: branch, at: p.at, kids: []*node{p.expression()}}
	n.kids = append(n.kids, p.body())
	if loop {
		n.kind = other
		return n
	}
	switch {
	case p.sees("elif"):
		n.kids = append(n.kids, p.branch())
	case p.takes("else"):
		n.kids = append(n.kids, p.body())
	}
	return n
}

func (p *pythonReader) loop() *node {
	p.at++
	to := p.targets("in")
	p.takes("in")
	loop := &node{kind: assign, name: "range", fresh: true, into: to, kids: []*node{p.expressions()}, at: p.at}
	all := &node{kids: []*node{loop, p.body()}, at: loop.at}
	if p.takes("else") {
		all.kids = append(all.kids, p.body())
	}
	return all
}

// targets reads expressions that are given values, up to a word.
func (p *pythonReader) targets(end string) []*node {
	var all []*node
	for !p.done() && !p.sees(end) && p.ahead(0).Kind != python.Newline {
		if t := p.ahead(0); t.Kind == python.Name {
			all = append(all, &node{kind: ident, name: t.Text})
		}
		p.at++
	}
	return all
}

// sharpHandler matches handlers that a failed check does not reach.
var sharpHandler = regexp.MustCompile(`^(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*$`)

// attempt: a handler for other failures than that of a check does not hide one. A
// body that says that it must fail is a check.
func (p *pythonReader) attempt() *node {
	p.at++
	body := p.body()
	t := &node{kind: attempt, kids: []*node{body, nil}, at: body.at}
	for p.takes("except") {
		head := ""
		for !p.done() && !p.sees(":") {
			head += p.ahead(0).Text + " "
			p.at++
		}
		head, _, _ = strings.Cut(strings.TrimSpace(head), " as ")
		kind := strings.ReplaceAll(head, " ", "")
		handler := p.body()
		if kind == "Exception" || kind == "BaseException" || kind == "AssertionError" || !sharpHandler.MatchString(kind) {
			t.kids[1] = &node{kids: []*node{handler}}
		} else {
			t.kids = append(t.kids, handler)
			if mustFail(body) {
				t.kids = append(t.kids, raises(body))
			}
		}
	}
	for p.takes("else") || p.takes("finally") {
		t.kids = append(t.kids, p.body())
	}
	return t
}

// mustFail reports whether code ends with a failure of the test.
func mustFail(body *node) bool {
	last := body
	if n := len(body.kids); body.kind == other && n > 0 {
		last = body.kids[n-1]
	}
	return last.kind == ending && last.name == "throw"
}

// raises is the check that code fails.
func raises(body *node) *node {
	return &node{kind: call, at: body.at, kids: []*node{{kind: member, name: "raises", kids: []*node{{kind: ident, name: "assert"}}}, {kind: function, kids: []*node{body}}}}
}

// with: what checks whether its body fails is a check of that body.
func (p *pythonReader) with() *node {
	p.at++
	all := &node{at: p.at}
	checked := false
	bracket := p.sees("(") && p.opensItems()
	if bracket {
		p.at++
	}
	for !p.done() && !p.sees(":") && !p.lost {
		before := p.at
		item := p.expression()
		if p.takes("as") {
			all.kids = append(all.kids, &node{kind: assign, fresh: true, kids: []*node{item}, into: p.asTargets()})
		} else {
			all.kids = append(all.kids, item)
		}
		if item.kind == call {
			last := item.kids[0].last()
			checked = checked || item.root() == "assert" && strings.HasPrefix(last, "raises") || item.root() == "pytest" && (last == "raises" || last == "warns" || last == "deprecated_call")
		}
		if !p.takes(",") && bracket {
			p.takes(")")
		}
		p.lost = p.lost || p.at == before
	}
	body := p.body()
	if checked {
		return &node{kids: append(all.kids, raises(body)), at: all.at}
	}
	all.kids = append(all.kids, body)
	return all
}

// opensItems reports whether the bracket that is next holds the items of a with.
func (p *pythonReader) opensItems() bool {
	const furthest = 400 // tokens
	open := 0
	for i := 0; i < furthest && p.at+i < len(p.tokens); i++ {
		switch p.ahead(i).Text {
		case "(", "[", "{":
			open++
		case ")", "]", "}":
			if open--; open == 0 {
				return p.ahead(i+1).Text == ":"
			}
		}
	}
	return false
}

func (p *pythonReader) asTargets() []*node {
	var all []*node
	for !p.done() && !p.sees(":") && !p.sees(",") && !p.sees(")") {
		if t := p.ahead(0); t.Kind == python.Name {
			all = append(all, &node{kind: ident, name: t.Text})
		}
		p.at++
	}
	return all
}

// decorated reads decorators and what they stand for.
func (p *pythonReader) decorated() *node {
	var marks []*node
	for p.takes("@") {
		marks = append(marks, p.expression())
		p.takesKind(python.Newline)
	}
	p.takes("async")
	if p.sees("class") {
		return p.classOf(marks)
	}
	if p.sees("def") {
		return p.def(marks)
	}
	return nil
}

// skips reports whether a decorator has a test left out, whatever holds.
func skips(marks []*node) bool {
	return slices.ContainsFunc(marks, func(m *node) bool {
		last := m.last()
		if m.kind == call {
			last = m.kids[0].last()
		}
		return last == "skip"
	})
}

func (p *pythonReader) classOf(marks []*node) *node {
	p.at++
	name := p.ahead(0).Text
	p.at++
	bases := &node{}
	if p.takes("(") {
		bases.kids = p.arguments()
	}
	for _, b := range bases.kids {
		p.tests.bases = p.tests.bases || !p.classes[b.last()]
	}
	p.classes[name] = true
	p.class++
	before := len(p.tests.units)
	body := p.body()
	p.class--
	for _, u := range p.tests.units[before:] {
		u.skipped = u.skipped || skips(marks)
	}
	n := &node{kind: assign, fresh: true, into: []*node{{kind: ident, name: name}}, kids: []*node{{kids: []*node{bases, body}}}}
	if !strings.HasPrefix(name, "Test") && !strings.HasSuffix(name, "Test") && !strings.HasSuffix(name, "Tests") && p.inside == 0 {
		p.tests.declared[name] = n.kids[0]
	}
	return n
}

func (p *pythonReader) def(marks []*node) *node {
	p.at++
	name := p.ahead(0).Text
	p.at++
	if p.takes("[") {
		p.arguments()
	}
	var names []string
	defaults := &node{}
	if p.takes("(") {
		for !p.done() && !p.takes(")") && !p.lost {
			before := p.at
			for p.takes("*") || p.takes("**") || p.takes("/") || p.takes(",") {
			}
			if t := p.ahead(0); t.Kind == python.Name {
				names = append(names, t.Text)
				p.at++
			}
			if p.takes(":") {
				p.expression()
			}
			if p.takes("=") {
				defaults.kids = append(defaults.kids, p.expression())
			}
			p.lost = p.lost || p.at == before
		}
	}
	if p.takes("->") {
		p.expression()
	}
	p.inside++
	body := p.body()
	p.inside--
	test := p.inside == 0 && strings.HasPrefix(name, "test")
	f := &node{kind: function, kids: []*node{defaults, body}, at: body.at}
	if test {
		p.tests.units = append(p.tests.units, &unit{name: name, body: f, handles: map[string]bool{}, skipped: skips(marks), given: names})
		return nil
	}
	f.names = names
	if p.inside == 0 && p.class == 0 {
		p.tests.declared[name] = f
		return f
	}
	if p.inside == 0 {
		p.tests.methods[name] = &node{kids: []*node{p.tests.methods[name], f}} // whichever class has it
	}
	return &node{kind: assign, fresh: true, into: []*node{{kind: ident, name: name}}, kids: []*node{f}}
}

func (p *pythonReader) simple() *node {
	t := p.ahead(0)
	if t.Kind == python.Name {
		switch t.Text {
		case "pass", "break", "continue":
			p.at++
			return nil
		case "import", "from":
			p.imported()
			return nil
		case "global", "nonlocal":
			for !p.done() && p.ahead(0).Kind != python.Newline && !p.sees(";") {
				p.at++
			}
			return nil
		case "return", "raise":
			p.at++
			e := &node{kind: ending, name: map[string]string{"return": "return", "raise": "throw"}[t.Text], at: p.at}
			if k := p.ahead(0).Kind; k != python.Newline && !p.sees(";") {
				e.kids = []*node{p.expressions()}
				if p.takes("from") {
					e.kids = append(e.kids, p.expression())
				}
			}
			return e
		case "del", "await":
			p.at++
			return p.expressions()
		case "assert":
			return p.assertion()
		}
	}
	return p.assignment()
}

func (p *pythonReader) assertion() *node {
	p.at++
	at := p.at
	cond := p.expression()
	if p.takes(",") {
		p.expression()
	}
	if cond.kind == literal && cond.name == "false" {
		return &node{kind: ending, name: "throw", at: at}
	}
	return &node{kind: call, kids: []*node{{kind: ident, name: "assert", at: at}, cond}, at: at}
}

// imported notes what a module is to the tests.
func (p *pythonReader) imported() {
	from := p.sees("from")
	p.at++
	module, name := "", ""
	note := func() {
		top, _, _ := strings.Cut(module, ".")
		if name == "" {
			name = top
		}
		if name != "" && pythonTools[top] && !(p.own != nil && p.own(top)) {
			p.tests.foreign[name] = true
		}
		name = ""
	}
	if from {
		for !p.done() && !p.sees("import") && p.ahead(0).Kind != python.Newline {
			module += p.ahead(0).Text
			p.at++
		}
		p.takes("import")
	}
	for !p.done() && p.ahead(0).Kind != python.Newline && !p.sees(";") {
		switch t := p.ahead(0); {
		case t.Text == "as":
			p.at++
			name = p.ahead(0).Text
		case t.Text == ",":
			note()
			if !from {
				module = ""
			}
		case t.Kind == python.Name && from:
			name = t.Text
		case !from:
			module += t.Text
		}
		p.at++
	}
	note()
}

func (p *pythonReader) assignment() *node {
	at := p.at + 1
	value := p.expressions()
	if p.takes(":") {
		p.expression()
	}
	t := p.ahead(0)
	if t.Kind == python.Operator && len(t.Text) > 1 && strings.HasSuffix(t.Text, "=") && !strings.ContainsAny(t.Text[:1], "=!<>:") {
		p.at++
		return &node{kind: assign, name: "+=", into: []*node{value}, kids: []*node{p.expressions()}, at: at}
	}
	var to []*node
	for p.takes("=") {
		to = append(to, value)
		value = p.expressions()
	}
	if len(to) == 0 {
		return value
	}
	a := &node{kind: assign, fresh: true, kids: []*node{value}, at: at}
	for _, one := range to {
		if one.kind == other {
			a.into, a.name = append(a.into, one.kids...), "range"
		} else {
			a.into = append(a.into, one)
		}
	}
	a.fresh = !slices.ContainsFunc(a.into, func(n *node) bool { return n.kind != ident })
	return a
}
