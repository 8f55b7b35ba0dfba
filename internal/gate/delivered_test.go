package gate_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

const counterFile = `package main

import "fmt"

// Counter counts.
type Counter struct {
	n int
}

// Add adds one.
func (c *Counter) Add() { c.n++ }

// Value is the count so far.
func (c *Counter) Value() int { return c.n }

func main() {
	c := &Counter{}
	c.Add()
	fmt.Println(c.Value())
}
`

// memory is a repository's files by path.
type memory map[string]string

func (m memory) ReadFile(path string) ([]byte, bool) {
	text, ok := m[path]
	return []byte(text), ok
}

const guardPatch = `diff --git a/main.go b/main.go
--- a/main.go
+++ b/main.go
@@ -1,17 +1,31 @@
 package main
 
-import "fmt"
+import (
+	"fmt"
+	"sync"
+)
 
-// Counter counts.
+// Counter counts. Several goroutines may use it.
 type Counter struct {
-	n int
+	mu sync.Mutex
+	n  int // guarded by mu
 }
 
 // Add adds one.
-func (c *Counter) Add() { c.n++ }
+func (c *Counter) Add() {
+	c.mu.Lock()
+	defer c.mu.Unlock()
+	c.n++
+}
 
 // Value is the count so far.
-func (c *Counter) Value() int { return c.n }
+func (c *Counter) Value() int {
+	c.mu.Lock()
+	defer c.mu.Unlock()
+	return c.n
+}
 
 func main() {
 	c := &Counter{}
`

const wordsPatch = `diff --git a/main.go b/main.go
--- a/main.go
+++ b/main.go
@@ -3,9 +3,10 @@
 import "fmt"
 
-// Counter counts.
+// Counter counts. It is safe for several goroutines, as every access
+// is guarded by a mutex.
 type Counter struct {
-	n int
+	n   int // guarded by a mutex
 }
 
 // Add adds one.
diff --git a/SAFETY.md b/SAFETY.md
new file mode 100644
--- /dev/null
+++ b/SAFETY.md
@@ -0,0 +1 @@
+The counter is safe for several goroutines; a mutex guards it.
`

const otherPatch = `diff --git a/main.go b/main.go
--- a/main.go
+++ b/main.go
@@ -16,5 +16,5 @@
 func main() {
 	c := &Counter{}
 	c.Add()
-	fmt.Println(c.Value())
+	fmt.Printf("%d\n", c.Value())
 }
`

// Work that is done in the repository needs few words; words in a patch that
// does nothing are none.
func TestThePatchIsPartOfTheWork(t *testing.T) {
	t.Parallel()
	const request = "Make the counter safe for several goroutines and say how you know."
	for _, tt := range []struct {
		name, request, result, patch string
		category                     city.Category
		want                         gate.Verdict
	}{
		{"a note on a real change", request, "Add and Value hold a mutex now.", guardPatch, city.BugFix, gate.Pass},
		{"the same as a refactoring", request, "Add and Value hold a mutex now.", guardPatch, city.Refactor, gate.Pass},
		{"the same without the change", request, "Add and Value hold a mutex now.", "", city.BugFix, gate.Fail},
		{"a change to something else", request, "Done, see the patch.", otherPatch, city.BugFix, gate.Fail},
		{"words that claim it", request, "The counter in main.go is safe for several goroutines now.", wordsPatch, city.BugFix, gate.Fail},
		{"comments that were asked for", "Document in a comment of Counter that several goroutines may not use it without a mutex.",
			"Counter's doc comment says so now.", wordsPatch, city.BugFix, gate.Pass},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			report := gate.Judge(gate.Input{
				Request:     gate.Request{Category: tt.category, Description: tt.request},
				Deliverable: gate.Deliverable{Result: tt.result},
				Patch:       []byte(tt.patch),
				Repo:        &gate.Repo{Files: []gate.RepoFile{{Path: "main.go"}, {Path: "go.mod"}}, Source: memory{"main.go": counterFile, "go.mod": "module counter\n"}},
			})
			if report.Verdict != tt.want {
				t.Errorf("%d points: %+v", report.Score, report.Signals)
			}
		})
	}
}
