package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

const poolFile = `package pool

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Pool lends connections.
type Pool struct {
	mu    sync.Mutex
	free  []*Conn
	lent  atomic.Int64
	limit int
}

// Take lends a connection.
func (p *Pool) Take(wait time.Duration) (*Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limit >= 255 {
		return nil, errors.New("pool: more than 254 connections are not allowed")
	}
	for len(p.free) == 0 {
		p.grow()
	}
	c := p.free[0]
	p.free = append([]*Conn(nil), p.free[1:]...)
	p.lent.Add(1)
	return c, nil
}

// Idle tells whether nothing is lent.
func (p *Pool) Idle() bool {
	if p.lent.Load() == 0 {
		return true
	}
	return false
}
`

const frameFile = `'use strict'

const crypto = require('crypto')

class Frame {
  constructor (options, parts) {
    this.parts = parts.slice()
    this.limit = options.limit || 1024
  }

  read (buffer) {
    if ((buffer[0] & 0x30) !== 0) {
      throw new RangeError('reserved bits must be clear')
    }
    if (buffer.length > this.limit) {
      return this.fail(new Error('Max frame size exceeded'))
    }
    try {
      this.header = JSON.parse(buffer.toString())
    } catch (err) {
      return this.fail(err)
    }
    return escapeName(this.header.name)
  }
}

module.exports = Frame
`

// What is said about a cited line is held against it where it settles the matter:
// what says the truth, what nobody can settle, and what is proposed costs nothing.
func TestClaimsAgainstTheirLines(t *testing.T) {
	t.Parallel()
	repo := &gate.Repo{
		Files:  []gate.RepoFile{{Path: "pool.go"}, {Path: "frame.js"}, {Path: "go.mod"}},
		Source: memory{"pool.go": poolFile, "frame.js": frameFile, "go.mod": "module pool\n"},
	}
	for _, tt := range []struct{ said, why string }{
		{"frame.js:12 reserved bits are not validated, so a proxy and the server disagree.", "it refuses that"},
		{"frame.js:12 reserved bits must be clear, and the RangeError is thrown synchronously.", ""},
		{"frame.js:12 only reserved bits are validated, the opcode is never checked.", ""},
		{"**Frames of any size are accepted** (frame.js:15, high). The frame size has no limit.", "it refuses that"},
		{"frame.js:15 the limit is compared with the bytes of the buffer, not with those of the message.", ""},
		{"frame.js:7 the parts of the caller are stored directly, later changes show up in the frame.", "a copy is made"},
		{"frame.js:7 copies the parts of the caller, but the elements themselves are shared.", ""},
		{"frame.js:19 a parse error is not caught and ends the process.", "it stands in a try"},
		{"frame.js:23 an error of escapeName is not caught and ends the process.", ""},
		{"frame.js:23 the name is not escaped.", "escapeName is called"},
		{"frame.js:19 the header is not escaped.", ""},
		{"frame.js:8 the limit defaults to 4096 bytes, which is little.", "the file has no 4096"},
		{"frame.js:8 the limit defaults to 1024 bytes, which is little.", ""},
		{"frame.js:8 the limit defaults to 1 KB; it should be set to 65536.", ""},
		{"frame.js:15 compares `buffer.length` with `>=`, so a full frame is refused.", "nothing is compared with >="},
		{"frame.js:15 compares `buffer.length` with `>`, so a full frame passes.", ""},
		{"frame.js:15 should compare `buffer.length` with `>=`.", ""},
		{"`splitHeader` (frame.js:19) cuts the header at the first blank.", "the repository has no splitHeader"},
		{"`escapeName` (frame.js:23) comes from nowhere, the module does not require it.", ""},
		{"Add a helper `splitHeader` (called at frame.js:19) that cuts the header at the first blank.", ""},
		{"frame.js:19 uses `vm.runInThisContext` to read the header.", "no file has vm.runInThisContext"},
		{"frame.js:19 uses `JSON.parse` to read the header.", ""},
		{"frame.js:19 uses `JSON.parse`; use `secure.parse` instead.", ""},
		{"frame.js:19 resolves the name with realpath, so links need no attention.", "no realpath"},
		{"frame.js:19 does not resolve the name with realpath, so links lead outside.", ""},
		{"`splitHeader` in `frame.js` cuts the header.", "the repository has no splitHeader"},
		{"A new `splitHeader` in `frame.js` would cut the header.", ""},
		{"**1. Reserved bits** (frame.js:12)\n\n  They are not validated: reserved bits pass. More below.", "it refuses that"},
		{"**1. Reserved bits** (frame.js:12)\n\n  See frame.js:23: reserved bits are not validated.", ""},
		{"The values: | frame.js:8 |\n\n| place | finding | fix |\n|---|---|---|\n| frame.js:8 | the limit defaults to 4096 bytes | use 65536 |", "the file has no 4096"},
		{"frame.js:11-24: `read` returns `false` for a broken frame.", ""},
		{"frame.js:6-9: `constructor` returns `false` for broken options.", "constructor returns nothing"},
		{"frame.js:23: `fail` is only called from `read`.", ""},
		{"pool.go:25: `grow` is only called from `Idle`, which nobody calls.", ""},
		{"pool.go:20: `Lock` is only called from `Take`.", ""},
		{"frame.js:19: the header is parsed with `vm.runInThisContext(buffer)`, which runs it.", "no file has vm.runInThisContext(buffer)"},
		{"frame.js:19: the header is parsed with `JSON.parse(buffer.toString())`.", ""},
		{"frame.js:19: the header is parsed with `vm.runInThisContext(buffer)` when the option is set.", ""},
		{"pool.go:30 reads lent without a lock.", "holds the lock"},
		{"pool.go:36 reads lent unsynchronized.", "atomic"},
		{"pool.go:27 takes from free without holding the lock.", "holds the lock"},
		{"pool.go:15 limit is not protected by anything.", ""},
		{"pool.go:36 returns `false`, and callers wait.", ""},
		{"pool.go:37 returns `nil`, and callers expect a bool.", "it returns true"},
		{"pool.go:37 returns `true`, as callers expect.", ""},
		{"pool.go:25 needs a loop: one call of grow may not be enough.", "there is a loop"},
		{"pool.go:5 has an unused import, sync.", "it would not compile"},
		{"pool.go:20-21: there is no `defer p.mu.Unlock()`, a panic leaves the pool locked.", "stands there"},
		{"pool.go:28-30: there is no `defer p.mu.Unlock()` in this part, it stands above.", ""},
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.CodeReview, Description: "Please review pool.go and frame.js, with lines."},
			Deliverable: gate.Deliverable{Result: "Review.\n\n- " + tt.said + "\n"}, Repo: repo,
		})
		said := ""
		for _, s := range report.Signals {
			if s.Name == "claims" {
				said = strings.Join(s.Evidence, "; ")
			}
		}
		if tt.why == "" && said != "" || !strings.Contains(said, tt.why) {
			t.Errorf("%s\n\t%q, want %q", tt.said, said, tt.why)
		}
	}
}
