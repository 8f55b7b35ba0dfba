package gate

import (
	"testing"

	"aicity.dev/aicity/internal/city"
)

// Who orders a text gets no change of the code for it.
func TestCodeForText(t *testing.T) {
	t.Parallel()
	const change = "The value is given on.\n\n```diff\n--- a/lib/oven.js\n+++ b/lib/oven.js\n@@ -5,3 +5,3 @@\n exports.save = function (value, format, done) {\n-  done(null, value)\n+  done(null, format(value))\n }\n```\n"
	for _, tt := range []struct {
		category        city.Category
		request, result string
		want            bool
	}{
		{city.ContentCreation, "Write a handbook page about saving.", change, true},
		{city.ContentCreation, "Write a handbook page about saving.", "```js\noven.save(1, String, done)\n```\n", false},
		{city.ContentCreation, "Write release notes about saving.", change, false},
		{city.General, "Write a handbook page about saving.", change, false},
	} {
		told := false
		for _, s := range ovenView(tt.category, tt.request, tt.result).otherProduct() {
			told = told || s.points == -signCodeForText
		}
		if told != tt.want {
			t.Errorf("%s: %q for %q: %v", tt.category, tt.result, tt.request, told)
		}
	}
}
