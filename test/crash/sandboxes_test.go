package crash

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"aicity.dev/aicity/internal/sandbox/gvisor"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	aicity "aicity.dev/aicity/sdk/go"
)

// counts are how often what is done: often enough to find what is left behind
// each time, or, with AICITY_SOAK set, what is left behind once in a while.
func counts() (cycles, kills int) {
	if os.Getenv("AICITY_SOAK") != "" {
		return 1000, 200
	}
	return 8, 6
}

// crew is how many agents work at the same time, each on code from another kind of
// source.
const crew = 3

// Sandboxes that come and go, with code from all sources, and servers and sandboxes that are killed at any
// moment, leave no process, mount, loop device, cgroup, descriptor or folder.
func TestSandboxesLeaveNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills sandboxes")
	}
	t.Parallel()
	cycles, kills := counts()
	c := sandboxCity(t)
	c.start(t)
	var agents []*tenant
	for i := range crew {
		agents = append(agents, settle(t, c.url(), i))
	}
	churn(t, agents, crew) // what is opened once is open now
	before := c.descriptors(t)
	began := time.Now()
	churn(t, agents, cycles)
	took := time.Since(began)
	if after := c.descriptors(t); len(after) > len(before)+crew {
		t.Errorf("the server has %d descriptors open, %d before %d sandboxes:\n%s\nbefore:\n%s",
			len(after), len(before), cycles, strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
	t.Logf("%d sandboxes in %s", cycles, took.Round(time.Second))
	began = time.Now()
	c.killWhile(t, agents, kills, 2*crew*took/time.Duration(cycles)) // any moment of a cycle, and after it
	for _, a := range agents {
		a.leave(t)
	}
	c.stop(t)
	c.nothingLeft(t)
	t.Logf("%d kills in %s", kills, time.Since(began).Round(time.Second))
}

// sandboxCity is a city that can run sandboxes.
func sandboxCity(t *testing.T) *city {
	t.Helper()
	bin, err := filepath.Abs("../../bin/runsc")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(bin); err != nil {
		if bin, err = gvisor.Find(""); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	data := sandboxtest.Dir(t)
	return &city{program: build(t), data: data, listen: freeAddress(t), runsc: bin}
}

// tenant is an agent with one task, in which it takes a sandbox and leaves it,
// again and again.
type tenant struct {
	agent  *aicity.Client
	task   string
	source string // of its code
}

func settle(t *testing.T, url string, n int) *tenant {
	t.Helper()
	w := hire(t, url, n)
	kind, input := source(t, w.buyer, n)
	input.Description = fmt.Sprintf("Order %d: what does this program print?", n)
	order, err := w.buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "research", MaxBudget: budget, AgentID: w.agentID, DeadlineMinutes: 240, Input: input,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.agent.Tasks.Executing(t.Context(), order.ID, ""); err != nil {
		t.Fatal(err)
	}
	return &tenant{agent: w.agent, task: order.ID, source: kind}
}

// cycle takes a sandbox, leaves something running in it, and destroys it.
func (a *tenant) cycle(ctx context.Context) error {
	box, err := a.agent.Tasks.ProvisionSandbox(ctx, a.task)
	if err != nil {
		return fmt.Errorf("provision: %w", err)
	}
	result, err := a.agent.Tasks.Exec(ctx, a.task, aicity.Exec{Command: "(setsid sleep 1000 >/dev/null 2>&1 &); cat main.go; echo x > new"})
	if err != nil {
		return fmt.Errorf("exec: %w", err)
	}
	if result.ExitCode != 0 {
		return fmt.Errorf("exec: %+v", result)
	}
	if err := a.agent.Tasks.DestroySandbox(ctx, a.task, box.SandboxID); err != nil {
		return fmt.Errorf("destroy: %w", err)
	}
	return nil
}

// leave destroys the sandbox that the agent may still have.
func (a *tenant) leave(t *testing.T) {
	t.Helper()
	box, err := a.agent.Tasks.ProvisionSandbox(t.Context(), a.task)
	if err == nil {
		err = a.agent.Tasks.DestroySandbox(t.Context(), a.task, box.SandboxID)
	}
	if err != nil {
		t.Errorf("after all: %v", err)
	}
}

// churn makes so many cycles, each of which must succeed, and each agent its share.
func churn(t *testing.T, agents []*tenant, cycles int) {
	t.Helper()
	var work sync.WaitGroup
	for i, a := range agents {
		work.Go(func() {
			for n := i; n < cycles; n += len(agents) {
				if err := a.cycle(t.Context()); err != nil {
					t.Errorf("with %s: %v", a.source, err)
				}
			}
		})
	}
	work.Wait()
}

// killWhile kills the server or a part of a sandbox while agents work, within so
// long after the time before.
func (c *city) killWhile(t *testing.T, agents []*tenant, kills int, within time.Duration) {
	t.Helper()
	var over atomic.Bool
	var done, failed atomic.Int64
	var work sync.WaitGroup
	for _, a := range agents {
		work.Go(func() {
			for !over.Load() {
				if a.cycle(t.Context()) == nil {
					done.Add(1)
				} else {
					failed.Add(1)
					time.Sleep(20 * time.Millisecond) // the server may be away
				}
			}
		})
	}
	for range kills {
		time.Sleep(rand.N(within))
		if victims := c.runtime(t); len(victims) > 0 && rand.IntN(2) == 0 {
			_ = syscall.Kill(victims[rand.IntN(len(victims))], syscall.SIGKILL) // it may have ended
			continue
		}
		c.kill(t)
		c.start(t)
	}
	over.Store(true)
	work.Wait()
	t.Logf("%d cycles went through, %d did not", done.Load(), failed.Load())
}

// stop ends the server as an operator does.
func (c *city) stop(t *testing.T) {
	t.Helper()
	if err := c.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := c.process.Wait(); err != nil {
		t.Errorf("the server ended with %v: %s", err, c.said)
	}
}

// stateDir is where the sandboxes' runtime keeps its state.
func (c *city) stateDir() string { return filepath.Join(c.data, "sandboxes", "gvisor", "runsc") }

// runtime are the processes of the sandboxes' runtime.
func (c *city) runtime(t *testing.T) []int {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		words, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline"))
		if err == nil && strings.Contains(string(words), "--root="+c.stateDir()+"\x00") {
			pids = append(pids, pid)
		}
	}
	return pids
}

// descriptors are what the server has open but the database, whose pool of
// connections is bounded and opens one when it needs it; it fails for what
// belongs to a sandbox that is gone.
func (c *city) descriptors(t *testing.T) []string {
	t.Helper()
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", c.process.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	var open []string
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil || strings.HasPrefix(target, filepath.Join(c.data, "city.db")) {
			continue
		}
		if open = append(open, target); strings.Contains(target, "sandboxes/sbx_") {
			t.Errorf("open: %s", target)
		}
	}
	return open
}

