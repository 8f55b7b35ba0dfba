package testcode

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// always reports whether an expression is true, or false, whatever is tested.
func always(n *node, truth bool, depth int) bool {
	const deepest = 20
	if n == nil || depth > deepest {
		return false
	}
	if n.kind == literal || n.kind == ident && n.name == "true" {
		return n.name == "true" == truth && (n.name == "true" || n.name == "false")
	}
	if n.kind == ident {
		return n.name == "false" && !truth
	}
	if n.kind == call && truth {
		return holdsItself(n)
	}
	if n.kind != operator || len(n.kids) == 0 {
		return false
	}
	switch n.name {
	case "!":
		return always(n.kids[0], !truth, depth+1)
	case "||", "&&":
		one, other := n.kids[0], n.kids[1]
		if (n.name == "||") != truth {
			return always(one, truth, depth+1) && always(other, truth, depth+1)
		}
		return always(one, truth, depth+1) || always(other, truth, depth+1) || opposite(one, other) || apart(one, other, truth)
	}
	return lengthTold(n, truth)
}

// lengthTold reports whether a comparison says of a length only that it is not below
// nothing, or where that is not wanted that it is.
func lengthTold(n *node, truth bool) bool {
	if len(n.kids) != 2 || n.kids[1].kind != literal {
		return false
	}
	of := n.kids[0]
	if of.kind == call && len(of.kids) == 2 && of.kids[0].name == "len" || of.kind == member && of.name == "length" {
		return n.kids[1].name == "0" && n.name == map[bool]string{true: ">=", false: "<"}[truth]
	}
	return false
}

// opposites are operators of which one holds where the other does not.
var opposites = map[string]string{"==": "!=", "!=": "==", "===": "!==", "!==": "==="}

// opposite reports whether one of two comparisons always holds, the other never.
func opposite(one, other *node) bool {
	return one.kind == operator && other.kind == operator && opposites[one.name] == other.name && other.name != "" &&
		one.kids[0].text(nil) == other.kids[0].text(nil) && one.kids[1].text(nil) == other.kids[1].text(nil)
}

// apart reports whether two comparisons of one value with figures leave nothing out
// (a >= 100 || a < 600), or where that is not wanted have nothing in common
// (a < 100 && a > 600).
func apart(one, other *node, all bool) bool {
	if one.kind != operator || other.kind != operator || len(one.kids) != 2 || len(other.kids) != 2 || hasCall(one) || hasCall(other) || one.kids[0].text(nil) != other.kids[0].text(nil) {
		return false
	}
	if strings.HasPrefix(one.name, "<") {
		one, other = other, one
	}
	above, err := strconv.ParseFloat(one.kids[1].name, 64)
	below, wrong := strconv.ParseFloat(other.kids[1].name, 64)
	upper, lower := one.name == ">" || one.name == ">=", other.name == "<" || other.name == "<="
	if err != nil || wrong != nil || !upper || !lower || one.kids[1].kind != literal || other.kids[1].kind != literal {
		return false
	}
	both := one.name == ">=" && other.name == "<="
	if all {
		return below > above || below == above && (one.name == ">=" || other.name == "<=")
	}
	return below < above || below == above && !both
}

// holdsItself reports whether a call asks a list whether it has what it is made of:
// ['a', key].includes(key).
func holdsItself(n *node) bool {
	callee := n.kids[0]
	if callee.kind != member || callee.name != "includes" || len(n.kids) != 2 || n.kids[1].kind != ident {
		return false
	}
	list := callee.kids[0]
	return list.kind == other && list.name == "[]" && slices.ContainsFunc(list.kids, func(k *node) bool { return k.kind == ident && k.name == n.kids[1].name })
}

// guarded reports whether a check is made only where the value that it checks is
// there: without it the test passes.
func (r *reader) guarded(c check) bool {
	for _, g := range c.guards {
		if sameDemand(g, c.operands) {
			return true
		}
		for _, x := range presences(g, 0) {
			if !r.result(x) || !r.touches(x) {
				continue
			}
			text, found := x.text(nil), false
			for _, o := range c.operands {
				o.walk(func(k *node) bool {
					found = found || k.kind == x.kind && k.text(nil) == text
					return !found
				})
			}
			if found {
				return true
			}
		}
	}
	return false
}

