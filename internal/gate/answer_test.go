package gate_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

const testsOfSumLines = "Put it next to lib/orders.js:\n\n```js\nconst test = require('node:test')\nconst assert = require('node:assert')\nconst { sumLines } = require('../lib/orders')\n\n" +
	"test('sumLines adds amounts', () => {\n  assert.equal(sumLines([{ price: 2, amount: 3 }]), 6)\n})\n\ntest('sumLines of nothing is zero', () => {\n  assert.equal(sumLines([]), 0)\n})\n```\n\n" +
	"Both fail today, because the loop in lib/orders.js:16 runs one round too many (`i <= lines.length`)."

const fixOfSumLines = "The loop runs one round too many (lib/orders.js:16), so the last line is undefined and reading its price throws:\n\n" +
	"```diff\n--- a/lib/orders.js\n+++ b/lib/orders.js\n@@ -16 +16 @@\n-  for (let i = 0; i <= lines.length; i++) {\n+  for (let i = 0; i < lines.length; i++) {\n```\n"

const remarkOnSaveOrder = "saveOrder (lib/orders.js:9) takes the total from the body when there is one, and lib/db.js:6 writes whatever else the object holds. Take the known fields only."

// TestOtherAnswers: honest work passes for the request that it answers and for
// no other.
func TestOtherAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		category city.Category
		request  string
		result   string
		want     gate.Verdict
	}{
		{"tests that were asked for", city.Testing, "Write tests for sumLines in lib/orders.js with node:test.", testsOfSumLines, gate.Pass},
		{"tests for a page", city.ContentCreation, "Write a page for new colleagues: how an order gets from the browser into the table, with an example request.", testsOfSumLines, gate.Fail},
		{"tests for another function", city.Testing, "Write tests for the POST handler and its status codes with supertest.", testsOfSumLines, gate.Fail},
		{"findings that were asked for", city.CodeReview, reviewRequest, honestReview, gate.Pass},
		{"findings for a design", city.Design, "How should prices be kept per currency? Propose a schema with alternatives.", honestReview, gate.Fail},
		{"findings for a migration", city.CodeGeneration, "Add pagination with limit and offset to GET /orders/:customer and return a Link header.", honestReview, gate.Fail},
		{"a complaint in everyday words", city.BugFix, "the grand sum explodes now and again, somebody gets nothing but rubbish!!", fixOfSumLines, gate.Pass},
		{"a complaint, answered with a remark", city.BugFix, "the grand sum explodes now and again, somebody gets nothing but rubbish!!", remarkOnSaveOrder, gate.Fail},
		{"a complaint in the code's words, answered with another fix", city.BugFix, "findOrders builds its SELECT from what the customer sends, injection! use placeholders", fixOfSumLines, gate.Fail},
		{"a question, answered with no", city.Security, "Is saveOrder safe to call with a body from strangers? One paragraph.",
			"No. saveOrder (lib/orders.js:9) takes the total from the body when there is one, `if (order.total == null) order.total = sumLines(order.lines)`, so a stranger sets his own price, and lib/db.js:6 writes whatever else the object holds.", gate.Pass},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := gate.Judge(gate.Input{
				Request:     gate.Request{Category: tt.category, Description: tt.request},
				Deliverable: gate.Deliverable{Result: tt.result}, Repo: shop(t),
			})
			if got.Verdict != tt.want {
				t.Errorf("verdict %s with %d, want %s: %s", got.Verdict, got.Score, tt.want, jsonOf(got))
			}
		})
	}
}

