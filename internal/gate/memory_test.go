//go:build !race

package gate

import (
	"runtime"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/gate/repository"
)

// maxHeld is how much memory a verdict on a megabyte may take on the way, over
// all allocations. It bounds what grows with the square of the text, not the
// last byte.
const maxHeld = 300 << 20

// Whatever a megabyte is made of, the memory that its verdict takes is bounded.
// It runs alone, since what others allocate would count, and without the race
// detector, under which pools forget and everything is allocated anew.
func TestMemoryIsBounded(t *testing.T) {
	source := "package a\n" + strings.Repeat("func f() {\n\treturn\n}\n", 2000)
	repo := &repository.Repo{Files: []repository.File{{Path: "lib/orders.go", Lines: 6001}}, Source: oneFile(source)}
	fill := func(unit string) string { return strings.Repeat(unit, (1<<20)/len(unit)) }
	for name, text := range map[string]string{
		"references": fill("a.go:1 "), "a million colons": fill(":"), "missing files": fill("x/y.go:9\n"), "headings": fill("# a\n"), "brackets": fill("[({"),
		"fences": fill("```\n"), "backticks": fill("`"), "quotes": fill("> "), "tables": fill("|a"), "nested lists": fill("  - a\n    "), "one word": fill("a"),
		"line numbers": fill("lines 1, 2 to 3, "), "regex bait": fill("a.a.a.a.a/"), "spaces": fill(" "), "comments": fill("<!--"), "elements": fill("<p hidden>"),
		"diffs": fill("```diff\n--- a/lib/orders.go\n+++ b/lib/orders.go\n@@ -1 +1 @@\n-}\n+{\n```\n"), "hunks": "```diff\n--- a/lib/orders.go\n+++ b/lib/orders.go\n" + fill("@@ -1 +1 @@\n-}\n+{\n"),
		"python": "```python\n" + fill("f(a, b)\n") + "```", "findings": "[" + fill(`{"file":"a","claim":"b"},`) + "{}]", "letters": fill("ä"), "no letters": fill("\xff\xfe"),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := Judge(Input{Request: Request{Category: "bug_fix", Description: "fix f in lib/orders.go"}, Deliverable: Deliverable{Result: text}, Repo: repo})
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > maxHeld {
			t.Errorf("%s: %d MB", name, took>>20)
		} else {
			t.Logf("%s: %d MB", name, took>>20)
		}
		if len(r.References) > 200 || len(r.Signals) > len(signals) {
			t.Errorf("%s: %d references, %d signals", name, len(r.References), len(r.Signals))
		}
		for _, s := range r.Signals {
			if len(s.Evidence) > 100 {
				t.Errorf("%s: %d lines of evidence for %s", name, len(s.Evidence), s.Name)
			}
		}
	}
}

// oneFile is a repository whose files all say the same.
type oneFile string

func (f oneFile) ReadFile(string) ([]byte, bool) { return []byte(f), true }
