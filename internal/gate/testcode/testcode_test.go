package testcode_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/gate/testcode"
)

// goCases are bodies of a test of a package with the functions Parse, Format and
// the type Clock.
var goCases = []struct {
	name, body string
	want       testcode.Fault
}{
	{"a result is compared", `if got := Parse("a"); got != 1 { t.Errorf("got %d", got) }`, testcode.None},
	{"a table", `for _, tt := range []struct{ in string; want int }{{"a", 1}} { if got := Parse(tt.in); got != tt.want { t.Error(got) } }`, testcode.None},
	{"a table of functions", `for _, f := range []func() int{func() int { return Parse("") }} { if f() != 1 { t.Error("no") } }`, testcode.None},
	{"an error is wanted", `if _, err := Format(nil); err == nil { t.Fatal("no error") }`, testcode.None},
	{"nothing is wanted", `if got := Format(nil); got != nil { t.Fatal(got) }`, testcode.None},
	{"a method of a type", `c := &Clock{}; c.Tick(); if c.Now() != 1 { t.Fatal("no") }`, testcode.None},
	{"what is passed by pointer", `var v int; Parse("a", &v); if v != 1 { t.Fatal(v) }`, testcode.None},
	{"what a callback sets", `ran := false; Each(func() { ran = true }); if !ran { t.Fatal("no") }`, testcode.None},
	{"a call that must not be", `Each(func() { t.Error("called") })`, testcode.None},
	{"a helper of the file", `wants(t, Parse("a"), 1)`, testcode.None},
	{"a helper of elsewhere", `requireEqualLines(t, Parse("a"))`, testcode.None},
	{"testify", `assert.Equal(t, 1, Parse("a"))`, testcode.None},
	{"testify with a tool", `is := assert.New(t); is.Equal(1, Parse("a"))`, testcode.None},
	{"a channel", `c := make(chan int); go Run(c); select { case <-c: case <-time.After(1): t.Fatal("late") }`, testcode.None},
	{"an unchanged value", `c := NewClock(); before := c.Now(); c.Pause(); after := c.Now(); if before != after { t.Error("moved") }`, testcode.None},
	{"two that differ", `a := NewID(); b := NewID(); if a == b { t.Error("same") }`, testcode.None},
	{"what is compared deeply", `if !reflect.DeepEqual(Format(1), []string{"1"}) { t.Error("no") }`, testcode.None},
	{"what is written", `var b bytes.Buffer; Write(&b, 1); if b.String() != "1" { t.Error(b.String()) }`, testcode.None},
	{"nothing is checked", `Parse("a"); Parse("b")`, testcode.Unchecked},
	{"it only logs", `t.Log(Parse("a"))`, testcode.Unchecked},
	{"a constant", `Parse("a"); if 1 != 1 { t.Error("no") }`, testcode.Constant},
	{"constants of testify", `Parse("a"); assert.True(t, true)`, testcode.Constant},
	{"itself", `got := Parse("a"); if got != got { t.Error("no") }`, testcode.Constant},
	{"a copy of itself", `got := Parse("a"); want := got; if got != want { t.Error("no") }`, testcode.Constant},
	{"the same call", `if a, b := Parse("a"), Parse("a"); a != b { t.Error("no") }`, testcode.Again},
	{"the same call of testify", `want := Parse("a"); got := Parse("a"); assert.Equal(t, want, got)`, testcode.Again},
	{"only that there is a value", `if c := NewClock(); c == nil { t.Fatal("nil") }`, testcode.Presence},
	{"only that there is no error", `if _, err := Format(1); err != nil { t.Fatal(err) }`, testcode.Presence},
	{"only both", `c, err := NewClock(); if err != nil { t.Fatal(err) }; if c == nil { t.Fatal("nil") }`, testcode.Presence},
	{"only that there is no error, of testify", `_, err := Format(1); require.NoError(t, err)`, testcode.Presence},
	{"only where there is a value", `if got := Format(1); got != nil { if len(got) > 9 { t.Error("long") } }`, testcode.Guarded},
	{"where there is no error", `got, err := Format(1); if err == nil { if got != "1" { t.Error(got) } }`, testcode.None},
	{"a value that must be there", `got := Format(1); if got == nil { t.Fatal("nil") }; if got[0] != "1" { t.Error(got) }`, testcode.None},
	{"never", `got := Parse("a"); if got != 1 && false { t.Error("no") }`, testcode.Constant},
	{"always true", `got := Parse("a"); assert.True(t, got == 1 || got != 1)`, testcode.Constant},
	{"this or that", `got := Parse("a"); assert.True(t, got == 1 || got == 2)`, testcode.None},
	{"whatever the figure", `got := Parse("a"); assert.True(t, got >= 100 || got < 600)`, testcode.Constant},
	{"out of a range", `got := Parse("a"); assert.True(t, got < 100 || got >= 600)`, testcode.None},
	{"never, by figures", `got := Parse("a"); if got < 100 && got > 600 { t.Error(got) }`, testcode.Constant},
	{"in a range", `got := Parse("a"); if got > 100 && got < 600 { t.Error(got) }`, testcode.None},
	{"where it holds", `got := Parse("a"); if got == 1 { assert.Equal(t, got, 1) }`, testcode.Guarded},
	{"where something else holds", `got, n := Format(1); if n == 1 { assert.Equal(t, got, 1) }`, testcode.None},
	{"a helper of elsewhere, itself", `got := Parse("a"); expect(t, got, got)`, testcode.Constant},
	{"a helper of elsewhere, the same call", `c := NewClock(); expect(t, c.Now(), c.Now())`, testcode.Again},
	{"a helper of elsewhere, whatever the figure", `got := Parse("a"); expect(t, got >= 100 || got < 600, true)`, testcode.Constant},
	{"a helper of elsewhere, where it holds", `got := Parse("a"); if got == 1 { expect(t, got, 1) }`, testcode.Guarded},
	{"a helper of elsewhere, a result", `got := Parse("a"); refute(t, got, nil); expect(t, got, 1)`, testcode.None},
	{"a helper of the file that makes a request", `got := serve(t, NewClock()); if got == "1" { expect(t, got, "1") }`, testcode.Presence},
	{"what such a helper gives", `got := serve(t, NewClock()); if got != "1" { t.Error(got) }`, testcode.None},
	{"itself, of testify", `got := Parse("a"); require.Equal(t, got, got)`, testcode.Constant},
	{"errors are only logged", `if _, err := Format(1); err != nil { t.Log(err) }`, testcode.Unchecked},
	{"recorded", `golden := map[string]int{}; for _, s := range []string{"a", "b"} { golden[s] = Parse(s) }; for s, want := range golden { if got := Parse(s); got != want { t.Error(got) } }`, testcode.Again},
	{"recorded and looked up", `golden := map[string]int{}; golden["a"] = Parse("a"); if got := Parse("a"); got != golden["a"] { t.Error(got) }`, testcode.Again},
	{"only that it is not empty", `if Format(1) == "" { t.Error("empty") }`, testcode.Presence},
	{"empty, as it must be", `if Format(nil) != "" { t.Error("text") }`, testcode.None},
	{"the same call of a helper", `want := render(t, 1); got := render(t, 1); if got != want { t.Error(got) }`, testcode.Again},
	{"a helper with tests within it", `rendersAll(t)`, testcode.None},
	{"a helper's result", `if got := render(t, 1); got != "1" { t.Error(got) }`, testcode.None},
	{"written down", `golden := map[string]int{"a": 1}; for s, want := range golden { if got := Parse(s); got != want { t.Error(got) } }`, testcode.None},
	{"written down, one recorded", `golden := map[string]int{"a": 1}; golden["b"] = Parse("b"); for s, want := range golden { if got := Parse(s); got != want { t.Error(got) } }`, testcode.None},
	{"another function is recorded", `seen := map[int]string{}; seen[1] = Format(1); for n, s := range seen { if got := Parse(s); got != n { t.Error(got) } }`, testcode.None},
	{"skipped", `t.Skip("later"); if Parse("a") != 1 { t.Error("no") }`, testcode.Skipped},
	{"skipped where it cannot run", `if testing.Short() { t.Skip("slow") }; if Parse("a") != 1 { t.Error("no") }`, testcode.None},
	{"only the library", `if strings.ToUpper("a") != "A" { t.Error("no") }`, testcode.Apart},
	{"a copy of the code", `if parse("a") != 1 { t.Error("no") }`, testcode.Apart},
	{"a subtest", `t.Run("a", func(t *testing.T) { if Parse("a") != 1 { t.Error("no") } })`, testcode.None},
	{"a function for another t", `got, _ := drawn(func(t *Clock) { t.Set([]string{"a"}); t.Add([]string{"1"}) }); lines := strings.Split(got, "n"); wantSame(t, lines[1], "1")`, testcode.None},
	{"a subtest in a function for another t", `Each(func(t *Clock) { s.Run("a", func(t *testing.T) { if Parse("a") != 1 { t.Error("no") } }) })`, testcode.None},
	{"a function for another t, without a check", `Build(func(t *Clock) { t.Error("a"); t.Tick() })`, testcode.Unchecked},
	{"a function for the t of another package", `Build(func(t *clock.T) { t.Error("a"); t.Tick() })`, testcode.Unchecked},
	{"fails for one value only", `got := Parse("a"); if got == -42 { t.Error("no") }`, testcode.Presence},
	{"a length below nothing", `got := Parse("a"); if len(got) < 0 { t.Error("no") }`, testcode.Constant},
	{"a subtest that checks nothing", `t.Run("a", func(t *testing.T) { Parse("a") })`, testcode.Unchecked},
}

