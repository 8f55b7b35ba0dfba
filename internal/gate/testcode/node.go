package testcode

import (
	"strconv"
	"strings"
)

// kind is what a node of code is.
type kind int

const (
	other    kind = iota // its parts matter, in order
	ident                // a name
	literal              // a constant
	member               // name of its one part
	call                 // the callee, then the arguments
	function             // its body; names are its parameters
	assign               // the value; into are the targets
	branch               // a condition, then what depends on it
	attempt              // a body, what handles its failure, what follows
	operator             // name says which
	ending               // a return or a throw
)

// node is code of any language, as far as tests are concerned.
type node struct {
	kind  kind
	name  string
	kids  []*node
	into  []*node
	names []string
	fresh bool // an assignment declares its targets
	waits bool // it is awaited
	at    int  // byte, from 1
}

// leftAlone is the name of a statement that leaves a promise to itself.
const leftAlone = "then"

// declares marks assignments as declarations.
func (n *node) declares(fresh bool) {
	n.fresh = fresh && n.kind == assign
	for _, k := range n.kids {
		if n.kind != assign && k.kind == assign {
			k.fresh = fresh
		}
	}
}

// walk calls see for a node and what is below it until see says no.
func (n *node) walk(see func(*node) bool) {
	if n == nil || !see(n) {
		return
	}
	for _, k := range n.into {
		k.walk(see)
	}
	for _, k := range n.kids {
		k.walk(see)
	}
}

// maxDeep bounds how deep code nests; long chains of calls nest deeply, too.
const maxDeep = 300

// deeper reports whether the code below a node nests deeper than some levels.
func (n *node) deeper(levels int) bool {
	if n == nil {
		return false
	}
	if levels == 0 {
		return true
	}
	for _, all := range [][]*node{n.into, n.kids} {
		for _, k := range all {
			if k.deeper(levels - 1) {
				return true
			}
		}
	}
	return false
}

// root is the name that a chain of members and calls begins with, "" when it
// begins with something else.
func (n *node) root() string {
	for n != nil {
		switch {
		case n.kind == ident:
			return n.name
		case (n.kind == member || n.kind == call) && len(n.kids) > 0:
			n = n.kids[0]
		default:
			return ""
		}
	}
	return ""
}

// chain are the members on the way from the root, the last one first.
func (n *node) chain() []string {
	var all []string
	for n != nil && (n.kind == member || n.kind == call) && len(n.kids) > 0 {
		if n.kind == member {
			all = append(all, n.name)
		}
		n = n.kids[0]
	}
	return all
}

// last is the last name of a callee.
func (n *node) last() string {
	if n.kind == ident || n.kind == member {
		return n.name
	}
	return ""
}

// maxText bounds the text of an expression.
const maxText = 4000

// text is an expression in one form; with fills a name in where it is known what
// it stands for.
func (n *node) text(with func(name string) *node) string {
	var b strings.Builder
	n.write(&b, with, 0)
	return b.String()
}

func (n *node) write(b *strings.Builder, with func(string) *node, depth int) {
	const deepest = 60
	if n == nil || b.Len() > maxText || depth > deepest {
		b.WriteString("?")
		return
	}
	if n.kind == ident && with != nil {
		if value := with(n.name); value != nil {
			value.write(b, with, depth+8)
			return
		}
	}
	b.WriteString(strconv.Itoa(int(n.kind)))
	b.WriteString(n.name)
	if len(n.kids) > 0 {
		b.WriteByte('(')
		for _, k := range n.kids {
			k.write(b, with, depth+1)
			b.WriteByte(',')
		}
		b.WriteByte(')')
	}
}
