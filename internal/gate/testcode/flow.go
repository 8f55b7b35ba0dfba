package testcode

import (
	"maps"
	"slices"
)

// tests is the code of tests.
type tests struct {
	units    []*unit
	rest     []*node          // what stands outside of tests
	declared map[string]*node // names that the code declares outside of tests
	foreign  map[string]bool  // names of the language, its library and the tools of tests
	checkers map[string]bool  // names that checks begin with
	runners  map[string]bool  // names that tests begin with, in scripts
	reaches  map[string]bool  // declared names that have to do with the code under test
	around   stores           // of what stands outside of tests
	methods  map[string]*node // of classes, by their names; nil where tests do not stand in classes
	bases    bool             // a class has one that is not in the file
	work     int              // nodes that may still be looked at
}

// unit is one test.
type unit struct {
	name    string
	body    *node
	handles map[string]bool // what it is given to say that it fails
	skipped bool
	given   []string // names of what it is given, in Python
}

// flow knows what in one test has to do with the code under test.
type flow struct {
	*tests
	u     *unit
	reach map[string]bool  // names that do
	local map[string]bool  // names that the test declares
	once  map[string]*node // names that are given a value once, and where
	busy  []int            // where code under test is called
}

// maxRounds bounds how often a flow is followed from the beginning.
const maxRounds = 6

// maxWork bounds the nodes that are looked at for one file.
const maxWork = 3_000_000

// real reports whether a name outside of a test is the code under test.
func (f *tests) real(name string) bool {
	if name == codeUnderTest {
		return true
	}
	if _, ok := f.declared[name]; ok {
		return f.reaches[name]
	}
	return !f.foreign[name] && !f.checkers[name] && !f.runners[name] && name != running && name != elsewhere && name != asserting
}

// codeUnderTest is the name of what is imported from the repository.
const codeUnderTest = "\x00code"

// spread finds out which of the declared names reach the code under test.
func (f *tests) spread() {
	f.reaches, f.work = map[string]bool{}, maxWork
	around := f.flow(&unit{body: &node{kids: f.rest}})
	around.local = map[string]bool{} // what is declared here is declared for all
	for range maxRounds {
		before := len(f.reaches)
		for _, name := range slices.Sorted(maps.Keys(f.declared)) {
			n := f.declared[name]
			if !f.reaches[name] && n != nil && f.within(n).touches(n) {
				f.reaches[name] = true
			}
		}
		for _, n := range f.rest {
			around.follow(n)
		}
		for name := range around.reach {
			if _, ok := f.declared[name]; ok {
				f.reaches[name] = true
			}
		}
		if len(f.reaches) == before {
			return
		}
	}
}

// within is the flow of a declaration, in which it has names of its own.
func (f *tests) within(n *node) *flow {
	if n.kind != function {
		return &flow{tests: f, u: &unit{}, reach: map[string]bool{}, local: map[string]bool{}}
	}
	return f.flow(&unit{body: n})
}

func (f *tests) flow(u *unit) *flow {
	r := &flow{tests: f, u: u, reach: map[string]bool{}, local: map[string]bool{}, once: map[string]*node{}}
	r.declare()
	for range maxRounds {
		before := len(r.reach)
		r.busy = r.busy[:0]
		r.follow(u.body)
		if len(r.reach) == before {
			break
		}
	}
	return r
}

// declare notes the names that the unit has of its own, and which of them are given
// a value once.
func (r *flow) declare() {
	times := map[string]int{}
	r.u.body.walk(func(n *node) bool {
		for _, name := range n.names {
			r.local[name] = true
			times[name] += 2 // nobody sees which value
		}
		if n.kind != assign {
			return true
		}
		for _, to := range n.into {
			if to.kind != ident {
				continue
			}
			r.local[to.name] = r.local[to.name] || n.fresh
			times[to.name]++
			if n.name == "" {
				r.once[to.name] = n
			} else {
				times[to.name]++ // += changes what was there
			}
		}
		return true
	})
	for name, n := range times {
		if n != 1 {
			delete(r.once, name)
		}
	}
}

// reached reports whether a name has to do with the code under test.
func (r *flow) reached(name string) bool {
	return r.reach[name] || !r.local[name] && !r.u.handles[name] && r.real(name)
}

// touches reports whether code has to do with the code under test.
func (r *flow) touches(n *node) bool {
	found := r.work < 0 // then nobody can tell
	n.walk(func(k *node) bool {
		if r.work--; k.kind == ident && r.reached(k.name) || r.work < 0 {
			found = true
		}
		return !found
	})
	return found
}

// follow passes what has to do with the code under test from values to names,
// and from calls to what they are given.
func (r *flow) follow(n *node) {
	n.walk(func(k *node) bool {
		switch k.kind {
		case assign:
			if len(k.kids) > 0 && r.touches(k.kids[0]) {
				for _, to := range k.into {
					r.note(to.root())
				}
			}
		case call:
			r.passes(k)
		}
		return true
	})
}

func (r *flow) note(name string) {
	if name != "" && !r.u.handles[name] && !r.checkers[name] {
		r.reach[name] = true
	}
}

// passes: code under test may change what it is given, and calls functions with
// what it likes; other code may keep what it is given in what it belongs to.
func (r *flow) passes(c *node) {
	callee, args := c.kids[0], c.kids[1:]
	if r.checkers[c.root()] || r.u.handles[c.root()] {
		return
	}
	tested := r.touches(callee)
	given := tested
	for _, a := range args {
		given = given || r.touches(a)
	}
	if !given {
		return
	}
	if tested {
		r.busy = append(r.busy, c.at)
	}
	if callee.kind == member && !r.foreign[callee.root()] {
		r.note(callee.root())
	}
	for _, a := range args {
		switch {
		case a.kind == function:
			r.noteAll(a)
		case tested, a.kind == operator && a.name == "&":
			a.walk(func(k *node) bool {
				if k.kind == ident && !r.foreign[k.name] {
					r.note(k.name)
				}
				return k.kind != function
			})
		}
	}
}

// noteAll notes the parameters of a function and all that it assigns to.
func (r *flow) noteAll(f *node) {
	f.walk(func(k *node) bool {
		for _, name := range k.names {
			r.note(name)
		}
		if k.kind == assign {
			for _, to := range k.into {
				r.note(to.root())
			}
		}
		if k.kind == call && k.kids[0].kind == member && !r.foreign[k.root()] {
			r.note(k.root()) // seen.push(x)
		}
		return true
	})
}

// value is what a name that is given a value once stands for.
func (r *flow) value(name string) *node {
	if n := r.once[name]; n != nil && len(n.kids) > 0 {
		return n.kids[0]
	}
	return nil
}

// copied is value where it is nothing but another name.
func (r *flow) copied(name string) *node {
	if v := r.value(name); v != nil && (v.kind == ident || v.kind == literal) {
		return v
	}
	return nil
}
