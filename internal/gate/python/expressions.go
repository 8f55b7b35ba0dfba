package python

// expressions reads one or more with commas between them, or a yield.
func (p *parser) expressions() {
	if p.sees("yield") {
		p.yield()
		return
	}
	p.starred()
	for p.takes(",") && p.begins() {
		p.starred()
	}
}

// begins reports whether an expression can begin here.
func (p *parser) begins() bool {
	switch t := p.ahead(0); t.kind {
	case text, number:
		return true
	case name:
		return !keywords[t.s] || openers[t.s]
	case op:
		return openers[t.s]
	}
	return false
}

var openers = set("None True False not lambda await yield ( [ { - + ~ * ** ...")

func (p *parser) yield() {
	p.want("yield")
	if p.takes("from") {
		p.expression()
	} else if p.begins() {
		p.expressions()
	}
}

func (p *parser) starred() {
	if p.takes("*") {
		p.binary()
		return
	}
	p.named()
}

func (p *parser) named() {
	p.expression()
	if p.takes(":=") {
		p.expression()
	}
}

func (p *parser) expression() {
	p.enter()
	defer p.leave()
	for {
		if p.takes("lambda") {
			for !p.sees(":") && !p.done() {
				p.parameter(false)
				if !p.takes(",") {
					break
				}
			}
			p.want(":")
			continue
		}
		p.condition()
		if !p.takes("if") {
			return
		}
		p.condition()
		p.want("else")
	}
}

// condition reads operands with "and", "or" and "not".
func (p *parser) condition() {
	for {
		for p.takes("not") {
		}
		p.comparison()
		if !p.takes("and") && !p.takes("or") {
			return
		}
	}
}

var comparisons = set("== != < > <= >= <> in is")

func (p *parser) comparison() {
	p.binary()
	for {
		switch {
		case p.sees("not") && p.ahead(1).s == "in":
			p.at += 2
		case p.seesAny(comparisons):
			if p.takes("is") {
				p.takes("not")
			} else {
				p.at++
			}
		default:
			return
		}
		p.binary()
	}
}

var (
	infixes  = set("| ^ & << >> + - * / // % @ **")
	sums     = set("+ -")
	prefixes = set("+ - ~")
)

// binary reads operands with the operators that bind closer than comparisons.
// Which of them binds closest matters to nobody who only asks whether it fits.
func (p *parser) binary() { p.chain(infixes) }

// arithmetic reads a number with a sign, or a complex one.
func (p *parser) arithmetic() { p.chain(sums) }

func (p *parser) chain(operators map[string]bool) {
	for {
		for p.seesAny(prefixes) {
			p.at++
		}
		p.takes("await")
		p.primary()
		if !p.seesAny(operators) {
			return
		}
		p.at++
	}
}

// primary reads an atom with its attributes, calls and subscripts.
func (p *parser) primary() {
	p.enter()
	defer p.leave()
	p.atom()
	for {
		switch {
		case p.takes("."):
			if t := p.ahead(0); t.kind != name || keywords[t.s] && !p.part {
				p.bad = true
			}
			p.at++
		case p.takes("("):
			p.list(")", p.argument)
		case p.takes("["):
			if p.sees("]") {
				p.bad = true
			}
			p.list("]", p.slice)
		default:
			return
		}
	}
}

func (p *parser) atom() {
	switch t := p.ahead(0); {
	case t.kind == text:
		for p.seesKind(text) {
			p.at++
		}
	case t.kind == number, t.kind == name && (!keywords[t.s] || constants[t.s]), t.s == "..." && t.kind == op:
		p.at++
	case p.takes("("):
		if p.sees("yield") {
			p.yield()
			p.want(")")
			return
		}
		p.elements(")", false)
	case p.takes("["):
		p.elements("]", false)
	case p.takes("{"):
		p.elements("}", true)
	default:
		p.bad = true
	}
}

// elements reads what stands in brackets: a list or a comprehension.
func (p *parser) elements(closing string, pairs bool) {
	p.list(closing, func() {
		if pairs && p.takes("**") {
			p.binary()
		} else {
			p.starred()
		}
		if pairs && p.takes(":") {
			p.expression()
		}
		p.comprehension()
	})
}

func (p *parser) comprehension() {
	for p.sees("for") || p.sees("async") && p.ahead(1).s == "for" {
		p.takes("async")
		p.want("for")
		p.targets()
		p.want("in")
		p.condition()
		for p.takes("if") {
			p.condition()
			if p.takes(":=") {
				p.expression()
			}
		}
	}
}

// targets reads what a loop assigns to.
func (p *parser) targets() {
	p.target()
	for p.takes(",") && !p.sees("in") {
		p.target()
	}
}

func (p *parser) target() {
	p.takes("*")
	p.primary()
}

func (p *parser) argument() {
	switch {
	case p.takes("*"), p.takes("**"):
		p.expression()
		return
	case p.ahead(0).kind == name && p.ahead(1).s == "=" && p.ahead(1).kind == op:
		p.identifier()
		p.want("=")
		p.expression()
		return
	}
	p.named()
	p.comprehension()
}

func (p *parser) slice() {
	if !p.sees(":") {
		p.starred()
	}
	for p.takes(":") {
		if !p.sees(":") && !p.sees(",") && !p.sees("]") {
			p.expression()
		}
	}
}
