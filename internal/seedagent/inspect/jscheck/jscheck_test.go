package jscheck_test

import (
	"cmp"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/seedagent/inspect/inspecttest"
	"aicity.dev/aicity/internal/seedagent/inspect/jscheck"
)

// jsTests are sources with the places that must be found, and nothing else.
var jsTests = []struct {
	name string
	path string // default a.js
	pkg  string
	src  string
	want []string
}{
	{name: "code from text", src: `eval(input)
eval('1 + 1')
new Function('a', body)
setTimeout('tick()', 1)
setTimeout(tick, 1)
`, want: []string{"js-eval:1", "js-eval:3", "js-eval:4"}},
	{name: "shell", src: `const { exec, execFile } = require('child_process')
const cp = require('node:child_process')
exec('ls ' + dir, done)
cp.execSync(` + "`rm ${file}`" + `)
exec('ls', done)
execFile('ls', [dir], done)
`, want: []string{"js-shell:3", "js-shell:4"}},
	{name: "sql", src: `db.query('SELECT * FROM t WHERE a = ' + a)
db.query('SELECT * FROM t WHERE a = $1', [a])
const q = ` + "`DELETE FROM t WHERE a = '${a}'`" + `
run(q, sql` + "`DELETE FROM t WHERE a = ${a}`" + `)
log('select ' + a)
`, want: []string{"js-sql-built:1", "js-sql-built:3"}},
	{name: "handlers", src: `const fs = require('fs')
app.get('/', (req, res) => {
  const { name } = req.query
  res.sendFile('/srv/' + req.params.file)
  res.sendFile(req.params.file, { root: '/srv' })
  res.redirect(req.query.next)
  res.redirect('/users/' + req.params.id)
  res.send('<b>' + name + '</b>')
  res.send('<b>' + escape(name) + '</b>')
  res.json({ name })
  store[req.body.key] = 1
  new RegExp(req.query.q)
  fs.readFileSync('/etc/motd')
  fs.readFile(name, cb)
})
fs.readFileSync('/etc/motd')
`, want: []string{"js-open-redirect:6", "js-path-from-request:14", "js-path-from-request:4", "js-reflected:8", "js-regexp-from-request:12", "js-request-key:11", "js-sync-in-handler:13"}},
	{name: "pollution", src: `function merge (a, b) {
  for (const k in b) {
    if (typeof b[k] === 'object') merge(a[k], b[k])
    else a[k] = b[k]
  }
}
function safe (a, b) {
  for (const k in b) {
    if (k === '__proto__') continue
    if (typeof b[k] === 'object') safe(a[k], b[k])
    else a[k] = b[k]
  }
}
function flat (a, b) { for (const k in b) a[k] = b[k] }
`, want: []string{"js-prototype-pollution:2"}},
	{name: "crypto", src: `const crypto = require('crypto')
const sessionToken = Math.random().toString(36)
const jitter = Math.random() * 100
crypto.createHash('md5').update(x)
crypto.createHash('sha256').update(x)
https.get(u, { rejectUnauthorized: false })
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
new Buffer(10)
use(sessionToken, jitter)
`, want: []string{"js-new-buffer:8", "js-tls-off:6", "js-tls-off:7", "js-weak-hash:4", "js-weak-random:2"}},
	{name: "errors", src: `fs.readFile(f, (err, data) => { use(data) })
fs.readFile(f, (err, data) => { if (err) throw err; use(data) })
button.on('click', (e) => { go() })
try { go() } catch (err) {}
try { go() } catch (err) { /* gone already */ }
go().then(use)
go().then(use).catch(log)
go().then(use, log)
throw 'no'
`, want: []string{"js-empty-catch:4", "js-floating-promise:6", "js-ignored-error:1", "js-throw-literal:9"}},
	{name: "async handlers of express 4", pkg: `{"dependencies": {
"express": "^4.18.0"}}`, src: `app.get('/', async (req, res) => {
  res.json(await find(req.params.id))
  res.json(await find(req.params.id))
})
app.get('/b', async (req, res, next) => {
  try { res.json(await find()) } catch (err) { next(err) }
})
`, want: []string{"js-async-handler:2"}},
	{name: "async handlers of express 5", pkg: `{"dependencies": {
"express": "5.0.0"}}`, src: "app.get('/', async (req, res) => { res.json(await find()) })\n", want: []string{}},
	{name: "comparisons", src: `if (a == b) go()
if (a == null) go()
if (typeof a == 'string') go()
if (a != 1) go()
if (a = 1) go()
while ((m = next()) !== null) go(m)
`, want: []string{"js-assign-in-condition:5", "js-loose-equality:1", "js-loose-equality:4"}},
	{name: "unused", src: `const path = require('path')
const { join, resolve } = require('path')
let _skip = 1
function f () { const x = 1 }
module.exports = { f, join }
`, want: []string{"js-unused:1", "js-unused:2", "js-unused:4"}},
	{name: "size", src: "function f (a, b) {\n" + strings.Repeat("  go()\n", 85) + "  if (a) { for (;;) { if (b) { while (a) { try { go() } finally { go() } } } } }\n}\n",
		want: []string{"js-deep-nesting:87", "js-long-function:1"}},
	{name: "modules", path: "a.mjs", src: `import { exec } from 'node:child_process'
import fs from 'fs'

export async function run (dir) {
  exec('ls ' + dir, (err, out) => { console.log(out) })
  return fs.promises.readdir(dir)
}
export default class A { #x = 1; get y () { return this?.z ?? this.#x } }
`, want: []string{"js-ignored-error:5", "js-shell:5"}},
	{name: "typescript", path: "src/a.ts", src: `import { createHash } from 'crypto'

interface User { name: string; id: number }

export const digest = (u: User): string =>
  createHash('md5').update(u.name as string).digest('hex')

export function find(db: Db, name: string): Promise<User[]> {
  const same = (a: unknown, b: unknown): boolean => a == b
  return db.query<User>(` + "`SELECT * FROM users WHERE name = '${name}'`" + `)
}
enum Kind { A, B }
`, want: []string{"js-loose-equality:9", "js-sql-built:10", "js-weak-hash:6"}},
	{name: "jsx", path: "a.jsx", src: `import React from 'react'

export const Note = ({ text }) => (
  <div dangerouslySetInnerHTML={{ __html: text }} />
)
`, want: []string{"js-reflected:4"}},
	{name: "script with a shebang", src: "#!/usr/bin/env node\neval(process.argv[2])\n", want: []string{"js-eval:2"}},
}

