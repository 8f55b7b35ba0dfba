package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"aicity.dev/aicity/internal/sandbox/gvisor"
)

// bareRuntime runs runsc by itself on a minimal bundle.
type bareRuntime struct{ runsc, dir string }

// findRunsc prefers the one that make build puts into bin.
func findRunsc() (string, error) {
	if path, err := filepath.Abs(filepath.Join("bin", "runsc")); err == nil {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return gvisor.Find("")
}

func newBareRuntime(dir string) (*bareRuntime, error) {
	runsc, err := findRunsc()
	if err != nil {
		return nil, err
	}
	root := filepath.Join(dir, "root")
	for _, folder := range []string{"usr", "proc", "tmp", "dev", "sys", "home/user"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil { //nolint:gosec // the container's user reads it
			return nil, err
		}
	}
	for _, link := range []string{"bin", "lib", "lib64"} {
		if target, err := os.Readlink("/" + link); err == nil {
			if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
				return nil, err
			}
		}
	}
	spec := map[string]any{
		"ociVersion": "1.0.0", "hostname": "bare", "root": map[string]any{"path": root, "readonly": true},
		"process": map[string]any{
			"args": []string{"/bin/sleep", "infinity"}, "cwd": "/", "env": []string{"PATH=/usr/bin:/bin"}, "noNewPrivileges": true,
			"user": map[string]int{"uid": 1000, "gid": 1000},
		},
		"mounts": []map[string]any{
			{"destination": "/proc", "type": "proc", "source": "proc"}, {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"},
			{"destination": "/usr", "type": "bind", "source": "/usr", "options": []string{"rbind", "ro"}},
		},
		"linux": map[string]any{"namespaces": []map[string]string{{"type": "pid"}, {"type": "network"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}}},
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	return &bareRuntime{runsc: runsc, dir: dir}, os.WriteFile(filepath.Join(dir, "config.json"), text, 0o600)
}

func (b *bareRuntime) command(ctx context.Context, args ...string) error {
	flags := []string{"--root=" + filepath.Join(b.dir, "state"), "--platform=systrap", "--network=none", "--ignore-cgroups"}
	cmd := exec.CommandContext(ctx, b.runsc, append(flags, args...)...) //nolint:gosec // our own arguments
	// A detached sandbox keeps its output open: a file, not a pipe.
	log, err := os.CreateTemp(b.dir, "log-")
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("runsc %s: %w: %s", args[0], err, strings.TrimSpace(string(text)))
	}
	return nil
}

func (b *bareRuntime) run(ctx context.Context, id string) error {
	return b.command(ctx, "run", "-detach", "-bundle", b.dir, id)
}

func (b *bareRuntime) exec(ctx context.Context, id string) error {
	return b.command(ctx, "exec", id, "/bin/true")
}

func (b *bareRuntime) delete(ctx context.Context, id string) error {
	return b.command(ctx, "delete", "-force", id)
}

// close lets go what runsc keeps mounted in its state folder: the network
// namespace that its gofers share.
func (b *bareRuntime) close() error {
	err := unix.Unmount(filepath.Join(b.dir, "state", "null-netns"), unix.MNT_DETACH)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOENT) { // it has started no sandbox, or keeps none
		return nil
	}
	return err
}

// round measures a start and a first command.
func (b *bareRuntime) round(ctx context.Context, id string) (time.Duration, error) {
	took, err := timed(func() error {
		if err := b.run(ctx, id); err != nil {
			return err
		}
		return b.exec(ctx, id)
	})
	return took, errors.Join(err, b.delete(ctx, id))
}
