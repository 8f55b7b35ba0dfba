package pycheck

import "strings"

// block is a statement with the statements indented below it.
type block struct {
	statement
	body  []*block
	outer *block
}

// tree nests logical lines by their indentation. "if x: y" on one line has
// its y as a statement of its own.
func tree(all []statement) *block {
	root := &block{statement: statement{indent: -1}}
	cur := root
	for _, s := range all {
		for cur.indent >= s.indent && cur != root {
			cur = cur.outer
		}
		b := &block{statement: s, outer: cur}
		cur.body = append(cur.body, b)
		if at := b.colon(); at >= 0 && at+1 < len(s.toks) && b.compound() {
			inline := statement{toks: s.toks[at+1:], indent: s.indent + 1, line: s.toks[at+1].line, end: s.end}
			b.toks = s.toks[:at+1]
			b.body = append(b.body, &block{statement: inline, outer: b})
		}
		cur = b
	}
	return root
}

// each calls visit for a block and all below it.
func (b *block) each(visit func(*block)) {
	for _, c := range b.body {
		visit(c)
		c.each(visit)
	}
}

// keyword is the first word, "async" skipped.
func (b *block) keyword() string {
	if len(b.toks) == 0 || b.toks[0].kind != name {
		return ""
	}
	if b.toks[0].s == "async" && len(b.toks) > 1 {
		return b.toks[1].s
	}
	return b.toks[0].s
}

// compound reports whether the statement opens a block.
func (b *block) compound() bool {
	switch b.keyword() {
	case "if", "elif", "else", "for", "while", "try", "except", "finally", "with", "def", "class", "match", "case":
		return true
	}
	return false
}

// colon finds the colon that ends a compound statement's head.
func (b *block) colon() int {
	depth := 0
	lambda := 0
	for i, t := range b.toks {
		switch t.s {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		case "lambda":
			if t.kind == name && depth == 0 {
				lambda++
			}
		case ":":
			if depth == 0 && t.kind == op {
				if lambda > 0 {
					lambda--
					continue
				}
				return i
			}
		}
	}
	return -1
}

// last is the last physical line of the block with its body.
func (b *block) last() int {
	if n := len(b.body); n > 0 {
		return max(b.end, b.body[n-1].last())
	}
	return b.end
}

// function is the innermost def around the block, nil at the top.
func (b *block) function() *block {
	for o := b.outer; o != nil; o = o.outer {
		if o.keyword() == "def" {
			return o
		}
	}
	return nil
}

// defName is the name of a def or class.
func (b *block) defName() string {
	for i, t := range b.toks {
		if (t.s == "def" || t.s == "class") && i+1 < len(b.toks) {
			return b.toks[i+1].s
		}
	}
	return ""
}

// call is a call inside a statement: subprocess.run(…) with its arguments.
type call struct {
	name string // dotted, as written
	line int
	args []arg
	from int // index of the name's last token in the statement
	to   int // index of the closing bracket
}

type arg struct {
	name string // of a keyword argument
	toks []tok
}

// calls finds all calls of a statement, nested ones too.
func (b *block) calls() []call {
	var all []call
	for i, t := range b.toks {
		if t.s != "(" || t.kind != op || i == 0 {
			continue
		}
		dotted, line := b.dotted(i - 1)
		if dotted == "" || keywords[dotted] {
			continue
		}
		if k := b.keyword(); (k == "def" || k == "class") && dotted == b.defName() {
			continue
		}
		args, to := b.arguments(i)
		all = append(all, call{dotted, line, args, i - 1, to})
	}
	return all
}

// keywords may stand before a bracket without being called.
var keywords = map[string]bool{"if": true, "elif": true, "while": true, "return": true, "in": true, "not": true, "and": true, "or": true, "is": true, "yield": true, "await": true, "assert": true, "del": true, "lambda": true, "for": true, "print": false, "except": true, "raise": true, "from": true, "import": true, "with": true, "else": true}

// dotted reads a dotted name backwards from its last token.
func (b *block) dotted(i int) (string, int) {
	if b.toks[i].kind != name {
		if b.toks[i].s == ")" || b.toks[i].s == "]" {
			return "", 0
		}
		return "", 0
	}
	parts := []string{b.toks[i].s}
	line := b.toks[i].line
	for i >= 2 && b.toks[i-1].s == "." {
		if b.toks[i-2].kind != name {
			parts = append([]string{""}, parts...) // the result of something: f().read
			break
		}
		i -= 2
		parts = append([]string{b.toks[i].s}, parts...)
		line = b.toks[i].line
	}
	return strings.Join(parts, "."), line
}

// arguments splits what stands in the brackets that open at i.
func (b *block) arguments(i int) ([]arg, int) {
	var args []arg
	var cur []tok
	depth := 0
	flush := func() {
		if len(cur) == 0 {
			return
		}
		a := arg{toks: cur}
		if len(cur) > 1 && cur[0].kind == name && cur[1].s == "=" {
			a = arg{name: cur[0].s, toks: cur[2:]}
		}
		args, cur = append(args, a), nil
	}
	for j := i; j < len(b.toks); j++ {
		switch t := b.toks[j]; t.s {
		case "(", "[", "{":
			if depth++; depth > 1 {
				cur = append(cur, t)
			}
		case ")", "]", "}":
			if depth--; depth == 0 {
				flush()
				return args, j
			}
			cur = append(cur, t)
		case ",":
			if depth == 1 {
				flush()
				continue
			}
			cur = append(cur, t)
		default:
			cur = append(cur, t)
		}
	}
	flush()
	return args, len(b.toks) - 1
}

// keywordArg returns a keyword argument's tokens.
func (c call) keywordArg(name string) ([]tok, bool) {
	for _, a := range c.args {
		if a.name == name {
			return a.toks, true
		}
	}
	return nil, false
}

// spread reports whether the call passes *args or **kwargs, so that anything
// may be in it.
func (c call) spread() bool {
	for _, a := range c.args {
		if a.name == "" && len(a.toks) > 0 && (a.toks[0].s == "**" || a.toks[0].s == "*") {
			return true
		}
	}
	return false
}

// source joins tokens for people: no space around dots and brackets.
func source(toks []tok) string {
	var b strings.Builder
	for i, t := range toks {
		if i > 0 && toks[i-1].kind != op && t.kind != op || i > 0 && (toks[i-1].s == "," || spaced[t.s] && t.kind == op || spaced[toks[i-1].s] && toks[i-1].kind == op) {
			b.WriteByte(' ')
		}
		b.WriteString(t.s)
	}
	s := strings.Join(strings.Fields(b.String()), " ")
	if len(s) > 90 {
		s = strings.ToValidUTF8(s[:88], "") + "…"
	}
	return s
}

var spaced = map[string]bool{"+": true, "%": true, "==": true, "!=": true, "and": true, "or": true, "in": true, "is": true, "not": true, "->": true}
