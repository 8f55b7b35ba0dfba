package testcode

import (
	"regexp"
	"slices"
	"strings"
)

// fault is what is wrong with the test: nothing when one of its checks is sound.
func (r *reader) fault() Fault {
	switch {
	case r.u.skipped:
		return Skipped
	case !r.touches(r.u.body):
		if r.outside() {
			return None
		}
		return Apart
	case len(r.checks) == 0 && r.unsure:
		return None
	case len(r.checks) == 0:
		return Unchecked
	}
	worst := None
	for _, c := range r.checks {
		f := r.faultOf(c)
		if f == None {
			return None
		}
		if worst == None || f < worst {
			worst = f
		}
	}
	if r.unsure && worst != Constant {
		return None
	}
	return worst
}

// ways are names of what runs or reads code without calling it.
var ways = set(`exec execFile execSync execFileSync execa spawn spawnSync fork fetch request supertest get Get Command CommandContext readFileSync readFile
ReadFile Open page browser cy axios Worker import proxyquire rewire`)

// outside reports whether the test may reach the code in another way than by
// calling it.
func (r *reader) outside() bool {
	found := false
	r.u.body.walk(func(k *node) bool {
		found = found || (k.kind == ident || k.kind == member) && ways[k.name]
		return !found
	})
	return found
}

// faultOf is what is wrong with one check.
func (r *reader) faultOf(c check) Fault {
	if len(c.operands) == 0 {
		return None
	}
	if c.swallow {
		return Swallowed
	}
	if c.adrift {
		return Adrift
	}
	if !slices.ContainsFunc(c.operands, r.touches) {
		if slices.ContainsFunc(c.operands, r.unclear) {
			return None
		}
		return Constant
	}
	if c.method == "helper" {
		return c.helper
	}
	var fault Fault
	if c.method == "if" {
		fault = r.ofCondition(c.operands[0], 0)
	} else {
		fault = r.ofAssertion(c)
	}
	if fault == None && (c.maybe || r.guarded(c)) {
		return Guarded
	}
	return fault
}

// unclear reports whether an expression has a value that is not known from the
// test alone: it calls something, or reads what others may have changed.
func (r *reader) unclear(n *node) bool {
	found := false
	n.walk(func(k *node) bool {
		if k.kind == call || k.kind == ident && !r.local[k.name] && !r.foreign[k.name] && k.name != "undefined" {
			found = true
		}
		if k.kind == ident && r.local[k.name] {
			v := r.value(k.name)
			found = found || v == nil || v.kind == call || v.kind == other || v.kind == operator
		}
		return !found
	})
	return found
}

// anError matches names of errors.
var anError = regexp.MustCompile(`(?i)^e$|err|exception`)

// ofCondition judges the condition under which a test fails.
func (r *reader) ofCondition(n *node, depth int) Fault {
	const deepest = 20
	if depth == 0 && always(n, false, 0) {
		return Constant
	}
	if n.kind == ident && depth <= deepest {
		if v := r.value(n.name); v != nil && v.kind == operator {
			return r.ofCondition(v, depth+1)
		}
	}
	if n.kind != operator || depth > deepest {
		return None
	}
	switch n.name {
	case "||", "&&":
		one, other := r.ofCondition(n.kids[0], depth+1), r.ofCondition(n.kids[1], depth+1)
		if one == None || other == None {
			return None
		}
		return min(one, other)
	case "!":
		inner := n.kids[0]
		if inner.kind == call && strings.HasSuffix(strings.ToLower(inner.kids[0].last()), "equal") && len(inner.kids) == 3 {
			return r.same(inner.kids[1], inner.kids[2])
		}
	case "!=", "!==":
		if !isNothing(n.kids[1]) {
			return r.same(n.kids[0], n.kids[1])
		}
		return presence(anError.MatchString(lastName(n.kids[0])))
	case "==", "===":
		return presence((isNothing(n.kids[1]) || isValue(n.kids[1])) && !anError.MatchString(lastName(n.kids[0])))
	}
	return None
}

// presence is the fault of a condition that may ask for no more than whether
// something is there.
func presence(asked bool) Fault {
	if asked {
		return Presence
	}
	return None
}

// isValue reports whether an expression is one figure or text: a test that fails for
// that alone lets all others pass.
func isValue(n *node) bool {
	if n.kind == operator && len(n.kids) == 1 { // -42
		n = n.kids[0]
	}
	return n.kind == literal && n.name != "true" && n.name != "false"
}

// isNothing reports whether an expression is nil, null or undefined.
func isNothing(n *node) bool {
	if n.kind == operator && n.name == "void" {
		return true
	}
	return (n.kind == ident || n.kind == literal) && (n.name == "nil" || n.name == "null" || n.name == "undefined")
}

