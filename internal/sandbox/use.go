package sandbox

import (
	"bytes"
	"context"
	"errors"
)

// Stream names one of a command's two outputs.
type Stream string

// The outputs of a command.
const (
	Stdout Stream = "stdout"
	Stderr Stream = "stderr"
)

// Exec runs a command and returns what it printed, up to MaxOutput of each
// output. Errors: SANDBOX_NOT_FOUND, VALIDATION_ERROR, COMMAND_BLOCKED,
// SANDBOX_LIMIT, EXEC_TIMEOUT (with the result so far), SANDBOX_OOM,
// SANDBOX_GONE, SANDBOX_UNAVAILABLE, those of a path for the folder.
func (s *Service) Exec(ctx context.Context, taskID string, r Request) (Result, error) {
	var stdout, stderr bytes.Buffer
	result, err := s.exec(ctx, taskID, r, MaxOutput, func(stream Stream, p []byte) {
		if stream == Stdout {
			stdout.Write(p)
		} else {
			stderr.Write(p)
		}
	})
	result.Stdout, result.Stderr = text(&stdout), text(&stderr)
	return result, withOutput(err, r, result)
}

// ExecStream runs a command and passes on what it prints while it runs, up to
// MaxStream of each output; the result holds none of it. Stdout and stderr
// come from two goroutines. Errors: as Exec.
func (s *Service) ExecStream(ctx context.Context, taskID string, r Request, output func(stream Stream, p []byte)) (Result, error) {
	result, err := s.exec(ctx, taskID, r, MaxStream, output)
	return result, withOutput(err, r, result)
}

// errTimedOut is replaced by the public error once the output is known.
var errTimedOut = errors.New("command timed out")

func withOutput(err error, r Request, result Result) error {
	if errors.Is(err, errTimedOut) {
		return errTimeout(r.command().Timeout, result)
	}
	return err
}

func (s *Service) exec(ctx context.Context, taskID string, r Request, limit int, output func(Stream, []byte)) (Result, error) {
	if err := r.validate(); err != nil {
		return Result{}, err
	}
	if err := r.check(); err != nil {
		return Result{}, err
	}
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return Result{}, err
	}
	defer release()
	c := r.command()
	if _, err := relative(c.Dir); err == nil {
		if err := l.workspace().isDirectory(c.Dir); err != nil {
			return Result{}, err
		}
	}
	return s.runIn(ctx, l, c, limit, output)
}

// runIn runs a command in a sandbox, which is started when it does not run.
func (s *Service) runIn(ctx context.Context, l *live, c Command, limit int, output func(Stream, []byte)) (Result, error) {
	if err := l.enter(); err != nil {
		return Result{}, err
	}
	defer func() { l.leave(s.now()) }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(l.ended, cancel)
	defer stop()
	if err := s.ensure(ctx, l); err != nil {
		return Result{}, err
	}
	pass := func(stream Stream) func([]byte) {
		return func(p []byte) {
			if l.ended.Err() == nil { // else it may be the backend that complains of the end, not the command
				output(stream, p)
			}
		}
	}
	stdout, stderr := &capped{left: limit, pass: pass(Stdout)}, &capped{left: limit, pass: pass(Stderr)}
	exit, err := s.cfg.Backend.Exec(ctx, l.box.ID, c, stdout, stderr)
	result := Result{ExitCode: exit.Code, DurationMs: exit.Duration.Milliseconds(), Truncated: stdout.dropped || stderr.dropped}
	switch {
	case err != nil:
		return result, s.died(l, err)
	case exit.TimedOut:
		return result, errTimedOut
	}
	return result, nil
}
