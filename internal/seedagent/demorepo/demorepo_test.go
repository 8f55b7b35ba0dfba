package demorepo_test

import (
	"testing"

	"aicity.dev/aicity/internal/seedagent/demorepo"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	files := demorepo.Files()
	for _, p := range []string{"README.md", ".gitignore", "go.mod", "package.json", "internal/store/store.go", "web/server.js", "scripts/report.py", "scripts/requirements.txt"} {
		if len(files[p]) == 0 {
			t.Errorf("%s is missing or empty", p)
		}
	}
	if n := len(files); n < 15 {
		t.Errorf("only %d files", n)
	}
}
