package archive_test

import (
	"bytes"
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
		dir := t.TempDir()
		s, err := archive.New(db, jobs.New(db, slog.New(slog.DiscardHandler)), dir)
		if err != nil {
			t.Fatal(err)
		}
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
