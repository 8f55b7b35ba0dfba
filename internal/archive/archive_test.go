package archive_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/archive"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

func TestSaveAndOpen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, dir := newService(t, db, 1<<30)
		content := "PK\x03\x04 and the rest"
		a, err := s.Save(t.Context(), "own_1", strings.NewReader(content))
		if err != nil || a.Format != archive.Zip || a.Size != int64(len(content)) {
			t.Fatalf("%+v, %v", a, err)
		}
		r, _, err := s.Open(t.Context(), "own_1", a.ID)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		_ = r.Close()
		if err != nil || string(got) != content {
			t.Errorf("read back %q, %v", got, err)
		}
		if _, _, err := s.Open(t.Context(), "own_2", a.ID); city.CodeOf(err) != city.CodeArchiveNotFound {
			t.Errorf("somebody else's archive: %v", err)
		}
		if _, _, err := s.Open(t.Context(), "own_1", "../"+a.ID); city.CodeOf(err) != city.CodeArchiveNotFound {
			t.Errorf("a path as an id: %v", err)
		}
		if _, err := s.Save(t.Context(), "own_1", strings.NewReader("plain text")); city.CodeOf(err) != city.CodeArchiveInvalid {
			t.Errorf("no archive: %v", err)
		}
		if _, err := s.Save(t.Context(), "own_1", strings.NewReader("PK\x03\x04 broken")); city.CodeOf(err) != city.CodeArchiveInvalid {
			t.Errorf("what the check refuses: %v", err)
		}
		if _, err := s.Save(t.Context(), "own_1", strings.NewReader("")); city.CodeOf(err) != city.CodeArchiveInvalid {
			t.Errorf("empty upload: %v", err)
		}
		huge := io.MultiReader(strings.NewReader("\x1f\x8b\x08\x00"), bytes.NewReader(make([]byte, archive.MaxBytes)))
		if _, err := s.Save(t.Context(), "own_1", huge); city.CodeOf(err) != city.CodePayloadTooLarge {
			t.Errorf("too large: %v", err)
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
			t.Errorf("refused uploads left files: %v, %v", files, err)
		}
	})
}

// The same upload once more is the same archive, with its time begun again; to
// another owner it is another one.
func TestSaveTwice(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, dir := newService(t, db, 1<<30)
		save := func(owner, content string) archive.Archive {
			t.Helper()
			a, err := s.Save(t.Context(), owner, strings.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		first := save("own_1", "PK\x03\x04 a tree")
		again, changed, theirs := save("own_1", "PK\x03\x04 a tree"), save("own_1", "PK\x03\x04 b tree"), save("own_2", "PK\x03\x04 a tree")
		if again.ID != first.ID || again.Size != first.Size || !again.CreatedAt.After(first.CreatedAt) {
			t.Errorf("again %+v, first %+v", again, first)
		}
		if changed.ID == first.ID || theirs.ID == first.ID {
			t.Errorf("%s, changed %s, theirs %s", first.ID, changed.ID, theirs.ID)
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) != 3 {
			t.Errorf("%v, %v", files, err)
		}
		if found, err := s.Find(t.Context(), "own_1", first.ID); err != nil || !found.CreatedAt.Equal(again.CreatedAt) {
			t.Errorf("%+v, %v", found, err)
		}
	})
}

// usable is a check that finds nothing, but in what says itself that it is broken.
func usable(_ context.Context, content io.ReaderAt, size int64) error {
	text, err := io.ReadAll(io.NewSectionReader(content, 0, size))
	if bytes.HasSuffix(text, []byte("broken")) {
		return city.Errorf(city.CodeArchiveInvalid, "It is broken.")
	}
	return err
}

func newServiceIn(t *testing.T, db *store.DB, dir string, quota int64) *archive.Service {
	t.Helper()
	s, err := archive.New(db, jobs.New(db, slog.New(slog.DiscardHandler)), archive.Config{Dir: dir, Quota: quota, Check: usable})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
