package gate

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// Questions with answers may be long where they name much; other texts to be read have room
// for places then.
func TestLongReading(t *testing.T) {
	t.Parallel()
	const told = "What `configure` gets is kept as `folder`, with `options` beside it; `save` takes a `value`, its `format` and what is to be `done`, and `exports` all 4 within 7 minutes, 12 times, at 80, 90 or 100 degrees. "
	for request, reading := range map[string]bool{"A FAQ on the oven, please.": true, "An announcement of the oven, please.": false, "A page on the oven, no line numbers please.": true, "A page on the oven, please.": false} {
		if got := ovenView(city.General, request, strings.Repeat(told, 14)).isReading(); got != reading {
			t.Errorf("%q: to be read: %v", request, got)
		}
	}
	if ovenView(city.General, "A FAQ on the oven, please.", strings.Repeat("What `configure` gets is kept, and `save` hands on what it has been given by whoever calls it then. ", 20)).isReading() {
		t.Error("a long text with two names")
	}
}
