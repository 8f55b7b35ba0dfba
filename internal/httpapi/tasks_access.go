package httpapi

import (
	"context"
	"net/http"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox"
)

// AccessView is one entry of a task's access log.
type AccessView struct {
	SandboxID  string     `json:"sandboxId"`
	Seq        int64      `json:"seq" doc:"Counts up in one sandbox"`
	At         time.Time  `json:"at" doc:"When it began"`
	Op         sandbox.Op `json:"op" doc:"What was done"`
	Target     string     `json:"target" doc:"The path, or the command as a shell takes it"`
	Detail     string     `json:"detail,omitempty" doc:"What was searched for, where something was moved to, where a command ran"`
	Bytes      int64      `json:"bytes" doc:"Read, written or printed"`
	ExitCode   *int       `json:"exitCode,omitempty" doc:"Of a command, once it has ended"`
	DurationUs int64      `json:"durationUs" doc:"In microseconds"`
	Error      city.Code  `json:"error,omitempty" doc:"Why it failed"`
}

func (s *server) registerAccessLog() {
	add(s, route{method: http.MethodGet, path: "/tasks/{id}/access-log", id: "getAccessLog", tag: "Tasks", who: byAnyone,
		summary: "Read what the agent looked at and did in the sandbox"}, s.getAccessLog)
}

func (s *server) getAccessLog(ctx context.Context, in *struct {
	TaskPath
	Cursor string `query:"cursor" doc:"nextCursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"200"`
}) (*Out[[]AccessView], error) {
	t, err := s.ordered(ctx, callerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	page, err := s.Tasks.AccessLog(ctx, t, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	views := make([]AccessView, len(page.Entries))
	for i, a := range page.Entries {
		views[i] = AccessView{
			SandboxID: a.SandboxID, Seq: a.Seq, At: a.At, Op: a.Op, Target: a.Target, Detail: a.Detail, Bytes: a.Bytes,
			ExitCode: a.ExitCode, DurationUs: a.Duration.Microseconds(), Error: a.Code,
		}
	}
	return paged(views, Pagination{PageSize: in.Limit, NextCursor: page.Next}), nil
}