// nobodyLeft looks for every process but our own that has to do with the city:
// its runtime, what runs in its sandboxes and workshops, what it has started on
// the host. Each is known by its arguments, its program, its folders or what it
// has open.
func (c *city) nobodyLeft(t *testing.T) {
	t.Helper()
	processes, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, process := range processes {
		if process == fmt.Sprintf("/proc/%d", os.Getpid()) {
			continue
		}
		words, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		signs := string(words)
		links, _ := filepath.Glob(filepath.Join(process, "fd", "*"))
		for _, link := range append(links, filepath.Join(process, "exe"), filepath.Join(process, "cwd"), filepath.Join(process, "root")) {
			target, _ := os.Readlink(link)
			signs += "\n" + target
		}
		if strings.Contains(signs, c.data+"/") || strings.Contains(signs, c.data+"\x00") {
			t.Errorf("a process left: %s: %q", process, signs)
		}
	}
}

// nothingLeft looks for all that a sandbox is made of.
func (c *city) nothingLeft(t *testing.T) {
	t.Helper()
	c.nobodyLeft(t)
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		if strings.Contains(line, c.data) {
			t.Errorf("a mount left: %s", line)
		}
	}
	sandboxtest.NoDevice(t, c.data)
	sum := sha256.Sum256([]byte(c.stateDir()))
	mark := "aicity-*." + hex.EncodeToString(sum[:6])
	for _, pattern := range []string{
		filepath.Join("/sys/fs/cgroup", mark), filepath.Join("/sys/fs/cgroup/*", mark), filepath.Join(c.stateDir(), "*"),
		filepath.Join(c.data, "sandboxes", "sbx_*"), filepath.Join(c.data, "sandboxes", "ahead"), filepath.Join(c.data, "sandboxes", "gvisor", "probe-*"),
	} {
		if left, err := filepath.Glob(pattern); err != nil || len(left) > 0 {
			t.Errorf("left: %v, %v", left, err)
		}
	}
}
