package sandbox_test

import (
	"strconv"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/store/storetest"
)

// The largest command, in the characters that take most room on their way, runs.
func TestLargestCommand(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	b.provision(t, goCode)
	deep := "/tmp/" + strings.Repeat(strings.Repeat("\x01", 200)+"/", 15)
	if result, err := b.Exec(t.Context(), b.task, sandbox.Request{Argv: []string{"mkdir", "-p", deep}, Dir: "/"}); err != nil || result.ExitCode != 0 {
		t.Fatalf("%+v, %v", result, err)
	}
	const most = 64 << 10
	for name, char := range map[string]string{"control": "\x01", "angle": "<", "line separator": "\u2028"} {
		fill := func(n int) string { return strings.Repeat(char, n/len(char)) }
		script := `printf %s "$0$A" | wc -c`
		word := fill(most - len("sh-c") - len(script))
		result, err := b.Exec(t.Context(), b.task, sandbox.Request{
			Argv: []string{"sh", "-c", script, word}, Env: map[string]string{"A": fill(most - 1)}, Dir: deep, Stdin: fill(4 << 20),
		})
		want := len(word) + len(fill(most-1))
		if err != nil || result.ExitCode != 0 || strings.TrimSpace(result.Stdout) != strconv.Itoa(want) {
			t.Errorf("%s: got %.200q, %d, %v; want %d", name, result.Stdout, result.ExitCode, err, want)
		}
	}
}
