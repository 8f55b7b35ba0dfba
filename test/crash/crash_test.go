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
	"sync/atomic"
	"testing"
	"time"

	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
	"aicity.dev/aicity/internal/task"
	aicity "aicity.dev/aicity/sdk/go"
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
	boss := &operator{client: c.operator(t), decided: map[string]string{}, seen: map[string]bool{}}
	var steps atomic.Int64
	end := atWork(t.Context(), crew, boss, &steps)
	for range kills {
		// At any moment, but after some work, however slow the machine is.
		for enough := steps.Load() + rand.Int64N(2*workers); steps.Load() < enough; {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
		c.kill(t)
		c.start(t)
	}
	end()
	states, opinions, payouts, deactivations := map[string]int{}, 0, 0, 0
	for _, w := range crew {
		for state, n := range w.check(t, boss) {
			states[state] += n
		}
		opinions, payouts, deactivations = opinions+len(w.opinions), payouts+len(w.withdrawn), deactivations+len(w.deactivated)
	}
	t.Logf("tasks %v, %d opinions, %d payouts, %d decisions, %d deactivations", states, opinions, payouts, len(boss.decided), deactivations)
	if states[aicity.TaskRefunded] == 0 || states[aicity.TaskCompleted] == 0 || payouts == 0 || deactivations == 0 || len(boss.decided) == 0 {
		t.Error("too little happened to tell anything")
	}
	c.kill(t)
	verifyBooks(t, c)
}

// operator makes an account that runs the city, and signs it in.
func (c *city) operator(t *testing.T) *aicity.Client {
	t.Helper()
	const email, password = "boss@crash.example", "correct horse battery"
	args := []string{"admin", "create-operator", "--name=Boss", "--email=" + email, "--data", c.data}
	if c.databaseURL != "" {
		args = append(args, "--database-url", c.databaseURL)
	}
	create := exec.CommandContext(t.Context(), c.program, args...)
	create.Stdin = strings.NewReader(password + "\n")
	if out, err := create.CombinedOutput(); err != nil {
		t.Fatalf("create operator: %v\n%s", err, out)
	}
	session, err := aicity.New(aicity.Options{BaseURL: c.url()}).Auth.SignIn(t.Context(), email, password)
	if err != nil {
		t.Fatal(err)
	}
	return aicity.New(aicity.Options{BaseURL: c.url(), OwnerToken: session.Token, Retries: -1})
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
		"--refund-window=2s", "--refund-review=3s", "--allow-private-repos",
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
	report, err := books.Verify(t.Context(), db, task.VerifyMoney, payment.VerifyMoney)
	if err != nil || !report.OK() {
		t.Errorf("books: %+v, %v", report, err)
	}
	if report.Transfers < kills || report.Linked != report.Transfers {
		t.Errorf("only %d transfers, %d of them in the chain", report.Transfers, report.Linked)
	}
	t.Logf("%d kills, %d transfers", kills, report.Transfers)
}
