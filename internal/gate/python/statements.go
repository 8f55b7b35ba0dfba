package python

// statement reads a compound statement or a line of simple ones.
func (p *parser) statement() {
	p.enter()
	defer p.leave()
	switch t := p.ahead(0); {
	case t.kind == op && t.s == "@":
		p.decorators()
	case t.kind != name:
		p.line()
	case t.s == "async":
		p.at++
		if !p.sees("def") && !p.sees("for") && !p.sees("with") {
			p.bad = true
		}
		p.statement()
	case p.compound(t.s) != nil:
		p.at++
		p.compound(t.s)()
	case p.part && (t.s == "elif" || t.s == "else" || t.s == "except" || t.s == "finally"):
		p.clauses()
	case t.s == "match" && p.try(p.matchHead):
		p.cases()
	case t.s == "case" && p.part && p.try(p.caseHead):
		p.block()
	default:
		p.line()
	}
}

// compound returns how a statement with a body is read behind its keyword, nil
// for other statements.
func (p *parser) compound(keyword string) func() {
	switch keyword {
	case "if", "while":
		return func() { p.named(); p.block(); p.clauses() }
	case "for":
		return func() { p.targets(); p.want("in"); p.expressions(); p.block(); p.clauses() }
	case "try":
		return p.tryStatement
	case "with":
		return p.with
	case "def":
		return p.def
	case "class":
		return p.class
	}
	return nil
}

// clauses reads what may follow the body of an if, a loop or a try.
func (p *parser) clauses() {
	for {
		switch {
		case p.takes("elif"):
			p.named()
		case p.takes("except"):
			p.caught()
		case p.takes("else"), p.takes("finally"):
		default:
			return
		}
		p.block()
	}
}

func (p *parser) tryStatement() {
	p.block()
	if !p.sees("except") && !p.sees("finally") && !(p.part && p.done()) {
		p.bad = true
	}
	p.clauses()
}

func (p *parser) caught() {
	p.takes("*")
	if p.sees(":") {
		return
	}
	p.expressions()
	if p.takes("as") {
		p.identifier()
	}
}

// with reads its items, which may stand in brackets.
func (p *parser) with() {
	bare := func() {
		p.withItem()
		for p.takes(",") {
			p.withItem()
		}
		if !p.sees(":") {
			p.bad = true
		}
	}
	if !p.try(bare) {
		p.want("(")
		p.list(")", p.withItem)
	}
	p.block()
}

func (p *parser) withItem() {
	p.expression()
	if p.takes("as") {
		p.target()
	}
}

func (p *parser) decorators() {
	for p.takes("@") {
		p.named()
		p.wantKind(newline)
	}
	if p.part && p.done() {
		return
	}
	if !p.sees("def") && !p.sees("class") && !p.sees("async") {
		p.bad = true
	}
	p.statement()
}

func (p *parser) def() {
	p.identifier()
	p.typeParameters()
	p.want("(")
	p.list(")", func() { p.parameter(true) })
	if p.takes("->") {
		p.expressions()
	}
	p.block()
}

func (p *parser) class() {
	p.identifier()
	p.typeParameters()
	if p.takes("(") {
		p.list(")", p.argument)
	}
	p.block()
}

func (p *parser) typeParameters() {
	if !p.takes("[") {
		return
	}
	p.list("]", func() {
		if !p.takes("*") {
			p.takes("**")
		}
		p.identifier()
		if p.takes(":") {
			p.expression()
		}
		if p.takes("=") {
			p.starred()
		}
	})
}

// parameter reads one parameter of a function, with its type when it may have
// one.
func (p *parser) parameter(typed bool) {
	switch {
	case p.takes("/"):
		return
	case p.takes("*"):
		if p.sees(",") || p.sees(")") || p.sees(":") && !typed {
			return
		}
	default:
		p.takes("**")
	}
	p.identifier()
	if typed && p.takes(":") {
		p.starred()
	}
	if p.takes("=") {
		p.expression()
	}
}

// block reads a colon and what belongs to it: an indented block, or statements
// on the same line. A part may end behind the colon.
func (p *parser) block() {
	p.want(":")
	if !p.seesKind(newline) {
		p.line()
		return
	}
	p.at++
	if p.part && (p.done() || !p.seesKind(indent)) {
		return // only a comment is shown, or nothing
	}
	p.wantKind(indent)
	for !p.seesKind(dedent) && !p.done() {
		p.statement()
	}
	p.wantKind(dedent)
}

// line reads simple statements up to the end of their line.
func (p *parser) line() {
	p.simple()
	for p.takes(";") && !p.seesKind(newline) {
		p.simple()
	}
	p.wantKind(newline)
}

// ended reports whether a statement has nothing more.
func (p *parser) ended() bool { return p.done() || p.seesKind(newline) || p.sees(";") }

func (p *parser) simple() {
	t := p.ahead(0)
	if read := simple[t.s]; t.kind == name && read != nil {
		p.at++
		read(p)
		return
	}
	switch next := p.ahead(1); {
	case t.kind == name && t.s == "type" && next.kind == name && !keywords[next.s]:
		p.at++
		p.identifier()
		p.typeParameters()
		p.want("=")
		p.expression()
	case p.part && (t.s == "print" || t.s == "exec") && (next.kind == text || next.kind == number || next.kind == name && !infix[next.s] || next.s == ">>"):
		p.at++ // Python 2
		p.takes(">>")
		p.expressions()
	default:
		p.assignment()
	}
}

// infix are the keywords that may follow an operand.
var infix = set(`and or in is not if else for as async`)

// simple are the statements that begin with a keyword.
var simple = map[string]func(*parser){
	"pass": func(*parser) {}, "break": func(*parser) {}, "continue": func(*parser) {},
	"return": func(p *parser) {
		if !p.ended() {
			p.expressions()
		}
	},
	"raise": func(p *parser) {
		if p.ended() {
			return
		}
		p.expression()
		for p.part && p.takes(",") { // Python 2
			p.expression()
		}
		if p.takes("from") {
			p.expression()
		}
	},
	"global": (*parser).names, "nonlocal": (*parser).names,
	"del": (*parser).expressions,
	"assert": func(p *parser) {
		p.expression()
		if p.takes(",") {
			p.expression()
		}
	},
	"import": func(p *parser) {
		p.imported()
		for p.takes(",") {
			p.imported()
		}
	},
	"from": (*parser).importFrom,
}

func (p *parser) names() {
	p.identifier()
	for p.takes(",") {
		p.identifier()
	}
}

func (p *parser) imported() {
	p.dotted()
	if p.takes("as") {
		p.identifier()
	}
}

func (p *parser) dotted() {
	p.identifier()
	for p.takes(".") {
		p.identifier()
	}
}

func (p *parser) importFrom() {
	dots := false
	for p.takes(".") || p.takes("...") {
		dots = true
	}
	if !dots || !p.sees("import") {
		p.dotted()
	}
	p.want("import")
	switch {
	case p.takes("*"):
	case p.takes("("):
		p.list(")", p.imported)
	default:
		p.imported()
		for p.takes(",") {
			p.imported()
		}
	}
}

var augmented = set("+= -= *= /= //= %= @= &= |= ^= >>= <<= **=")

// assignment reads an expression that stands alone, or is assigned to.
func (p *parser) assignment() {
	p.expressions()
	switch {
	case p.takes(":"):
		p.expression()
		if p.takes("=") {
			p.expressions()
		}
	case p.seesAny(augmented):
		p.at++
		p.expressions()
	default:
		for p.takes("=") {
			p.expressions()
		}
	}
}
