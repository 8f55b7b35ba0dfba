package workspace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
)

// hostile is a workspace with everything that a program can plant in one, and
// a file outside that must never be seen.
func hostile(t testing.TB) Dir {
	t.Helper()
	parent := t.TempDir()
	w := Dir{dir: filepath.Join(parent, "work")}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(os.MkdirAll(filepath.Join(w.dir, "repo/dir"), 0o755))
	do(os.MkdirAll(filepath.Join(w.dir, "repo/.git/objects"), 0o755))
	do(os.WriteFile(filepath.Join(parent, "outside"), []byte("secret"), 0o644))
	do(os.WriteFile(filepath.Join(w.dir, "repo/a.txt"), []byte("hello\n"), 0o640))
	do(os.WriteFile(filepath.Join(w.dir, "repo/dir/b.bin"), []byte{0, 1, 0xff}, 0o644))
	do(os.WriteFile(filepath.Join(w.dir, "repo/.git/objects/x"), nil, 0o644))
	do(unix.Mkfifo(filepath.Join(w.dir, "repo/pipe"), 0o666))
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	do(err)
	t.Cleanup(func() { _ = unix.Close(fd) })
	at, err := os.Open(filepath.Join(w.dir, "repo"))
	do(err)
	defer func() { _ = at.Close() }()
	do(unix.Bind(fd, &unix.SockaddrUnix{Name: fmt.Sprintf("/proc/self/fd/%d/socket", at.Fd())}))
	for name, target := range map[string]string{
		"in": "a.txt", "out": "../../outside", "abs": "/etc/passwd", "self": "self", "up": "../..", "dirlink": "dir", "dangling": "nope", "device": "/dev/zero",
	} {
		do(os.Symlink(target, filepath.Join(w.dir, "repo", name)))
	}
	return w
}