// sameDemand reports whether a condition is that the two values that are checked to be
// equal are: the check is made only where it holds.
func sameDemand(cond *node, operands []*node) bool {
	if cond.kind != operator || cond.name != "==" && cond.name != "===" || len(cond.kids) != 2 || len(operands) != 2 || hasCall(cond) {
		return false
	}
	a, b := cond.kids[0].text(nil), cond.kids[1].text(nil)
	x, y := operands[0].text(nil), operands[1].text(nil)
	return a == x && b == y || a == y && b == x
}

// presences are the values of which a condition only asks whether they are there.
func presences(n *node, depth int) []*node {
	const deepest = 8
	switch {
	case depth > deepest:
	case n.kind == ident, n.kind == member:
		return []*node{n}
	case n.kind == operator && n.name == "&&":
		return append(presences(n.kids[0], depth+1), presences(n.kids[1], depth+1)...)
	case n.kind == operator && strings.HasPrefix(n.name, "!=") && isNothing(n.kids[1]):
		return []*node{n.kids[0]}
	}
	return nil
}

// result reports whether an expression is what a call gave.
func (r *reader) result(n *node) bool {
	if hasCall(n) {
		return true
	}
	v := r.value(n.root())
	return v != nil && hasCall(v)
}

// optional reports whether a loop goes over something empty where its value is not
// there: for (const k of Object.keys(x || {})).
func (r *reader) optional(source *node) bool {
	found := false
	if !r.touches(source) {
		return false
	}
	source.walk(func(k *node) bool {
		if k.kind == operator && (k.name == "||" || k.name == "??") {
			found = found || k.kids[1].name != "" && empty(k.kids[1])
		}
		return !found && k.kind != function
	})
	return found
}

// adrift reports whether nobody waits for a promise of the test: it neither waits
// for any nor is called back.
func (r *reader) adrift() bool {
	waits := r.counted()
	r.u.body.walk(func(k *node) bool {
		waits = waits || k.waits || k.kind == ident && (slices.Contains(callbacks, k.name) || k.name == "reject") || k.kind == ending && k.name == "return" && len(k.kids) > 0 && k.kids[0].kind != other ||
			k.kind == member && k.name == "end" && r.u.handles[k.root()]
		return !waits
	})
	return !waits
}

// quiet reports whether a handler of what fails does nothing about it.
func (r *reader) quiet(handler *node) bool {
	if handler.kind != function || r.fails(handler) || r.keeps(handler) || r.checksIn(handler) {
		return false
	}
	silent := true
	handler.walk(func(k *node) bool {
		silent = silent && (k.kind != ident || !r.u.handles[k.name] && !slices.Contains(callbacks, k.name) && k.name != "reject") && k.kind != call
		return silent
	})
	return silent
}

// recorded reports whether an expression is looked up where only what a call gave
// was put: expected values that were made with the code under test.
func (r *reader) recorded(n, tested *node) bool {
	if n.kind == ident {
		if v := r.value(n.name); v != nil {
			n = v
		}
	}
	if tested.kind == ident {
		if v := r.value(tested.name); v != nil {
			tested = v
		}
	}
	if tested.kind != call || !r.touches(tested.kids[0]) {
		return false
	}
	store := ""
	switch {
	case n.kind == call && n.kids[0].kind == member && n.kids[0].name == "get" && n.kids[0].kids[0].kind == ident:
		store = n.kids[0].kids[0].name
	case n.kind == member && n.name == "" && n.kids[0].kind == ident, n.kind == other && n.name == "" && len(n.kids) == 2 && n.kids[0].kind == ident:
		store = n.kids[0].name
	case n.kind == ident:
		store = cmp.Or(r.own.from[n.name], r.around.from[n.name])
	}
	puts := slices.Concat(r.around.puts[store], r.own.puts[store])
	made := tested.kids[0].text(r.copied)
	return len(puts) > 0 && !slices.ContainsFunc(puts, func(v *node) bool { return v.kind != call || v.kids[0].text(r.copied) != made })
}