// TestInventedQuotes: code that is said to stand at a place is looked up there,
// whatever leads over to it; code that is proposed or shown as an example is not.
func TestInventedQuotes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, result string
		invented     bool
	}{
		{"in the middle of sentences", "lib/orders.js has two bugs.\n\nAt lib/orders.js:9, saveOrder does `if (order.locked) throw new LockError(order.id)`, which throws outside of the callback. " +
			"At lib/orders.js:14 the function sumLines reads `let total = cache.get(lines.key) || 0` and so counts twice.\n", true},
		{"one long block", "The problem is in lib/orders.js:14. The code is:\n\n```js\nfunction sumLines (lines) {\n  const cached = cache.get(lines.key)\n  if (cached) {\n    return cached.total\n  }\n" +
			"  const total = lines.reduce(addPrice, 0)\n  cache.set(lines.key, { total })\n  return total\n}\n```\n\nThe cache is never emptied, so totals of changed orders are wrong.\n", true},
		{"quotes that stand there", "At lib/orders.js:16, sumLines does `for (let i = 0; i <= lines.length; i++)` and reads one line too many. At lib/orders.js:4 findOrders has `const sql = \"SELECT * FROM orders WHERE customer = '\" + customer + \"'\"`, an injection.\n", false},
		{"changes that tests noticed", "All tests pass. Mutations, one at a time:\n\n| place | change | noticed by |\n|---|---|---|\n| lib/orders.js:16 | `total = lines.length * price` | adds amounts |\n| lib/orders.js:14 | `if (!lines) return null` | of nothing is zero |\n", false},
		{"changes in other words", "All tests pass. I broke things on purpose:\n\n| place | change | noticed by |\n|---|---|---|\n| lib/orders.js:16 | `total = lines.length * price` | adds amounts |\n| lib/orders.js:14 | `if (!lines) return null` | of nothing is zero |\n", false},
		{"the same without a word of changes", "What stands there:\n\n| place | code | effect |\n|---|---|---|\n| lib/orders.js:16 | `total = lines.length * price` | one line is left out |\n| lib/orders.js:14 | `if (!lines) return null` | nothing is null |\n", true},
		{"what was typed", "lib/orders.js:16 runs one round too many:\n\n```\n$ node lib/orders.js --total = 3\nTypeError: lines[lines.length] is undefined\n```\n\nAnd lib/orders.js:14 gets `price; rm -rf = 1` which became `price` on the way.\n", false},
		{"a caller's code twice", "lib/orders.js:9 saveOrder calls back late, so `return saveOrder(order, done)` in a handler answers too early. lib/orders.js:14, and `return sumLines(order)` has it too.\n", false},
		{"proposals and examples", "lib/orders.js:16 runs one round too many; use `for (const line of lines) total += line.price * line.amount`. With lib/orders.js:14 a call like `sumLines([{ price: 2, amount: 3 }])` gives `NaN || undefined`.\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := gate.Judge(gate.Input{
				Request:     gate.Request{Category: city.CodeReview, Description: "Review lib/orders.js."},
				Deliverable: gate.Deliverable{Result: tt.result}, Repo: shop(t),
			})
			for _, s := range got.Signals {
				if s.Name == "misquotes" && (s.Points < -30) != tt.invented {
					t.Errorf("%+v, want invented %v", s, tt.invented)
				}
			}
			if tt.invented && got.Verdict != gate.Fail {
				t.Errorf("it passes with %d", got.Score)
			}
		})
	}
}

// TestBareCode: code needs no fence, as in a ticket or a mail.
func TestBareCode(t *testing.T) {
	t.Parallel()
	const tests = "const test = require('node:test')\nconst assert = require('node:assert')\nconst { sumLines } = require('../lib/orders')\n\n" +
		"test('adds amounts', () => {\n  assert.equal(sumLines([{ price: 2, amount: 3 }]), 6)\n})\n\ntest('of nothing is zero', () => {\n  assert.equal(sumLines([]), 0)\n})\n\n" +
		"Both fail today, the loop in lib/orders.js:16 goes one round too far."
	const diff = "sumLines reads one line too many:\n\n--- a/lib/orders.js\n+++ b/lib/orders.js\n@@ -15,3 +15,3 @@\n   let total = 0\n-  for (let i = 0; i <= lines.length; i++) {\n+  for (let i = 0; i < lines.length; i++) {\n" +
		"     total += lines[i].price * lines[i].amount\n\nlines[lines.length] is undefined, hence the TypeError for every order."
	for _, tt := range []struct {
		category        city.Category
		request, result string
	}{
		{city.Testing, "Write tests for sumLines in lib/orders.js with node:test.", tests},
		{city.BugFix, "sumLines in lib/orders.js throws a TypeError for every order. Fix, diff only.", diff},
	} {
		got := gate.Judge(gate.Input{
			Request:     gate.Request{Category: tt.category, Description: tt.request},
			Deliverable: gate.Deliverable{Result: tt.result}, Repo: shop(t),
		})
		if got.Verdict != gate.Pass {
			t.Errorf("%s: %d, %s", tt.category, got.Score, jsonOf(got))
		}
	}
}

