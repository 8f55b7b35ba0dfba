package attack

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/workspace"
	aicity "aicity.dev/aicity/sdk/go"
)

// endlessFolders leads whoever follows down, by folders that no path is long enough for.
func endlessFolders(t *testing.T, s *scene) {
	s.must(t, `python3 -c "
import os
os.mkdir('deep')
os.chdir('deep')
for i in range(1500):
    os.mkdir('d' * 200)
    os.chdir('d' * 200)
open('bottom', 'w').write('needle')"`)
	base := "/api/v1/tasks/" + s.task + "/sandbox/files"
	for _, path := range []string{base + "?recursive=true&limit=5000&path=/home/user/repo", base + "/search?q=needle&path=/home/user/repo"} {
		raw := s.call(t, http.MethodGet, path, "")
		if !json.Valid([]byte(raw)) || !strings.Contains(raw, `"truncated":"depth"`) || strings.Contains(raw, "bottom") {
			t.Errorf("%s: got %d bytes, %.300s", path, len(raw), raw)
		}
	}
	wantCode(t, "delete", s.agent.Tasks.Delete(t.Context(), s.task, "/home/user/repo/deep", true), "PATH_NOT_ALLOWED")
	s.facts(t, workspace.BoundDepth)
	s.stillWorks(t)
}

// hugeTexts claim to be more text than anybody can count the lines of.
func hugeTexts(t *testing.T, s *scene) {
	s.must(t, `python3 -c "
for i in range(100):
    with open('huge%d.txt' % i, 'w') as f:
        f.write('line\n' * 2000)
        f.truncate(500_000_000)"; echo new > zzz.txt`)
	facts := s.facts(t, workspace.BoundBytes)
	if last := facts[len(facts)-1]; last.Path != "zzz.txt" || last.Lines != 1 {
		t.Errorf("what comes after them: %+v", last)
	}
	s.stillWorks(t)
}

// manyFolders are more than anybody wants to look into.
func manyFolders(t *testing.T, s *scene) {
	s.must(t, `mkdir -p aaa && for i in $(seq 300); do mkdir aaa/$i; done; for i in $(seq 10100); do : > aaa/1/$i; done; echo new > zzz.txt`)
	facts := s.facts(t, workspace.BoundFiles)
	found := false
	for _, f := range facts {
		found = found || f.Path == "zzz.txt"
	}
	if !found {
		t.Error("they hide what was added to the code")
	}
}

// facts are what the gate would be told, which must have been cut short by a bound.
func (s *scene) facts(t *testing.T, left workspace.Bound) []sandbox.FileFact {
	t.Helper()
	facts, err := s.App.Sandboxes.Facts(context.WithoutCancel(t.Context()), s.task)
	if err != nil {
		t.Fatal(err)
	}
	if err := facts.Close(); err != nil {
		t.Error(err)
	}
	if facts.Left != left {
		t.Errorf("the gate is told that %q cut it short, want %q", facts.Left, left)
	}
	return facts.Files
}

// controlCharacters are the longest command that may be, in what takes most room.
func controlCharacters(t *testing.T, s *scene) {
	fill := strings.Repeat("\x01", 60<<10)
	result, err := s.exec(t, aicity.Exec{Argv: []string{"sh", "-c", `printf %s "$0$A" | wc -c`, fill}, Env: map[string]string{"A": fill}, Stdin: fill})
	if err != nil || strings.TrimSpace(result.Stdout) != "122880" {
		t.Errorf("got %+v, %v", result, err)
	}
}
