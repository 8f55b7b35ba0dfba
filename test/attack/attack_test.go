// Package attack tries to break the seal: from inside a sandbox, and through
// the API that an agent has. Each attempt is a row of a table with what comes
// of it, and docs/sandbox.md shows the same table.
package attack

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	aicity "aicity.dev/aicity/sdk/go"
)

// attempt is one way to break the seal.
type attempt struct {
	name    string // what is tried
	outcome string // what comes of it
	try     func(t *testing.T, s *scene)
}

// theme is a group of attempts. Those of a shared theme run in one sandbox, one
// after the other; else each has a sandbox of its own, which it may destroy.
type theme struct {
	name     string
	shared   bool
	limits   func(*config.Config) // nil are the usual ones
	attempts []attempt
}

func themes() []theme {
	return []theme{
		networkTheme(), filesTheme(), kernelTheme(), processesTheme(), bombsTheme(), lifeTheme(), textTheme(), hostileTheme(), apiTheme(), edgesTheme(),
	}
}

// TestAttacks makes every attempt. Afterwards the host is as it was: its canary
// lives, other tasks work, nothing that belongs to a sandbox is left.
func TestAttacks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	t.Parallel()
	for _, theme := range themes() {
		t.Run(theme.name, func(t *testing.T) {
			t.Parallel()
			theme.run(t)
		})
	}
}

// TestAttacksWithoutRoot makes every attempt on a city that a user without rights
// runs, in a namespace of its own as the server makes one. It takes as long as
// the others, so only make soak asks for it.
func TestAttacksWithoutRoot(t *testing.T) {
	if os.Getenv("AICITY_SOAK") == "" {
		t.Skip("make soak runs it")
	}
	program, err := buildAttacker()
	if err != nil {
		t.Fatalf("%v\n%s", err, program)
	}
	built := filepath.Join(t.TempDir(), "attacker")
	if err := os.WriteFile(built, program, 0o755); err != nil {
		t.Fatal(err)
	}
	sandboxtest.AsNobody(t, sandboxtest.OwnNamespace, map[string]string{attackerPath: built}, "TestAttacks", "-test.run=^TestAttacks$", "-test.timeout=30m")
}

func (th theme) run(t *testing.T) {
	t.Helper()
	h := newHost(t, th.limits)
	if th.shared {
		s := h.scene(t)
		for _, a := range th.attempts {
			t.Run(a.name, func(t *testing.T) { a.try(t, s) })
		}
		s.stillWorks(t)
		return
	}
	t.Run("each", func(t *testing.T) {
		limit := make(chan struct{}, 2)
		for _, a := range th.attempts {
			t.Run(a.name, func(t *testing.T) {
				t.Parallel()
				limit <- struct{}{}
				defer func() { <-limit }()
				a.try(t, h.scene(t))
			})
		}
	})
}

// scene is a task whose agent has a hostile program in its sandbox.
type scene struct {
	*host
	buyer *apptest.Person
	agent *apptest.Worker
	task  string
	box   string
}

// attackerPath names, in the environment, the program when it was built already.
const attackerPath = "AICITY_TEST_ATTACKER"

// inside is where the attacking program is.
const inside = "/home/user/attacker"

// buildAttacker compiles the attacking program once.
var buildAttacker = sync.OnceValues(func() ([]byte, error) {
	if built := os.Getenv(attackerPath); built != "" {
		return os.ReadFile(built)
	}
	dir, err := os.MkdirTemp("", "attacker")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program := filepath.Join(dir, "attacker")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", program, "aicity.dev/aicity/test/attack/attacker")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return out, err
	}
	return os.ReadFile(program)
})

// scene makes a task, up to where its agent works in the sandbox.
func (h *host) scene(t *testing.T) *scene {
	t.Helper()
	return h.sceneWith(t, aicity.TaskInput{Code: "package main\n\nfunc main() {}\n"})
}

func (h *host) sceneWith(t *testing.T, input aicity.TaskInput) *scene {
	t.Helper()
	s := h.order(t, input)
	s.begin(t)
	program, err := buildAttacker()
	if err != nil {
		t.Fatalf("%v\n%s", err, program)
	}
	if err := s.agent.Tasks.WriteFile(t.Context(), s.task, inside, program); err != nil {
		t.Fatal(err)
	}
	s.must(t, "chmod 755 "+inside)
	return s
}