const goHead = `package p

import (
	"bytes"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func wants(t *testing.T, got, want int) {
	t.Helper()
	if got != want {
		t.Errorf("%d", got)
	}
}

func render(t *testing.T, n int) string {
	t.Helper()
	s, err := Format(n)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func serve(t *testing.T, c *Clock) string {
	req, err := http.NewRequest("GET", "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.Serve(req)
}

func drawn(build func(t *Clock)) (out string, failed bool) {
	var b bytes.Buffer
	defer func() {
		out = b.String()
		failed = recover() != nil
	}()
	c := NewClock(&b)
	build(c)
	c.Draw()
	return
}

func rendersAll(t *testing.T) {
	if _, err := Format(0); err != nil {
		t.Fatal(err)
	}
	t.Run("one", func(t *testing.T) {
		if got, _ := Format(1); got != "1" {
			t.Error(got)
		}
	})
}

func parse(s string) int { return len(s) }

`

func TestGo(t *testing.T) {
	t.Parallel()
	for _, tt := range goCases {
		for head, name := range map[string]string{goHead: "in a file", goHead[strings.Index(goHead, "func wants"):]: "in a part of one"} {
			if name == "in a part of one" && strings.Contains(tt.body, ".") && tt.want == testcode.Apart {
				continue // without its imports nobody can tell what is the library
			}
			hold(t, "go", tt.name+", "+name, head+"func TestX(t *testing.T) {\n"+tt.body+"\n}\n", tt.want)
		}
	}
}

