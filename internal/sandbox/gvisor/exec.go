package gvisor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/runner"
)

// Exec implements sandbox.Backend.
func (b *Backend) Exec(ctx context.Context, id string, c sandbox.Command, stdout, stderr io.Writer) (sandbox.Exit, error) {
	running := b.find(id)
	if running == nil {
		return sandbox.Exit{}, fmt.Errorf("%w: %w", sandbox.ErrGone, errNoRunner)
	}
	stop, timedOut, release := deadline(ctx, c.Timeout)
	defer release()
	if running.meter != nil {
		defer running.meter.enter()()
	}
	began := b.opts.Clock.Now()
	code, err := running.Run(runner.Command{Argv: c.Argv, Dir: c.Dir, Env: merge(environment(), c.Env)}, c.Stdin, stdout, stderr, stop)
	exit := sandbox.Exit{Code: code, Duration: b.opts.Clock.Now().Sub(began), TimedOut: timedOut()}
	switch {
	case errors.Is(err, runner.ErrEnded):
		return exit, b.death(id, running, err)
	case err != nil:
		return exit, err
	case b.starved(id):
		running.Close()
		return exit, sandbox.ErrOOM
	case ctx.Err() != nil:
		return exit, ctx.Err()
	}
	return exit, nil
}

// deadline returns a channel that is closed when ctx is done or the time is
// over, and what tells whether it was the time.
func deadline(ctx context.Context, timeout time.Duration) (stop <-chan struct{}, timedOut func() bool, release func()) {
	if timeout <= 0 {
		return ctx.Done(), func() bool { return false }, func() {}
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	return limited.Done(), func() bool { return limited.Err() == context.DeadlineExceeded && ctx.Err() == nil }, cancel
}

// merge is an environment in which the later of two variables wins.
func merge(base, over []string) []string {
	names := map[string]int{}
	var merged []string
	for _, variable := range append(base, over...) {
		name := variable
		for i := range len(variable) {
			if variable[i] == '=' {
				name = variable[:i]
				break
			}
		}
		if at, known := names[name]; known {
			merged[at] = variable
			continue
		}
		names[name] = len(merged)
		merged = append(merged, variable)
	}
	return merged
}

// starved reports whether the kernel, short of memory, killed a part of a sandbox that
// lives on. It counts over the sandbox's whole life, and the first command that sees it
// ends the sandbox: what was killed may be what a later one needs.
func (b *Backend) starved(id string) bool {
	if !b.cgroups {
		return false
	}
	killed, err := oomKills(b.cgroupPath(id))
	return err == nil && killed > 0 // a count that cannot be read is asked for again by the next
}

// death says why a sandbox has ended.
func (b *Backend) death(id string, ended *box, cause error) error {
	if ended.meter != nil && ended.meter.ended() {
		return sandbox.ErrOOM
	}
	killed, err := oomKills(b.cgroupPath(id))
	switch {
	case err == nil && killed > 0:
		return sandbox.ErrOOM
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		cause = errors.Join(cause, err)
	}
	return fmt.Errorf("%w: %w", sandbox.ErrGone, cause)
}
