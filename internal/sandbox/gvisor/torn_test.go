package gvisor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/sandbox"
)

// Who is killed while runsc writes what it knows of a sandbox leaves half a note or an
// empty one, which runsc cannot read. The sandbox ends all the same.
func TestATornNoteKeepsNoSandbox(t *testing.T) {
	t.Parallel()
	for _, left := range []string{"", `{"id":"sbx_`} {
		s := start(t, sandbox.Limits{})
		note := noteOf(t, s.id)
		if err := os.WriteFile(note, []byte(left), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.Destroy(t.Context(), s.id); err != nil { // start looks for what stays
			t.Errorf("with %q noted: %v", left, err)
		}
		if _, err := os.Stat(note); !os.IsNotExist(err) {
			t.Errorf("with %q noted: the note is there: %v", left, err)
		}
	}
}

// noteOf is the file in which runsc keeps what it knows of a sandbox that runs.
func noteOf(t *testing.T, id string) string {
	t.Helper()
	programs, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, program := range programs {
		words, _ := os.ReadFile(program)
		for word := range strings.SplitSeq(string(words), "\x00") {
			folder, ok := strings.CutPrefix(word, "--root=")
			if notes, _ := filepath.Glob(filepath.Join(folder, id+"_sandbox:*.state")); ok && len(notes) == 1 {
				return notes[0]
			}
		}
	}
	t.Fatalf("runsc has noted nothing of %s", id)
	return ""
}
