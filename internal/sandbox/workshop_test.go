package sandbox_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/namespace"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/store/storetest"
)

func newDest(t testing.TB) source.Dest {
	t.Helper()
	d := source.Dest{Tree: t.TempDir(), GitDir: t.TempDir(), Delivered: filepath.Join(t.TempDir(), "delivered")}
	d.Objects = filepath.Join(d.GitDir, "objects")
	return d
}

// hostilePacks are packs in which something is wrong, and what comes of each.
// The first is fine: what is wrong with the others is all that is different.
func hostilePacks() map[string]struct {
	make func(p *pack) (objectID, []byte)
	want city.Code
} {
	const x = "content\n"
	simple := func(entries func(blob objectID) []string) func(*pack) (objectID, []byte) {
		return func(p *pack) (objectID, []byte) {
			head := p.commit(entries(p.add(kindBlob, x))...)
			return head, p.finish(p.count)
		}
	}
	counted := func(by int) func(*pack) (objectID, []byte) {
		return func(p *pack) (objectID, []byte) {
			head := p.commit(treeEntry("100644", "a", p.add(kindBlob, x)))
			return head, p.finish(p.count + by)
		}
	}
	file := func(name string) func(*pack) (objectID, []byte) {
		return simple(func(blob objectID) []string { return []string{treeEntry("100644", name, blob)} })
	}
	folder := func(name string) func(*pack) (objectID, []byte) {
		return func(p *pack) (objectID, []byte) {
			inner := p.add(kindTree, treeEntry("100755", "config", p.add(kindBlob, x)))
			head := p.commit(treeEntry("40000", name, inner))
			return head, p.finish(p.count)
		}
	}
	type test = struct {
		make func(p *pack) (objectID, []byte)
		want city.Code
	}
	return map[string]test{
		"nothing wrong":                    {file("a"), ""},
		"fewer objects than it says":       {counted(1), city.CodeRepoUnreachable},
		"more objects than it says":        {counted(-1), city.CodeRepoUnreachable},
		"four billion objects":             {counted(0xffff_fff0), city.CodeRepoUnreachable},
		"deltas in a circle":               {circle, city.CodeRepoUnreachable},
		"a delta that grows without bound": {grown, city.CodeRepoUnreachable},
		"a delta that reads past its base": {beyond, city.CodeRepoUnreachable},
		"a delta of what is after it":      {forward, city.CodeRepoUnreachable},
		"a chain of 5,000 deltas":          {chain, ""},
		"entries in the wrong order": {simple(func(b objectID) []string {
			return []string{treeEntry("100644", "b", b), treeEntry("100644", "a", b)}
		}), city.CodeRepoUnreachable},
		"an entry twice": {simple(func(b objectID) []string {
			return []string{treeEntry("100644", "a", b), treeEntry("100644", "a", b)}
		}), city.CodeRepoUnreachable},
		"a file and a folder of one name": {func(p *pack) (objectID, []byte) {
			blob := p.add(kindBlob, x)
			inner := p.add(kindTree, treeEntry("100644", "x", blob))
			head := p.commit(treeEntry("100644", "a", blob), treeEntry("40000", "a", inner))
			return head, p.finish(p.count)
		}, city.CodeRepoUnreachable},
		"a link, and a folder behind it": {func(p *pack) (objectID, []byte) {
			blob := p.add(kindBlob, x)
			inner := p.add(kindTree, treeEntry("100644", "x", blob))
			head := p.commit(treeEntry("120000", "a", p.add(kindBlob, "/etc")), treeEntry("40000", "a", inner))
			return head, p.finish(p.count)
		}, city.CodeRepoUnreachable},
		"a folder .git":               {folder(".git"), city.CodeRepoUnreachable},
		"a folder .GIT":               {folder(".GIT"), city.CodeRepoUnreachable},
		"a folder git~1":              {folder("git~1"), city.CodeRepoUnreachable},
		"a folder .git, invisibly":    {folder(".g\u200cit"), city.CodeRepoUnreachable},
		"a folder ..":                 {folder(".."), city.CodeRepoUnreachable},
		"a folder .":                  {folder("."), city.CodeRepoUnreachable},
		"a folder without a name":     {folder(""), city.CodeRepoUnreachable},
		"a file ..":                   {file(".."), city.CodeRepoUnreachable},
		"a slash in a name":           {file("../../owned"), city.CodeRepoUnreachable},
		"an absolute name":            {file("/tmp/owned-by-pack"), city.CodeRepoUnreachable},
		"a tree that is cut off":      {cut, city.CodeRepoUnreachable},
		"a tree that is its own file": {strange, city.CodeRepoUnreachable},
		"a file that is not there":    {missing, city.CodeRepoUnreachable},
		"a commit that is not there":  {func(p *pack) (objectID, []byte) { p.add(kindBlob, x); return objectID{1}, p.finish(1) }, city.CodeRepoUnreachable},
		"a name for a file":           {func(p *pack) (objectID, []byte) { return p.add(kindBlob, x), p.finish(1) }, city.CodeRefNotFound},
		"a wrong sum": {func(p *pack) (objectID, []byte) {
			head := p.commit()
			whole := p.finish(p.count)
			whole[len(whole)-1] ^= 1
			return head, whole
		}, city.CodeRepoUnreachable},
		"no pack at all": {func(p *pack) (objectID, []byte) { return objectID{1}, []byte(strings.Repeat("x", 4096)) }, city.CodeRepoUnreachable},
		"half a pack": {func(p *pack) (objectID, []byte) {
			head := p.commit(treeEntry("100644", "a", p.add(kindBlob, strings.Repeat(x, 1000))))
			whole := p.finish(p.count)
			return head, whole[:len(whole)/2]
		}, city.CodeRepoUnreachable},
		"content that grows a thousandfold": {func(p *pack) (objectID, []byte) {
			head := p.commit(treeEntry("100644", "a", p.add(kindBlob, strings.Repeat("\x00", 60<<20))))
			return head, p.finish(p.count)
		}, city.CodeRepoTooLarge},
	}
}

