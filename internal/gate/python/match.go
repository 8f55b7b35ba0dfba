package python

// matchHead reads the head of a match statement; "match" is a name elsewhere.
func (p *parser) matchHead() {
	p.want("match")
	p.expressions()
	p.want(":")
	p.wantKind(newline)
	p.wantKind(indent)
	if !p.sees("case") {
		p.bad = true
	}
}

func (p *parser) cases() {
	for !p.seesKind(dedent) && !p.done() {
		p.caseHead()
		p.block()
	}
	p.wantKind(dedent)
}

func (p *parser) caseHead() {
	p.want("case")
	p.starPattern()
	for p.takes(",") && !p.sees(":") && !p.sees("if") {
		p.starPattern()
	}
	if p.takes("if") {
		p.named()
	}
	if !p.sees(":") {
		p.bad = true
	}
}

func (p *parser) starPattern() {
	if p.takes("*") {
		p.identifier()
		return
	}
	p.pattern()
}

func (p *parser) pattern() {
	p.enter()
	defer p.leave()
	p.closedPattern()
	for p.takes("|") {
		p.closedPattern()
	}
	if p.takes("as") {
		p.identifier()
	}
}

var constants = set("None True False")

func (p *parser) closedPattern() {
	switch t := p.ahead(0); {
	case p.takes("("):
		p.list(")", p.starPattern)
	case p.takes("["):
		p.list("]", p.starPattern)
	case p.takes("{"):
		p.list("}", func() {
			if p.takes("**") {
				p.identifier()
				return
			}
			p.binary()
			p.want(":")
			p.pattern()
		})
	case t.kind == number, t.kind == text, p.sees("-"), p.seesAny(constants):
		p.arithmetic()
	default:
		p.dotted()
		if p.takes("(") {
			p.list(")", func() {
				if p.ahead(1).s == "=" {
					p.identifier()
					p.want("=")
				}
				p.pattern()
			})
		}
	}
}
