package testcode

import (
	"slices"
	"strings"
)

// check is a place where a test can fail.
type check struct {
	method   string  // in lower case, "if" for a condition
	operands []*node // what it looks at
	swallow  bool
	adrift   bool
	helper   Fault   // of all that a helper checks, or of what it is given
	maybe    bool    // it is made in a loop over what may be missing
	guards   []*node // conditions that it depends on, with nothing for when they do not hold
}

// reader finds the checks of one test.
type reader struct {
	*flow
	checks  []check
	unsure  bool // something may check that cannot be seen
	handled int  // the nesting of attempts whose failure goes unnoticed
	conds   []*node
	guards  []*node
	loose   int // the nesting of promises that nobody waits for
	maybe   int // the nesting of loops over what may be missing
	own     stores
	helping bool // it reads a helper
	inner   []*unit
	inCode  int // the nesting of functions that code under test calls
}

// judge finds out what is wrong with each test.
func (f *tests) judge() []Test {
	f.spread()
	f.around = storesIn(f.rest...)
	if len(f.units) == 0 && len(f.rest) > 0 { // a script that checks as it goes
		f.units = append(f.units, &unit{name: "the script", body: &node{kids: f.rest}, handles: map[string]bool{}})
		if r := f.read(f.units[0]); len(r.checks) == 0 {
			return nil
		}
	}
	var all []Test
	for i := 0; i < len(f.units) && i < maxTests; i++ {
		u := f.units[i]
		r := f.read(u)
		for _, in := range r.inner {
			in.skipped = in.skipped || u.skipped
		}
		f.units = append(f.units, r.inner...)
		if len(r.inner) > 0 && (len(r.checks) == 0 || r.fault() == Presence) {
			continue // it only sets up what the tests within it check
		}
		all = append(all, Test{Name: u.name, Fault: r.fault()})
	}
	return all
}

const maxTests = 400

func (f *tests) read(u *unit) *reader {
	r := &reader{flow: f.flow(u), own: storesIn(u.body)}
	r.see(u.body, true)
	return r
}

// see looks for checks; top is true for what always runs.
func (r *reader) see(n *node, top bool) {
	if n == nil {
		return
	}
	switch n.kind {
	case branch:
		r.see(n.kids[0], top)
		r.conds = append(r.conds, n.kids[0])
		guards := r.guards
		if len(n.kids) == 2 {
			r.guards = append(guards[:len(guards):len(guards)], n.kids[0])
		}
		for _, k := range n.kids[1:] {
			r.see(k, false)
		}
		r.conds, r.guards = r.conds[:len(r.conds)-1], guards
		return
	case attempt:
		r.attempt(n)
		return
	case call:
		if r.call(n, top) {
			return
		}
	case ending:
		if n.name == "throw" && len(r.conds) > 0 {
			r.condition()
		}
	case function:
		top = top && n == r.u.body
	case other:
		switch {
		case n.name == leftAlone && r.adrift():
			r.loose++
			defer func() { r.loose-- }()
		case len(n.kids) == 2 && n.kids[0].kind == assign && n.kids[0].name == "range" && r.optional(n.kids[0].kids[0]):
			r.maybe++
			defer func() { r.maybe-- }()
		}
	}
	for _, k := range n.into {
		r.see(k, top)
	}
	for _, k := range n.kids {
		r.see(k, top)
	}
}

// attempt: what fails in its body is handled; unless that fails too, nobody
// hears of it. What only its handler checks needs a body that must fail.
func (r *reader) attempt(n *node) {
	body, handler := n.kids[0], n.kids[1]
	loud := handler == nil || r.fails(handler) || r.keeps(handler)
	if !loud {
		r.handled++
	}
	r.see(body, false)
	if !loud {
		r.handled--
	}
	before := len(r.checks)
	quiet := handler != nil && !r.fails(body) && !r.counted()
	r.see(handler, false)
	for i := range r.checks[before:] {
		r.checks[before+i].swallow = r.checks[before+i].swallow || quiet
	}
	for _, k := range n.kids[2:] {
		r.see(k, false)
	}
}

// fails reports whether code says in so many words that the test fails.
func (r *reader) fails(n *node) bool {
	found := false
	n.walk(func(k *node) bool {
		switch {
		case k.kind == ending && k.name == "throw":
			found = true
		case k.kind == call && k.root() == "done" && len(k.kids) > 1, k.kind == call && k.root() == "reject":
			found = true
		case k.kind == call && (r.checkers[k.root()] || r.u.handles[k.root()]):
			found = found || strings.Contains(strings.ToLower(k.kids[0].last()), "fail") || k.kids[0].last() == "unreachable"
		}
		return !found
	})
	return found
}

