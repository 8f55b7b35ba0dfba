package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"aicity.dev/aicity/internal/sandbox/gvisor"
	aicity "aicity.dev/aicity/sdk/go"
)

// sandboxRounds is how often both sides are measured, in turns.
const sandboxRounds = 15

// measureSandbox compares HTTP provision to first exec result, clone included,
// with the bare runtime: runsc run and runsc exec of an equal container.
func measureSandbox(ctx context.Context, s settings) (measurement, error) {
	repo, stop, err := serveRepository(ctx, filepath.Join(s.dir, "git"))
	if err != nil {
		return measurement{}, err
	}
	defer stop()
	c, err := openCity(ctx, settings{seconds: s.seconds, workers: 1, dir: s.dir}, engine{name: "sandbox"}, 2)
	if err != nil {
		return measurement{}, err
	}
	defer c.close(ctx)
	if err := c.app.Sandboxes.Available(ctx); err != nil {
		return measurement{}, err
	}
	bare, err := newBareRuntime(filepath.Join(s.dir, "bare"))
	if err != nil {
		return measurement{}, err
	}
	var ours, raw []time.Duration
	for i := range sandboxRounds {
		d, err := c.provision(ctx, repo)
		if err != nil {
			return measurement{}, fmt.Errorf("provision: %w", err)
		}
		ours = append(ours, d)
		if d, err = bare.round(ctx, fmt.Sprintf("bare%d", i)); err != nil {
			return measurement{}, fmt.Errorf("bare runtime: %w", err)
		}
		raw = append(raw, d)
	}
	got, limit := median(ours), median(raw)
	ratio := got.Seconds() / limit.Seconds()
	return measurement{
		what: "HTTP provision to first exec result, small repository, p50", got: got.Round(time.Millisecond).String(),
		limit: limit.Round(time.Millisecond).String() + " for bare runsc run + exec", ratio: ratio, aim: "≤ 1.5", met: ratio <= 1.5,
	}, nil
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// provision orders a task and measures from provision to the first command's end.
func (c *city) provision(ctx context.Context, repo string) (time.Duration, error) {
	agent := c.agents[0]
	task, err := c.buyerOf(0).Tasks.Submit(ctx, aicity.SubmitTask{
		TaskType: "research", MaxBudget: 400, AgentID: agent.id, Input: aicity.TaskInput{Description: question, Repo: repo},
	})
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := agent.client.Tasks.ProvisionSandbox(ctx, task.ID); err != nil {
		return 0, err
	}
	if _, err := agent.client.Tasks.Executing(ctx, task.ID, ""); err != nil {
		return 0, err
	}
	result, err := agent.client.Tasks.Exec(ctx, task.ID, aicity.Exec{Argv: []string{"true"}})
	took := time.Since(began)
	if err == nil && result.ExitCode != 0 {
		err = fmt.Errorf("true exited with %d", result.ExitCode)
	}
	_, failErr := agent.client.Tasks.Fail(ctx, task.ID, "measured")
	// Giving up thrice suspends an agent; the bench is not about that.
	_, activeErr := c.owners[0].Agents.Reactivate(ctx, agent.id)
	return took, errors.Join(err, failErr, activeErr)
}

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

func (b *bareRuntime) round(ctx context.Context, id string) (time.Duration, error) {
	began := time.Now()
	err := b.command(ctx, "run", "-detach", "-bundle", b.dir, id)
	if err == nil {
		err = b.command(ctx, "exec", id, "/bin/true")
	}
	took := time.Since(began)
	return took, errors.Join(err, b.command(ctx, "delete", "-force", id))
}

// serveRepository makes a small repository and serves it over git's smart HTTP.
func serveRepository(ctx context.Context, dir string) (string, func(), error) {
	repo := filepath.Join(dir, "small.git")
	if err := os.MkdirAll(repo, 0o700); err != nil {
		return "", nil, err
	}
	for i := range 20 {
		text := strings.Repeat(fmt.Sprintf("line of file %d\n", i), 50)
		if err := os.WriteFile(filepath.Join(repo, fmt.Sprintf("file%d.txt", i)), []byte(text), 0o600); err != nil {
			return "", nil, err
		}
	}
	env := append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=b", "GIT_AUTHOR_EMAIL=b@b", "GIT_COMMITTER_NAME=b", "GIT_COMMITTER_EMAIL=b@b")
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"commit", "-qm", "small"}} {
		cmd := exec.CommandContext(ctx, "git", args...) //nolint:gosec // fixed arguments
		cmd.Dir, cmd.Env = repo, env
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", nil, fmt.Errorf("git %s: %w: %s", args[0], err, out)
		}
	}
	path, err := exec.CommandContext(ctx, "git", "--exec-path").Output()
	if err != nil {
		return "", nil, err
	}
	handler := &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(path)), "git-http-backend"), Dir: dir,
		Env: []string{"GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=/dev/null"},
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String() + "/small.git", func() { _ = server.Close(); <-done }, nil
}
