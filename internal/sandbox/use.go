package sandbox

import (
	"bytes"
	"context"
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
	result, err := s.exec(ctx, taskID, &r, MaxOutput, func(stream Stream, p []byte) {
		if stream == Stdout {
			stdout.Write(p)
		} else {
			stderr.Write(p)
		}
	})
	result.Stdout, result.Stderr = text(&stdout), text(&stderr)
	return result, s.withOutput(err, r, result)
}

// ExecStream runs a command and passes on what it prints while it runs, up to
// MaxStream of each output; the result holds none of it. Stdout and stderr
// come from two goroutines. Errors: as Exec.
func (s *Service) ExecStream(ctx context.Context, taskID string, r Request, output func(stream Stream, p []byte)) (Result, error) {
	result, err := s.exec(ctx, taskID, &r, MaxStream, output)
	return result, s.withOutput(err, r, result)
}
