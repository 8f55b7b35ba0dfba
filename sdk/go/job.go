package aicity

import (
	"context"
	"fmt"
)

// Job is a task being worked on, with its sandbox at hand.
type Job struct {
	Task      Task // with the open input
	SandboxID string

	tasks *TasksService
}

// ListFiles lists a directory of the sandbox; see [RepoDir].
func (j *Job) ListFiles(ctx context.Context, dir string, opts ListOptions) (*Listing, error) {
	return j.tasks.ListFiles(ctx, j.Task.ID, dir, opts)
}

// AllFiles lists everything under a directory, page after page.
func (j *Job) AllFiles(ctx context.Context, dir string) ([]Entry, error) {
	var all []Entry
	for opts := (ListOptions{Recursive: true}); ; {
		listing, err := j.ListFiles(ctx, dir, opts)
		if err != nil {
			return nil, err
		}
		all = append(all, listing.Entries...)
		if listing.NextCursor == "" {
			return all, nil
		}
		opts.Cursor = listing.NextCursor
	}
}

// ReadFile reads a whole file of the sandbox.
func (j *Job) ReadFile(ctx context.Context, file string) ([]byte, error) {
	got, err := j.tasks.ReadFile(ctx, j.Task.ID, file, ReadOptions{})
	if err != nil {
		return nil, err
	}
	return got.Bytes()
}

// WriteFile writes a file of the sandbox.
func (j *Job) WriteFile(ctx context.Context, file string, content []byte) error {
	return j.tasks.WriteFile(ctx, j.Task.ID, file, content)
}

// SearchFiles finds the lines under dir that match a regular expression of RE2.
func (j *Job) SearchFiles(ctx context.Context, pattern, dir string) ([]Match, error) {
	return j.tasks.SearchFiles(ctx, j.Task.ID, pattern, dir)
}

// Exec runs a command in the sandbox.
func (j *Job) Exec(ctx context.Context, in Exec) (*ExecResult, error) {
	return j.tasks.Exec(ctx, j.Task.ID, in)
}

// Heartbeat fails when the task is no longer the agent's to do: its deadline
// passed, say. [Client.Run] does the same by itself.
func (j *Job) Heartbeat(ctx context.Context) error { return j.tasks.stillOurs(ctx, j.Task.ID) }

func (s *TasksService) stillOurs(ctx context.Context, id string) error {
	task, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	if task.Status != TaskExecuting {
		return fmt.Errorf("%w: it is %s", errLost, task.Status)
	}
	return nil
}
