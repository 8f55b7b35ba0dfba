package gate_test

import (
	"strconv"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// Code that is delivered uses names that the repository has: of a package of Go as
// it declares them, of a module of JavaScript as they stand in it anywhere.
func TestNamesThatAreUsed(t *testing.T) {
	t.Parallel()
	goRepo := &gate.Repo{
		Files: []gate.RepoFile{{Path: "go.mod"}, {Path: "queue.go"}, {Path: "queue_test.go"}, {Path: "store/store.go"}},
		Source: memory{
			"go.mod": "module example.org/queue/v2\n", "queue.go": "package queue\n\n// Queue is one.\ntype Queue struct{ Limit int }\n\n// New makes one.\nfunc New() *Queue { return &Queue{} }\n\nconst (\n\tFast = iota\n\tSlow\n)\n",
			"queue_test.go": "package queue\n\nfunc NewForTest() {}\n", "store/store.go": "package store\n\nvar Default = 1\n",
		},
	}
	jsRepo := &gate.Repo{
		Files:  []gate.RepoFile{{Path: "package.json"}, {Path: "index.js"}},
		Source: memory{"package.json": `{"name": "queue-lite"}`, "index.js": "exports.createQueue = function (limit) {\n  return { limit: limit }\n}\n"},
	}
	goCode := func(use string) string {
		return "```go\npackage jobs\n\nimport (\n\t\"fmt\"\n\n\t\"example.org/queue/v2\"\n\t\"example.org/queue/v2/store\"\n)\n\n" + use + "\n```\n"
	}
	tests := strings.Replace(goCode("func TestRun(t *testing.T) { queue.NewForTest(); fmt.Println(store.Default) }"), "package jobs", "package queue_test", 1)
	large := &gate.Repo{
		Files:  append([]gate.RepoFile{{Path: "large.js"}}, jsRepo.Files...),
		Source: memory{"package.json": `{"name": "queue-lite"}`, "index.js": "exports.createQueue = 1\n", "large.js": "exports.drainQueue = 1\n" + strings.Repeat("// more\n", 100_000)},
	}
	many := &gate.Repo{Files: jsRepo.Files}
	files := memory{"package.json": `{"name": "queue-lite"}`, "index.js": "exports.createQueue = 1\n"}
	for i := range 700 {
		p := "lib/" + strconv.Itoa(i) + ".js"
		files[p], many.Files = "// nothing\n", append(many.Files, gate.RepoFile{Path: p})
	}
	many.Source = files
	for _, tt := range []struct {
		name   string
		repo   *gate.Repo
		result string
		says   string // the first name that is missing
	}{
		{"what is there", goRepo, goCode("func Run() { q := queue.New(); q.Limit = queue.Slow; fmt.Println(q, store.Default) }"), ""},
		{"a type that is there", goRepo, goCode("var q queue.Queue\n\nvar _ = store.Default"), ""},
		{"what is not", goRepo, goCode("func Run() { q := queue.NewWithLimit(3); fmt.Println(q, store.Default) }"), "queue.NewWithLimit"},
		{"what only tests have", goRepo, goCode("func Run() { queue.NewForTest(); fmt.Println(store.Default) }"), "queue.NewForTest"},
		{"what another package has", goRepo, goCode("func Run() { fmt.Println(queue.Default, store.Default) }"), "queue.Default"},
		{"a variable of that name", goRepo, goCode("func Run() { queue := struct{ Max int }{1}; fmt.Println(queue.Max, store.Default) }"), ""},
		{"a variable of a loop", goRepo, goCode("func Run(all []job) { for _, queue := range all { queue.Close() }; fmt.Println(store.Default) }"), ""},
		{"a key of a loop", goRepo, goCode("func Run(all map[job]int) { for queue := range all { queue.Close() }; fmt.Println(store.Default) }"), ""},
		{"a switch by type", goRepo, goCode("func Run(v any) { switch queue := v.(type) { case job: queue.Close() }; fmt.Println(store.Default) }"), ""},
		{"what is received", goRepo, goCode("func Run(in chan job) { select { case queue := <-in: queue.Close() }; fmt.Println(store.Default) }"), ""},
		{"a parameter and a result", goRepo, goCode("func Run(queue job) (store job) { queue.Close(); fmt.Println(store.Name); return }"), ""},
		{"what tests of the package may use", goRepo, tests, ""},
		{"what even these have not", goRepo, strings.ReplaceAll(tests, "NewForTest", "NewForNobody"), "queue.NewForNobody"},
		{"a group that comes with it", goRepo, goCode("func Run() { fmt.Println(queue.Slowest, store.Default) }") + "\n```go\nconst (\n\tSlower = iota\n\tSlowest\n)\n```\n", ""},
		{"a file is too large to read", large, "```js\nconst { drainQueue } = require('queue-lite')\n```\n", ""},
		{"too many files to read", many, "```js\nconst { drainQueue } = require('queue-lite')\n```\n", ""},
		{"what comes with it", goRepo, goCode("func Run() { fmt.Println(queue.Drain(), store.Default) }") + "\n```go\nfunc Drain() int { return 0 }\n```\n", ""},
		{"a part without imports", goRepo, "```go\nq := queue.NewWithLimit(3)\n```\n", ""},
		{"a module's names", jsRepo, "```js\nconst { createQueue } = require('queue-lite')\ncreateQueue(1)\n```\n", ""},
		{"imported names", jsRepo, "```js\nimport { createQueue as create } from 'queue-lite'\ncreate(1)\n```\n", ""},
		{"names that the module has not", jsRepo, "```js\nconst { createQueue, drainQueue } = require('queue-lite')\ndrainQueue(createQueue(1))\n```\n", "drainQueue"},
		{"names of another module", jsRepo, "```js\nconst { promisify } = require('util')\npromisify(setTimeout)\n```\n", ""},
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.CodeGeneration, Description: "A package for jobs on top of the queue."},
			Deliverable: gate.Deliverable{Result: "Built on the queue:\n\n" + tt.result}, Repo: tt.repo,
		})
		said := ""
		for _, s := range report.Signals {
			if s.Name == "names that are used" && s.Cap != nil {
				said = strings.Join(s.Evidence, ", ")
			}
		}
		if tt.says == "" && said != "" || !strings.HasPrefix(said, tt.says) {
			t.Errorf("%s: %q, want %q", tt.name, said, tt.says)
		}
	}
}