// keeps reports whether code keeps something for later.
func (r *reader) keeps(n *node) bool {
	found := false
	n.walk(func(k *node) bool {
		found = found || k.kind == assign && !k.fresh || k.kind == call && k.kids[0].last() == "push"
		return !found
	})
	return found
}

// counted reports whether the test says how many checks it makes.
func (r *reader) counted() bool {
	found := false
	r.u.body.walk(func(k *node) bool {
		if k.kind == call {
			last := k.kids[0].last()
			found = found || last == "plan" || last == "assertions" || last == "hasAssertions"
		}
		return !found
	})
	return found
}

// condition notes a check of the innermost condition.
func (r *reader) condition() {
	if len(r.conds) == 0 || r.inCode > 0 {
		r.unsure = true // reached or not: that is the check
		return
	}
	cond := r.conds[len(r.conds)-1]
	c := check{method: "if", operands: []*node{cond}, swallow: r.handled > 0, adrift: r.loose > 0, maybe: r.maybe > 0, guards: r.guards}
	if n := len(c.guards); n > 0 && c.guards[n-1] == cond {
		c.guards = c.guards[:n-1]
	}
	r.checks = append(r.checks, c)
}

// call looks at one call; true when it was a check, whose parts need no look.
func (r *reader) call(n *node, top bool) bool {
	callee, args := n.kids[0], n.kids[1:]
	root, last := n.root(), callee.last()
	low := strings.ToLower(last)
	switch {
	case r.u.handles[root] && (goFails[last] && callee.kind == member):
		r.condition()
		return true
	case r.u.handles[root] && goSkips[last]:
		if top && len(r.conds) == 0 {
			r.u.skipped = true
		}
		return true
	case root == "panic" || root == "process" && last == "exit" || root == "log" && strings.HasPrefix(last, "Fatal"):
		if len(r.conds) > 0 {
			r.condition()
		}
		return true
	case r.subtest(n):
		return true
	case quietMethods[low] && (r.checkers[root] || r.u.handles[root]):
		return false
	case r.checkers[root] || r.u.handles[root] && callee.kind == member || r.asserts(root), slices.Contains(n.chain(), "should"):
		r.asserted(n)
		return true
	case last == "expect" && callee.kind == member:
		r.asserted(n)
		return true
	}
	r.helped(callee, args)
	if last == "catch" && callee.kind == member && len(args) == 1 && r.quiet(args[0]) {
		r.handled++
		defer func() { r.handled-- }()
		r.see(callee, false)
		return true
	}
	if r.touches(callee) {
		r.inCode++
		defer func() { r.inCode-- }()
		for _, k := range n.kids {
			r.see(k, false)
		}
		return true
	}
	return false
}

// asserts reports whether a name stands for a tool that was made with a handle.
func (r *reader) asserts(name string) bool {
	v := r.value(name)
	if v == nil || v.kind != call {
		return false
	}
	for _, a := range v.kids[1:] {
		if a.kind == ident && r.u.handles[a.name] && (r.checkers[v.root()] || r.foreign[v.root()]) {
			return true
		}
	}
	return false
}

// subtest notes a test within a test.
func (r *reader) subtest(n *node) bool {
	callee, args := n.kids[0], n.kids[1:]
	last := callee.last()
	if callee.kind != member || !r.u.handles[n.root()] || last != "Run" && last != "Fuzz" && last != "test" && last != "step" || len(args) == 0 {
		return false
	}
	body := args[len(args)-1]
	if body.kind != function {
		r.unsure = true
		return true
	}
	if last != "Run" && last != "test" || len(body.names) == 0 {
		for _, name := range body.names[:min(1, len(body.names))] {
			r.u.handles[name] = true
		}
		r.see(body, false)
		return true
	}
	in := &unit{name: r.u.name, body: body, handles: map[string]bool{body.names[0]: true}}
	for h := range r.u.handles {
		in.handles[h] = true
	}
	if args[0].kind == literal {
		in.name += "/" + strings.Trim(args[0].name, "\"'`")
	}
	r.inner = append(r.inner, in)
	return true
}