// order makes a task.
func (h *host) order(t *testing.T, input aicity.TaskInput) *scene {
	t.Helper()
	s := &scene{host: h, buyer: h.Buyer(t, 10_000), agent: h.Agent(t, "bug_fix")}
	input.Description = "Find out what the parcel service does with a parcel that is lost."
	order, err := s.buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{TaskType: "bug_fix", MaxBudget: 700, AgentID: s.agent.ID, Input: input})
	if err != nil {
		t.Fatal(err)
	}
	s.task = order.ID
	return s
}

// begin provisions and commits.
func (s *scene) begin(t *testing.T) {
	t.Helper()
	box, err := s.agent.Tasks.ProvisionSandbox(t.Context(), s.task)
	if err != nil {
		t.Fatal(err)
	}
	s.box = box.SandboxID
	t.Cleanup(func() {
		if err := s.App.Sandboxes.Destroy(context.WithoutCancel(t.Context()), s.task); err != nil {
			t.Errorf("destroy: %v", err)
		}
	})
	if _, err := s.agent.Tasks.Executing(t.Context(), s.task, s.box); err != nil {
		t.Fatal(err)
	}
}

// exec runs a command of the agent.
func (s *scene) exec(t *testing.T, in aicity.Exec) (*aicity.ExecResult, error) {
	t.Helper()
	return s.agent.Tasks.Exec(t.Context(), s.task, in)
}

// patience is how long a command may take that is not to end by its time: a machine
// with other work needs minutes for a million files.
const patience = 5 * time.Minute

// sh runs a script and returns what it printed on both outputs.
func (s *scene) sh(t *testing.T, script string) string {
	t.Helper()
	result, err := s.exec(t, aicity.Exec{Command: script, Timeout: patience})
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return strings.TrimSpace(result.Stdout + result.Stderr)
}

// until runs a script again and again until it prints something.
func (s *scene) until(t *testing.T, script string) {
	t.Helper()
	for range 500 {
		if s.sh(t, script) != "" {
			return
		}
	}
	t.Fatalf("never: %s", script)
}

// must runs a script that has to succeed and returns its output.
func (s *scene) must(t *testing.T, script string) string {
	t.Helper()
	result, err := s.exec(t, aicity.Exec{Command: script, Timeout: patience})
	if err != nil || result.ExitCode != 0 {
		t.Fatalf("%s: %+v, %v", script, result, err)
	}
	return strings.TrimSpace(result.Stdout)
}

// attack makes the attacking program try something and returns what it says
// came of it, in its last line, and all it printed.
func (s *scene) attack(t *testing.T, words ...string) (came, all string) {
	t.Helper()
	result, err := s.exec(t, aicity.Exec{Argv: append([]string{inside}, words...), Timeout: patience})
	if err != nil {
		t.Fatalf("%v: %v", words, err)
	}
	all = strings.TrimSpace(result.Stdout)
	return all[strings.LastIndexByte(all, '\n')+1:], all
}

// tries is an attempt by the attacking program that has to end with one of the
// errors, a regular expression.
func tries(want string, words ...string) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		t.Helper()
		if came, all := s.attack(t, words...); !whole(want, came) {
			t.Errorf("%v: got %q, want %q; all:\n%s", words, came, want, all)
		}
	}
}

// says is an attempt by a script, whose whole output has to match.
func says(want, script string) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		t.Helper()
		if got := s.sh(t, script); !whole(want, got) {
			t.Errorf("%s: got %q, want %q", script, got, want)
		}
	}
}

func whole(pattern, text string) bool {
	return regexp.MustCompile(`(?s)^(?:` + pattern + `)$`).MatchString(text)
}

// stillWorks says that the agent can go on in its sandbox.
func (s *scene) stillWorks(t *testing.T) {
	t.Helper()
	if got := s.sh(t, "echo works; cat /home/user/repo/*.go | head -1"); got != "works\npackage main" {
		t.Errorf("afterwards: got %q", got)
	}
}

func wantCode(t *testing.T, what string, err error, codes ...string) {
	t.Helper()
	for _, code := range codes {
		if aicity.ErrorCode(err) == code {
			return
		}
	}
	t.Errorf("%s: got %v, want %v", what, err, codes)
}
