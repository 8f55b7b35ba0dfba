package pattern

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// TestLineStart holds the search at the starts of lines against the engine's.
func TestLineStart(t *testing.T) {
	t.Parallel()
	exprs := []string{`[ \t]*(?:[-+][ \t]*)?(?:on|run(?:s-on)?)[ \t]*:`, `[ \t]*stage[ \t]*[({]`}
	lines, engine := AtLineStart(exprs...), regexp.MustCompile(`(?m)^`+strings.Join(exprs, `|^`))
	pieces := []string{"\n", "\n", " ", "\t", "-", "+", "on", "run", "runs-on", "stage", ":", "{", "(", "x"}
	random := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 20_000 {
		var b strings.Builder
		for range random.IntN(9) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		got, want := lines.MatchString(b.String()), engine.MatchString(b.String())
		if got != want {
			t.Fatalf("%q: %v, the engine says %v", b.String(), got, want)
		}
		if got {
			found++
		}
	}
	if found < 100 {
		t.Errorf("only %d matches", found)
	}
}
