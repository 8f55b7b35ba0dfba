package gate_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// trayFile has what reviews find missing: a lock, a refusal of less than zero, sorting.
const trayFile = `package tray

func (t *Tray) Sheets() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.sheets
}

func (t *Tray) Take(n int) (*Sheet, error) {
	if n < 0 || n >= len(t.all) {
		return nil, errNoSheet
	}
	return t.all[n], nil
}

func (t *Tray) Names() []string {
	names := slices.Collect(maps.Keys(t.byName))
	slices.Sort(names)
	return names
}

var shared = sync.Map{}

func (t *Tray) Name() string { return strings.TrimSpace(t.name) }
`

// Two things that are said to be missing where they stand prove a review wrong; one may be
// meant otherwise, and so may what is said of other lines or with a reservation.
func TestSaidToBeMissing(t *testing.T) {
	t.Parallel()
	const (
		lock  = "## Sheets races\n\ntray.go:3-7. The field is read without a lock, so a reader sees half of a write. `Sheets` needs RLock.\n\n"
		bound = "## Take panics\n\n`tray.go:9-14`. Only the upper bound is tested, so `Take(-1)` reaches the list and panics. Add the lower bound.\n\n"
		order = "## Names waver\n\ntray.go:16-20. The order is random, as that of the map is. Sort before returning.\n\n"
	)
	for _, tt := range []struct {
		name, result string
		fails        bool
	}{
		{"three", lock + bound + order, true},
		{"two", bound + order, true},
		{"one", lock, false},
		{"of other lines", "tray.go:12 is read without a lock.\n\ntray.go:13: only the upper bound is tested.\n", false},
		{"a map and a trim", "tray.go:22: the table is a plain map, so two writers crash.\n\ntray.go:24: the name is used as it comes.\n", true},
		{"before a bracket", "In order (tray.go:3), the field is read without a lock (tray.go:4), the order is random (tray.go:18).", true},
		{"with a reservation", "tray.go:3-7 is read without a lock only by tests.\n\ntray.go:16-20: the order is random except when it is sorted.\n", false},
		{"true ones", "tray.go:10 refuses what is below zero and above the last.\n\ntray.go:18 sorts the names, tray.go:4 takes the lock.\n", false},
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.CodeReview, Description: "Review tray.go, with lines."}, Deliverable: gate.Deliverable{Result: tt.result},
			Repo: &gate.Repo{Files: []gate.RepoFile{{Path: "tray.go", Lines: 24}}, Source: memory{"tray.go": trayFile}},
		})
		if s := signalOf(report, "claims"); s == nil || (s.Cap != nil && *s.Cap < gate.PassScore) != tt.fails {
			t.Errorf("%s: %+v", tt.name, s)
		}
	}
}

// platesFile has what is right at one place of a function and missing at another.
const platesFile = `if (!globalThis.fetch) stop();
const ink = globalThis.ink || paint;
function press(text, write, retries) {
  let plates;
  plates = parse(text);
  try {
    ink(plates);
  } catch (err) {
    return write(err);
  }
  if (!write) {
    throw new TypeError('no write');
  }
  plates.forEach((plate) => {
    write(null, plate);
  });
  flush((err, rest) => {
    if (err) return write(err);
    write(null, rest);
  });
  send(plates, (err) => {
    write(null, plates.length);
  });
}
`

// What is missing at one place of a long function may stand at another.
func TestSaidToBeMissingElsewhere(t *testing.T) {
	t.Parallel()
	for name, result := range map[string]string{
		"catch and error": "## Parse\n\npress.js:3-24: what `parse()` throws is uncaught. Wrap the call in a `try`.\n\n## Send\n\npress.js:3-24: the callback of `send` drops the error, so a broken link looks like success.\n",
		"refusal":         "press.js:3-24: negative `retries` go through; throw when they are below zero.\n\nIn press.js:3-24 the last callback swallows the error.\n",
		"one in another":  "press.js:15 writes unconditionally, press.js:1 is fine.\n\npress.js:22 writes unconditionally, press.js:2 is fine.\n",
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.CodeReview, Description: "Review press.js, with lines."}, Deliverable: gate.Deliverable{Result: result},
			Repo: &gate.Repo{Files: []gate.RepoFile{{Path: "press.js", Lines: 24}}, Source: memory{"press.js": platesFile}},
		})
		if s := signalOf(report, "claims"); s != nil && s.Cap != nil && *s.Cap < gate.BorderlineScore {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// What a review in JavaScript denies and the few lines that it cites have.
func TestSaidToBeMissingInScripts(t *testing.T) {
	t.Parallel()
	const source = "exports.put = (loaf, sent) => {\n  if (!loaf) {\n    return\n  }\n  if (typeof loaf !== 'string') throw new TypeError('loaf')\n  let busy = true\n  try {\n    bake(loaf)\n  } finally {\n    busy = false\n  }\n  this.emit('baked', loaf)\n}\n"
	for text, want := range map[string]bool{
		"lib/a.js:2-4: there is no guard.\n\nlib/a.js:5 accepts any value.\n":                                         true,
		"lib/a.js:5 accepts any value.\n\nlib/a.js:12: no event is emitted.\n":                                        true,
		"lib/a.js:12: no event is emitted. So lines 12-13 of lib/a.js are wrong, lib/a.js:12: no event is emitted.\n": false,
		"lib/a.js:1-13: there is no guard for two calls.\n\nlib/a.js:1-12 accepts any value.\n":                       false,
		"lib/a.js:8 accepts any value.\n\nlib/a.js:6: no event is emitted.\n":                                         false,
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.CodeReview, Description: "Review lib/a.js, with lines."}, Deliverable: gate.Deliverable{Result: text},
			Repo: &gate.Repo{Files: []gate.RepoFile{{Path: "lib/a.js", Lines: 13}}, Source: memory{"lib/a.js": source}},
		})
		if s := signalOf(report, "claims"); s == nil || (s.Cap != nil && *s.Cap < gate.PassScore) != want {
			t.Errorf("%q: %+v", text, s)
		}
	}
}
