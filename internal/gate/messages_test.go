package gate

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/repository"
)

// Who quotes a message of the code names the place where it is made: the work says it,
// cites a line near to it or changes one. A message that stands nowhere, or in many
// places, names none.
func TestMissesMessage(t *testing.T) {
	t.Parallel()
	const far = "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
	source := filesOf{
		"press.js": "const ink = 3\n" + far + "if (c > 9) throw new Error('Expected a ribbon width, received ' + c)\nlog('no more paper')\n",
		"tray.js":  "log('no more paper')\nlog('no more paper')\nlog('no more paper')\n",
	}
	repo := &repository.Repo{Files: []repository.File{{Path: "press.js", Lines: 39}, {Path: "tray.js", Lines: 3}}, Source: source}
	const broken = "It stops with 'Expected a ribbon width, received 53'. Fix it."
	for _, tt := range []struct {
		request, result string
		want            bool
	}{
		{broken, "ink is 3 at press.js:1, make it 4.", true},
		{broken, "```diff\n--- a/press.js\n+++ b/press.js\n@@ -1 +1 @@\n-const ink = 3\n+const ink = 4\n```\n", true},
		{broken, "The check at press.js:38 knows no width of two digits.", false},
		{broken, "press.js:20-39 knows no width of two digits.", false}, // the message stands between
		{broken, "press.js:1-3 is not what it is about.", true},
		{broken, "Who sees \"expected a ribbon width, received\" has too wide a ribbon.", false},
		{broken, "```diff\n--- a/press.js\n+++ b/press.js\n@@ -38 +38 @@\n-if (c > 9) throw new Error('Expected a ribbon width, received ' + c)\n+if (c > 99) throw new Error('Expected a ribbon width, received ' + c)\n```\n", false},
		{"It says 'no more paper' all day. Fix it.", "ink is 3 at press.js:1, make it 4.", false},
		{"It says 'the drum is stuck again' all day. Fix it.", "ink is 3 at press.js:1, make it 4.", false},
		{"The width is wrong when 53 comes. Fix it.", "ink is 3 at press.js:1, make it 4.", false},
	} {
		v := look(Input{Repo: repo, Request: Request{Category: city.BugFix, Description: tt.request}, Deliverable: Deliverable{Result: tt.result}})
		if got := v.missesMessage(); got != tt.want {
			t.Errorf("%s — %s: %v", tt.request, tt.result, got)
		}
	}
}

func TestLongestPiece(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"Expected a ribbon width, received 53":      "Expected a ribbon width, received",
		"TypeError: cannot read the tray of 'feed'": "cannot read the tray of",
		"ENOTRAY: ...":             "",
		"one-long-word-of-an-enum": "",
	} {
		if got := longestPiece(message); got != want {
			t.Errorf("%q: %q", message, got)
		}
	}
}
