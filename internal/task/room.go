package task

import (
	"context"
	"errors"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/trial"
	"aicity.dev/aicity/internal/sandbox"
)

// room is a rehearsal as the gate's trial needs it.
type room struct{ *sandbox.Rehearsal }

// maxTrialFiles bounds how many files a trial knows of.
const maxTrialFiles = 10_000

// Files lists the code's files.
func (r room) Files(ctx context.Context) ([]string, error) {
	return r.Rehearsal.Files(ctx, maxTrialFiles)
}

// Run runs a command. What the sandbox refuses or does not survive is a result;
// the next command finds a fresh sandbox with the same files.
func (r room) Run(ctx context.Context, command string, timeout time.Duration) (trial.Result, error) {
	done, err := r.Rehearsal.Run(ctx, sandbox.Request{Command: command, Env: trial.Env(), Timeout: timeout})
	result := trial.Result{ExitCode: done.ExitCode, Output: done.Stdout + done.Stderr, DurationMs: done.DurationMs}
	if ctx.Err() != nil {
		return result, ctx.Err()
	}
	switch city.CodeOf(err) {
	case city.CodeExecTimeout:
		result.TimedOut = true
	case city.CodeSandboxOOM:
		result.Refused = "It needs more memory than the sandbox has."
	case city.CodeSandboxGone:
		result.Refused = "The sandbox did not survive it."
	case city.CodeCommandBlocked, city.CodeValidation:
		known, _ := errors.AsType[*city.Error](err)
		result.Refused = known.Message
	default:
		return result, err
	}
	return result, nil
}
