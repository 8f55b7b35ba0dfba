package sandbox_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/namespace"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/store/storetest"
)

// A server whose umask keeps its files from everybody else runs sandboxes, whose
// users are somebody else.
func TestPrivateUmask(t *testing.T) {
	if !sandboxtest.PrivateUmask(t) {
		return
	}
	b := setup(t, storetest.SQLite(t), nil)
	repo := smallRepository(t)
	if _, err := b.Provision(t.Context(), b.task, sandbox.Source{Repo: source.Repo{URL: repo}}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.WriteFile(t.Context(), b.task, sandbox.RepoDir+"/a/b/new.txt", []byte("from outside\n")); err != nil {
		t.Fatal(err)
	}
	got := b.sh(t, "cat a/b/new.txt && head -1 pkg0/file0.go && echo more >> pkg0/file0.go && touch a/b/mine && git status --short && stat -c %a / /etc /home /usr")
	if want := "from outside\npackage pkg0\n M pkg0/file0.go\n?? a/\n755\n755\n755\n755\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if namespace.Root() {
		if got := b.sh(t, "id -un; awk 'BEGIN { print 1 }'"); got != "user\n1\n" {
			t.Errorf("the user inside: %q", got)
		}
	}
	patch, _, err := b.Patch(t.Context(), b.task)
	if err != nil || !strings.Contains(string(patch), "+more") || strings.Contains(string(patch), "old mode") {
		t.Errorf("patch: %q, %v", patch, err)
	}
	// What is not for the sandboxes stays closed.
	if info, err := os.Stat(filepath.Join(b.cfg.Dir, b.box(t).ID)); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the folder of a sandbox: %v, %v", info.Mode(), err)
	}
}

func (b bundle) box(t *testing.T) sandbox.Sandbox {
	t.Helper()
	box, err := b.Find(t.Context(), b.task)
	if err != nil {
		t.Fatal(err)
	}
	return box
}
