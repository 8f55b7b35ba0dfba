package source

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/city"
)

func cachedFetcher(t testing.TB, limit int64) *Fetcher {
	t.Helper()
	cache, err := OpenCache(filepath.Join(t.TempDir(), "cache"), limit)
	if err != nil {
		t.Fatal(err)
	}
	return &Fetcher{Limits: DefaultLimits(), AllowPrivate: true, Cache: cache, Workshop: openBare}
}

func (c *Cache) kept() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries)
}

// A clone from the cache is the same as one from the host, and works as well.
func TestCache(t *testing.T) {
	t.Parallel()
	host := newRemote(t, "")
	host.repository(t, "app", map[string]string{"a.txt": "a\n", "dir/b.sh": "#!/bin/sh\n", "link": "-> a.txt", "sp ace/ü.txt": "x"})
	if err := os.Chmod(filepath.Join(host.dir, "app/dir/b.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	host.commit(t, "app", nil)
	host.git(t, "app", "tag", "-a", "v1", "-m", "tag")
	f := cachedFetcher(t, 1<<30)
	clone := func(ref string) (Dest, Baseline) {
		t.Helper()
		d := newDest(t)
		b, err := f.Clone(t.Context(), Repo{URL: host.URL + "/app", Ref: ref}, d)
		if err != nil {
			t.Fatal(err)
		}
		return d, b
	}
	first, want := clone("")
	second, got := clone("main")
	if diff := cmp.Diff(want, got); diff != "" || f.Cache.kept() != 1 {
		t.Errorf("%d entries (-fetched +cached):\n%s", f.Cache.kept(), diff)
	}
	for _, args := range [][]string{{"status", "--short"}, {"log", "--format=%H %s"}, {"branch", "--show-current"}, {"ls-files", "-s"}, {"fsck"}} {
		if a, b := inTree(t, first, args...), inTree(t, second, args...); a != b {
			t.Errorf("git %v: %q, from the cache %q", args, a, b)
		}
	}
	if target, err := os.Readlink(filepath.Join(second.Tree, "link")); err != nil || target != "a.txt" {
		t.Errorf("link: %q, %v", target, err)
	}
	if _, tagged := clone("v1"); tagged.Commit != want.Commit || f.Cache.kept() != 2 {
		t.Errorf("tag: %s, %d entries", tagged.Commit, f.Cache.kept())
	}
	if _, again := clone(want.Commit); again.Commit != want.Commit || f.Cache.kept() != 2 {
		t.Errorf("commit: %s, %d entries", again.Commit, f.Cache.kept())
	}
	// Who works on a clone changes nobody else's.
	if err := os.WriteFile(filepath.Join(second.Tree, "a.txt"), []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	third, _ := clone("")
	if content, err := os.ReadFile(filepath.Join(third.Tree, "a.txt")); err != nil || string(content) != "a\n" {
		t.Errorf("a clone shows another's work: %q, %v", content, err)
	}
	moved := host.commit(t, "app", map[string]string{"a.txt": "newer\n"})
	if _, fresh := clone(""); fresh.Commit != moved {
		t.Errorf("a moved branch: got %s, want %s", fresh.Commit, moved)
	}
}

// Whoever has other credentials, or none any more, gets nothing from the cache.
func TestCacheIsPrivate(t *testing.T) {
	t.Parallel()
	host := newRemote(t, "sesame")
	host.repository(t, "app", map[string]string{"a.txt": "a\n"})
	f := cachedFetcher(t, 1<<30)
	clone := func(token string) error {
		_, err := f.Clone(t.Context(), Repo{URL: host.URL + "/app", Token: token}, newDest(t))
		return err
	}
	for _, token := range []string{"sesame", "user:sesame"} {
		if err := clone(token); err != nil {
			t.Fatal(err)
		}
	}
	if f.Cache.kept() != 2 {
		t.Errorf("two credentials share an entry: %d", f.Cache.kept())
	}
	for _, token := range []string{"", "wrong"} {
		if err := clone(token); city.CodeOf(err) != city.CodeRepoPrivate {
			t.Errorf("token %q: got %v", token, err)
		}
	}
	names, err := os.ReadDir(f.Cache.dir)
	if err != nil || strings.Contains(fmt.Sprint(names), "app") {
		t.Errorf("the folders tell names: %v, %v", names, err)
	}
	host.Close()
	if err := clone("sesame"); city.CodeOf(err) != city.CodeRepoUnreachable {
		t.Errorf("the host was not asked: %v", err)
	}
}

// The cache stays within its bounds, whoever copies meanwhile.
func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	host := newRemote(t, "")
	for i := range 4 {
		host.repository(t, fmt.Sprint("r", i), map[string]string{"a.txt": strings.Repeat(fmt.Sprint(i), 100_000)})
	}
	f := cachedFetcher(t, 700_000) // two of them
	var clones sync.WaitGroup
	for i := range 12 {
		d := newDest(t)
		clones.Go(func() {
			b, err := f.Clone(t.Context(), Repo{URL: fmt.Sprintf("%s/r%d", host.URL, i%4)}, d)
			content, err2 := os.ReadFile(filepath.Join(d.Tree, "a.txt"))
			if err != nil || err2 != nil || b.Size.Files != 1 || string(content) != strings.Repeat(fmt.Sprint(i%4), 100_000) {
				t.Errorf("clone %d: %v, %v, %d bytes", i, err, err2, len(content))
			}
		})
	}
	clones.Wait()
	names, err := os.ReadDir(f.Cache.dir)
	if err != nil || len(names) != f.Cache.kept() || f.Cache.kept() > 2 || f.Cache.kept() == 0 {
		t.Errorf("%d folders, %d entries, %v", len(names), f.Cache.kept(), err)
	}
}

func BenchmarkCopy(b *testing.B) {
	from := b.TempDir()
	for i := range 10_000 {
		name := filepath.Join(from, fmt.Sprintf("d%d/f%d", i%100, i))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, make([]byte, 10<<10), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if err := copyTree(b.Context(), from, b.TempDir(), "", 0); err != nil {
			b.Fatal(err)
		}
	}
}