// circle has two objects that are deltas of each other.
func circle(p *pack) (objectID, []byte) {
	one, two := "one\n", "two\n"
	a, b := idOf(kindBlob, one), idOf(kindBlob, two)
	for text, base := range map[string]objectID{one: b, two: a} {
		d := delta(4, 4, insert(text))
		p.raw(kindRefDelta, len(d), base[:], d)
	}
	head := p.commit(treeEntry("100644", "a", a), treeEntry("100644", "b", b))
	return head, p.finish(p.count)
}

// grown has a delta that says to make more than any memory holds.
func grown(p *pack) (objectID, []byte) {
	base := p.add(kindBlob, "base")
	d := delta(4, 1<<46, "\x90\x04"+"\x90\x04")
	p.raw(kindRefDelta, len(d), base[:], d)
	head := p.commit(treeEntry("100644", "a", base))
	return head, p.finish(p.count)
}

func beyond(p *pack) (objectID, []byte) {
	base := p.add(kindBlob, "base")
	d := delta(4, 60_000, "\xb1\xff\x60\xea") // 60,000 bytes from 255 on
	p.raw(kindRefDelta, len(d), base[:], d)
	head := p.commit(treeEntry("100644", "a", base))
	return head, p.finish(p.count)
}

// forward has a delta whose base would be where the pack ends.
func forward(p *pack) (objectID, []byte) {
	base := p.add(kindBlob, "base")
	d := delta(4, 4, insert("else"))
	p.raw(kindOfsDelta, len(d), offset(1<<40), d)
	head := p.commit(treeEntry("100644", "a", base))
	return head, p.finish(p.count)
}

// chain has deltas of deltas of deltas, which is long but no fault.
func chain(p *pack) (objectID, []byte) {
	at, last, text := p.Len(), "", "start\n"
	p.add(kindBlob, text)
	for i := range 5_000 {
		last = fmt.Sprintf("step %d\n", i)
		d := delta(len(text), len(last), insert(last))
		here := p.Len()
		p.raw(kindOfsDelta, len(d), offset(here-at), d)
		at, text = here, last
	}
	head := p.commit(treeEntry("100644", "a", idOf(kindBlob, last)))
	return head, p.finish(p.count)
}

func cut(p *pack) (objectID, []byte) {
	blob := p.add(kindBlob, "x")
	entry := treeEntry("100644", "a", blob)
	head := p.commit(entry[:len(entry)-7])
	return head, p.finish(p.count)
}

// strange has a tree entry that says a commit is a file.
func strange(p *pack) (objectID, []byte) {
	inner := p.commit()
	head := p.commit(treeEntry("100644", "a", inner))
	return head, p.finish(p.count)
}

func missing(p *pack) (objectID, []byte) {
	head := p.commit(treeEntry("100644", "a", objectID{7}))
	return head, p.finish(p.count)
}

// Whatever is in a pack, a workshop ends with a code, leaves nothing behind, and
// what comes out of it is the tree and no more.
func TestHostilePacks(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Fetcher.Limits.Bytes = 50 << 20 })
	for name, test := range hostilePacks() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			head, whole := test.make(&pack{})
			d := newDest(t)
			baseline, err := b.Clone(t.Context(), source.Repo{URL: hostOf(t, head, whole)}, d)
			citytest.WantCode(t, name, err, test.want)
			if err == nil && (baseline.Size.Files != 1 || baseline.Commit != fmt.Sprintf("%x", head)) {
				t.Errorf("got %+v", baseline)
			}
			entries, _ := os.ReadDir(d.Tree)
			for _, entry := range entries {
				if name := entry.Name(); err != nil || name != "a" && name != ".git" {
					t.Errorf("%s is there after %v", name, err)
				}
			}
		})
	}
	t.Cleanup(func() { // after the last of them
		if _, err := os.Lstat("/tmp/owned-by-pack"); err == nil {
			t.Error("a pack wrote to the host")
		}
		if left, err := filepath.Glob(filepath.Join(b.cfg.Dir, "sbx_*")); err != nil || len(left) > 0 {
			t.Errorf("workshops left: %v, %v", left, err)
		}
	})
}

