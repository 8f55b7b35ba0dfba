package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// cacheFile is a file of Go whose lines the true statements cite.
const cacheFile = `package cache

import (
	"net/http"
	_ "net/http/pprof"
	"sync"
	"sync/atomic"
)

const maxEntry = 1 << 20

var spare = 12

type Cache struct {
	mu    sync.Mutex
	hits  atomic.Int64
	limit int64
	items map[string][]byte
	wg    sync.WaitGroup
}

func (c *Cache) Get(key string, header http.Header) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	header.Add("X-Cache", "hit")
	if c.hits.Load() < c.limit {
		c.hits.Add(1)
	}
	c.wg.Add(1)
	go func() {
		c.items[key] = nil
	}()
	value := c.items[key]
	return value
}

func (c *Cache) Len() int {
	return len(c.items)
}

func (c *Cache) Closed() bool {
	return false
}

func (c *Cache) put(key string, value []byte) {
	if len(value) > maxEntry {
		panic("cache: entry is larger than the limit of one entry")
	}
	c.items[key] = value
}

func trim(c *Cache) { c.put("", nil) }

type keeper interface {
	trim(c *Cache)
}

func sweep(c *Cache) {
	trim(c)
}
`

// pageFile is one of JavaScript.
const pageFile = `'use strict'

class Page {
  constructor (title, options) {
    this.title = title
    this.options = Object.assign({}, options)
    this.limit = options.limit || 10 * 1024
    this.retries = options.retries || 7
  }

  render (title, body) {
    return escapeHtml(title) + body
  }

  load (name) {
    try {
      return this.fetch(name)
    } finally {
      this.done(name)
    }
  }

  async save (name) {
    try {
      this.store(name)
      await this.flush(name)
    } catch (err) {
      throw err
    }
  }

  read (text) {
    try {
      setTimeout(() => {
        this.state = JSON.parse(text)
      }, 10)
    } catch (err) {
      this.state = null
    }
  }

  write (chunk) {
    this.socket.write(chunk)
    if (chunk.length >= this.limit) {
      throw new RangeError('chunk is larger than the limit')
    }
  }

  check (chunk) {
    if (validateChunk(chunk)) return false
    return true
  }
}

module.exports = Page
`

