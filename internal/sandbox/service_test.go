package sandbox_test

import (
	"context"
	"log/slog"
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
	"aicity.dev/aicity/internal/sandbox/gvisor"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/sandbox/volume"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// bundle is what a test of the service needs.
type bundle struct {
	*sandbox.Service
	cfg  sandbox.Config
	task string
}

func setup(t testing.TB, db *store.DB, change func(*sandbox.Config)) bundle {
	t.Helper()
	cfg := sandbox.Config{
		DB: db, Backend: sandboxtest.Backend(t), Fetcher: &source.Fetcher{Limits: source.DefaultLimits(), AllowPrivate: true},
		Dir: sandboxtest.Dir(t), Node: "here", Limits: sandbox.DefaultLimits(), Max: 4, Life: time.Hour,
		Disk: volume.Size{Bytes: 256 << 20, Files: 20_000}, Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&cfg)
	}
	t.Cleanup(func() { // after the service has been closed
		left, err := filepath.Glob(filepath.Join(cfg.Dir, "sbx_*"))
		if err != nil {
			t.Error(err)
		}
		for _, dir := range left {
			sandboxtest.NothingLeft(t, filepath.Base(dir))
		}
	})
	return bundle{Service: restart(t, cfg), cfg: cfg, task: city.NewID(city.PrefixTask)}
}

// restart is a service as it comes up, on what is there.
func restart(t testing.TB, cfg sandbox.Config) *sandbox.Service {
	t.Helper()
	s, err := sandbox.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	if err := s.CleanOrphans(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func (b bundle) provision(t *testing.T, code string) sandbox.Sandbox {
	t.Helper()
	box, err := b.Provision(t.Context(), b.task, sandbox.Source{Code: code})
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// sh runs a command that must succeed and returns what it prints.
func (b bundle) sh(t *testing.T, command string) string {
	t.Helper()
	result, err := b.Exec(t.Context(), b.task, sandbox.Request{Command: command})
	if err != nil || result.ExitCode != 0 {
		t.Fatalf("%s: %+v, %v", command, result, err)
	}
	return result.Stdout
}

const goCode = "package main\n\nfunc main() {\n\tprintln(\"hi\")\n}\n"

func TestLife(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db, nil)
		_, err := b.Find(t.Context(), b.task)
		citytest.WantCode(t, "Find before", err, city.CodeSandboxNotFound)
		box := b.provision(t, goCode)
		if box.State != sandbox.Ready || box.Size.Files != 1 || box.Size.Class != source.Small || len(box.Commit) != 40 || box.ReadyAt == nil {
			t.Errorf("provisioned: got %+v", box)
		}
		found, err := b.Find(t.Context(), b.task)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(box, found); diff != "" {
			t.Errorf("Find (-provisioned +found):\n%s", diff)
		}
		if again := b.provision(t, "other"); again.ID != box.ID {
			t.Errorf("a second sandbox %s beside %s", again.ID, box.ID)
		}
		if got := b.sh(t, "pwd; cat main.go | head -1; git status --short; git log --format=%s"); got != "/home/user/repo\npackage main\nCode as delivered\n" {
			t.Errorf("in the sandbox: got %q", got)
		}
		for range 2 {
			if err := b.Destroy(t.Context(), b.task); err != nil {
				t.Fatal(err)
			}
		}
		sandboxtest.NothingLeft(t, box.ID)
		if _, err := os.Stat(filepath.Join(b.cfg.Dir, box.ID)); !os.IsNotExist(err) {
			t.Errorf("files after Destroy: %v", err)
		}
		_, err = b.Exec(t.Context(), b.task, sandbox.Request{Command: "true"})
		citytest.WantCode(t, "Exec after", err, city.CodeSandboxNotFound)
		if found, err := b.Find(t.Context(), b.task); err != nil || found.State != sandbox.Destroyed || found.DestroyedAt == nil {
			t.Errorf("Find after: got %+v, %v", found, err)
		}
		if fresh := b.provision(t, goCode); fresh.ID == box.ID {
			t.Error("a destroyed sandbox came back")
		}
	})
}

