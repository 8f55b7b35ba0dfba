package sandbox

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/workspace"
)

// Why a command was ended. They are replaced by public errors once its output
// is known.
var (
	errTimedOut = errors.New("command timed out")
	errStopped  = errors.New("command was cancelled")
	errOverflow = errors.New("command printed too much")
)

func (s *Service) withOutput(err error, r Request, result Result) error {
	switch {
	case errors.Is(err, errTimedOut):
		return errTimeout(r.Timeout, result)
	case errors.Is(err, errStopped):
		return errCancelled(result)
	case errors.Is(err, errOverflow):
		return errOutput(s.cfg.Output, result)
	default:
		return err
	}
}

// CancelExec ends a command that runs in the task's sandbox, with all that it
// started. Errors: SANDBOX_NOT_FOUND, EXEC_NOT_FOUND.
func (s *Service) CancelExec(ctx context.Context, taskID, execID string) error {
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return err
	}
	defer release()
	return l.cancel(execID)
}

func (s *Service) exec(ctx context.Context, taskID string, r *Request, limit int, output func(Stream, []byte)) (Result, error) {
	if r.ID == "" {
		r.ID = city.NewID("exc")
	}
	if err := r.validate(s.cfg.ExecTime); err != nil {
		return Result{}, err
	}
	r.bound(s.cfg.ExecTime)
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return Result{}, err
	}
	defer release()
	c := r.command()
	entry, err := l.log.begin(Access{Op: OpExec, Target: r.shown(), Detail: c.Dir, At: s.now()})
	if err != nil {
		return Result{}, err
	}
	var printed atomic.Int64
	result, err := s.checked(ctx, l, *r, c, limit, func(stream Stream, p []byte) {
		printed.Add(int64(len(p)))
		output(stream, p)
	})
	ended := l.log.end(entry, func(a *Access) {
		a.Bytes, a.Duration, a.Code = printed.Load(), s.now().Sub(a.At), codeOf(s.withOutput(err, *r, Result{}))
		if err == nil {
			a.ExitCode = &result.ExitCode
		}
	})
	if ended != nil {
		return Result{}, ended
	}
	return result, err
}

// checked runs a command if it may run.
func (s *Service) checked(ctx context.Context, l *live, r Request, c Command, limit int, output func(Stream, []byte)) (Result, error) {
	in := l.workspace()
	looked, err := r.look(&in, l.copies())
	if err != nil {
		return Result{}, err
	}
	l.remember(looked.made)
	if workspace.Contains(c.Dir) {
		if err := l.workspace().CheckFolder(c.Dir); err != nil {
			return Result{}, err
		}
	}
	ctx, settle, err := l.stir(ctx)
	if err != nil {
		return Result{}, err
	}
	defer settle()
	var result Result
	if err = s.askInside(ctx, l, looked); err == nil {
		result, err = s.runAs(ctx, l, r.ID, s.cfg.Execs, c, limit, output)
	}
	if err != nil && wasStopped(ctx) {
		err = errStopped // perhaps before it had begun
	}
	return result, err
}

// runIn runs a command of the city's own in a sandbox, however many the agent has
// under way: who reads nothing of theirs keeps them there for a while.
func (s *Service) runIn(ctx context.Context, l *live, c Command, limit int, output func(Stream, []byte)) (Result, error) {
	return s.runAs(ctx, l, city.NewID("exc"), math.MaxInt, c, limit, output)
}

// runAs runs a command in a sandbox where fewer than most run, which is started
// when it does not run.
func (s *Service) runAs(ctx context.Context, l *live, id string, most int, c Command, limit int, output func(Stream, []byte)) (Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if err := l.enter(id, most, cancel); err != nil {
		return Result{}, err
	}
	defer func() { l.leave(id, s.now()) }()
	stop := context.AfterFunc(l.ended, func() { cancel(nil) })
	defer stop()
	boot, err := s.ensure(ctx, l)
	if err != nil {
		return Result{}, err
	}
	complaint := &lastBytes{}
	pass := func(stream Stream) func([]byte) {
		return func(p []byte) {
			if stream == Stderr {
				complaint.add(p)
			}
			if l.ended.Err() == nil { // else it may be the backend that complains of the end, not the command
				output(stream, p)
			}
		}
	}
	total := s.cfg.Output
	over := func() { cancel(errOverflow) }
	stdout, stderr := &capped{left: limit, pass: pass(Stdout), total: &total, over: over}, &capped{left: limit, pass: pass(Stderr), total: &total, over: over}
	exit, err := s.cfg.Backend.Exec(ctx, l.box.ID, c, stdout, stderr)
	result := Result{ExitCode: exit.Code, DurationMs: exit.Duration.Milliseconds(), Truncated: stdout.dropped || stderr.dropped, ExecID: id}
	cause := context.Cause(ctx)
	switch {
	case errors.Is(cause, errOverflow), errors.Is(cause, errStopped):
		return result, cause
	case err != nil:
		return result, s.died(l, boot, err)
	case exit.TimedOut:
		return result, errTimedOut
	}
	if exit.Code != 0 {
		result.Limit = l.limitHit(complaint.String())
	}
	return result, nil
}

// lastBytes keeps the end of what is added.
type lastBytes struct{ kept []byte }

func (l *lastBytes) add(p []byte) {
	const most = 4 << 10
	l.kept = append(l.kept, p[max(0, len(p)-most):]...)
	l.kept = l.kept[max(0, len(l.kept)-most):]
}

func (l *lastBytes) String() string { return string(l.kept) }

// limitHit guesses, from what a failed command complained about and from what is
// free, which limit it ran into; "" is none.
func (l *live) limitHit(complaint string) city.Code {
	complaint = strings.ToLower(complaint)
	says := func(phrases ...string) bool {
		for _, phrase := range phrases {
			if strings.Contains(complaint, phrase) {
				return true
			}
		}
		return false
	}
	switch {
	case l.full() || says("no space left on device"):
		return city.CodeSandboxDiskFull
	case says("cannot fork", "can't start new thread", "fork: resource temporarily unavailable", "resource temporarily unavailable"):
		return city.CodeSandboxProcesses
	default:
		return ""
	}
}

// full reports whether the workspace has no room for anything.
func (l *live) full() bool {
	var free unix.Statfs_t
	if l.box.Limits.DiskBytes == 0 || unix.Statfs(workDir(l.dir), &free) != nil {
		return false
	}
	return free.Bavail*uint64(free.Bsize) < 64<<10 || free.Ffree == 0 //nolint:gosec // a block's size
}
