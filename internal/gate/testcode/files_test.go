package testcode

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// TestMarked holds the search by hand against the expression that it stands for.
func TestMarked(t *testing.T) {
	t.Parallel()
	mark := regexp.MustCompile(`(?m)\bfunc (?:\([^)]*\) )?(?:Test|Benchmark|Fuzz|Example)\w*\(|(?:^|[^.\w$])(?:it|test|describe)(?:\.\w+)?\(|\bdef test_|\bassert\w*\b|\bexpect\(|@Test\b|#\[test\]|\bt\.(?:Run|Error|Fatal|equal|same|ok|deepEqual)`)
	pieces := []string{"func ", "(x) ", "Test", "Fuzz", "A", "it", "test", "describe", "only", "def ", "test_", "assert", "expect", "@", "#[", "]", "t", "Run", "ok", ".", "(", "(", " ", "\n", "$", "_", "é", "中", "\xff"}
	random := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 50_000 {
		var b strings.Builder
		for range random.IntN(7) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		got, want := Marked(b.String()), mark.MatchString(b.String())
		if got != want {
			t.Fatalf("%q: %v, the expression says %v", b.String(), got, want)
		}
		if got {
			found++
		}
	}
	if found < 1000 {
		t.Errorf("only %d matches", found)
	}
}
