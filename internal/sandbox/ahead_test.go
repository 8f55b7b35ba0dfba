package sandbox_test

import (
	"os"
	"path/filepath"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/namespace"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/store/storetest"
)

// A workspace that is copied as one file is the same as one whose files were
// copied, and what the ref names now counts, not what it named before.
func TestWorkspaceFromImage(t *testing.T) {
	t.Parallel()
	if !namespace.Root() {
		t.Skip("images need volumes in files, which need root")
	}
	url, commit := repository(t, 600)
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) {
		cache, err := source.OpenCache(filepath.Join(t.TempDir(), "cache"), 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		c.Fetcher.Cache = cache
	})
	repo := source.Repo{URL: url}
	look := func() string {
		t.Helper()
		b.task = city.NewID(city.PrefixTask)
		if _, err := b.Provision(t.Context(), b.task, sandbox.Source{Repo: repo}); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := b.Destroy(t.Context(), b.task); err != nil {
				t.Error(err)
			}
		}()
		b.sh(t, "touch new && mkdir -p pkg0/sub && rm new")
		return b.sh(t, `git status --short; git log --format=%s; git branch --show-current; rmdir pkg0/sub
			find . -name .git -prune -o -printf '%p %m %u %s\n' | sort; cat pkg*/*.go | sha256sum; ls more 2>/dev/null || true`)
	}
	fetched := look()
	if got := look(); got != fetched { // it waits for the image
		t.Errorf("from the image:\n%s\nas it was fetched:\n%s", got, fetched)
	}
	if left, err := os.ReadDir(filepath.Join(b.cfg.Dir, "ahead")); err != nil || len(left) > 0 {
		t.Errorf("left of making the image: %v, %v", left, err)
	}
	if b.cfg.Fetcher.Guess(source.Repo{URL: url, Token: "another"}) != "" || b.cfg.Fetcher.Guess(source.Repo{URL: url, Ref: "other"}) != "" {
		t.Error("an image is guessed for what nobody has asked for")
	}
	commit("more", "more")
	b.task = city.NewID(city.PrefixTask)
	for _, task := range []string{city.NewID(city.PrefixTask), b.task} {
		if _, err := b.Provision(t.Context(), task, sandbox.Source{Repo: repo}); err != nil {
			t.Fatal(err)
		}
	}
	if b.cfg.Fetcher.Guess(repo) == "" {
		t.Error("the second who asked did not wait for the image")
	}
	if got := b.sh(t, "cat more; git log --format=%s; git status --short"); got != "moremore\n" {
		t.Errorf("after the branch has moved: %q", got)
	}
}

// Workspaces that were made ahead are used, and go with the service.
func TestSpareWorkspaces(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	if err := b.Available(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := b.MakeSpare(); err != nil {
			t.Fatal(err)
		}
	}
	ahead := filepath.Join(b.cfg.Dir, "ahead")
	before, err := os.ReadDir(ahead)
	if err != nil || len(before) != 2 {
		t.Fatalf("made ahead: %v, %v", before, err)
	}
	b.provision(t, goCode)
	if got := b.sh(t, "ls; echo x > ../file; cat ../file"); got != "main.go\nx\n" {
		t.Errorf("in a workspace that was made ahead: %q", got)
	}
	if left, err := os.ReadDir(ahead); err != nil || len(left) != 1 {
		t.Errorf("none was taken: %v, %v", left, err)
	}
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(ahead); !os.IsNotExist(err) {
		t.Errorf("left by the service: %v", err)
	}
}
