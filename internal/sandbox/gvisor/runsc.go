package gvisor

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"aicity.dev/aicity/internal/sandbox"
)

const (
	// startTimeout bounds the start of a sandbox; a busy machine needs seconds.
	startTimeout = 30 * time.Second
	// destroyTimeout bounds its end.
	destroyTimeout = 30 * time.Second
	// removeTries is how often runsc is asked to remove a sandbox.
	removeTries = 3
	// waitDelay is how long a runsc that was killed is waited for while something
	// that it started holds its output.
	waitDelay = 5 * time.Second
)

// command is a call of runsc with the flags that all calls share. It gets a
// process group of its own, so that Ctrl-C in the server's terminal does not
// reach it, and nothing of the server's environment.
func (b *Backend) command(ctx context.Context, args ...string) *exec.Cmd {
	flags := []string{
		"--root=" + b.stateDir(),
		"--platform=systrap",
		"--network=none",
		// One of its own for each gofer: the shared one would stay mounted in the state folder.
		"--gofer-network-namespace=new",
		"--overlay2=none",
		"--host-uds=none",
		"--host-fifo=none",
		"--allow-suid=false",
		// But for the workspace, of which mountHints tells.
		"--file-access-mounts=exclusive",
		// What spins for the next system call takes the processor from who makes it.
		"--systrap-disable-fast-path",
	}
	if b.rootless {
		flags = append(flags, "--directfs=false")
	}
	if !b.cgroups {
		flags = append(flags, "--ignore-cgroups")
	}
	cmd := exec.CommandContext(ctx, b.runsc, append(flags, args...)...) //nolint:gosec // our own binary
	cmd.Env = []string{"PATH=" + searchPath}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if b.rootless {
		asCommandsUser(cmd.SysProcAttr)
	}
	cmd.WaitDelay = waitDelay
	return cmd
}

// run calls runsc and returns what it complained about, as an error.
func (b *Backend) run(ctx context.Context, args ...string) error {
	cmd := b.command(ctx, args...)
	said := &tail{}
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("runsc %s: %w: %s", args[0], err, said)
	}
	return nil
}

// start runs the bundle in the background and returns the conversation with its
// runner. A caller that leaves does not end it: cut off half-way it would leave
// processes that runsc itself does not know.
func (b *Backend) start(caller context.Context, spec sandbox.Spec) (*box, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(caller), startTimeout)
	defer cancel()
	ends, err := openConversation()
	if err != nil {
		return nil, err
	}
	cmd := b.command(ctx, "run", "--detach", "--bundle="+bundleDir(spec.Dir), "--pid-file="+pidFile(spec.Dir), spec.ID)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = ends.stdin, ends.stdout, ends.stderr
	if b.prewarms(spec.Limits) {
		cmd.Env = append(cmd.Env, helperSetting+"="+b.helpers)
	}
	err = cmd.Run()
	started := ends.handOver()
	if err != nil {
		started.close()
		return nil, fmt.Errorf("runsc run: %w: %s", err, started.said())
	}
	if err := started.Ready(ctx); err != nil {
		started.close()
		return nil, fmt.Errorf("await the runner: %w: %s", err, started.said())
	}
	if started.adopted, err = b.adopted(spec.ID); err != nil {
		return started, err
	}
	if !b.cgroups && spec.Limits.MemoryBytes > 0 {
		if started.meter, err = meterOf(spec); err != nil {
			b.unmetered.Do(func() {
				b.opts.Logger.WarnContext(ctx, "the memory of sandboxes is limited per process only", "cause", err)
			})
		}
	}
	return started, caller.Err()
}

// pidFile is where runsc notes the process that is a sandbox's kernel.
func pidFile(dir string) string { return filepath.Join(dir, "pid") }

// meterOf is the meter of a sandbox that has started.
func meterOf(spec sandbox.Spec) (*meter, error) {
	text, err := os.ReadFile(pidFile(spec.Dir))
	if err != nil {
		return nil, err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, err
	}
	return openMeter(pid, spec.Limits.MemoryBytes)
}

// idOfState is the id in the name of a state file, "ID_sandbox:ID.state".
func idOfState(name string) string {
	_, id, _ := strings.Cut(strings.TrimSuffix(name, ".state"), "_sandbox:")
	return id
}

// tail keeps the last of what is written to it, for error messages.
type tail struct {
	mu   sync.Mutex
	kept []byte // guarded by mu
}

const tailBytes = 2 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p[max(0, len(p)-tailBytes):]...)
	if over := len(t.kept) - tailBytes; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.kept))
}