// mortal is a backend whose workshops die when their first program begins.
type mortal struct {
	sandbox.Backend
	kill   func(id string)
	killed atomic.Int32
}

func (m *mortal) Exec(ctx context.Context, id string, c sandbox.Command, stdout, stderr io.Writer) (sandbox.Exit, error) {
	if c.Dir == sandbox.Home && len(c.Argv) > 3 && c.Argv[3] == "git" {
		m.killed.Add(1)
		m.kill(id)
	}
	return m.Backend.Exec(ctx, id, c, stdout, stderr)
}

// A workshop that dies is the repository's failure and nobody else's; the next
// clone has one of its own.
func TestWorkshopDies(t *testing.T) {
	t.Parallel()
	m := &mortal{}
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { m.Backend, c.Backend = c.Backend, m })
	var id string
	m.kill = func(dying string) {
		id = dying
		if out, err := exec.Command("pkill", "-KILL", "-f", "runsc.*"+dying).CombinedOutput(); err != nil {
			t.Errorf("kill: %v: %s", err, out)
		}
		<-m.Done(dying)
	}
	repo := sandbox.Source{Repo: source.Repo{URL: smallRepository(t)}}
	_, err := b.Provision(t.Context(), b.task, repo)
	citytest.WantCode(t, "a workshop that dies", err, city.CodeRepoUnreachable)
	if m.killed.Load() != 1 {
		t.Errorf("%d workshops died", m.killed.Load())
	}
	sandboxtest.NothingLeft(t, id)
	m.kill = func(string) {}
	if _, err := b.Provision(t.Context(), b.task, repo); err != nil {
		t.Error(err)
	}
}

// A server that is killed while a workshop works finds and removes it at its start.
func TestWorkshopOfAnEarlierLife(t *testing.T) {
	t.Parallel()
	m := &mortal{}
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { m.Backend, c.Backend = c.Backend, m })
	left := make(chan string, 1)
	hold := make(chan struct{})
	m.kill = func(id string) { left <- id; <-hold }
	ended := make(chan error, 1)
	go func() {
		_, err := b.Provision(t.Context(), b.task, sandbox.Source{Repo: source.Repo{URL: smallRepository(t)}})
		ended <- err
	}()
	id := <-left
	dir := filepath.Join(b.cfg.Dir, id)
	if _, err := os.Stat(dir); err != nil {
		t.Error(err)
	}
	// The next life begins on the same folders; the first is as good as dead.
	next := restart(t, b.cfg)
	if _, err := os.Stat(dir); err == nil {
		t.Error("its folder is still there")
	}
	sandboxtest.NothingLeft(t, id)
	close(hold)
	// It lost the workshop and the task's own sandbox, which starts meanwhile; it
	// hears of one of them first.
	if err := <-ended; city.CodeOf(err) != city.CodeRepoUnreachable && city.CodeOf(err) != city.CodeSandboxUnavailable {
		t.Errorf("what the earlier life thinks: %v", err)
	}
	if _, err := next.Provision(t.Context(), b.task, sandbox.Source{Code: goCode}); err != nil {
		t.Error(err)
	}
}

// What a task brought is fetched again from the cache, without a workshop.
func TestCacheNeedsNoWorkshop(t *testing.T) {
	t.Parallel()
	m := &mortal{kill: func(string) {}}
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) {
		m.Backend, c.Backend = c.Backend, m
		cache, err := source.OpenCache(filepath.Join(t.TempDir(), "cache"), 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		c.Fetcher.Cache = cache
	})
	repo := source.Repo{URL: smallRepository(t)}
	if _, err := b.Clone(t.Context(), repo, newDest(t)); err != nil {
		t.Fatal(err)
	}
	programs := m.killed.Load()
	if _, err := b.Clone(t.Context(), repo, newDest(t)); err != nil {
		t.Fatal(err)
	}
	if programs == 0 || m.killed.Load() != programs {
		t.Errorf("%d programs for the first clone, then %d more", programs, m.killed.Load()-programs)
	}
}

// A server without root, with a namespace of its own and without, has workshops too.
func TestWorkshopWithoutRoot(t *testing.T) {
	t.Parallel()
	if !namespace.Root() {
		t.Skip("the other tests run without root already")
	}
	for name, wrapper := range map[string][]string{"plain": nil, "namespace": sandboxtest.OwnNamespace} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandboxtest.AsNobody(t, wrapper, nil, "TestHostilePacks", "-test.run=^(TestHostilePacks|TestWorkshopDies|TestCacheNeedsNoWorkshop)$")
		})
	}
}
