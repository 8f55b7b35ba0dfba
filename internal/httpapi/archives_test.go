package httpapi_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/archive"
	aicity "aicity.dev/aicity/sdk/go"
)

// witnessed is a body that looks, whenever more of it is read, whether all that
// was read before is in a file below dir.
type witnessed struct {
	t         *testing.T
	dir       string
	read, end int64
}

// inMemory is how much of a body the city may hold in memory, in bytes.
const inMemory = 1 << 20

func (w *witnessed) Read(p []byte) (int, error) {
	if w.read >= inMemory {
		var written int64
		files, err := filepath.Glob(filepath.Join(w.dir, ".upload-*"))
		for _, name := range files {
			info, statErr := os.Stat(name)
			if err = errors.Join(err, statErr); err == nil {
				written += info.Size()
			}
		}
		if err != nil || written < w.read-inMemory {
			w.t.Errorf("of %d bytes %d are in files %v, %v", w.read, written, files, err)
			return 0, io.ErrUnexpectedEOF
		}
	}
	n := int(min(int64(len(p)), w.end-w.read))
	if n == 0 {
		return 0, io.EOF
	}
	clear(p[:n])
	if w.read == 0 {
		copy(p, "\x1f\x8b\x08\x00")
	}
	w.read += int64(n)
	return n, nil
}

// An upload is written to a file as it comes, with and without a key for the
// answer: its size costs no memory. Nothing is left of one that is refused.
func TestUploadsAreNotHeldInMemory(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	owner, dir := s.SignUp(t, "owner"), filepath.Join(s.Data, "archives")
	for _, key := range []string{"", "k"} {
		body := &witnessed{t: t, dir: dir, end: archive.MaxBytes}
		r := httptest.NewRequestWithContext(t.Context(), post, "/api/v1/archives", body)
		r.ContentLength = -1
		r.Header.Set("Authorization", "Bearer "+owner.Token)
		r.Header.Set("Idempotency-Key", key)
		w := httptest.NewRecorder()
		s.App.Handler().ServeHTTP(w, r)
		if body.read != archive.MaxBytes || w.Code != http.StatusBadRequest {
			t.Errorf("key %q: %d bytes were read, %d %s", key, body.read, w.Code, w.Body)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("key %q: left %v, %v", key, left, err)
		}
	}
}

// A repeated upload with a key has the first answer, and another one under the
// same key is refused.
func TestUploadsWithAKey(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	caller := asOwner(s, s.SignUp(t, "owner"))
	upload := func(tree string) reply {
		return caller.call(t, post, "/archives", tree, "Idempotency-Key", "k", "Content-Type", "application/octet-stream")
	}
	one, other := string(tarGz(t, member{name: "a.go", content: "package a\n"})), string(tarGz(t, member{name: "b.go", content: "package b\n"}))
	first, again := upload(one), upload(one)
	if first.status != http.StatusCreated || again.status != http.StatusCreated || !bytes.Equal(first.body, again.body) {
		t.Errorf("first %d %s, again %d %s", first.status, first.body, again.status, again.body)
	}
	if got := upload(other); got.status != http.StatusConflict || got.code != "IDEMPOTENCY_CONFLICT" {
		t.Errorf("another one: %d %s", got.status, got.body)
	}
}

// An owner sees what is kept, is told when there is no room, and makes room; what
// a task still needs stays.
func TestArchivesOfAnOwner(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		agent, buyer, stranger := s.Agent(t, "research"), s.Buyer(t, 10_000), s.SignUp(t, "stranger")
		large := make([]byte, 700<<10)
		_, _ = rand.Read(large) // what cannot be compressed
		first, err := buyer.Tasks.UploadArchive(t.Context(), tarGz(t, member{name: "a.bin", content: string(large)}))
		if err != nil {
			t.Fatal(err)
		}
		_, err = buyer.Tasks.UploadArchive(t.Context(), tarGz(t, member{name: "b.bin", content: string(large)}))
		wantCode(t, "over the quota", err, aicity.CodeArchiveQuota)
		refused, ok := errors.AsType[*aicity.Error](err)
		if !ok || refused.Details["quotaBytes"] != float64(1<<20) || refused.Details["keptBytes"].(float64) < 700<<10 {
			t.Errorf("%+v", refused)
		}
		kept, err := buyer.Tasks.Archives(t.Context(), aicity.CursorOptions{})
		if err != nil || len(kept.Archives) != 1 || kept.Archives[0].ID != first.ID || kept.KeptBytes < first.SizeBytes || kept.QuotaBytes != 1<<20 {
			t.Errorf("%+v, %v", kept, err)
		}
		if theirs, err := stranger.Tasks.Archives(t.Context(), aicity.CursorOptions{}); err != nil || len(theirs.Archives) != 0 || theirs.KeptBytes != 0 {
			t.Errorf("a stranger sees %+v, %v", theirs, err)
		}
		wantCode(t, "a stranger deletes it", stranger.Tasks.DeleteArchive(t.Context(), first.ID), aicity.CodeArchiveNotFound)

		task, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{TaskType: "research", MaxBudget: 500, Input: aicity.TaskInput{Description: "Read it.", ArchiveID: first.ID}})
		if err != nil {
			t.Fatal(err)
		}
		wantCode(t, "delete what a task needs", buyer.Tasks.DeleteArchive(t.Context(), first.ID), aicity.CodeArchiveInUse)
		if _, err := agent.Tasks.Executing(t.Context(), task.ID, ""); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "delete what a running task needs", buyer.Tasks.DeleteArchive(t.Context(), first.ID), aicity.CodeArchiveInUse)
		if _, err := agent.Tasks.Fail(t.Context(), task.ID, "I cannot."); err != nil {
			t.Fatal(err)
		}
		if err := buyer.Tasks.DeleteArchive(t.Context(), first.ID); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "delete it twice", buyer.Tasks.DeleteArchive(t.Context(), first.ID), aicity.CodeArchiveNotFound)
		_, err = buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{TaskType: "research", MaxBudget: 500, Input: aicity.TaskInput{Description: "Read it.", ArchiveID: first.ID}})
		wantCode(t, "order work on it", err, aicity.CodeArchiveNotFound)
		if _, err := buyer.Tasks.UploadArchive(t.Context(), tarGz(t, member{name: "b.bin", content: string(large)})); err != nil {
			t.Errorf("no room after the deletion: %v", err)
		}
	}, apptest.ArchiveQuota(1))
}
