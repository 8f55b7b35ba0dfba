package workspace

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"aicity.dev/aicity/internal/city"
)

// swapping is a workspace in which repo/swap is, in turn and as fast as the
// machine can, a folder, a link out, a link through /proc/self/root and a pipe.
// What lies outside is a tree of the same shape.
func swapping(t *testing.T) (w Dir, outside string) {
	t.Helper()
	parent := t.TempDir()
	w = Dir{dir: filepath.Join(parent, "work")}
	outside = filepath.Join(parent, "outside")
	repo := filepath.Join(w.dir, "repo")
	for dir, content := range map[string]string{filepath.Join(repo, "swap/sub"): "inside", filepath.Join(outside, "sub"): "secret"} {
		err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "f.txt"), []byte(content), 0o644))
		if err != nil {
			t.Fatal(err)
		}
	}
	err := errors.Join(os.Symlink(outside, filepath.Join(repo, "out")), os.Symlink("/proc/self/root"+outside, filepath.Join(repo, "proc")),
		unix.Mkfifo(filepath.Join(repo, "pipe"), 0o666))
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var swapper sync.WaitGroup
	swapper.Go(func() {
		at := filepath.Join(repo, "swap")
		for {
			for _, what := range []string{"out", "proc", "pipe"} {
				select {
				case <-stop:
					return
				default:
				}
				for range 2 { // there and back
					if err := unix.Renameat2(unix.AT_FDCWD, at, unix.AT_FDCWD, filepath.Join(repo, what), unix.RENAME_EXCHANGE); err != nil {
						t.Error(err)
						return
					}
				}
			}
		}
	})
	t.Cleanup(func() { close(stop); swapper.Wait() })
	return w, outside
}

// Whatever takes a folder's place while we work with it, nothing outside is
// seen or changed, and nothing waits.
func TestRaces(t *testing.T) {
	t.Parallel()
	w, outside := swapping(t)
	const at = RepoDir + "/swap"
	reached := map[string]int{}
	for range 1_000 {
		content, err := w.Read(at+"/sub/f.txt", 0, 0)
		if err == nil {
			reached["read"]++
		}
		if strings.Contains(content.Content, "secret") {
			t.Fatal("read outside")
		}
		publicOnly(t, "read", err)
		result, err := w.Search(t.Context(), SearchOptions{Path: RepoDir, Query: "secret|inside", Hidden: true, Ignored: true})
		publicOnly(t, "search", err)
		for _, m := range result.Matches {
			if reached["search"]++; strings.Contains(m.Text, "secret") {
				t.Fatal("searched outside")
			}
		}
		page, err := w.List(t.Context(), ListOptions{Path: RepoDir, Recursive: true})
		publicOnly(t, "list", err)
		reached["list"] += len(page.Entries)
		_, err = w.Write(at+"/sub/new.txt", []byte("x"))
		publicOnly(t, "write", err)
		_, err = w.MakeFolder(at + "/sub/made/deep")
		publicOnly(t, "mkdir", err)
		_, err = w.Move(at+"/sub/new.txt", RepoDir+"/got", true)
		publicOnly(t, "move", err)
		_, err = w.Remove(t.Context(), at+"/sub/made", true)
		publicOnly(t, "remove", err)
	}
	for _, what := range []string{"read", "search", "list"} {
		if reached[what] == 0 {
			t.Errorf("no %s ever succeeded: the test shows nothing", what)
		}
	}
	left, err := filepath.Glob(filepath.Join(outside, "sub/*"))
	if content, err2 := os.ReadFile(filepath.Join(outside, "sub/f.txt")); errors.Join(err, err2) != nil || string(content) != "secret" || len(left) != 1 {
		t.Errorf("outside was changed: %v, %q", left, content)
	}
}

// publicOnly fails the test when an error is none that a caller may see.
func publicOnly(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil && city.CodeOf(err) == city.CodeInternal {
		t.Errorf("%s: %v is no public error", what, err)
	}
}