func TestCheck(t *testing.T) {
	t.Parallel()
	var cases []inspecttest.Case
	for _, tt := range jsTests {
		files := inspecttest.Files{cmp.Or(tt.path, "a.js"): tt.src}
		if tt.pkg != "" {
			files["package.json"] = tt.pkg
		}
		cases = append(cases, inspecttest.Case{Name: tt.name, Files: files, Want: tt.want})
	}
	inspecttest.Finds(t, jscheck.Check, jscheck.Rules(), cases)
}

func TestBrokenSource(t *testing.T) {
	t.Parallel()
	got := jscheck.Check(inspecttest.Load(t, inspecttest.Files{"a.js": "function (", "b.ts": "interface {", "c.d.ts": "declare", "d.js": strings.Repeat("[", 1000)}))
	if len(got.Unparsed) != 3 || len(got.Hits) != 0 {
		t.Errorf("unparsed %v, hits %v", got.Unparsed, got.Hits)
	}
}

// FuzzCheck: no source stops the checks or gives a line that does not exist.
func FuzzCheck(f *testing.F) {
	for _, tt := range jsTests {
		f.Add(tt.src, strings.HasSuffix(tt.path, "ts"))
	}
	f.Fuzz(func(t *testing.T, src string, typed bool) {
		p := "a.js"
		if typed {
			p = "a.ts"
		}
		for _, h := range jscheck.Check(inspecttest.Load(t, inspecttest.Files{p: src})).Hits {
			if h.Line < 1 || h.Line > strings.Count(src, "\n")+1 {
				t.Errorf("line %d of %q", h.Line, src)
			}
		}
	})
}
