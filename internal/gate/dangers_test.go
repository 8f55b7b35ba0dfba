package gate

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// Work on security says what could happen; a question may be answered in other words.
func TestDangers(t *testing.T) {
	t.Parallel()
	plain := strings.Repeat("The function save in lib/oven.js:5 hands the value on and calls back when it is done, whatever format the caller wants to have. ", 8)
	for _, tt := range []struct {
		category        city.Category
		request, result string
		nothing, hardly bool
	}{
		{city.Security, "Security audit of lib/oven.js please.", plain, true, true},
		{city.Security, "Security audit of lib/oven.js please.", plain + "An attacker who controls the folder can inject what is untrusted.", false, true},
		{city.Security, "Security audit of lib/oven.js please.", plain + "An attacker who controls the folder can inject untrusted loaves and crash the oven.", false, false},
		{city.Security, "Audit lib/oven.js for us. Is anything wrong with it?", plain, true, true},
		{city.Security, "We want a security review of lib/oven.js. What would you change?", plain, true, true},
		{city.Security, "Can lib/oven.js be harmed by its callers?", plain, false, true},
		{city.Security, "Security audit of lib/oven.js please.", plain[:len(plain)/2], false, false},
		{city.Security, "A scanner reports lib/oven.js:6. Please patch it.", plain + "\n\n```diff\n--- a/lib/oven.js\n+++ b/lib/oven.js\n@@ -5,3 +5,3 @@\n exports.save = function (value, format, done) {\n-  done(null, value)\n+  done(null, format(value))\n }\n```\n", false, false},
		{city.CodeReview, "Review of lib/oven.js please.", plain, false, false},
	} {
		if nothing, hardly := ovenView(tt.category, tt.request, tt.result).tellsNoDanger(); nothing != tt.nothing || hardly != tt.hardly {
			t.Errorf("%s, %q: %v, %v", tt.category, tt.request, nothing, hardly)
		}
	}
}
