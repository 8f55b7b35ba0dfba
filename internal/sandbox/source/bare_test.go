package source

import (
	"context"
	"errors"
	"os"
	"os/exec"
)

// bare is a workshop without walls, for tests of what goes in and comes out.
type bare struct{ dir string }

func openBare(context.Context) (Workshop, error) {
	dir, err := os.MkdirTemp("", "bare")
	return bare{dir}, err
}

func (b bare) Dir() string                 { return b.dir }
func (b bare) Stop(context.Context) error  { return nil }
func (b bare) Close(context.Context) error { return os.RemoveAll(b.dir) }

func (b bare) Run(ctx context.Context, job Job) (int, error) {
	cmd := exec.CommandContext(ctx, job.Argv[0], job.Argv[1:]...)
	cmd.Dir, cmd.Env = b.dir, append([]string{"PATH=" + os.Getenv("PATH")}, job.Env...)
	cmd.Stdout, cmd.Stderr = job.Stdout, job.Stderr
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && ctx.Err() == nil {
		return exit.ExitCode(), nil
	}
	return 0, err
}
