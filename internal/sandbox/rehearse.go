package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/workspace"
)

// Rehearsal is a sandbox of its own with the task's code as it was delivered to
// the agent, out of the agent's reach. It is for one user at a time.
type Rehearsal struct {
	s       *Service
	l       *live
	commit  string
	release func()
	unwatch func() bool
}

const (
	// maxRehearsals is how many of them a server has at once; more wait.
	maxRehearsals = 2
	// rehearsalOutput bounds what is kept of each output of a command, in bytes.
	rehearsalOutput = 4 << 20
	resetTimeout    = 2 * time.Minute
)

// resetScript puts the code as it was delivered in the place of what is there.
const resetScript = `
set -e
own=$(mktemp -d /tmp/reset.XXXXXX)
trap 'rm -rf "$own"' EXIT
find "$2" -mindepth 1 -delete
export GIT_DIR="$1" GIT_WORK_TREE="$2" GIT_INDEX_FILE="$own/index"
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_ATTR_NOSYSTEM=1 GIT_OPTIONAL_LOCKS=0 LC_ALL=C
cd "$2"
git -c core.hooksPath=/dev/null read-tree "$3"
git -c core.hooksPath=/dev/null checkout-index -a -f -q
`

// applyScript applies a patch from standard input to a tree that is no repository.
const applyScript = `
set -e
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_ATTR_NOSYSTEM=1 LC_ALL=C GIT_CEILING_DIRECTORIES=/
cd "$1"
git -c core.hooksPath=/dev/null apply --whitespace=nowarn -
`

// Rehearse starts a rehearsal; Close must be called. It has the place of the
// task's own sandbox, which is stopped; what runs there ends. Errors:
// SANDBOX_NOT_FOUND, SANDBOX_UNAVAILABLE.
func (s *Service) Rehearse(ctx context.Context, taskID string) (*Rehearsal, error) {
	if err := s.Available(ctx); err != nil {
		return nil, err
	}
	original, release, err := s.use(ctx, taskID)
	if err != nil {
		return nil, err
	}
	select {
	case s.rehearsals <- struct{}{}:
	case <-ctx.Done():
		release()
		return nil, ctx.Err()
	}
	if err := s.park(ctx, original); err != nil {
		<-s.rehearsals
		release()
		return nil, fmt.Errorf("make place for a rehearsal: %w", err)
	}
	box := Sandbox{ID: city.NewID(city.PrefixSandbox), TaskID: taskID, State: Ready, Node: s.cfg.Node, Limits: s.cfg.Limits}
	l := newLive(ctx, box, filepath.Join(s.cfg.Dir, box.ID), false, s.now())
	l.baseline = baselineDir(original.dir)
	r := &Rehearsal{s: s, l: l, commit: original.box.Commit, release: release, unwatch: context.AfterFunc(original.ended, l.end)}
	if err := s.makeDirs(l.dir, s.emptyVolume); err != nil {
		return nil, errors.Join(fmt.Errorf("make rehearsal: %w", err), r.Close(ctx))
	}
	if err := r.Reset(ctx); err != nil {
		return nil, errors.Join(err, r.Close(ctx))
	}
	return r, nil
}

// Reset puts the code back as it was delivered.
func (r *Rehearsal) Reset(ctx context.Context) error {
	result, err := r.run(ctx, Command{
		Argv: []string{"/bin/sh", "-c", resetScript, "reset", BaselineDir, RepoDir, r.commit}, Dir: "/", Timeout: resetTimeout,
	})
	if err == nil && result.ExitCode != 0 {
		err = fmt.Errorf("exit code %d: %s", result.ExitCode, result.Stderr)
	}
	if err != nil {
		return fmt.Errorf("reset rehearsal: %w", err)
	}
	return nil
}

// Apply changes the code by a patch as Service.Patch makes it; false when it
// does not fit.
func (r *Rehearsal) Apply(ctx context.Context, patch []byte) (bool, error) {
	result, err := r.run(ctx, Command{
		Argv: []string{"/bin/sh", "-c", applyScript, "apply", RepoDir}, Dir: "/", Stdin: bytes.NewReader(patch), Timeout: resetTimeout,
	})
	if err != nil {
		return false, fmt.Errorf("apply patch: %w", err)
	}
	return result.ExitCode == 0, nil
}

// Run runs a command as an agent may; a timeout is a result like another, with
// its Truncated output so far. Errors: VALIDATION_ERROR, COMMAND_BLOCKED,
// EXEC_TIMEOUT, SANDBOX_OOM, SANDBOX_GONE, SANDBOX_UNAVAILABLE.
func (r *Rehearsal) Run(ctx context.Context, req Request) (Result, error) {
	req.bound(r.s.cfg.ExecTime) // the gate allows each step minutes, whatever the operator does
	if err := req.validate(r.s.cfg.ExecTime); err != nil {
		return Result{}, err
	}
	in := r.l.workspace()
	if err := req.check(&in); err != nil {
		return Result{}, err
	}
	result, err := r.run(ctx, req.command())
	return result, r.s.withOutput(err, req, result)
}

func (r *Rehearsal) run(ctx context.Context, c Command) (Result, error) {
	var stdout, stderr bytes.Buffer
	result, err := r.s.runIn(ctx, r.l, c, rehearsalOutput, func(stream Stream, p []byte) {
		if stream == Stdout {
			stdout.Write(p)
		} else {
			stderr.Write(p)
		}
	})
	result.Stdout, result.Stderr = text(&stdout), text(&stderr)
	return result, err
}

// Files lists the paths of the code's files, from its root; at most limit.
func (r *Rehearsal) Files(ctx context.Context, limit int) ([]string, error) {
	page, err := r.l.workspace().List(ctx, workspace.ListOptions{Path: RepoDir, Recursive: true, Limit: limit})
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range page.Entries {
		if e.Type == workspace.TypeFile {
			files = append(files, e.Path[len(RepoDir)+1:])
		}
	}
	return files, nil
}

// ReadFile returns a file of the code, by its path from the root.
func (r *Rehearsal) ReadFile(name string) ([]byte, error) {
	content, err := r.l.workspace().Read(path.Join(RepoDir, name), 0, 0)
	if err != nil {
		return nil, err
	}
	if content.Encoding != "utf-8" {
		return nil, fmt.Errorf("%s is no text", name)
	}
	return []byte(content.Content), nil
}

// WriteFile replaces a file of the code.
func (r *Rehearsal) WriteFile(name string, content []byte) error {
	_, err := r.l.workspace().Write(path.Join(RepoDir, name), content)
	return err
}

// Close ends the rehearsal; nothing of it remains.
func (r *Rehearsal) Close(ctx context.Context) error {
	r.unwatch()
	r.l.end()
	err := r.s.cleanUp(ctx, r.l.box.ID, func(ctx context.Context) error { return errors.Join(r.s.halt(ctx, r.l), removeDirs(r.l.dir)) })
	close(r.l.gone)
	<-r.s.rehearsals
	r.release()
	if err != nil {
		return fmt.Errorf("end rehearsal: %w", err)
	}
	return nil
}
