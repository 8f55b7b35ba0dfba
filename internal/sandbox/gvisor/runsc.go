package gvisor

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"aicity.dev/aicity/internal/sandbox"
)

const (
	// startTimeout bounds the start of a sandbox; a busy machine needs seconds.
	startTimeout = 30 * time.Second
	// destroyTimeout bounds its end.
	destroyTimeout = 30 * time.Second
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
	}
	if b.rootless {
		flags = append(flags, "--rootless")
	}
	if !b.cgroups {
		flags = append(flags, "--ignore-cgroups")
	}
	cmd := exec.CommandContext(ctx, b.runsc, append(flags, args...)...) //nolint:gosec // our own binary
	cmd.Env = []string{"PATH=" + searchPath}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
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

// start runs the bundle in the background. Its output goes to a file: the
// sandbox inherits it, and a pipe would keep the caller waiting for ever. A
// caller that leaves does not end it: cut off half-way it would leave processes
// that runsc itself does not know.
func (b *Backend) start(caller context.Context, spec sandbox.Spec) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(caller), startTimeout)
	defer cancel()
	log, err := os.OpenFile(filepath.Join(spec.Dir, "runsc.log"), os.O_CREATE|os.O_RDWR|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := b.command(ctx, "run", "--detach", "--bundle="+bundleDir(spec.Dir), spec.ID)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		said := &tail{}
		_, _ = io.Copy(said, io.NewSectionReader(log, 0, 1<<20))
		return fmt.Errorf("runsc run: %w: %s", err, said)
	}
	return caller.Err()
}

// idOfState is the id in the name of a state file, "ID_sandbox:ID.state".
func idOfState(name string) string {
	_, id, _ := strings.Cut(strings.TrimSuffix(name, ".state"), "_sandbox:")
	return id
}

// tail keeps the last of what is written to it, for error messages.
type tail struct{ kept []byte }

const tailBytes = 2 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - tailBytes; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string { return strings.TrimSpace(string(t.kept)) }
