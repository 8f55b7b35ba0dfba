// Package crash kills a running city again and again and looks at what is left.
package crash

import (
	"cmp"
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
	"aicity.dev/aicity/internal/task"
)

const (
	kills   = 50 // of each engine's city
	workers = 6
)

// A city that is killed at any moment has done what it acknowledged exactly
// once, what it did not acknowledge once or not at all, and its books are right.
func TestKilledUnderLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a server fifty times")
	}
	t.Parallel()
	program := build(t)
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		killUnderLoad(t, program, "")
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		killUnderLoad(t, program, storetest.PostgresURL(t))
	})
}

func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "aicity")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "aicity.dev/aicity/cmd/aicity").CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return program
}

func killUnderLoad(t *testing.T, program, databaseURL string) {
	t.Helper()
	c := &city{program: program, data: sandboxtest.Dir(t), databaseURL: databaseURL, listen: freeAddress(t)}
	c.start(t)
	var crew []*worker
	for i := range workers {
		crew = append(crew, hire(t, c.url(), i))
	}
	var over atomic.Bool
	var work sync.WaitGroup
	for _, w := range crew {
		work.Go(func() {
			for !over.Load() {
				w.step(t.Context())
			}
		})
	}
	for range kills {
		time.Sleep(time.Duration(20+rand.IntN(250)) * time.Millisecond)
		c.kill(t)
		c.start(t)
	}
	over.Store(true)
	work.Wait()
	for _, w := range crew {
		w.check(t)
	}
	c.kill(t)
	verifyBooks(t, c)
}

// city is the server as a process of its own.
type city struct {
	program, data, databaseURL, listen string
	runsc                              string // "" runs no sandboxes
	process                            *exec.Cmd
	said                               *strings.Builder
}

func (c *city) url() string { return "http://" + c.listen }

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// start runs the server and waits until it answers.
func (c *city) start(t *testing.T) {
	t.Helper()
	args := []string{"serve", "--listen", c.listen, "--data", c.data, "--no-seed-agents", "--requests-per-second=10000", "--log-level=error",
		"--runsc=" + cmp.Or(c.runsc, "/nonexistent")}
	if c.databaseURL != "" {
		args = append(args, "--database-url", c.databaseURL)
	}
	c.said = &strings.Builder{}
	c.process = exec.Command(c.program, args...)
	c.process.Stdout, c.process.Stderr = c.said, c.said
	c.process.Env = append(os.Environ(), "GOMAXPROCS=2")
	if err := c.process.Start(); err != nil {
		t.Fatal(err)
	}
	process := c.process
	t.Cleanup(func() { _ = process.Process.Kill() })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !answers(ctx, c.url()+"/readyz") {
		if ctx.Err() != nil {
			t.Fatalf("the city does not answer: %s", c.said)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// kill ends the server as a power cut does.
func (c *city) kill(t *testing.T) {
	t.Helper()
	if err := c.process.Process.Kill(); err != nil {
		t.Fatalf("it had ended by itself: %v\n%s", err, c.said)
	}
	_ = c.process.Wait() // it was killed
}

// verifyBooks recomputes every balance, links the chain and looks at each task.
func verifyBooks(t *testing.T, c *city) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{URL: c.databaseURL, Path: filepath.Join(c.data, "city.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	books := ledger.New()
	if err := books.Chain(t.Context(), db); err != nil {
		t.Error(err)
	}
	report, err := books.Verify(t.Context(), db, task.VerifyMoney)
	if err != nil || !report.OK() {
		t.Errorf("books: %+v, %v", report, err)
	}
	if report.Transfers < kills || report.Linked != report.Transfers {
		t.Errorf("only %d transfers, %d of them in the chain", report.Transfers, report.Linked)
	}
	t.Logf("%d kills, %d transfers", kills, report.Transfers)
}
