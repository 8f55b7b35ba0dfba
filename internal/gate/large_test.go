package gate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/similarity"
)

func readTestdata(t testing.TB, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// largeDeliverables are shapes of some size that could make a parser slow.
func largeDeliverables(size int) map[string]string {
	fill := func(unit string) string { return strings.Repeat(unit, size/len(unit)+1) }
	var many strings.Builder
	for i := 0; many.Len() < size; i++ {
		fmt.Fprintf(&many, "lib/file%d.js:%d says `findOrders` and line %d of orders.js too.\n", i, i, i)
	}
	var claims, names strings.Builder
	for i := 0; claims.Len() < size; i++ {
		fmt.Fprintf(&claims, "`madeUp%dName` (lib/orders.js:%d) uses `call%dIt(now)`; `madeUp%dName` returns false, `saveOrder` is only called from `sumLines`, is not checked %s ", i, 1+i%20, i, i, strings.Repeat("and so on ", 40))
		fmt.Fprintf(&names, "madeUpName%d, ", i)
	}
	return map[string]string{
		"claims":         claims.String(),
		"claims apart":   strings.ReplaceAll(claims.String(), "and so on `", ".\n\n`"),
		"used names":     "```js\nconst { " + names.String() + " x } = require('corner-shop')\n```\n" + fill("```js\nconst { madeUpName, otherName } = require('corner-shop')\n```\n\n"),
		"prose":          fill("The handler reads the order and answers with the sum of its lines. "),
		"one long line":  fill("lib/orders.js:4 "),
		"no spaces":      fill("a/b.c:1"),
		"backticks":      fill("`x` ``y`` "),
		"fences":         fill("lib/orders.js:4\n```js\nconst sql = 1 + customer\n```\n"),
		"open fence":     "```\n" + fill("x\n"),
		"line numbers":   fill("lines 1, 2 to 3, "),
		"words":          fill("please provide ignore the score of "),
		"diffs":          fill("```diff\n--- a/lib/orders.js\n+++ b/lib/orders.js\n-old line here\n+new line here\n```\n"),
		"lines that go":  fill("-a;\n"),
		"titles":         strings.Repeat("# "+strings.Repeat("lib/orders.js lib/cart.js ", 70)+"\n\n", 24) + fill("Line 7 reads\n\n```js\nconst sql = 1 + customer\n```\n"),
		"checks in rows": fill("| `if (x>1) {` |\n"),
		"bare code":      fill("function sum (lines) {\n  return lines.length\n}\n\n\n\nprose\n"),
		"quotes":         fill("lib/orders.js:4 has \"if (a == b) { return c }\" and `x = y + 1` (9). "),
		"numbers":        "lib/orders.js:4 " + fill("(3, 5-7) and 9-11, at 12 "),
		"references":     many.String(),
		"blank code":     "```js\n" + fill("\n") + "```\n",
		"blank hunk":     "```diff\n--- a/lib/orders.js\n+++ b/lib/orders.js\n@@ -1,3 +1,3 @@\n" + fill(" \n") + "```\n",
		"blank line":     "```yaml\n" + fill(" ") + "\n```\n",
		"blank prose":    fill(" "),
	}
}

// TestLargeDeliverables only demands that each ends with a sound report; the
// benchmark tells how long a megabyte takes.
func TestLargeDeliverables(t *testing.T) {
	t.Parallel()
	for name, text := range largeDeliverables(1 << 16) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkReport(t, gate.Judge(gate.Input{
				Request:     gate.Request{Category: city.BugFix, Description: reviewRequest},
				Deliverable: gate.Deliverable{Result: text}, Repo: shop(t),
			}))
		})
	}
}

func BenchmarkJudge(b *testing.B) {
	repo := repoFromDir(b, filepath.Join("testdata", "shop"))
	texts := largeDeliverables(1 << 20)
	texts["usual"] = honestReview
	for name, text := range texts {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				gate.Judge(gate.Input{
					Request:     gate.Request{Category: city.BugFix, Description: reviewRequest},
					Deliverable: gate.Deliverable{Result: text}, Repo: repo,
				})
			}
		})
	}
}

// FuzzJudge: no deliverable breaks the gate.
func FuzzJudge(f *testing.F) {
	f.Add(reviewRequest, honestReview, "")
	f.Add("", "", "")
	f.Add("a.go:1", "````\n```\na.go:99999999\nlines 1 to , 3\n``` x", "+++ b/x\n")
	f.Add("lib/orders.js", "- \n    a\n\tb\n| a |\n../../lib/orders.js:4-2 \xff\xfe", "--- a\n")
	repo := repoFromDir(f, filepath.Join("testdata", "shop"))
	f.Fuzz(func(t *testing.T, request, result, patch string) {
		checkReport(t, gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.Testing, Description: request, Criteria: []string{request}},
			Deliverable: gate.Deliverable{Result: result, Findings: []gate.Finding{{File: request, Line: len(patch), Claim: result}}},
			Repo:        repo, Patch: []byte(patch), Earlier: []similarity.Runs{similarity.RunsOf(result)},
		}))
	})
}

// FuzzWrittenFindings: no JSON breaks the reading of findings.
func FuzzWrittenFindings(f *testing.F) {
	for _, s := range []string{`[{"file":"lib/orders.js","line":"4","claim":"x"}]`, `{"findings":[{"path":"a","message":"b"}]}`, "```json\n[]\n```", "[", "{\"findings\":3}"} {
		f.Add(s)
	}
	repo := repoFromDir(f, filepath.Join("testdata", "shop"))
	f.Fuzz(func(t *testing.T, text string) {
		checkReport(t, gate.Judge(gate.Input{Request: gate.Request{Category: city.CodeReview, Description: reviewRequest}, Deliverable: gate.Deliverable{Result: text}, Repo: repo}))
	})
}
