package gate

import (
	"testing"

	"aicity.dev/aicity/internal/city"
)

// A share comes back as what was measured.
func TestShareComesBack(t *testing.T) {
	t.Parallel()
	for result, want := range map[string]bool{
		"Coverage goes from 94.9 % to 97.8 %.": true, "It is 95 % now.": true, "95% are covered.": true,
		"Coverage is 90 %.": false, "Coverage is 95.9 %.": false, "It is 94,9 % now.": true, "It costs 5,95 %.": false, "It is 1095 %.": false, "Line 95 is not covered.": false,
	} {
		v := ovenView(city.Testing, "Coverage says 95% and I do not trust it.", result)
		if got := v.all.percent("95"); got != want {
			t.Errorf("%q: %v", result, got)
		}
	}
}
