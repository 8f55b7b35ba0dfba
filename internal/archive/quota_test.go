package archive_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"aicity.dev/aicity/internal/archive"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

func unused(context.Context, store.Tx) error { return nil }

// tree is content of a size, and like no other of another number.
func tree(n, size int) *strings.Reader {
	head := fmt.Sprintf("PK\x03\x04 tree %d ", n)
	return strings.NewReader(head + strings.Repeat("x", size-len(head)))
}

// What is over the quota is refused, with how much is kept and may be kept;
// uploads at once keep no more together; what is deleted makes room.
func TestQuota(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, dir := newService(t, db, 3*4096)
		if _, err := s.Save(t.Context(), "own_2", tree(0, 100)); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			all.Go(func() { _, errs[i] = s.Save(t.Context(), "own_1", tree(i, 4000)) })
		}
		all.Wait()
		refused := 0
		for _, err := range errs {
			if err == nil {
				continue
			}
			refused++
			known, ok := errors.AsType[*city.Error](err)
			if !ok || known.Code != city.CodeArchiveQuota || known.Details["quotaBytes"] != int64(3*4096) || known.Details["sizeBytes"] != int64(4096) {
				t.Errorf("%v, %+v", err, known)
			}
		}
		page, err := s.List(t.Context(), "own_1", "", 2)
		if err != nil || refused != 3 || page.Kept != 3*4096 || page.Quota != 3*4096 || len(page.Archives) != 2 || page.Next == "" {
			t.Fatalf("%d refused, %+v, %v", refused, page, err)
		}
		rest, err := s.List(t.Context(), "own_1", page.Next, 2)
		if err != nil || len(rest.Archives) != 1 || rest.Next != "" || rest.Archives[0].ID >= page.Archives[1].ID {
			t.Fatalf("%+v, %v", rest, err)
		}
		if files := names(t, dir); len(files) != 4 {
			t.Errorf("refused uploads left files: %v", files)
		}
		_, err = s.Save(t.Context(), "own_1", tree(9, 4097))
		if known, ok := errors.AsType[*city.Error](err); !ok || known.Details["keptBytes"] != int64(3*4096) || !strings.Contains(known.Message, "aicity archive delete") {
			t.Errorf("full: %v", err)
		}
		if err := s.Delete(t.Context(), "own_2", rest.Archives[0].ID, unused); city.CodeOf(err) != city.CodeArchiveNotFound {
			t.Errorf("somebody else's: %v", err)
		}
		busy := errors.New("in use")
		if err := s.Delete(t.Context(), "own_1", rest.Archives[0].ID, func(context.Context, store.Tx) error { return busy }); !errors.Is(err, busy) {
			t.Errorf("in use: %v", err)
		}
		for _, id := range []string{"\x00", "\xff", "", "../x"} {
			if err := s.Delete(t.Context(), "own_1", id, unused); city.CodeOf(err) != city.CodeArchiveNotFound {
				t.Errorf("delete %q: %v", id, err)
			}
			if _, err := s.Find(t.Context(), "own_1", id); city.CodeOf(err) != city.CodeArchiveNotFound {
				t.Errorf("find %q: %v", id, err)
			}
		}
		if err := s.Delete(t.Context(), "own_1", rest.Archives[0].ID, unused); err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(t.Context(), "own_1", rest.Archives[0].ID, unused); city.CodeOf(err) != city.CodeArchiveNotFound {
			t.Errorf("deleted twice: %v", err)
		}
		if files := names(t, dir); len(files) != 3 {
			t.Errorf("the deleted one's file stays: %v", files)
		}
		if _, err := s.Save(t.Context(), "own_1", tree(9, 4000)); err != nil {
			t.Errorf("no room after a deletion: %v", err)
		}
		if _, err := s.List(t.Context(), "own_1", "x' OR 1=1", 2); city.CodeOf(err) != city.CodeValidation {
			t.Errorf("a bad cursor: %v", err)
		}
	})
}

// The same content, sent many times at once, is kept once.
func TestSaveAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, dir := newService(t, db, 1<<20)
		var all sync.WaitGroup
		ids := make([]string, 8)
		for i := range ids {
			all.Go(func() {
				a, err := s.Save(t.Context(), "own_1", tree(1, 4000))
				if err != nil {
					t.Error(err)
				}
				ids[i] = a.ID
			})
		}
		all.Wait()
		for _, id := range ids {
			if id != ids[0] || id == "" {
				t.Fatalf("%v", ids)
			}
		}
		if files := names(t, dir); len(files) != 1 || files[0] != ids[0] {
			t.Errorf("%v", files)
		}
	})
}