func TestProvisionOnceForManyCallers(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	ids := make([]string, 6)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			box, err := b.Provision(t.Context(), b.task, sandbox.Source{Code: goCode})
			if err != nil {
				t.Error(err)
			}
			ids[i] = box.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("several sandboxes: %v", ids)
		}
	}
}

func TestProvisionFailureLeavesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	_, err := b.Provision(t.Context(), b.task, sandbox.Source{Repo: source.Repo{URL: "http://127.0.0.1:1/x"}})
	citytest.WantCode(t, "Provision", err, city.CodeRepoUnreachable)
	if left, err := filepath.Glob(filepath.Join(b.cfg.Dir, "sbx_*")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	if box, err := b.Find(t.Context(), b.task); err != nil || box.State != sandbox.Failed {
		t.Errorf("row: got %+v, %v", box, err)
	} else {
		sandboxtest.NothingLeft(t, box.ID)
	}
	b.provision(t, goCode)
}

func TestDestroyInterruptsProvision(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	asked := make(chan struct{})
	host := hang(t, asked)
	failed := make(chan error)
	go func() {
		_, err := b.Provision(context.WithoutCancel(t.Context()), b.task, sandbox.Source{Repo: source.Repo{URL: host + "/x"}})
		failed <- err
	}()
	<-asked
	if err := b.Destroy(t.Context(), b.task); err != nil {
		t.Fatal(err)
	}
	citytest.WantCode(t, "Provision", <-failed, city.CodeSandboxGone)
}

func TestCapacity(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Max = 1 })
	b.provision(t, goCode)
	other := city.NewID(city.PrefixTask)
	_, err := b.Provision(t.Context(), other, sandbox.Source{})
	citytest.WantCode(t, "Provision", err, city.CodeSandboxCapacity)
	if err := b.Destroy(t.Context(), b.task); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Provision(t.Context(), other, sandbox.Source{}); err != nil {
		t.Errorf("after one was destroyed: %v", err)
	}
}

// Where no sandbox runs nothing runs, sealed or not.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) {
		c.Backend = gvisor.New(gvisor.Options{Runsc: "/nonexistent", Dir: t.TempDir(), Clock: city.SystemClock{}, Logger: c.Logger})
	})
	citytest.WantCode(t, "Available", b.Available(t.Context()), city.CodeSandboxUnavailable)
	_, err := b.Provision(t.Context(), b.task, sandbox.Source{Code: goCode})
	citytest.WantCode(t, "Provision", err, city.CodeSandboxUnavailable)
}