// vain is what is wrong with a check that a helper of the project makes, which is not
// seen, of values that show it: None where they do not.
func (r *reader) vain(name string, ops []*node, guards []*node) Fault {
	if len(ops) != 2 || !comparing[name] {
		return None
	}
	one, other := ops[0], ops[1]
	if isTrue(one) {
		one, other = other, one
	}
	switch {
	case name == "refute":
		if isNothing(one) || isNothing(other) {
			return Presence
		}
		return None
	case isTrue(other) && always(one, true, 0):
		return Constant
	case one.text(nil) == other.text(nil):
		return r.same(one, other)
	case slices.ContainsFunc(guards, func(g *node) bool { return sameDemand(g, ops) }):
		return Guarded
	}
	return None
}

// comparing are the usual names of helpers that are given two values.
var comparing = set("expect refute equal equals asserteq assertequal assertequals expectequal expecteq checkequal mustequal eq deepequal")

func isTrue(n *node) bool { return (n.kind == ident || n.kind == literal) && n.name == "true" }

// ofHelper is what is wrong with all that a helper checks: only that there is no
// error, say, while it makes what the test compares.
func (r *reader) ofHelper(body *node) Fault {
	if r.helping || body == nil || body.kind != function {
		return None
	}
	u := &unit{body: body, handles: map[string]bool{}}
	for _, name := range body.names {
		u.handles[name] = name == "t" || name == "tb"
	}
	in := &reader{flow: r.tests.flow(u), own: storesIn(body), helping: true}
	in.see(body, true)
	if in.unsure || len(in.inner) > 0 || len(in.checks) == 0 || slices.ContainsFunc(in.checks, func(c check) bool { return in.faultOf(c) != Presence && !in.ofTools(c) }) {
		return None
	}
	return Presence
}

// ofTools reports whether a check is only that what a helper works with, none of the
// code under test, gave no error: that a request could be made.
func (r *reader) ofTools(c check) bool {
	return c.method == "if" && !c.swallow && r.ofCondition(c.operands[0], 0) == Presence && !r.touches(c.operands[0])
}

// stores is what lists and maps are filled with, by their names, and which names
// loops take from them.
type stores struct {
	puts map[string][]*node
	from map[string]string
}

// storesIn finds the lists and maps that code fills.
func storesIn(all ...*node) stores {
	s := stores{map[string][]*node{}, map[string]string{}}
	for _, n := range all {
		n.walk(func(k *node) bool {
			s.note(k)
			return true
		})
	}
	return s
}

func (s *stores) put(name string, value *node) { s.puts[name] = append(s.puts[name], value) }

func (s *stores) note(n *node) {
	switch {
	case n.kind == call && n.kids[0].kind == member && n.kids[0].kids[0].kind == ident && (n.kids[0].name == "set" && len(n.kids) == 3 || n.kids[0].name == "push" && len(n.kids) == 2):
		s.put(n.kids[0].kids[0].name, n.kids[len(n.kids)-1])
	case n.kind != assign || len(n.kids) != 1:
	case n.name == "range" && n.kids[0].kind == ident:
		for _, to := range n.into {
			s.from[to.name] = n.kids[0].name
		}
	case len(n.into) == 1:
		to, value := n.into[0], n.kids[0]
		if (to.kind == member && to.name == "" || to.kind == other && len(to.kids) == 2) && to.kids[0].kind == ident {
			s.put(to.kids[0].name, value)
		}
		if to.kind == ident && !empty(value) {
			s.put(to.name, value)
		}
	}
}

// empty reports whether a value is a list or map that has nothing yet.
func empty(n *node) bool {
	switch {
	case n.kind == call:
		return n.root() == "make" || n.root() == "Map" && len(n.kids) == 1
	case n.kind == other && n.name == "":
		return len(n.kids) <= 1 // its type
	}
	return n.kind == other && len(n.kids) == 0
}
