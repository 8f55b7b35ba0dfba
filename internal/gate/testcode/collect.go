package testcode

import (
	"slices"
	"strings"
)

func newTests(names string) *tests {
	return &tests{declared: map[string]*node{}, foreign: set(names), checkers: map[string]bool{}, runners: set("it test specify fit xit xtest xspecify")}
}

// collect takes the tests out of a script, and notes what it declares around them.
func (f *tests) collect(n *node, skipped bool) {
	if n == nil {
		return
	}
	switch n.kind {
	case call:
		root := n.root()
		if root == running || f.runners[root] {
			if f.unit(n, skipped) {
				return
			}
		}
		if root == "describe" || root == "context" || root == "suite" || root == "xdescribe" {
			skipped = skipped || root == "xdescribe" || slices.Contains(n.chain(), "skip")
		}
	case assign:
		if n.fresh && len(n.kids) > 0 {
			f.declare(n)
		}
	}
	for _, k := range n.kids {
		f.collect(k, skipped)
	}
}

// declare notes names and what they stand for.
func (f *tests) declare(n *node) {
	value := n.kids[0]
	for _, to := range n.into {
		switch root := value.root(); {
		case root == running, root == "global" && f.runners[to.name]:
			if to.name != "expect" && !f.foreign[to.name] {
				f.runners[to.name] = true
				f.checkers[to.name] = to.name == "t" || to.name == "tap"
			}
		case root == asserting, root == "chai", f.checkers[root] && value.kind != call:
			f.checkers[to.name] = true
		case root == elsewhere && (to.name == "sinon" || to.name == "t"):
			f.checkers[to.name] = true
		default:
			if before, twice := f.declared[to.name]; twice && before != nil {
				f.declared[to.name] = &node{kids: []*node{before, value}}
			} else {
				f.declared[to.name] = value
			}
		}
	}
}

// unit notes a test and takes it out of the code around it.
func (f *tests) unit(n *node, skipped bool) bool {
	args := n.kids[1:]
	chain := n.chain()
	skipped = skipped || strings.HasPrefix(n.root(), "x") || slices.Contains(chain, "skip") || slices.Contains(chain, "todo")
	if len(args) == 0 || n.kids[0].last() == "each" || slices.Contains(quietRunners, n.kids[0].last()) {
		return false
	}
	name := "a test"
	if args[0].kind == literal {
		name = strings.Trim(args[0].name, "\"'`")
	}
	at := slices.IndexFunc(args, func(a *node) bool { return a.kind == function })
	u := &unit{name: name, handles: map[string]bool{}, skipped: skipped}
	switch {
	case at >= 0:
		u.body = args[at]
		if names := u.body.names; len(names) > 0 && names[0] != "" && !slices.Contains(callbacks, names[0]) {
			u.handles[names[0]] = true
		}
	case len(args) == 1 && args[0].kind == literal:
		u.body, u.skipped = &node{}, true // it is only announced
	default:
		return false
	}
	if slices.Contains(chain, "each") {
		u.handles = map[string]bool{} // it is given values
	}
	f.units = append(f.units, u)
	*n = node{}
	return true
}

var (
	callbacks    = []string{"done", "cb", "next", "callback", "resolve", "_", "end"}
	quietRunners = []string{"before", "after", "beforeEach", "afterEach", "setup", "teardown", "onFinish", "run", "mock"}
)