func TestExec(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	b.provision(t, goCode)
	long := strings.Repeat("x", 70<<10)
	for _, test := range []struct {
		name string
		r    sandbox.Request
		want sandbox.Result
		code city.Code
	}{
		{name: "command", r: sandbox.Request{Command: "echo a | tr a b; exit 3"}, want: sandbox.Result{Stdout: "b\n", ExitCode: 3}},
		{name: "argv", r: sandbox.Request{Argv: []string{"echo", "a | b"}}, want: sandbox.Result{Stdout: "a | b\n"}},
		{name: "environment and input", r: sandbox.Request{Command: `echo "$A"; cat`, Env: map[string]string{"A": "1"}, Stdin: "in"}, want: sandbox.Result{Stdout: "1\nin"}},
		{name: "folder", r: sandbox.Request{Command: "pwd", Dir: "/home/user"}, want: sandbox.Result{Stdout: "/home/user\n"}},
		{name: "bytes that are no text", r: sandbox.Request{Command: `printf 'a\377b'`}, want: sandbox.Result{Stdout: "a\ufffdb"}},
		{name: "nothing", r: sandbox.Request{}, code: city.CodeValidation},
		{name: "both", r: sandbox.Request{Command: "true", Argv: []string{"true"}}, code: city.CodeValidation},
		{name: "too long", r: sandbox.Request{Command: long}, code: city.CodeValidation},
		{name: "a bad name", r: sandbox.Request{Command: "true", Env: map[string]string{"A=B": "c"}}, code: city.CodeValidation},
		{name: "too patient", r: sandbox.Request{Command: "true", Timeout: time.Hour}, code: city.CodeValidation},
		{name: "relative folder", r: sandbox.Request{Command: "true", Dir: "repo"}, code: city.CodeValidation},
		{name: "missing folder", r: sandbox.Request{Command: "true", Dir: "/home/user/nope"}, code: city.CodeFileNotFound},
		{name: "folder that is a file", r: sandbox.Request{Command: "true", Dir: "/home/user/repo/main.go"}, code: city.CodeNotADirectory},
		{name: "network tool", r: sandbox.Request{Command: "curl https://example.com"}, code: city.CodeCommandBlocked},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := b.Exec(t.Context(), b.task, test.r)
			if test.code != "" {
				citytest.WantCode(t, "Exec", err, test.code)
				return
			}
			if got.ExecID == "" {
				t.Error("it has no id")
			}
			got.DurationMs, got.ExecID = 0, ""
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestExecTimeout(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	b.provision(t, goCode)
	result, err := b.Exec(t.Context(), b.task, sandbox.Request{Command: "echo before; sleep 1000", Timeout: 500 * time.Millisecond})
	citytest.WantCode(t, "Exec", err, city.CodeExecTimeout)
	if result.Stdout != "before\n" {
		t.Errorf("output so far: got %q", result.Stdout)
	}
}

// Who asks for no time, or the gate for more than there is, gets what the
// operator allows, and is told that.
func TestTimeIsTheOperators(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.ExecTime = time.Second })
	b.provision(t, goCode)
	_, err := b.Exec(t.Context(), b.task, sandbox.Request{Command: "sleep 1000"})
	citytest.WantCode(t, "Exec", err, city.CodeExecTimeout)
	if got := err.Error(); !strings.Contains(got, "within 1s") {
		t.Errorf("Exec: got %q, which does not say the time it had", got)
	}
	rehearsal, err := b.Rehearse(t.Context(), b.task)
	if err != nil {
		t.Fatal(err)
	}
	defer rehearsal.Close(t.Context())
	if _, err := rehearsal.Run(t.Context(), sandbox.Request{Command: "true", Timeout: time.Minute}); err != nil {
		t.Errorf("rehearsal: %v", err)
	}
}

func TestExecCutsOutput(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	b.provision(t, goCode)
	result, err := b.Exec(t.Context(), b.task, sandbox.Request{Command: "head -c 3000000 /dev/zero | tr '\\0' x; echo done >&2"})
	if err != nil || len(result.Stdout) != sandbox.MaxOutput || !result.Truncated || result.Stderr != "done\n" {
		t.Errorf("got %d bytes, truncated %v, %q, %v", len(result.Stdout), result.Truncated, result.Stderr, err)
	}
}

func TestExecStream(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	b.provision(t, goCode)
	var mu sync.Mutex
	got := map[sandbox.Stream]string{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := b.ExecStream(ctx, b.task, sandbox.Request{Command: "echo out; echo err >&2; sleep 1000"}, func(stream sandbox.Stream, p []byte) {
		mu.Lock()
		defer mu.Unlock()
		got[stream] += string(p)
		if len(got[sandbox.Stdout]) == 4 && len(got[sandbox.Stderr]) == 4 {
			cancel() // both came while the command runs
		}
	})
	if err == nil || got[sandbox.Stdout] != "out\n" || got[sandbox.Stderr] != "err\n" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestOutOfMemoryKeepsTheFiles(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("memory is limited by cgroups, which need root")
	}
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Limits.MemoryBytes = 128 << 20 })
	b.provision(t, goCode)
	b.sh(t, "echo kept > note")
	_, err := b.Exec(t.Context(), b.task, sandbox.Request{Command: "head -c 1000000000 /dev/zero | tail"})
	citytest.WantCode(t, "Exec", err, city.CodeSandboxOOM)
	if got := b.sh(t, "cat note"); got != "kept\n" {
		t.Errorf("after it: got %q", got)
	}
}

