package demorepo_test

import (
	"os"
	"path/filepath"
	"testing"

	"aicity.dev/aicity/internal/seedagent/demorepo"
)

func TestWriteTo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := demorepo.WriteTo(dir); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"README.md", ".gitignore", "go.mod", "package.json", "internal/store/store.go", "web/server.js", "scripts/report.py", "scripts/requirements.txt"} {
		raw, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(p)))
		if err != nil || len(raw) == 0 {
			t.Errorf("%s: %d bytes, %v", p, len(raw), err)
		}
		if got := demorepo.Files()[p]; string(got) != string(raw) {
			t.Errorf("%s differs from Files", p)
		}
	}
	if n := len(demorepo.Files()); n < 15 {
		t.Errorf("only %d files", n)
	}
}
