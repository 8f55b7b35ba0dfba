package gate

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// What a request tells in several words and the work passes by makes it doubtful.
func TestConcernsCount(t *testing.T) {
	t.Parallel()
	const work = "`heat` (kiln.go:3) gives the hottest value back, see kiln.go:6; glaze.go:3 says which that is."
	const request = "The process %s after a while, %s for ever, whatever the visitors of the museum and the painters do. Why?"
	missed, told := kilnView(city.General, strings.NewReplacer("process %s", "process hangs", ", %s", ", stuck").Replace(request), work).answers()
	other, reasons := kilnView(city.General, strings.NewReplacer("process %s", "process sings", ", %s", ", merry").Replace(request), work).answers()
	if missed >= other || !strings.Contains(strings.Join(told, " "), "nothing is said of what the request calls hang, stuck") || strings.Contains(strings.Join(reasons, " "), "nothing is said of") {
		t.Errorf("%.1f with what is passed by, %.1f without: %q, %q", missed, other, told, reasons)
	}
}