func hold(t *testing.T, ext, name, source string, want testcode.Fault) {
	t.Helper()
	all, ok := testcode.Read(ext, source, func(module string) bool { return module == "orders" })
	if !ok || len(all) != 1 {
		t.Errorf("%s, %s: %v %v", ext, name, all, ok)
		return
	}
	if all[0].Fault != want {
		t.Errorf("%s, %s: %q, want %q", ext, name, all[0].Fault, want)
	}
}

// scriptCases are bodies of a test of a module with the functions sum and make.
var scriptCases = []struct {
	name, body string
	want       testcode.Fault
}{
	{"a result is compared", `assert.strictEqual(orders.sum([1]), 1)`, testcode.None},
	{"a result of a name", `const got = orders.sum([1]); assert.deepEqual(got, 1)`, testcode.None},
	{"it throws", `assert.throws(() => orders.sum(null), TypeError)`, testcode.None},
	{"expected", `expect(orders.sum([])).to.equal(0)`, testcode.None},
	{"a predicate", `assert.ok(orders.isEmpty([]))`, testcode.None},
	{"what a callback sets", `let n = 0; orders.each([1], () => { n++ }); assert.equal(n, 1)`, testcode.None},
	{"what a callback is given", `orders.load(1, function (err, order) { assert.equal(order, 1); done() })`, testcode.None},
	{"in the style of should", `orders.sum([]).should.equal(0)`, testcode.None},
	{"a server", `await request(app(orders)).get('/').expect(200)`, testcode.None},
	{"a failure that is kept", `let caught; try { orders.sum() } catch (e) { caught = e } expect(caught).toBeInstanceOf(TypeError)`, testcode.None},
	{"a failure that must be", `try { orders.sum(); assert.fail('no') } catch (e) { assert.equal(e.code, 'X') }`, testcode.None},
	{"a helper", `verify([1], 1)`, testcode.None},
	{"thrown by hand", `if (orders.sum([]) !== 0) throw new Error('no')`, testcode.None},
	{"two that differ", `assert.notStrictEqual(orders.make(), orders.make())`, testcode.None},
	{"a type", `assert.strictEqual(typeof orders.sum([]), 'number')`, testcode.None},
	{"nothing is checked", `orders.sum([1])`, testcode.Unchecked},
	{"a constant", `orders.sum([]); assert.ok(true)`, testcode.Constant},
	{"a constant with a name", `orders.sum([]); const x = 5; expect(x).toBe(5)`, testcode.Constant},
	{"itself", `const got = orders.sum([]); expect(got).toEqual(got)`, testcode.Constant},
	{"each with itself", `const got = orders.make(); Object.keys(got).forEach(k => { assert.equal(got[k], got[k]) })`, testcode.Constant},
	{"the same call", `const want = orders.sum([1]); assert.equal(orders.sum([1]), want)`, testcode.Again},
	{"only that there is a value", `assert.ok(orders.make() !== undefined)`, testcode.Presence},
	{"only that it is defined", `expect(orders.make()).toBeDefined()`, testcode.Presence},
	{"only a vague type", `assert.strictEqual(typeof orders.make(), 'object')`, testcode.Presence},
	{"only that it does not throw", `assert.doesNotThrow(() => orders.sum([]))`, testcode.Presence},
	{"only that it does not throw, expected", `expect(() => orders.sum([])).not.toThrow()`, testcode.Presence},
	{"swallowed", `try { assert.equal(orders.sum([]), 0) } catch (e) { console.log(e) }`, testcode.Swallowed},
	{"only when it fails", `try { orders.sum('x') } catch (e) { assert.ok(e instanceof Error) }`, testcode.Swallowed},
	{"true anyway", `const got = orders.sum([]); assert.ok(got > 0 || true)`, testcode.Constant},
	{"this or not this", `const got = orders.make(); assert.ok(got === null || got !== null)`, testcode.Constant},
	{"this or that", `const got = orders.make(); assert.ok(got === null || got.length === 0)`, testcode.None},
	{"a fall-back", `assert.equal(orders.sum([]) || 1, 1)`, testcode.None},
	{"a list that holds it", `for (const k of Object.keys(orders.make())) { assert.ok(['a', k].includes(k)) }`, testcode.Constant},
	{"a list that may hold it", `const k = orders.make(); assert.ok(['a', 'b'].includes(k))`, testcode.None},
	{"only where there is a value", `const got = orders.make(); if (got.log) { assert.ok(got.log.length > 0) }`, testcode.Guarded},
	{"only where it is not null", `if (orders.make() !== null) { assert.equal(orders.make().n, 1) }`, testcode.Guarded},
	{"or it fails", `const got = orders.make(); if (got.log) { assert.equal(got.log, 1) } else { assert.fail('no log') }`, testcode.None},
	{"there and then compared", `const got = orders.make(); assert.equal(got.n, 1); if (got.log) { assert.equal(got.log.length, 1) }`, testcode.None},
	{"under another condition", `const got = orders.make(); if (process.platform === 'win32') { assert.equal(got.sep, 1) }`, testcode.None},
	{"a request among several", `orders.serve(req => { if (req.url === '/a') { assert.equal(req.method, 'GET') } })`, testcode.None},
	{"a loop over what may be missing", `for (const k of Object.keys(orders.make().log || {})) { assert.equal(k, 'a') }`, testcode.Guarded},
	{"a loop over what must be there", `for (const k of Object.keys(orders.make().log)) { assert.equal(k, 'a') }`, testcode.None},
	{"a promise that is left", `orders.load(1).then(o => { assert.equal(o.n, 1) })`, testcode.Adrift},
	{"a promise that is left and silenced", `orders.load(1).then(o => { assert.equal(o.n, 1) }).catch(() => {})`, testcode.Swallowed},
	{"a promise that is silenced", `await orders.load(1).then(o => { assert.equal(o.n, 1) }).catch(() => {})`, testcode.Swallowed},
	{"a promise that is waited for", `await orders.load(1).then(o => { assert.equal(o.n, 1) })`, testcode.None},
	{"a promise that is returned", `return orders.load(1).then(o => { assert.equal(o.n, 1) })`, testcode.None},
	{"a promise that calls back", `orders.load(1).then(o => { assert.equal(o.n, 1); done() }).catch(done)`, testcode.None},
	{"a promise that fails", `await orders.load(1).then(() => assert.fail('no'), e => { assert.equal(e.code, 'X') })`, testcode.None},
	{"recorded", `const golden = new Map(); for (const v of ['a', 'b']) { golden.set(v, orders.inc(v)) } for (const v of ['a', 'b']) { assert.equal(orders.inc(v), golden.get(v)) }`, testcode.Again},
	{"recorded with a name", `const golden = {}; for (const v of ['a']) { golden[v] = orders.inc(v) } for (const v of ['a']) { const expected = golden[v]; const got = orders.inc(v); assert.equal(got, expected) }`, testcode.Again},
	{"written down", `const golden = new Map(); golden.set('a', 1); assert.equal(orders.inc('a'), golden.get('a'))`, testcode.None},
	{"what another call kept", `const kept = new Map(); kept.set('a', orders.load('a')); assert.equal(orders.inc('a'), kept.get('a'))`, testcode.None},
	{"a copy of the code", `const total = a => a.reduce((x, y) => x + y, 0); assert.equal(total([1]), 1)`, testcode.Apart},
}