// asserted notes a chain of calls that checks: expect(a).to.equal(b).
func (r *reader) asserted(n *node) {
	c := check{swallow: r.handled > 0, adrift: r.loose > 0, maybe: r.maybe > 0, guards: r.guards}
	chain := n.chain()
	slices.Reverse(chain)
	c.method = strings.ToLower(strings.Join(chain, "."))
	if c.method == "" {
		c.method = strings.ToLower(n.root())
	}
	for k := n; k != nil && (k.kind == call || k.kind == member) && len(k.kids) > 0; k = k.kids[0] {
		if k.kind == call {
			var args []*node
			for _, a := range k.kids[1:] {
				if a.kind != ident || !r.u.handles[a.name] {
					args = append(args, a)
				}
			}
			c.operands = append(args, c.operands...)
		}
		if k.kind == member && (k.name == "should" || k.name == "expect") {
			c.operands = append([]*node{k.kids[0]}, c.operands...)
		}
	}
	r.checks = append(r.checks, c)
}

// helped looks at a call that may check out of sight.
func (r *reader) helped(callee *node, args []*node) {
	given := false
	var values []*node
	for _, a := range args {
		if a.kind == ident && (r.u.handles[a.name] || a.name == "done") {
			given = true
		} else {
			values = append(values, a)
		}
	}
	name := strings.ToLower(callee.last())
	body, declared := r.declared[callee.root()]
	switch {
	case r.methods != nil && r.checksUnseen(callee):
		r.unsure = true
	case declared && r.checksIn(body):
		r.checks = append(r.checks, check{method: "helper", operands: append([]*node{callee}, args...), swallow: r.handled > 0, helper: r.ofHelper(body)})
	case declared:
	case given && callee.kind == ident:
		if fault := r.vain(name, values, r.guards); fault != None {
			r.checks = append(r.checks, check{method: "helper", operands: values, swallow: r.handled > 0, helper: fault})
		} else {
			r.unsure = true
		}
	case given, strings.Contains(name, "assert"), strings.Contains(name, "check"), strings.Contains(name, "expect"), strings.Contains(name, "verify"),
		strings.HasPrefix(name, "must"), strings.HasPrefix(name, "should"), strings.HasPrefix(name, "test"):
		r.unsure = true
	}
}

// checksUnseen reports whether a call of Python may check out of sight: of a method
// that does, or of one that is not known, or of what the test is given.
func (r *reader) checksUnseen(callee *node) bool {
	if callee.kind == ident {
		return slices.Contains(r.u.given, callee.name) && callee.name != "self"
	}
	if callee.kind != member || len(callee.kids) == 0 {
		return false
	}
	of, name := callee.kids[0], callee.last()
	itself := of.kind == ident && (of.name == "self" || of.name == "cls") || of.kind == call && of.root() == "super"
	body, known := r.methods[name]
	return known && r.checksWithin(body, map[string]bool{name: true}) || itself && (!known || r.bases)
}

// checksWithin reports whether a method can make a test fail, by itself or by what
// it calls.
func (r *reader) checksWithin(n *node, seen map[string]bool) bool {
	if r.checksIn(n) {
		return true
	}
	found := false
	n.walk(func(k *node) bool {
		if k.kind != call || found {
			return !found
		}
		name := k.kids[0].last()
		if k.kids[0].kind == ident {
			name = k.kids[0].name
		}
		itself := k.kids[0].kind == member && k.root() == "self" && len(k.kids[0].kids) > 0 && k.kids[0].kids[0].kind == ident
		body, known := r.methods[name]
		if !known {
			body, known = r.declared[name]
		}
		switch {
		case seen[name]:
		case known:
			seen[name] = true
			found = body != nil && r.checksWithin(body, seen)
		case itself: // inherited from who knows where
			found = true
		}
		return !found
	})
	return found
}

// checksIn reports whether a helper of the file can make a test fail.
func (r *reader) checksIn(n *node) bool {
	found := false
	n.walk(func(k *node) bool {
		if k.kind == call {
			last := k.kids[0].last()
			found = found || goFails[last] || r.checkers[k.root()] || last == "expect" || last == "panic" || slices.Contains(k.chain(), "should")
		}
		found = found || k.kind == ending && k.name == "throw"
		return !found
	})
	return found
}

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}

var (
	goFails = set("Error Errorf Fatal Fatalf Fail FailNow")
	goSkips = set("Skip Skipf SkipNow")
	// quietMethods are methods of what checks that check nothing.
	quietMethods = set(`end plan comment log logf helper parallel cleanup setenv tempdir context deadline name pass teardown timeout timeouts slow retries use
extend addsnapshotserializer before after beforeeach aftereach mock diagnostic todo assertions hasassertions new newwitht newgomegawitht loggedf chdir`)
)
