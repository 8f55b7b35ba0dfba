package sandbox_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/workspace"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// logOf is the task's access log, each entry as one line.
func logOf(t *testing.T, s *sandbox.Service, task string) []string {
	t.Helper()
	var lines []string
	cursor := ""
	for {
		page, err := s.AccessLog(t.Context(), task, cursor, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.Entries {
			exit := "-"
			if a.ExitCode != nil {
				exit = fmt.Sprint(*a.ExitCode)
			}
			if a.At.IsZero() || a.Duration < 0 || a.SandboxID == "" {
				t.Errorf("got %+v", a)
			}
			lines = append(lines, fmt.Sprintf("%d %s %s|%s %d %s %s", a.Seq, a.Op, strings.TrimPrefix(a.Target, "/home/user/"), a.Detail, a.Bytes, exit, a.Code))
		}
		if cursor = page.Next; cursor == "" {
			return lines
		}
	}
}

func TestAccessLog(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db, nil)
		b.provision(t, goCode)
		ctx, repo := t.Context(), sandbox.RepoDir+"/"
		_, _ = b.ListFiles(ctx, b.task, workspace.ListOptions{Path: sandbox.RepoDir, Recursive: true})
		_, _ = b.Stat(ctx, b.task, repo+"main.go")
		_, _ = b.ReadFile(ctx, b.task, repo+"main.go", 0, 7)
		_, _ = b.ReadFile(ctx, b.task, "/etc/passwd", 0, 0)
		f, _, err := b.OpenFile(ctx, b.task, repo+"main.go", 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(f, make([]byte, 5)); err != nil {
			t.Fatal(err)
		}
		_, _ = b.SearchFiles(ctx, b.task, workspace.SearchOptions{Path: sandbox.RepoDir, Query: "hi"})
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		_, _ = b.WriteFile(ctx, b.task, repo+"new \xff.txt", []byte("abc"))
		_, _ = b.MakeDirectory(ctx, b.task, repo+"d")
		_, _ = b.MoveFile(ctx, b.task, repo+"new \xff.txt", repo+"d/x", false)
		_, _ = b.DeleteFile(ctx, b.task, repo+"d", true)
		_, _ = b.Exec(ctx, b.task, sandbox.Request{Argv: []string{"sh", "-c", "echo 'it'; exit 3"}})
		_, _ = b.Exec(ctx, b.task, sandbox.Request{Command: "curl http://x"})
		want := []string{
			"1 list repo|with all below 0 - ", "2 stat repo/main.go| 0 - ", "3 read repo/main.go| 7 - ",
			"4 read /etc/passwd| 0 - PATH_NOT_ALLOWED", "5 read repo/main.go| 5 - ", "6 search repo|hi 45 - ",
			"7 write repo/new \ufffd.txt| 3 - ", "8 mkdir repo/d| 0 - ", "9 move repo/new \ufffd.txt|/home/user/repo/d/x 0 - ",
			"10 delete repo/d|with all below 0 - ", "11 exec sh -c 'echo '\\''it'\\''; exit 3'|/home/user/repo 3 3 ",
			"12 exec curl http://x|/home/user/repo 0 - COMMAND_BLOCKED",
		}
		if diff := cmp.Diff(want, logOf(t, b.Service, b.task)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		_, err = b.AccessLog(ctx, b.task, "x", 3)
		citytest.WantCode(t, "a bad cursor", err, city.CodeValidation)
		if err := b.Destroy(ctx, b.task); err != nil {
			t.Fatal(err)
		}
		b.provision(t, goCode)
		b.sh(t, "true")
		if got := logOf(t, b.Service, b.task); len(got) != 13 || !strings.HasPrefix(got[12], "1 exec true") {
			t.Errorf("of a second sandbox: got %q", got)
		}
	})
}

// The database itself refuses to change the log, or to forget too early.
func TestAccessLogIsAppendOnly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db, nil)
		b.provision(t, goCode)
		b.sh(t, "true")
		logOf(t, b.Service, b.task)
		try := func(statement string, args ...any) error {
			return db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
				_, err := tx.Exec(ctx, statement, args...)
				return err
			})
		}
		for _, statement := range []string{`UPDATE sandbox_accesses SET target = 'nothing'`, `DELETE FROM sandbox_accesses`} {
			if err := try(statement); err == nil {
				t.Errorf("%s was obeyed", statement)
			}
		}
		old := store.Micros(db.Clock().Now().Add(-sandbox.KeepAccesses - 48*time.Hour))
		err := try(`INSERT INTO sandbox_accesses (task_id, sandbox_id, seq, at, op, target, detail, bytes, duration_us, code)
			VALUES ($1, 'sbx_old', 1, $2, 'read', 'old', '', 0, 0, '')`, b.task, old)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.ForgetAccesses(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := logOf(t, b.Service, b.task); len(got) != 1 || !strings.HasPrefix(got[0], "1 exec true") {
			t.Errorf("got %q", got)
		}
	})
}

// A server that is killed loses no access whose result was seen, not even one
// that was under way.
func TestAccessLogAfterACrash(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	box := b.provision(t, goCode)
	_, _ = b.ReadFile(t.Context(), b.task, sandbox.RepoDir+"/main.go", 0, 0)
	if got := logOf(t, b.Service, b.task); len(got) != 1 {
		t.Fatalf("got %q", got)
	}
	_, _ = b.ReadFile(t.Context(), b.task, sandbox.RepoDir+"/main.go", 0, 1)
	f, _, err := b.OpenFile(t.Context(), b.task, sandbox.RepoDir+"/main.go", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	// Nothing of this was saved: what is on disk now is what a killed server leaves.
	journal := filepath.Join(b.cfg.Dir, box.ID, "access.log")
	left, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(journal, append(left, `{"seq":9,"cut`...), 0o600); err != nil {
		t.Fatal(err)
	}
	after := restart(t, b.cfg)
	want := []string{"1 read repo/main.go| 45 - ", "2 read repo/main.go| 1 - ", "3 read repo/main.go| 0 - SANDBOX_GONE"}
	if diff := cmp.Diff(want, logOf(t, after, b.task)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, _ = after.Stat(t.Context(), b.task, sandbox.RepoDir)
	if got := logOf(t, after, b.task); len(got) != 4 || !strings.HasPrefix(got[3], "4 stat") {
		t.Errorf("it does not go on: %q", got)
	}
}

// What many do at once is all there, whoever saves meanwhile.
func TestAccessLogOfMany(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	b.provision(t, goCode)
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for range 100 {
				if _, err := b.ReadFile(t.Context(), b.task, sandbox.RepoDir+"/main.go", 0, 0); err != nil {
					t.Error(err)
				}
				if err := b.SaveLog(t.Context(), b.task); err != nil {
					t.Error(err)
				}
			}
		})
	}
	readers.Wait()
	if err := b.Destroy(t.Context(), b.task); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for cursor := ""; ; {
		page, err := b.AccessLog(t.Context(), b.task, cursor, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range page.Entries {
			if seen++; a.Seq != int64(i+1) {
				t.Fatalf("entry %d has seq %d", i, a.Seq)
			}
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if seen != 800 {
		t.Errorf("got %d entries, want 800", seen)
	}
}

func BenchmarkReadFile(b *testing.B) {
	s := setup(b, storetest.SQLite(b), nil)
	if _, err := s.Provision(b.Context(), s.task, sandbox.Source{Code: goCode}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.ReadFile(b.Context(), s.task, sandbox.RepoDir+"/main.go", 0, 0); err != nil {
			b.Fatal(err)
		}
	}
}