// What the sandbox's own programs say when it is destroyed under a command is
// not passed on as the command's words.
func TestDestroyedStreamSaysNothing(t *testing.T) {
	t.Parallel()
	for range 3 {
		b := setup(t, storetest.SQLite(t), nil)
		b.provision(t, "")
		running, destroyed := make(chan struct{}), make(chan error)
		go func() {
			<-running
			destroyed <- b.Destroy(context.WithoutCancel(t.Context()), b.task)
		}()
		var once sync.Once
		var mu sync.Mutex
		var said strings.Builder
		_, err := b.ExecStream(t.Context(), b.task, sandbox.Request{Command: "echo ready; trap '' TERM; sleep 1000"}, func(_ sandbox.Stream, p []byte) {
			mu.Lock()
			said.Write(p)
			mu.Unlock()
			once.Do(func() { close(running) })
		})
		if destroyErr := <-destroyed; destroyErr != nil {
			t.Fatal(destroyErr)
		}
		mu.Lock()
		if city.CodeOf(err) != city.CodeSandboxNotFound || said.String() != "ready\n" {
			t.Errorf("said %q, %v", said.String(), err)
		}
		mu.Unlock()
	}
}

func TestDestroyEndsCommands(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	box := b.provision(t, goCode)
	running := make(chan struct{})
	var once sync.Once
	ended := make(chan error)
	go func() {
		_, err := b.ExecStream(context.WithoutCancel(t.Context()), b.task, sandbox.Request{Command: "echo x; sleep 1000"}, func(sandbox.Stream, []byte) { once.Do(func() { close(running) }) })
		ended <- err
	}()
	<-running
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := b.Destroy(t.Context(), b.task); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	citytest.WantCode(t, "the command", <-ended, city.CodeSandboxNotFound)
	sandboxtest.NothingLeft(t, box.ID)
}

func TestRestartKeepsWork(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db, nil)
		box := b.provision(t, goCode)
		b.sh(t, "echo work > note; sleep 1000 >/dev/null 2>&1 &")
		stray := filepath.Join(b.cfg.Dir, city.NewID(city.PrefixSandbox))
		if err := os.MkdirAll(filepath.Join(stray, "work"), 0o700); err != nil {
			t.Fatal(err)
		}
		// The server is killed: nothing is closed, everything still runs.
		b.Service = restart(t, b.cfg)
		sandboxtest.NothingRuns(t, box.ID)
		if _, err := os.Stat(stray); !os.IsNotExist(err) {
			t.Errorf("stray files: %v", err)
		}
		if again := b.provision(t, goCode); again.ID != box.ID {
			t.Errorf("provisioned anew: %s, want %s", again.ID, box.ID)
		}
		if got := b.sh(t, "cat note"); got != "work\n" {
			t.Errorf("after a restart: got %q", got)
		}
	})
}

func TestExpiryAndIdleness(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		b := setup(t, db, func(c *sandbox.Config) { c.Idle, c.Life = 10*time.Minute, time.Hour })
		box := b.provision(t, goCode)
		b.sh(t, "echo kept > note")
		clock.Advance(11 * time.Minute)
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		sandboxtest.NothingRuns(t, box.ID) // idle: stopped
		if got := b.sh(t, "cat note"); got != "kept\n" {
			t.Errorf("woken up: got %q", got)
		}
		clock.Advance(time.Hour)
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if box, err := b.Find(t.Context(), b.task); err != nil || box.State != sandbox.Destroyed {
			t.Errorf("after its life: got %+v, %v", box, err)
		}
	})
}

// Two servers on one database: what one has is told to live elsewhere by the
// other, and can be destroyed through it.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	here := setup(t, db, nil)
	there := setup(t, db, func(c *sandbox.Config) { c.Node = "there" })
	there.task = here.task
	box := here.provision(t, goCode)
	_, err := there.Exec(t.Context(), there.task, sandbox.Request{Command: "true"})
	citytest.WantCode(t, "Exec elsewhere", err, city.CodeSandboxUnavailable)
	_, err = there.Provision(t.Context(), there.task, sandbox.Source{})
	citytest.WantCode(t, "Provision elsewhere", err, city.CodeSandboxUnavailable)
	if err := there.Destroy(t.Context(), there.task); err != nil {
		t.Fatal(err)
	}
	if err := here.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	sandboxtest.NothingLeft(t, box.ID)
}
