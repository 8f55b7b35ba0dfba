package sandbox_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/store/storetest"
)

// What a full disk, or its failure, leaves of a journal keeps no city from
// starting, and no entry that can be read from the buyer.
func TestSpoiltJournal(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil func(journal []byte) []byte
		aside string
	}{
		"cut short": {
			spoil: func(journal []byte) []byte { return append(journal, `{"seq":3,"at":"2026-0`...) },
		},
		"nothing but a torn line": {
			spoil: func([]byte) []byte { return []byte(`{"seq":1,"at":"2026-0`) },
		},
		"spoilt in the middle": {
			spoil: func(journal []byte) []byte {
				return bytes.Replace(journal, []byte("\n"), []byte("\n\x00\x00{\"seq\n"), 1)
			},
			aside: "\x00\x00{\"seq\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, storetest.SQLite(t), nil)
			box := b.provision(t, goCode)
			for range 2 {
				if _, err := b.Stat(t.Context(), b.task, "/home/user/repo/main.go"); err != nil {
					t.Fatal(err)
				}
			}
			path := filepath.Join(b.cfg.Dir, box.ID, "access.log")
			journal, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			journal = test.spoil(journal)
			if err := os.WriteFile(path, journal, 0o600); err != nil {
				t.Fatal(err)
			}
			// The server is killed, and starts again.
			b.Service = restart(t, b.cfg)
			if _, err := b.Stat(t.Context(), b.task, "/home/user/repo"); err != nil {
				t.Fatal(err)
			}
			b.Service = restart(t, b.cfg)
			want := []string{"1 stat repo/main.go| 0 - ", "2 stat repo/main.go| 0 - ", "3 stat repo| 0 - "}
			if bytes.HasPrefix(journal, []byte(`{"seq":1,"at":"2026-0`)) && !bytes.Contains(journal, []byte("\n")) {
				want = []string{"1 stat repo| 0 - "}
			}
			if diff := cmp.Diff(want, logOf(t, b.Service, b.task)); diff != "" {
				t.Errorf("the log (-want +got):\n%s", diff)
			}
			// Those that were killed are closed in the end, and look for the journal.
			if _, err := b.Stat(t.Context(), b.task, "/home/user/repo"); err != nil {
				t.Fatal(err)
			}
			aside, err := os.ReadFile(filepath.Join(b.cfg.Dir, "unreadable", box.ID+".log"))
			if err != nil && !os.IsNotExist(err) {
				t.Error(err)
			}
			if string(aside) != test.aside {
				t.Errorf("kept aside: got %q, want %q", aside, test.aside)
			}
		})
	}
}

// What cannot be cleaned up at the start does not keep the city from opening, and
// is cleaned up later.
func TestStartGoesOnWithoutCleaning(t *testing.T) {
	t.Parallel()
	backend := &unwilling{Backend: sandboxtest.Backend(t)}
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Backend = backend })
	box := b.provision(t, goCode)
	b.sh(t, "echo kept > note")
	journal := filepath.Join(b.cfg.Dir, box.ID, "access.log")
	if err := os.Remove(journal); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(journal, 0o700); err != nil { // it can be opened by nobody
		t.Fatal(err)
	}
	backend.refuses.Store(true)
	b.Service = restart(t, b.cfg) // killed, and it starts again
	if err := b.Sweep(t.Context()); err == nil {
		t.Error("what is owed was forgotten")
	}
	backend.refuses.Store(false)
	if err := b.Sweep(t.Context()); err == nil || !strings.Contains(err.Error(), "access log") {
		t.Errorf("with a journal that cannot be read: got %v", err)
	}
	if err := os.Remove(journal); err != nil {
		t.Fatal(err)
	}
	if err := b.Sweep(t.Context()); err != nil {
		t.Error(err)
	}
	if again := b.provision(t, goCode); again.ID != box.ID {
		t.Errorf("provisioned anew: %s, want %s", again.ID, box.ID)
	}
	if got := b.sh(t, "cat note"); got != "kept\n" {
		t.Errorf("taken up later: got %q", got)
	}
}

// While a sandbox is still being taken up its task gets no other: the work in it
// would be lost.
func TestSlowlyTakenUp(t *testing.T) {
	t.Parallel()
	backend := newStubborn(t)
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Backend = backend })
	box := b.provision(t, goCode)
	b.sh(t, "echo kept > note")
	backend.keepAlive(box.ID)
	again, err := sandbox.New(b.cfg) // killed, and it starts again
	if err != nil {
		t.Fatal(err)
	}
	again.SetPatience(100 * time.Millisecond)
	if err := again.CleanOrphans(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = again.Provision(t.Context(), b.task, sandbox.Source{Code: goCode})
	citytest.WantCode(t, "Provision", err, city.CodeSandboxUnavailable)
	close(backend.letGo)
	for city.CodeOf(err) == city.CodeSandboxUnavailable {
		var found sandbox.Sandbox
		if found, err = again.Provision(t.Context(), b.task, sandbox.Source{Code: goCode}); err == nil && found.ID != box.ID {
			t.Errorf("provisioned anew: %s, want %s", found.ID, box.ID)
		}
	}
	result, err := again.Exec(t.Context(), b.task, sandbox.Request{Command: "cat note"})
	if err != nil || result.Stdout != "kept\n" {
		t.Errorf("got %+v, %v", result, err)
	}
	if err := again.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// What a server leaves of writes when it is killed does not get into the patch, and
// files of the agent's that are called alike stay.
func TestHalfAWrite(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	box := b.provision(t, goCode)
	b.sh(t, "mkdir sub; echo mine > sub/.write-tmp_06h1whja7xvzq43kp3kavrvjjr; ln -s /etc out")
	dir := filepath.Join(b.cfg.Dir, box.ID)
	half := map[string]string{"repo/sub/.write-tmp_a": "", "repo/.write-tmp_b": "package", "repo/not-there/.write-tmp_c": "", "repo/out/.write-tmp_d": "", "repo/main.go": ""}
	sandbox.LeaveWrites(t, filepath.Join(dir, "work"), half)
	b.Service = restart(t, b.cfg) // killed, and it starts again
	patch, left, err := b.Patch(t.Context(), b.task)
	if err != nil || left > 0 {
		t.Fatal(left, err)
	}
	if text := string(patch); strings.Contains(text, "tmp_a") || strings.Contains(text, "tmp_b") || strings.Contains(text, "main.go") {
		t.Errorf("the patch holds what was left:\n%s", text)
	}
	if got := b.sh(t, "cat sub/.write-*; ls main.go"); got != "mine\nmain.go\n" {
		t.Errorf("the agent's own: got %q", got)
	}
	if notes, err := os.ReadDir(filepath.Join(dir, "work.writing")); !os.IsNotExist(err) {
		t.Errorf("notes left: %v, %v", notes, err)
	}
}
