package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// Options and functions that are described as the package's stand in it; what is
// proposed, missing, of a runtime or of the reader's own code need not.
func TestOptionsThatAreDescribed(t *testing.T) {
	t.Parallel()
	repo := &gate.Repo{
		Files: []gate.RepoFile{{Path: "package.json"}, {Path: "lib/again.js"}},
		Source: memory{"package.json": `{"name": "again"}`, "lib/again.js": "exports.timeouts = function (options) {\n  var opts = { maxTimeout: 10, randomize: false }\n  return createTimeout(opts)\n}\n" +
			"function createTimeout (opts) {\n  return opts.maxTimeout\n}\n"},
	}
	for _, tt := range []struct {
		text    string
		invents bool
	}{
		{"The schedule is set with the `jitter` option. On top, `timeoutMultiplier` scales it. `retryIf(err)` is called before each attempt, `onRetry(err)` after it.", true},
		{"| option | does |\n|---|---|\n| `retryIf(err)` | selects what is tried again |\n| `onRetry(err)` | called before each attempt |\n| `timeoutMultiplier` | scales the schedule |\n", true},
		{"The package supports `maxTimeout`, `randomize` and `createTimeout()`, which returns the next value.", false},
		{"There is no `jitter` option. `retryIf(err)` is not supported, and neither is `onRetry(err)`.", false},
		{"You should add the options `retryIf`, `onRetry` and `timeoutMultiplier`, which scales the schedule.", false},
		{"I propose a `jitterMode` that selects the formula. A new `retryIf(err)` decides. Callers would get `onRetry(err)`.", false},
		{"Unlike this one, another library supports `retryIf(err)`, `onRetry(err)` and `timeoutMultiplier`.", false},
		{"Node calls `setTimeout(fn)`, `clearTimeout(id)` and `queueMicrotask(fn)`; `parseInt(x)` returns a number.", false},
		{"Your own code keeps `lastAttempt`, your handler calls `scheduleNext()`, and your client sets `attemptLimit`.", false},
		{"A wrapper with `retryIf(err)` takes a few lines; it calls `onRetry(err)` if you pass `timeoutMultiplier`.\n\n```js\nfunction wrap (fn, { retryIf, onRetry, timeoutMultiplier }) {}\n```\n", false},
		{"`lib/again.js:2` sets `maxTimeout`; `NODE_ENV` and `CI` are not read. `retryIf` is missing.", false},
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.Research, Description: "Which options does this package have? Please look at lib/again.js."},
			Deliverable: gate.Deliverable{Result: tt.text}, Repo: repo,
		})
		said, capped := "", false
		for _, s := range report.Signals {
			if s.Name == "options that are described" {
				said, capped = strings.Join(s.Evidence, ", "), s.Cap != nil
			}
		}
		if capped != tt.invents || !tt.invents && said != "" {
			t.Errorf("%q: capped %v, evidence %q", tt.text, capped, said)
		}
	}
}
