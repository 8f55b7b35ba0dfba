package gate

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// Who asks for a short list gets no essay; an essay may hold what a long answer needs.
func TestBriefOrders(t *testing.T) {
	t.Parallel()
	essay := strings.Repeat("People have always wished for bread that is warm in the morning. ", 22) + strings.Repeat("The call of `save` in lib/oven.js hands the value on to the caller. ", 11)
	for request, want := range map[string]bool{
		"Which calls of lib/oven.js hand their value on? A short list is enough.": true,
		"Which calls of lib/oven.js hand their value on?":                         false,
	} {
		s, _ := untied(ovenView(city.General, request, essay))
		if got := s.Cap != nil; got != want {
			t.Errorf("%q: %+v", request, s)
		}
	}
}