// A file that was lost or cut is there again after the same upload.
func TestLostFilesComeBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, dir := newService(t, db, 1<<20)
		a, err := s.Save(t.Context(), "own_1", tree(1, 4000))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, a.ID)
		for name, harm := range map[string]func() error{
			"lost":   func() error { return os.Remove(path) },
			"cut":    func() error { return os.Truncate(path, 10) },
			"intact": func() error { return nil },
		} {
			if err := harm(); err != nil {
				t.Fatal(err)
			}
			again, err := s.Save(t.Context(), "own_1", tree(1, 4000))
			if err != nil || again.ID != a.ID {
				t.Fatalf("%s: %+v, %v", name, again, err)
			}
			if info, err := os.Stat(path); err != nil || info.Size() != 4000 {
				t.Errorf("%s: %v, %v", name, info, err)
			}
			if files := names(t, dir); len(files) != 1 {
				t.Errorf("%s: %v", name, files)
			}
		}
	})
}

// What a process that died left of uploads goes when the next one starts; what
// another process still writes stays.
func TestAbandonedUploadsGo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		dir := t.TempDir()
		left, written := filepath.Join(dir, ".upload-1"), filepath.Join(dir, ".upload-2")
		for _, path := range []string{left, written} {
			if err := os.WriteFile(path, []byte("PK"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		other, err := os.Open(written)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = other.Close() }()
		if err := syscall.Flock(int(other.Fd()), syscall.LOCK_EX); err != nil {
			t.Fatal(err)
		}
		newServiceIn(t, db, dir, 1<<20)
		if files := names(t, dir); len(files) != 1 || files[0] != filepath.Base(written) {
			t.Errorf("%v", files)
		}
	})
}

// A body that is put aside is there from its beginning, and gone afterwards.
func TestSpool(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, dir := newService(t, db, 1<<20)
		var copied strings.Builder
		file, err := s.Spool(strings.NewReader("a body"), &copied)
		if err != nil || copied.String() != "a body" {
			t.Fatalf("%q, %v", &copied, err)
		}
		read := make([]byte, 6)
		if n, err := file.Read(read); err != nil || string(read[:n]) != "a body" {
			t.Errorf("%q, %v", read[:n], err)
		}
		_ = file.Close()
		if _, err := s.Spool(endless{}, &strings.Builder{}); city.CodeOf(err) != city.CodePayloadTooLarge {
			t.Errorf("endless: %v", err)
		}
		if files := names(t, dir); len(files) != 0 {
			t.Errorf("%v", files)
		}
	})
}

// What was put aside and is kept is written once: its very file is kept.
func TestSpooledIsKeptAsItIs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, dir := newService(t, db, 1<<20)
		const content = "PK\x03\x04 a tree"
		spooled, err := s.Spool(strings.NewReader(content), &strings.Builder{})
		if err != nil {
			t.Fatal(err)
		}
		inode := func() os.FileInfo {
			t.Helper()
			files := names(t, dir)
			if len(files) != 1 {
				t.Fatalf("%v", files)
			}
			info, err := os.Stat(filepath.Join(dir, files[0]))
			if err != nil {
				t.Fatal(err)
			}
			return info
		}
		before := inode()
		a, err := s.Save(t.Context(), "own_1", spooled)
		if err != nil || a.Size != int64(len(content)) || a.Format != "zip" {
			t.Fatalf("%+v, %v", a, err)
		}
		_ = spooled.Close()
		if !os.SameFile(before, inode()) {
			t.Error("it was copied")
		}
		same, err := s.Spool(strings.NewReader(content), &strings.Builder{})
		if err != nil {
			t.Fatal(err)
		}
		if again, err := s.Save(t.Context(), "own_1", same); err != nil || again.ID != a.ID || !os.SameFile(before, inode()) {
			t.Errorf("again: %+v, %v", again, err)
		}
		broken, err := s.Spool(strings.NewReader("plain text"), &strings.Builder{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Save(t.Context(), "own_1", broken); city.CodeOf(err) != city.CodeArchiveInvalid || !os.SameFile(before, inode()) {
			t.Errorf("broken: %v", err)
		}
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func newService(t *testing.T, db *store.DB, quota int64) (*archive.Service, string) {
	t.Helper()
	dir := t.TempDir()
	return newServiceIn(t, db, dir, quota), dir
}
