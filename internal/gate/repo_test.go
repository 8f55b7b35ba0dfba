package gate_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/gate"
)

// dirSource is a directory as the gate sees it.
type dirSource string

func (d dirSource) ReadFile(p string) ([]byte, bool) {
	raw, err := os.ReadFile(filepath.Join(string(d), filepath.FromSlash(p)))
	return raw, err == nil
}

// repoFromDir lists a directory the way the sandbox lists a clone.
func repoFromDir(t testing.TB, dir string) *gate.Repo {
	t.Helper()
	repo := &gate.Repo{Source: dirSource(dir)}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		lines := strings.Count(string(raw), "\n")
		if len(raw) > 0 && raw[len(raw)-1] != '\n' {
			lines++
		}
		repo.Files = append(repo.Files, gate.RepoFile{Path: filepath.ToSlash(rel), Lines: lines})
		return nil
	})
	if err != nil {
		t.Fatalf("list repository: %v", err)
	}
	return repo
}

func jsonOf(v any) string {
	raw, _ := json.Marshal(v)
	return string(raw)
}