func TestPathsOfAHostileWorkspace(t *testing.T) {
	t.Parallel()
	w := hostile(t)
	const repo = RepoDir + "/"
	for _, test := range []struct {
		path              string
		read, list, write city.Code // "" is success
	}{
		{repo + "a.txt", "", city.CodeNotADirectory, ""},
		{repo + "./dir/../a.txt", "", city.CodeNotADirectory, ""},
		{repo + "in", "", city.CodeNotADirectory, ""},
		{repo + "dirlink/b.bin", "", city.CodeNotADirectory, ""},
		{repo + "dir", city.CodeNotAFile, "", city.CodeNotAFile},
		{repo + "pipe", city.CodeNotAFile, city.CodeNotADirectory, city.CodeNotAFile},
		{repo + "socket", city.CodeNotAFile, city.CodeNotADirectory, city.CodeNotAFile},
		{repo + "out", city.CodePathNotAllowed, city.CodePathNotAllowed, ""}, // writing replaces the link
		{repo + "abs", city.CodePathNotAllowed, city.CodePathNotAllowed, ""},
		{repo + "device", city.CodePathNotAllowed, city.CodePathNotAllowed, ""},
		{repo + "up/outside", city.CodePathNotAllowed, city.CodePathNotAllowed, city.CodePathNotAllowed},
		{repo + "self/x", city.CodePathNotAllowed, city.CodePathNotAllowed, city.CodePathNotAllowed},
		{repo + "dangling", city.CodeFileNotFound, city.CodeFileNotFound, ""},
		{repo + "nope", city.CodeFileNotFound, city.CodeFileNotFound, ""},
		{repo + "a.txt/x", city.CodeNotADirectory, city.CodeNotADirectory, city.CodeNotADirectory},
		{repo + strings.Repeat("x", 300), city.CodePathNotAllowed, city.CodePathNotAllowed, city.CodePathNotAllowed},
		{Home, city.CodeNotAFile, "", city.CodeNotAFile},
		{Home + "/", city.CodeNotAFile, "", city.CodeNotAFile},
		{Home + "/../../etc/passwd", city.CodePathNotAllowed, city.CodePathNotAllowed, city.CodePathNotAllowed},
		{Home + "2/x", city.CodePathNotAllowed, city.CodePathNotAllowed, city.CodePathNotAllowed},
		{"/etc/passwd", city.CodePathNotAllowed, city.CodePathNotAllowed, city.CodePathNotAllowed},
		{"/", city.CodePathNotAllowed, city.CodePathNotAllowed, city.CodePathNotAllowed},
		{"repo/a.txt", city.CodePathNotAllowed, city.CodePathNotAllowed, city.CodePathNotAllowed},
		{"", city.CodePathNotAllowed, city.CodePathNotAllowed, city.CodePathNotAllowed},
		{repo + "a\x00b", city.CodePathNotAllowed, city.CodePathNotAllowed, city.CodePathNotAllowed},
	} {
		_, err := w.Read(test.path, 0, 0)
		citytest.WantCode(t, "read "+test.path, err, test.read)
		f, _, err := w.Open(test.path, 0, 0)
		citytest.WantCode(t, "open "+test.path, err, test.read)
		if err == nil {
			_ = f.Close()
		}
		_, err = w.List(t.Context(), ListOptions{Path: test.path})
		citytest.WantCode(t, "list "+test.path, err, test.list)
		fresh := hostile(t)
		_, err = fresh.Write(test.path, []byte("written"))
		citytest.WantCode(t, "write "+test.path, err, test.write)
		if content, err := os.ReadFile(filepath.Join(filepath.Dir(fresh.dir), "outside")); err != nil || string(content) != "secret" {
			t.Errorf("write %s reached outside: %q, %v", test.path, content, err)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	w := hostile(t)
	big := filepath.Join(w.dir, "repo/big")
	if err := os.WriteFile(big, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(big, MaxRead+1); err != nil {
		t.Fatal(err)
	}
	const hello = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
	got, err := w.Read(RepoDir+"/a.txt", 0, 0)
	want := FileContent{Path: RepoDir + "/a.txt", Content: "hello\n", Encoding: "utf-8", SizeBytes: 6, SHA256: hello, Bytes: 6}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("text: %v\n%s", err, diff)
	}
	if got, err = w.Read(RepoDir+"/a.txt", 1, 3); err != nil || got.Content != "ell" || got.Offset != 1 || !got.More || got.SizeBytes != 6 {
		t.Errorf("part: got %+v, %v", got, err)
	}
	if got, err = w.Read(RepoDir+"/a.txt", 100, 3); err != nil || got.Content != "" || got.More {
		t.Errorf("beyond the end: got %+v, %v", got, err)
	}
	if got, err = w.Read(RepoDir+"/dir/b.bin", 0, 0); err != nil || got.Encoding != "base64" || got.Content != "AAH/" {
		t.Errorf("bytes: got %+v, %v", got, err)
	}
	_, err = w.Read(RepoDir+"/big", 0, 0)
	citytest.WantCode(t, "too large", err, city.CodeFileTooLarge)
	if got, err = w.Read(RepoDir+"/big", MaxRead, 10); err != nil || len(got.Content) == 0 || got.More {
		t.Errorf("its end: got %+v, %v", got, err)
	}
	for _, bad := range [][2]int64{{-1, 0}, {0, -1}, {0, MaxRead + 1}} {
		_, err = w.Read(RepoDir+"/a.txt", bad[0], bad[1])
		citytest.WantCode(t, fmt.Sprint(bad), err, city.CodeValidation)
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	w := hostile(t)
	entry, err := w.Write(RepoDir+"/new/deep/c.txt", []byte("text"))
	if err != nil || entry.Path != RepoDir+"/new/deep/c.txt" || entry.SizeBytes != 4 || entry.Type != TypeFile {
		t.Errorf("new: got %+v, %v", entry, err)
	}
	if _, err := w.Write(RepoDir+"/a.txt", []byte("other")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(w.dir, "repo/a.txt"))
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the mode changed: %v, %v", info.Mode(), err)
	}
	_, err = w.Write(RepoDir+"/big", make([]byte, MaxWrite+1))
	citytest.WantCode(t, "too large", err, city.CodeFileTooLarge)
	names, err := filepath.Glob(filepath.Join(w.dir, "repo/*write*"))
	hidden, err2 := filepath.Glob(filepath.Join(w.dir, "repo/.write*"))
	if err := errors.Join(err, err2); err != nil || len(names)+len(hidden) > 0 {
		t.Errorf("left: %v %v %v", names, hidden, err)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	w := hostile(t)
	page, err := w.List(t.Context(), ListOptions{Path: RepoDir})
	if err != nil || page.Next != "" {
		t.Fatalf("got %q, %v", page.Next, err)
	}
	types := map[string]string{}
	for _, e := range page.Entries {
		types[e.Name] = e.Type
		if e.Path != RepoDir+"/"+e.Name || e.ModifiedAt.IsZero() {
			t.Errorf("got %+v", e)
		}
	}
	want := map[string]string{
		".git": TypeDirectory, "dir": TypeDirectory, "a.txt": TypeFile, "pipe": TypeOther, "socket": TypeOther, "in": TypeSymlink, "out": TypeSymlink,
		"abs": TypeSymlink, "self": TypeSymlink, "up": TypeSymlink, "dirlink": TypeSymlink, "dangling": TypeSymlink, "device": TypeSymlink,
	}
	if diff := cmp.Diff(want, types); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, err = w.List(t.Context(), ListOptions{Path: RepoDir, Cursor: "?"})
	citytest.WantCode(t, "bad cursor", err, city.CodeValidation)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.List(ctx, ListOptions{Path: RepoDir}); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: got %v", err)
	}
}

// Pages of any length put together are the whole, each entry once.
func TestListPages(t *testing.T) {
	t.Parallel()
	w := Dir{dir: t.TempDir()}
	for _, name := range []string{"a/1", "a/2/x", "a/2/y", "a-b", "a.b/c", "b", "b0/\xff", "b0/\xfe", "c/d/e/f"} {
		full := filepath.Join(w.dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o755), os.WriteFile(full, nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	paths := func(limit int) (all []string) {
		cursor := ""
		for {
			page, err := w.List(t.Context(), ListOptions{Path: Home, Recursive: true, Limit: limit, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Entries {
				all = append(all, e.Path)
			}
			if cursor = page.Next; cursor == "" || len(all) > 100 {
				return all
			}
		}
	}
	whole := paths(0)
	if len(whole) != 16 || slices.Contains(whole, "") {
		t.Fatalf("got %d: %q", len(whole), whole)
	}
	for limit := 1; limit <= 17; limit++ {
		if diff := cmp.Diff(whole, paths(limit)); diff != "" {
			t.Errorf("pages of %d:\n%s", limit, diff)
		}
	}
}

func TestRecursiveListSkipsGit(t *testing.T) {
	t.Parallel()
	page, err := hostile(t).List(t.Context(), ListOptions{Path: RepoDir, Recursive: true})
	if err != nil {
		t.Fatal(err)
	}
	var deep []string
	for _, e := range page.Entries {
		if strings.Count(e.Path, "/") > 4 {
			deep = append(deep, e.Path)
		}
	}
	if diff := cmp.Diff([]string{RepoDir + "/dir/b.bin"}, deep); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Not every file system bounds the times that programs give to files.
func TestTimesOfFiles(t *testing.T) {
	t.Parallel()
	for second, want := range map[int64]string{
		math.MinInt64: `"0001-01-01T00:00:00Z"`, firstSecond - 1: `"0001-01-01T00:00:00Z"`, 0: `"1970-01-01T00:00:00Z"`,
		lastSecond: `"9999-12-31T23:59:59Z"`, lastSecond + 1: `"9999-12-31T23:59:59Z"`, math.MaxInt64: `"9999-12-31T23:59:59Z"`,
	} {
		got, err := json.Marshal(tellable(time.Unix(second, 0)))
		if err != nil || string(got) != want {
			t.Errorf("%d: got %s, %v, want %s", second, got, err, want)
		}
	}
}

// Whatever the path, nothing outside is read, written or waited for.
func FuzzPaths(f *testing.F) {
	for _, seed := range []string{RepoDir + "/a.txt", Home + "/repo/up/outside", "/etc/passwd", Home + "/../..", Home + "/repo/self", "", "\x00", Home + "/repo/pipe"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		w := hostile(t)
		content, err := w.Read(path, 0, 0)
		if err != nil && city.CodeOf(err) == city.CodeInternal {
			t.Errorf("read %q: %v is no public error", path, err)
		}
		if strings.Contains(content.Content, "secret") || strings.Contains(content.Content, "root:") {
			t.Errorf("read %q reached outside", path)
		}
		if _, err := w.List(t.Context(), ListOptions{Path: path, Recursive: true}); err != nil && city.CodeOf(err) == city.CodeInternal {
			t.Errorf("list %q: %v is no public error", path, err)
		}
		if _, err := w.Write(path, []byte("x")); err != nil && city.CodeOf(err) == city.CodeInternal {
			t.Errorf("write %q: %v is no public error", path, err)
		}
		if notes, err := os.ReadDir(w.notes()); !errors.Is(err, fs.ErrNotExist) && (err != nil || len(notes) > 0) {
			t.Errorf("write %q left notes: %v, %v", path, notes, err)
		}
		if err := os.RemoveAll(w.notes()); err != nil {
			t.Fatal(err)
		}
		left, err := os.ReadDir(filepath.Dir(w.dir))
		outside, err2 := os.ReadFile(filepath.Join(filepath.Dir(w.dir), "outside"))
		if err := errors.Join(err, err2); err != nil || len(left) != 2 || string(outside) != "secret" {
			t.Errorf("write %q reached outside: %v, %v", path, left, err)
		}
	})
}