func TestScripts(t *testing.T) {
	t.Parallel()
	for _, tt := range scriptCases {
		for from, head := range map[string]string{
			"require": "const assert = require('assert')\nconst { expect } = require('chai')\nconst orders = require('../lib/orders')\n",
			"import":  "import assert from 'node:assert'\nimport { expect, it } from 'vitest'\nimport * as orders from 'orders'\n",
		} {
			source := head + "function verify (a, want) { assert.equal(orders.sum(a), want) }\nit('works', async function () {\n" + tt.body + "\n})\n"
			hold(t, "js", tt.name+", "+from, source, tt.want)
			hold(t, "ts", tt.name+", "+from, source, tt.want)
		}
	}
	for _, tt := range []struct {
		name, source string
		want         testcode.Fault
	}{
		{"skipped", "it.skip('works', () => { assert.equal(sum([]), 0) })", testcode.Skipped},
		{"all skipped", "describe.skip('sum', () => { it('works', () => { assert.equal(sum([]), 0) }) })", testcode.Skipped},
		{"announced", "it('works')", testcode.Skipped},
		{"tape", "const test = require('tape')\ntest('works', t => { t.equal(require('./')(1), 1); t.end() })", testcode.None},
		{"tape without a check", "const test = require('tape')\ntest('works', t => { require('./')(1); t.end() })", testcode.Unchecked},
		{"ava", "import test from 'ava'\nimport m from '.'\ntest('works', async t => { t.is(await m(1), 1) })", testcode.None},
		{"ava with a constant", "import test from 'ava'\nimport m from '.'\ntest('works', async t => { await m(1); t.pass() ; t.true(true) })", testcode.Constant},
		{"tap at the top", "const t = require('tap')\nconst m = require('../')\nt.same(m(1), 2)", testcode.None},
		{"node", "const { test } = require('node:test')\nconst { strictEqual } = require('node:assert')\nconst m = require('..')\ntest('works', () => strictEqual(m(1), 2))", testcode.None},
		{"made to require", "import { createRequire } from 'node:module'\nimport assert from 'node:assert'\nimport { it } from 'node:test'\nconst sum = createRequire(import.meta.url)('../sum.js')\nit('works', () => { assert.equal(sum(1, 2), 3) })", testcode.None},
		{"either runner", "const test = global.it || require('node:test')\nconst assert = require('assert')\nconst m = require('..')\nfor (const [a, b] of [[1, 2]]) { test(a, () => { assert.equal(m(a), b) }) }", testcode.None},
		{"a set-up", "let m\nbeforeEach(() => { m = make() })\nit('works', () => { m.run(); expect(m.done).toBe(true) })", testcode.None},
		{"a part of a file", "it('works', () => { expect(debounce(f)()).toBe(1) })", testcode.None},
		{"each", "test.each([[1, 2]])('works', (a, b) => { expect(sum(a)).toBe(b) })", testcode.None},
		{"a stand-in for what is tested", "jest.mock('./', () => ({ sum: (a, b) => a + b }))\nconst { sum } = require('./')\nit('works', () => { expect(sum(1, 2)).toBe(3) })", testcode.Apart},
		{"a stand-in for what is tested, imported", "import { sum } from '../src/sum'\nvi.mock('../src/sum', () => ({ sum: () => 3 }))\nit('works', () => { expect(sum(1, 2)).toBe(3) })", testcode.Apart},
		{"a stand-in for what it needs", "jest.mock('./store', () => ({ load: () => 1 }))\nconst { sum } = require('./')\nit('works', () => { expect(sum('a', 2)).toBe(3) })", testcode.None},
		{"a stand-in made of the real one", "jest.mock('./', () => ({ ...jest.requireActual('./'), now: () => 1 }))\nconst { sum } = require('./')\nit('works', () => { expect(sum(1, 2)).toBe(3) })", testcode.None},
		{"a mock that is asked", "it('works', () => { const f = jest.fn(() => 5); expect(f()).toBe(5) })", testcode.Apart},
	} {
		hold(t, "js", tt.name, tt.source, tt.want)
	}
}

