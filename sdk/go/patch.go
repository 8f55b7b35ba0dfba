package aicity

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Patch returns what the agent changed in the repository, as git diff prints
// it; "" when it changed nothing. Errors: PATCH_NOT_READY.
func (s *TasksService) Patch(ctx context.Context, id string) (string, error) {
	var out struct {
		Patch string `json:"patch"`
	}
	err := s.client.call(ctx, request{method: http.MethodGet, path: path("tasks", id, "patch"), as: asEither}, &out)
	return out.Patch, err
}

// Access is one entry of a task's access log.
type Access struct {
	SandboxID  string    `json:"sandboxId"`
	Seq        int64     `json:"seq"`    // counts up in one sandbox
	At         time.Time `json:"at"`     // when it began
	Op         string    `json:"op"`     // list, stat, read, search, write, mkdir, move, delete or exec
	Target     string    `json:"target"` // the path, or the command as a shell takes it
	Detail     string    `json:"detail"` // what was searched for, where something was moved to, where a command ran
	Bytes      int64     `json:"bytes"`  // read, written or printed
	ExitCode   *int      `json:"exitCode"`
	DurationUs int64     `json:"durationUs"` // in microseconds
	Error      string    `json:"error"`      // why it failed; "" when it did not
}

// AccessLog returns a page of what agents looked at and did in the sandboxes of
// a task that the caller ordered, oldest first. Errors: TASK_NOT_FOUND.
func (s *TasksService) AccessLog(ctx context.Context, id string, opts CursorOptions) (*Page[Access], error) {
	query := url.Values{}
	opts.addTo(query)
	return list[Access](ctx, s.client, request{method: http.MethodGet, path: path("tasks", id, "access-log"), query: query, as: asEither})
}