// TestBareList: a list of files is no answer, however few words it has.
func TestBareList(t *testing.T) {
	t.Parallel()
	got := gate.Judge(gate.Input{
		Request:     gate.Request{Category: city.General, Description: "Where should a new maintainer start reading? Explain the main flows."},
		Deliverable: gate.Deliverable{Result: "- lib/db.js\n- lib/orders.js\n- lib/server.js\n- package.json\n- README.md\n- `lib/orders.js`\n- `lib/server.js`\n\nStart with these files, they hold the main flows.\n"}, Repo: shop(t),
	})
	if got.Verdict != gate.Fail {
		t.Errorf("it passes with %d: %s", got.Score, jsonOf(got))
	}
}

// TestBrokenOff: a text that ends within a row, a line of code or an item that
// has hardly begun is not charged; one that ends as plain people end one is.
func TestBrokenOff(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, tail string
		want       gate.Verdict
	}{
		{"a full stop", "", gate.Pass},
		{"thanks", "\nThanks for the clear request", gate.Pass},
		{"a row", "\n| place | severity |\n|---|---|\n| lib/orders.js:4 | high |\n| lib/orders.js:16 | hi", gate.Fail},
		{"a line of code", "\n```js\nfunction sumLines (lines) {\n  let total = 0\n  for", gate.Fail},
		{"sections that are promised", "\n## 1. The order\n\nThe causes follow, the fixes are in section 3 and the tests in section 4.\n\n1. The loop goes one round too far.\n2. The price is a string, because the form", gate.Fail},
		{"items that end as they like", "\n## 1. The order\n\nSection 3 of the standard says so.\n\n- the loop goes one round too far\n- the price is a string", gate.Pass},
		{"a sentence", "\nThe first is the worst of them. The second hides behind it. Both are easy to mend as soon as somebody has", gate.Fail},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := gate.Judge(gate.Input{
				Request:     gate.Request{Category: city.CodeReview, Description: reviewRequest},
				Deliverable: gate.Deliverable{Result: honestReview + tt.tail}, Repo: shop(t),
			})
			if got.Verdict != tt.want {
				t.Errorf("verdict %s with %d, want %s: %s", got.Verdict, got.Score, tt.want, jsonOf(got))
			}
		})
	}
}

// What a request says of where the code is from is not asked of its answer; that
// it wants to see code is.
func TestOriginAndCodeOfARequest(t *testing.T) {
	t.Parallel()
	score := func(request, result string) gate.Report {
		return gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.Refactor, Description: request},
			Deliverable: gate.Deliverable{Result: result},
			Repo: &gate.Repo{
				Files:  []gate.RepoFile{{Path: "press.go"}, {Path: "go.mod"}},
				Source: memory{"press.go": pressFile, "go.mod": "module github.com/acme/go-press\n"},
			},
		})
	}
	const talk = "Level begins at line 4 of press.go: first it computes the level of the depth, then it splits PRESS_RANGE. The first piece will keep the depth, the second one will read the range."
	plain := score("Split Level into readable pieces for depth and range.", talk)
	asked := score("Split Level into readable pieces for depth and range. Show the code.", talk)
	if asked.Score >= plain.Score || asked.Verdict != gate.Fail {
		t.Errorf("without the code that was asked for: %d points, else %d", asked.Score, plain.Score)
	}
	const work = "press.go:8 reads the range:\n\n```go\nfunc ranges() []string { return strings.Split(os.Getenv(\"PRESS_RANGE\"), \",\") }\n```\n\nLevel then keeps the depth."
	here := score("Split Level into pieces for depth and range.", work)
	told := score("Split Level of acme/go-press, as go.dev and semver.org advise, into pieces for depth and range.", work)
	if told.Score < here.Score-5 {
		t.Errorf("with its origin told: %d points, else %d: %+v", told.Score, here.Score, told.Signals)
	}
}

// A review of all names next to nothing in its request: its answer may be about anything
// that the code has.
func TestReviewThatNamesLittle(t *testing.T) {
	t.Parallel()
	const result = "`level := depth / 8` (press.go:5) cuts what is left, so less than 8 gives nothing.\n\n`if len(parts) == 0` (press.go:10) is never true: a text that is empty has one part."
	for request, doubted := range map[string]bool{
		"It shows uploads on a terminal. Is that fine? Ranked.":                       false,
		"Are uploads of tenants safe from crafted headers, quotas and spoofed dates?": true,
	} {
		s := signalOf(pressReport(city.CodeReview, request, result), "answer to the request")
		if got := s != nil && s.Points < 0; got != doubted {
			t.Errorf("%q: doubted %v: %+v", request, got, s)
		}
	}
}
