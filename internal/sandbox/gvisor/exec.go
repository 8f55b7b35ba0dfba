package gvisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/google/uuid"

	"aicity.dev/aicity/internal/sandbox"
)

const (
	// tagName is the environment variable by which the processes of one command
	// are found again when they must be killed.
	tagName = "AICITY_EXEC"
	// killTimeout bounds the killing of a command's processes.
	killTimeout = 10 * time.Second
	// outputDelay is how long output is still read after a command has ended
	// while something it left behind keeps it open.
	outputDelay = 100 * time.Millisecond
)

// enter changes into the folder and becomes the program, so that a missing
// folder or program is told as a shell tells it.
const enter = `cd -- "$1" || exit 126; shift; exec "$@"`

// Exec implements sandbox.Backend.
func (b *Backend) Exec(ctx context.Context, id string, c sandbox.Command, stdout, stderr io.Writer) (sandbox.Exit, error) {
	tag := uuid.NewString()
	args := append([]string{"/bin/sh", "-c", enter, "sh", c.Dir}, c.Argv...)
	call := b.newCall(ctx, id, b.process(args, "/", append(c.Env, tagName+"="+tag), sandbox.Limits{}))
	call.cmd.Stdin, call.cmd.Stdout, call.cmd.Stderr = c.Stdin, stdout, stderr
	began := b.opts.Clock.Now()
	if err := call.start(); err != nil {
		return sandbox.Exit{}, fmt.Errorf("run runsc exec: %w", err)
	}
	timedOut, err := b.await(ctx, id, tag, c.Timeout, call)
	exit := sandbox.Exit{Code: call.exitCode(), TimedOut: timedOut, Duration: b.opts.Clock.Now().Sub(began)}
	if call.complaint != "" {
		if dead := b.death(ctx, id); dead != nil {
			return exit, dead
		}
	}
	switch {
	case err != nil:
		return exit, err
	case ctx.Err() != nil:
		return exit, ctx.Err()
	case call.complaint != "" && !timedOut:
		return exit, fmt.Errorf("runsc exec: %s", call.complaint)
	}
	return exit, nil
}

// await waits for the command's end and kills it when its time is over.
func (b *Backend) await(ctx context.Context, id, tag string, timeout time.Duration, call *call) (timedOut bool, err error) {
	var late <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-call.done:
		return false, call.err
	case <-late:
		timedOut = true
	case <-ctx.Done():
	}
	killCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), killTimeout)
	defer cancel()
	killed := b.kill(killCtx, id, tag)
	select {
	case <-call.done:
		return timedOut, nil
	case <-killCtx.Done():
		// The sandbox does not answer; what runs in it ends when it is destroyed.
		_ = call.cmd.Process.Kill()
		<-call.done
		return timedOut, errors.Join(errors.New("kill command: the sandbox does not answer"), killed)
	}
}

// killTagged kills every process with the tag in its environment until none is
// left: one that forks while it is searched for is found in the next round.
const killTagged = `
while :; do
	found=
	for e in $(grep -lsF -e "$1" /proc/[0-9]*/environ); do
		p=${e#/proc/}; p=${p%/environ}
		kill -9 "$p" 2>/dev/null && found=1
	done
	[ -n "$found" ] || exit 0
done`

// kill ends all processes of one command.
func (b *Backend) kill(ctx context.Context, id, tag string) error {
	call := b.newCall(ctx, id, b.process([]string{"/bin/sh", "-c", killTagged, "sh", tagName + "=" + tag}, "/", nil, sandbox.Limits{}))
	return call.run(ctx)
}

// call is one `runsc exec`: the process is described through a pipe, so that
// its environment and arguments show in no process list, and runsc's own
// complaints come through another, apart from the program's output.
type call struct {
	cmd       *exec.Cmd
	process   any
	done      chan struct{} // closed when it has ended
	err       error         // what went wrong but the exit code; read after done
	complaint string        // what runsc said; read after done
}

// newCall prepares a call. It is not bound to ctx beyond its start: the
// client's death would not end the program.
func (b *Backend) newCall(ctx context.Context, id string, process any) *call {
	cmd := b.command(context.WithoutCancel(ctx), "--log-fd=4", "exec", "--process=/proc/self/fd/3", id)
	cmd.WaitDelay = outputDelay
	return &call{cmd: cmd, process: process, done: make(chan struct{})}
}

func (c *call) start() error {
	description, describe, err := os.Pipe()
	if err != nil {
		return err
	}
	complaints, complain, err := os.Pipe()
	if err != nil {
		return errors.Join(err, description.Close(), describe.Close())
	}
	c.cmd.ExtraFiles = []*os.File{description, complain}
	err = c.cmd.Start()
	_, _ = description.Close(), complain.Close()
	if err != nil {
		return errors.Join(err, describe.Close(), complaints.Close())
	}
	go func() {
		// Writing fails when runsc ends without reading; it complains then.
		_ = json.NewEncoder(describe).Encode(c.process)
		_ = describe.Close()
	}()
	go c.wait(complaints)
	return nil
}

// run is the call from start to end; ctx ends the client only.
func (c *call) run(ctx context.Context) error {
	if err := c.start(); err != nil {
		return err
	}
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		_ = c.cmd.Process.Kill()
		<-c.done
		return ctx.Err()
	}
}

func (c *call) wait(complaints *os.File) {
	said := &tail{}
	_, _ = io.Copy(said, complaints)
	_ = complaints.Close()
	err := c.cmd.Wait()
	// An exit code is a result, and what was left behind may keep the output open.
	if _, exited := errors.AsType[*exec.ExitError](err); !exited && !errors.Is(err, exec.ErrWaitDelay) {
		c.err = err
	}
	c.complaint = said.String()
	close(c.done)
}

// exitCode is the program's exit code, as runsc passes it on.
func (c *call) exitCode() int { return c.cmd.ProcessState.ExitCode() }