// lastName is the name that an expression ends with.
func lastName(n *node) string {
	if n.kind == call && len(n.kids) > 0 {
		n = n.kids[0]
	}
	return n.last()
}

// same judges the demand that two expressions are equal.
func (r *reader) same(one, other *node) Fault {
	if one.text(r.copied) == other.text(r.copied) && !hasCall(one) {
		return Constant
	}
	if a := one.text(r.value); a == other.text(r.value) && len(a) < maxText && !r.between(one, other) {
		return Again
	}
	if r.recorded(one, other) || r.recorded(other, one) {
		return Again
	}
	return None
}

func hasCall(n *node) bool {
	found := false
	n.walk(func(k *node) bool {
		found = found || k.kind == call
		return !found
	})
	return found
}

// between reports whether code under test is called between the places where two
// expressions got their values: then the second value may well be another.
func (r *reader) between(one, other *node) bool {
	a, aEnd := r.extent(one)
	b, bEnd := r.extent(other)
	if a > b {
		b, aEnd = a, bEnd
	}
	for _, at := range r.busy {
		if at > aEnd && at < b {
			return true
		}
	}
	return false
}

// extent is where the calls behind an expression begin and end.
func (r *reader) extent(n *node) (from, to int) {
	from, to = n.at, n.at
	n.walk(func(k *node) bool {
		if k.kind == ident {
			if v := r.once[k.name]; v != nil {
				from = min(from, v.at)
				to = v.at
				v.walk(func(in *node) bool {
					to = max(to, in.at)
					return true
				})
				from = min(to, v.at)
			}
		}
		return true
	})
	return from, to
}

// What methods of checks demand.
var (
	equality = regexp.MustCompile(`(?:^|\.)(?:(?:deep|strict|deepstrict|loose)?equals?|equalf|eql|is|same|tobe|toequal|tostrictequal|deepequal|looseequal|strictsame|exactly|equalvalues|elementsmatch|jsoneq)$`)
	negated  = regexp.MustCompile(`(?:^|\.)not|^isnot|^refute`)
	there    = regexp.MustCompile(`^(?:notnil|noerror|noerrorf|notnilf|notpanics|isdefined|exists?|doesnotthrow|doesnotreject|` +
		`doesnotthrowasync|notthrows(?:async)?|iferror|tobedefined|tobetruthy|isobject|isfunction|` +
		`require\.noerror)$|(?:^|\.)(?:tobedefined|not\.tobeundefined|not\.tobenull|not\.tothrow|not\.throws?|` +
		`exist|not\.(?:be\.)?undefined|not\.be\.null)$`)
	truth = regexp.MustCompile(`^(?:assert|ok|true|truef|istrue|isok|t)$`)
	vague = regexp.MustCompile("^[\"'`](?:object|function)[\"'`]$")
)

// ofAssertion judges a call of a library for checks.
func (r *reader) ofAssertion(c check) Fault {
	ops := c.operands
	switch {
	case there.MatchString(c.method):
		return Presence
	case c.method == "nil" && anError.MatchString(lastName(ops[0])):
		return Presence
	case truth.MatchString(c.method):
		return r.ofTruth(ops[0], 0)
	case len(ops) < 2:
		return None
	case negated.MatchString(c.method):
		if isNothing(ops[1]) || isNothing(ops[0]) || isValue(ops[1]) || isValue(ops[0]) {
			return Presence
		}
	case equality.MatchString(c.method):
		if isType(ops[0]) && ops[1].kind == literal && vague.MatchString(ops[1].name) {
			return Presence
		}
		return r.same(ops[0], ops[1])
	}
	return None
}

func isType(n *node) bool { return n.kind == operator && n.name == "typeof" }

// ofTruth judges the demand that an expression is true.
func (r *reader) ofTruth(n *node, depth int) Fault {
	const deepest = 20
	if depth == 0 && always(n, true, 0) {
		return Constant
	}
	if n.kind == ident && depth < deepest {
		if v := r.value(n.name); v != nil && v.kind == operator {
			return r.ofTruth(v, depth+1)
		}
	}
	if n.kind != operator || depth > deepest {
		return None
	}
	switch n.name {
	case "&&", "||":
		one, other := r.ofTruth(n.kids[0], depth+1), r.ofTruth(n.kids[1], depth+1)
		if one == None || other == None {
			return None
		}
		return min(one, other)
	case "!=", "!==":
		if isNothing(n.kids[1]) && !anError.MatchString(lastName(n.kids[0])) {
			return Presence
		}
	case "==", "===":
		if isType(n.kids[0]) && n.kids[1].kind == literal && vague.MatchString(n.kids[1].name) {
			return Presence
		}
		return r.same(n.kids[0], n.kids[1])
	}
	return None
}
