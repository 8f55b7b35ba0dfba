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

// Members of modules, packages and values that code uses are there: what the rest of
// it, or what is said of it, brings is not held against it.
func TestMembersThatAreUsed(t *testing.T) {
	t.Parallel()
	goRepo := &gate.Repo{
		Files: []gate.RepoFile{{Path: "README.md"}, {Path: "cache.go"}, {Path: "ring.go"}},
		Source: memory{
			"README.md": "# cache\n\n`go get example.org/acme/go-cache`\n",
			"cache.go":  "package cache\n\nimport \"sync\"\n\ntype Cache struct {\n\t*cache\n\tLimit int\n}\n\ntype cache struct{ mu sync.Mutex }\n\nfunc New(limit int) *Cache { return &Cache{} }\n\nfunc (c *cache) Get(key string) (any, bool) { return nil, false }\n",
			"ring.go":   "package cache\n\nimport \"container/ring\"\n\ntype Ring struct{ *ring.Ring }\n\nfunc NewRing() *Ring { return nil }\n",
		},
	}
	jsRepo := &gate.Repo{
		Files:  []gate.RepoFile{{Path: "package.json"}, {Path: "index.js"}},
		Source: memory{"package.json": `{"name": "queue-lite"}`, "index.js": "exports.createQueue = function (limit) {\n  return { limit: limit }\n}\nclass Queue {\n  drainAll () {}\n}\nexports.Queue = Queue\n"},
	}
	pyRepo := &gate.Repo{
		Files:  []gate.RepoFile{{Path: "tally/__init__.py"}, {Path: "tally/core.py"}},
		Source: memory{"tally/__init__.py": "from .core import count_words\n", "tally/core.py": "def count_words(text):\n    return len(text.split())\n"},
	}
	inGo := func(body string) string {
		return "```go\npackage jobs\n\nimport store \"example.org/acme/go-cache\"\n\ntype Loader struct{ c *store.Cache }\n\n" + body + "\n```\n"
	}
	js := func(body string) string {
		return "```js\nconst queue = require('queue-lite')\n\n" + body + "\n```\n"
	}
	py := func(body string) string { return "```python\nimport tally as t\n\n" + body + "\n```\n" }
	for _, tt := range []struct {
		name   string
		repo   *gate.Repo
		result string
		says   string // the first name that is missing
	}{
		{"a method that is there", goRepo, inGo("func (l *Loader) Run() { l.c.Get(\"a\"); _ = l.c.Limit }"), ""},
		{"one that is not, and a function", goRepo, inGo("func New() *Loader { return &Loader{c: store.New(1, store.WithLoader(true))} }\n\nfunc (l *Loader) Run() { l.c.SetIfAbsent(\"a\", 1) }"), "store.WithLoader"},
		{"of what a function gave", goRepo, inGo("func Run() { c := store.New(1); c.Lock(); defer c.Unlock() }"), "store.Cache.Lock"},
		{"of a parameter", goRepo, inGo("func Run(c *store.Cache) { c.Lock(); defer c.Unlock() }"), "store.Cache.Lock"},
		{"of a type of the code's own", goRepo, inGo("func (l *Loader) Run() { l.Lock(); l.refresh() }"), ""},
		{"of a field of something else", goRepo, inGo("func Run(r *http.Request) { r.c.Lock(); r.c.Drain() }"), ""},
		{"a name given to two things", goRepo, inGo("func Run() { c := store.New(1); _ = c; { c := open(); c.Lock(); c.Drain() } }"), ""},
		{"a type that embeds another package's", goRepo, inGo("func Run() { r := store.NewRing(); r.Move(1); r.Link(nil) }"), ""},
		{"a method that comes with it", goRepo, inGo("func Run(c *store.Cache) { c.Drain(); c.Fill() }") + "\n```go\nfunc (c *Cache) Drain() {}\n\nfunc (c *Cache) Fill() {}\n```\n", ""},
		{"another module of that name", goRepo, strings.ReplaceAll(inGo("func Run(c *store.Cache) { c.Lock(); c.Unlock() }"), "acme", "other"), ""},
		{"statements behind an import", goRepo, "```go\nimport store \"example.org/acme/go-cache\"\n\nc := store.New(1)\nc.SetIfAbsent(\"a\")\nc.Touch(\"a\")\n```\n", "store.Cache.SetIfAbsent"},

		{"a module's function", jsRepo, js("queue.createQueue(1)"), ""},
		{"functions that it has not", jsRepo, js("queue.parseOne('a')\nqueue.verify('b')"), "queue.parseOne"},
		{"one beside those that it has", jsRepo, js("queue.createQueue(1)\nqueue.createQueue(2)\nqueue.createQueue(3)\nqueue.verify('b')"), ""},
		{"in strings and comments", jsRepo, js("// queue.parseOne and queue.verify are not there\nconst text = 'queue.parseOne queue.verify'\nqueue.createQueue(text)"), ""},
		{"a loop over others of that name", jsRepo, "```js\nconst queue = require('queue-lite')\nfor (const queue of all) queue.flush(queue.pending)\n```\n", ""},
		{"a parameter of that name", jsRepo, js("function run (queue) {\n  queue.flush(queue.pending)\n}"), ""},
		{"what any function has", jsRepo, js("queue.createQueue.call(null)\nqueue.bind(null)\nqueue.once('a')"), ""},
		{"what is given to it first", jsRepo, js("queue.flushAll = () => {}\nqueue.flushAll()"), ""},
		{"what comes with it", jsRepo, js("queue.flushAll()\nqueue.stopAll()") + "\nIn index.js:\n\n```js\nfunction flushAll () {}\nmodule.exports = { flushAll, stopAll () {} }\n```\n", ""},
		{"what is announced", jsRepo, "I added `flushAll` and exported `stopAll`.\n\n" + js("queue.flushAll()\nqueue.stopAll()"), ""},
		{"an instance", jsRepo, js("const q = new queue.Queue()\nq.drainAll()\nq.setIfAbsent('a')\nq.peekLast()"), "q.setIfAbsent"},
		{"an instance of another class", jsRepo, js("const q = new Queue()\nq.setIfAbsent('a')\nq.peekLast()"), ""},
		{"another module", jsRepo, "```js\nconst queue = require('other')\nqueue.parseOne('a')\nqueue.verify('b')\n```\n", ""},

		{"a function of Python", pyRepo, py("print(t.count_words('a b'))"), ""},
		{"ones that it has not", pyRepo, py("t.count_lines('a')\nt.count_pages('a')"), "tally.count_lines"},
		{"names that are taken", pyRepo, "```python\nfrom tally import count_words, count_pages\n\nprint(count_pages('a'))\n```\n", "tally.count_pages"},
		{"another package of Python", pyRepo, "```python\nimport other as t\n\nt.count_lines('a')\nt.count_pages('a')\n```\n", ""},
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.CodeGeneration, Description: "A helper on top of this package."},
			Deliverable: gate.Deliverable{Result: "Built on it:\n\n" + tt.result}, Repo: tt.repo,
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
