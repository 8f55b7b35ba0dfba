package gate

import (
	"testing"

	"aicity.dev/aicity/internal/city"
)

// What tells of a fault and orders nothing is answered by what mends it, in whatever form.
func TestFaultOnlyTold(t *testing.T) {
	t.Parallel()
	const mended = "lib/oven.js:5 takes `save` with a `format`, and lib/oven.js:6 calls `done` with the value alone.\n\n```diff\n--- a/lib/oven.js\n+++ b/lib/oven.js\n@@ -5,3 +5,3 @@\n exports.save = function (value, format, done) {\n-  done(null, value)\n+  done(null, format(value))\n }\n```\n"
	for _, tt := range []struct {
		request, result string
		want            bool
	}{
		{"When the workers stop, some loaves are lost. They are saved with save.", mended, true},
		{"When the workers stop, some loaves are lost. They are saved with save.", "Loaves get lost.", false},
		{"Write a workflow that saves the loaves when the workers stop.", mended, false},
		{"Please review how the loaves are saved when the workers stop.", mended, false},
	} {
		if got := ovenView(city.DevOps, tt.request, tt.result).onlyTold(); got != tt.want {
			t.Errorf("%q, %q: %v", tt.request, tt.result, got)
		}
	}
}
