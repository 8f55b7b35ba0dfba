package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

const clockFile = `'use strict'

module.exports = clock
module.exports.show = show
module.exports.read = read

const names = { h: 3600, m: 60 }
let zone = 0

function clock (value) {
  if (typeof value === 'string') return read(value)
  return show(value)
}

function show (seconds) {
  const h = Math.floor(seconds / names.h)
  return pad(h) + ':' + pad(seconds % names.h / names.m + zone)
}

function read (text) {
  const parts = text.split(':')
  return parts[0] * names.h + parts[1] * names.m
}

function pad (n) {
  return String(n).padStart(2, '0')
}

function setZone (hours) {
  zone = hours
}

function both (text) {
  const at = early(text)
  return show(at)
}

function early (text) {
  return Date.parse(text) / 1000
}

function total (all) {
  return all.reduce(sum, 0)
}

function sum (a, b) {
  return a + b
}
`

// changeOf is a diff that puts a line in the place of another.
func changeOf(file, content, old, now string) string {
	before, _, _ := strings.Cut(content, old+"\n")
	at := strings.Count(before, "\n")
	lines := strings.Split(content, "\n")
	head := "--- a/" + file + "\n+++ b/" + file + "\n"
	text := strings.Builder{}
	text.WriteString(head)
	n := strings.Count(now, "\n") + 1
	text.WriteString("@@ -" + num(at) + ",3 +" + num(at) + "," + num(n+2) + " @@\n " + lines[at-1] + "\n-" + old + "\n")
	for l := range strings.SplitSeq(now, "\n") {
		text.WriteString("+" + l + "\n")
	}
	text.WriteString(" " + lines[at+1] + "\n")
	return "```diff\n" + text.String() + "```\n"
}

func num(n int) string { return jsonOf(n) }

const gaugeFile = `package gauge

import "strconv"

// Show writes a level.
func Show(level int) string {
	return strconv.Itoa(level) + "%"
}

// Read reads a level.
func Read(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

// Gauge is a gauge.
type Gauge struct{ max int }

// WithMax sets what is full.
func WithMax(max int) func(*Gauge) {
	return func(g *Gauge) { g.max = max }
}

func (g *Gauge) clip(n int) int {
	return min(n, g.max)
}
`

// TestWrongFunction: a change lies in what the request names, or in what has to do
// with it.
func TestWrongFunction(t *testing.T) {
	t.Parallel()
	const request = "clock.show(3599) gives 00:59.98, it should be 00:59. Fix it."
	script := func(old, now string) string { return changeOf("clock.js", clockFile, old, now) }
	gauge := func(old, now string) string { return changeOf("gauge.go", gaugeFile, old, now) }
	const inRead, newRead = "  return parts[0] * names.h + parts[1] * names.m", "  return Math.round(parts[0] * names.h + parts[1] * names.m)"
	for _, tt := range []struct {
		name             string
		category         city.Category
		request, deliver string
		want             int // the cap, 100 for none
	}{
		{"the function named", city.BugFix, request, script("  const h = Math.floor(seconds / names.h)", "  const h = Math.trunc(seconds / names.h)"), 100},
		{"what it calls", city.BugFix, request, script("  return String(n).padStart(2, '0')", "  return String(Math.floor(n)).padStart(2, '0')"), 100},
		{"what calls it", city.BugFix, request, script("  return show(value)", "  return show(Math.floor(value))"), 100},
		{"what shares a variable", city.BugFix, request, script("  zone = hours", "  zone = Math.floor(hours)"), 100},
		{"what a caller gives it", city.BugFix, request, script("  return Date.parse(text) / 1000", "  return Math.floor(Date.parse(text) / 1000)"), 100},
		{"what is handed on as a value", city.BugFix, request, script("  return a + b", "  return a - b"), 100},
		{"another function", city.BugFix, request, "The value is cut where it is computed.\n\n" + script(inRead, newRead), 45},
		{"another function, a refactoring", city.Refactor, "Simplify `show`: the sum is hard to follow.", script(inRead, newRead), 45},
		{"another one, in German", city.BugFix, "`show` rundet falsch, 3599 wird zu 00:59.98. Bitte beheben.", "Der Wert wird jetzt gerundet.\n\n" + script(inRead, newRead), 45},
		{"another one, with a reason", city.BugFix, request, "What `show` gets comes from `read`, which does not round.\n\n" + script(inRead, newRead), gate.BorderlineScore},
		{"another category", city.CodeGeneration, request, script(inRead, newRead), 100},
		{"the changed one is named, too", city.BugFix, "clock.show(x) is right, but what is read from a string is not rounded.", script(inRead, newRead), 100},
		{"named in words only", city.BugFix, "What clocks show is not rounded. Fix it.", script(inRead, newRead), 100},
		{"described", city.BugFix, "After `show()` we split the text at the colon into its parts, and get fractions. Fix it.", script(inRead, newRead), 100},
		{"a line is cited", city.BugFix, "`show` is fine, clock.js:22 is not. Fix it.", script(inRead, newRead), 100},
		{"what is around functions", city.BugFix, request, script("const names = { h: 3600, m: 60 }", "const names = { h: 3600, m: 61 }"), 100},
		{"Go, another function", city.BugFix, "`Show(5)` gives 5% and should give 5 %.", gauge("\tn, _ := strconv.Atoi(text)", "\tn, _ := strconv.Atoi(text + \" \")"), 45},
		{"Go, the function named", city.BugFix, "`Show(5)` gives 5% and should give 5 %.", gauge("\treturn strconv.Itoa(level) + \"%\"", "\treturn strconv.Itoa(level) + \" %\""), 100},
		{"Go, what reads the field that it sets", city.BugFix, "`WithMax(0)` makes all of it 0, it should be no limit.", gauge("\treturn min(n, g.max)", "\tif g.max == 0 {\n\t\treturn n\n\t}\n\treturn min(n, g.max)"), 100},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := signal(gate.Judge(gate.Input{
				Request: gate.Request{Category: tt.category, Description: tt.request}, Deliverable: gate.Deliverable{Result: tt.deliver},
				Repo: &gate.Repo{
					Files:  []gate.RepoFile{{Path: "clock.js"}, {Path: "gauge.go"}, {Path: "package.json"}},
					Source: memory{"clock.js": clockFile, "gauge.go": gaugeFile, "package.json": `{"name":"clock"}`},
				},
			}), "changed functions")
			got := 100
			if s.Cap != nil {
				got = *s.Cap
			}
			if got != tt.want {
				t.Errorf("cap %d, want %d: %s %q", got, tt.want, s.Reason, s.Evidence)
			}
		})
	}
}