// What is true of a line is not held against it, in whatever words: each of these
// was, or was near to it.
func TestTrueClaims(t *testing.T) {
	t.Parallel()
	repo := &gate.Repo{
		Files:  []gate.RepoFile{{Path: "cache.go"}, {Path: "page.js"}, {Path: "defaults.js"}, {Path: "go.mod"}},
		Source: memory{"cache.go": cacheFile, "page.js": pageFile, "defaults.js": "exports.timeout = 45000\n", "go.mod": "module cache\n"},
	}
	for rule, all := range map[string][]string{
		"done": {
			"page.js:12 the body is not escaped.", "page.js:12: `body` is never escaped, so markup passes.", "page.js:12 title is escaped, the body is not escaped.",
			"page.js:12 the title is escaped for text, but the body is not escaped at all.", "page.js:12: the page is written without escaping the body.",
			"page.js:12: the result is not escaped.", "page.js:50: the chunk is not validated for its type.", "page.js:25: the store is not awaited.", "page.js:26: the store before it is not awaited.",
			"page.js:50: chunk is not validated.", "page.js:12: the title of the body is not escaped.",
		},
		"unused": {
			"cache.go:12 is an unused package-level variable.", "cache.go:12 `spare` is an unused variable.", "cache.go:12 spare is declared but never used.",
			"cache.go:5 looks like an unused import, but its side effects register handlers.", "cache.go:4: no unused import here.", "cache.go:10: the constant is declared and never used by tests.",
			"cache.go:33: without line 34, value would be an unused variable.", "cache.go:4: moving the header out would leave an unused import.",
		},
		"atomic": {
			"cache.go:25 adds a header without synchronization.", "cache.go:27: the check and the increment are not atomic together.", "cache.go:26 compares hits without a lock of its own: Load and Add are two steps.",
			"cache.go:26-28: the check and the Add are not atomic.", "cache.go:38 reads items without the lock.", "cache.go:38: `Len` reads items without holding the mutex.",
			"cache.go:31 writes items without the lock, as it runs in a goroutine of its own.", "cache.go:31: items is not protected by the lock there.", "cache.go:33 is read under the lock; `Len` reads items without the lock.",
			"cache.go:34: the slice that is returned is not protected after that.", "cache.go:33: nothing is read without the lock.", "cache.go:23: Len races with this, it reads items without the lock.",
			"cache.go:33: items is not protected against other processes.", "cache.go:29: Add is not synchronized with the Wait elsewhere.",
		},
		"figure": {
			"cache.go:10 an entry is limited to 1048576 bytes.", "cache.go:10: entries are capped at 1024 KB.", "page.js:7 the limit defaults to 10240 bytes.", "page.js:7: limited to 10 KB by default.",
			"page.js:8: the timeout is not here, it defaults to 45000 in defaults.js.", "page.js:8: retries is not limited to 100, it has no limit.", "page.js:8: Node's own agent has a default of 256 sockets.",
			"page.js:8: retries defaults to 7; with 3 hosts the calls are limited to 21 altogether.", "page.js:7: the RFC has the limit set to 8000.",
		},
		"try": {
			"page.js:17 a failure of fetch is not caught.", "page.js:17: the error is not caught, there is only a finally.", "page.js:25: a rejection of store is not caught, as nobody waits for it.",
			"page.js:25: a failure of store is not caught.", "page.js:26: the error is rethrown and ends up uncaught.", "page.js:35: the SyntaxError is not caught, because it is thrown in a timer.",
			"page.js:35 runs outside the try.", "page.js:38: no uncaught exception comes from here.", "page.js:43: an error of the socket is not caught.",
		},
		"copy": {
			"page.js:6: the options of the caller are not modified, a copy is made.", "page.js:6: nested objects of the given options are changed directly.", "page.js:6 copies only the top, so what the passed options hold is not copied.",
			"page.js:5: the given title is stored directly.", "page.js:6: the input is never mutated.", "page.js:6: the copy is shallow, the original values are modified with it.",
		},
		"returns": {
			"cache.go:42: `Closed` never returns true.", "cache.go:42 returns `false` whatever happens.", "cache.go:42: it returns false; callers that wait for one who returns `true` wait for ever.", "page.js:51: after line 50 returns `false`, this is what is left.",
			"cache.go:42: the docs say it returns `true`.", "page.js:43: write returns false once the socket is full.", "page.js:43: `socket.write` returns false, which is ignored.", "page.js:43: the stream's write returns a boolean that is dropped.",
			"page.js:51 is reached when validateChunk returns false.", "page.js:50 returns `false` for good chunks.",
		},
		"called": {
			"cache.go:46: `put` is only called from `trim`.", "cache.go:59: `trim` is only called from `sweep`.", "cache.go:52: `trim` is only called from `sweep` and from nowhere else.", "cache.go:52: `put` is only used by `trim`, never by Get.",
			"page.js:44: `check` is only called from `write` and `read`.",
		},
		"loop": {
			"page.js:25: the flush needs a loop.", "cache.go:26: there is no loop around the compare, so the increment is lost.", "cache.go:28 there is no loop.", "page.js:17: the retry needs a loop with a limit.", "page.js:8: retries is read by no loop.",
		},
		"names": {
			"page.js:35: `SyntaxError` is thrown for broken text.", "page.js:35 `syntaxErrors` are not handled.", "page.js:7 `maxPayload` is not supported.", "There is no `maxPayload` (page.js:7).", "`unhandledRejection` (page.js:25) ends the process.",
			"`race_condition` (cache.go:26): the check is apart from the increment.", "`hasOwnProperty` (page.js:6) of the options is copied, too.", "`maxPayload` (page.js:7) is missing.",
		},
		"code": {
			"page.js:12 calls `escapeHtml(name)` on one of two.", "page.js:26 calls `flush(x)` and waits for it.", "page.js:17 calls `fetch`, which uses `http.request` in a library.", "page.js:6 uses `Object.assign(target, source)`.",
			"page.js:6 relies on `Object.prototype.assign`.", "page.js:44 checks `chunk.length > max`.", "page.js:44 checks that the limit is `<=` the length.", "page.js:44: the condition is `<` turned around.",
			"page.js:44 compares the limit with `<=`, seen from the other side.", "page.js:25: the CLI calls `process.exitNow()` then.", "page.js:12: callers build the body with `marked.parseInline(text)`.",
			"page.js:35: the text is read with JSON.parse.", "page.js:12: a library that walks it with eval gets this.", "page.js:25: the tests use Math.random to name it.",
		},
		"absent": {
			"cache.go:38: there is no `c.mu.Lock()`.", "cache.go:23-24: there is no `c.mu.Unlock()` on its own.", "cache.go:23-34 has no `c.mu.Lock()` in the goroutine.", "cache.go:23: Len has no `c.mu.Lock()`, unlike Get.", "Len never calls `c.mu.Lock()`, Get does (cache.go:23).",
			"page.js:44: there is no `this.limit` for a single byte.",
		},
		"refused": {
			"page.js:45: the chunk is written before the limit is checked, so a larger one is never rejected in time.", "page.js:45: larger chunks should be rejected earlier.", "page.js:45: the minimum of the chunk's limit is not checked.",
			"page.js:44: an empty chunk is accepted, the limit is about larger ones.", "cache.go:47: the number of entries is never checked, the limit is one of an entry.", "cache.go:47: the sum of entries larger than the limit is not checked.",
			"page.js:44: a chunk is compared with the limit, the body of it is never checked.", "page.js:44: a limit that is larger than memory is accepted when options say so.",
		},
	} {
		for _, said := range all {
			report := gate.Judge(gate.Input{
				Request:     gate.Request{Category: city.CodeReview, Description: "Please review cache.go and page.js, with lines."},
				Deliverable: gate.Deliverable{Result: "Review.\n\n- " + said + "\n"}, Repo: repo,
			})
			for _, s := range report.Signals {
				if s.Name == "claims" && len(s.Evidence) > 0 {
					t.Errorf("%s: %s\n\t%s", rule, said, strings.Join(s.Evidence, "; "))
				}
			}
		}
	}
}