// Code that nests without end is not followed.
func TestDeepCodeIsLeftAlone(t *testing.T) {
	t.Parallel()
	for ext, source := range map[string]string{
		"py": "def test_x():\n    a" + strings.Repeat(".b(c)", 5000) + "\n",
		"js": "it('x', () => { a" + strings.Repeat(".b(c)", 5000) + " })",
		"go": "package p\n\nfunc TestX(t *testing.T) {\n\ta" + strings.Repeat(".b(c)", 5000) + "\n}\n",
	} {
		if all, ok := testcode.Read(ext, source, nil); ok {
			t.Errorf("%s: %v", ext, all)
		}
	}
}

// No code breaks the reading of tests.
func FuzzRead(f *testing.F) {
	for _, c := range goCases {
		f.Add("go", goHead+"func TestX(t *testing.T) {\n"+c.body+"\n}\n")
	}
	for _, c := range scriptCases {
		f.Add("js", "it('x', () => {\n"+c.body+"\n})\n")
	}
	f.Fuzz(func(t *testing.T, ext, source string) {
		if len(source) > 1<<10 {
			return
		}
		for _, one := range []string{ext, "go", "js", "py"} {
			first, ok := testcode.Read(one, source, nil)
			if again, same := testcode.Read(one, source, nil); ok != same || len(first) != len(again) {
				t.Errorf("%v %v, then %v %v", first, ok, again, same)
			}
		}
	})
}
