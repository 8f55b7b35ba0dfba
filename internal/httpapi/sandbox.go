package httpapi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox"
)

// SandboxView is a sandbox as its agent sees it: nothing of the code but its
// size class.
type SandboxView struct {
	SandboxID string        `json:"sandboxId"`
	Status    sandbox.State `json:"status"`
	SizeClass string        `json:"sizeClass,omitempty" enum:"small,medium,large" doc:"Size of the code"`
	Limits    SandboxLimits `json:"limits" doc:"What it and the commands in it may use"`
	CreatedAt time.Time     `json:"createdAt,omitzero" doc:"When it was made; absent while queued"`
	ExpiresAt time.Time     `json:"expiresAt,omitzero" doc:"When it is destroyed at the latest; absent while queued"`

	Running       bool       `json:"running" doc:"Whether a command starts at once; else the sandbox is started for it"`
	Died          city.Code  `json:"died,omitempty" enum:"SANDBOX_OOM,SANDBOX_GONE" doc:"Why it died the last time; its files are kept"`
	DiedAt        *time.Time `json:"diedAt,omitempty" doc:"When it died the last time"`
	QueuePosition int        `json:"queuePosition,omitempty" doc:"While queued: from 1"`
	QueueLength   int        `json:"queueLength,omitempty" doc:"How many wait"`
}

// SandboxLimits are what a sandbox and the commands in it may use.
type SandboxLimits struct {
	sandbox.Limits
	sandbox.CommandLimits
}

// now adds how the sandbox is at this moment.
func (v SandboxView) now(c sandbox.Condition) SandboxView {
	v.Running = c.Running
	if v.Died = c.Died; c.Died != "" {
		v.DiedAt = &c.DiedAt
	}
	if c.Position > 0 {
		v.Status, v.QueuePosition, v.QueueLength = sandbox.Queued, c.Position, c.Length
	}
	return v
}

func (s *server) sandboxView(b sandbox.Sandbox, size string) SandboxView {
	v := SandboxView{
		SandboxID: b.ID, Status: b.State, SizeClass: size, CreatedAt: b.CreatedAt, ExpiresAt: b.ExpiresAt,
		Limits: SandboxLimits{Limits: b.Limits, CommandLimits: s.Tasks.Sandboxes.CommandLimits()},
	}
	return v.now(s.Tasks.Sandboxes.Condition(b.TaskID))
}

func (s *server) registerSandbox() {
	const base = "/tasks/{id}/sandbox"
	add(s, route{method: http.MethodPost, path: base + "/provision", id: "provisionSandbox", tag: "Sandbox", who: byAgent,
		summary: "Make the sandbox with the buyer's code; it stays closed until executing"}, s.provisionSandbox)
	add(s, route{method: http.MethodGet, path: base, id: "getSandbox", tag: "Sandbox", who: byAgent, summary: "Status, limits and expiry"}, s.getSandbox)
	add(s, route{method: http.MethodPost, path: base + "/exec", id: "execCommand", tag: "Sandbox", who: byAgent,
		summary: "Run a command; Accept: text/event-stream streams its output"}, s.execCommand)
	add(s, route{method: http.MethodPost, path: base + "/exec/{execId}/cancel", id: "cancelCommand", tag: "Sandbox", who: byAgent,
		summary: "End a command with all that it started"}, s.cancelCommand)
	add(s, route{method: http.MethodDelete, path: base + "/{sandboxId}", id: "destroySandbox", tag: "Sandbox", who: byAgent,
		summary: "Destroy the sandbox; no error when it is gone"}, s.destroySandbox)
}

func (s *server) provisionSandbox(ctx context.Context, in *TaskPath) (*Out[SandboxView], error) {
	box, t, err := s.Tasks.Provision(ctx, callerOf(ctx).agentID(), in.ID)
	if err != nil {
		return nil, err
	}
	return ok(s.sandboxView(box, t.Size)), nil
}

func (s *server) getSandbox(ctx context.Context, in *TaskPath) (*Out[SandboxView], error) {
	box, err := s.Tasks.Sandbox(ctx, callerOf(ctx).agentID(), in.ID)
	if err != nil {
		return nil, err
	}
	return ok(s.sandboxView(box, string(box.Size.Class))), nil
}

// Exec is a command for the sandbox: command for a shell, or argv as it is.
type Exec struct {
	ExecID    string            `json:"execId,omitempty" doc:"A name by which it can be cancelled, of letters, digits, - and _; made up without it" maxLength:"64"`
	Command   string            `json:"command,omitempty" doc:"For the shell"`
	Argv      []string          `json:"argv,omitempty" doc:"A program and its arguments, without a shell"`
	Cwd       string            `json:"cwd,omitempty" doc:"Absolute folder; the repository without it"`
	Env       map[string]string `json:"env,omitempty" doc:"Variables to set for it"`
	Stdin     string            `json:"stdin,omitempty" doc:"Its standard input, as text"`
	TimeoutMs int64             `json:"timeoutMs,omitempty" minimum:"0" doc:"After it everything the command started is killed; without it a minute, and never more than the sandbox's limits say"`
}

func (s *server) execCommand(ctx context.Context, in *struct {
	TaskPath
	Accept string `header:"Accept"`
	Body   Exec
}) (*huma.StreamResponse, error) {
	boxes, err := s.Tasks.Open(ctx, callerOf(ctx).agentID(), in.ID)
	if err != nil {
		return nil, err
	}
	request := sandbox.Request{
		ID:      in.Body.ExecID,
		Command: in.Body.Command, Argv: in.Body.Argv, Dir: in.Body.Cwd, Env: in.Body.Env, Stdin: in.Body.Stdin,
		Timeout: time.Duration(in.Body.TimeoutMs) * time.Millisecond,
	}
	if strings.Contains(in.Accept, "text/event-stream") {
		return &huma.StreamResponse{Body: func(hctx huma.Context) { s.streamExec(hctx, boxes, in.ID, request) }}, nil
	}
	result, err := boxes.Exec(ctx, in.ID, request)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hctx huma.Context) {
		hctx.SetHeader("Content-Type", "application/json")
		_ = json.NewEncoder(hctx.BodyWriter()).Encode(Envelope[sandbox.Result]{Success: true, Data: result})
	}}, nil
}

// streamExec sends output as it comes, as base64 because it need not be text,
// after the id by which the command can be cancelled, and at the end the exit or
// the error.
func (s *server) streamExec(hctx huma.Context, boxes *sandbox.Service, taskID string, request sandbox.Request) {
	ctx, leave := context.WithCancel(hctx.Context())
	defer leave()
	hctx.SetHeader("Content-Type", "text/event-stream")
	hctx.SetHeader("X-Accel-Buffering", "no")
	out := &frames{w: hctx.BodyWriter(), leave: leave}
	if request.ID == "" {
		request.ID = city.NewID("exc")
	}
	out.send("start", map[string]string{"execId": request.ID})
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	quiet := make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() { out.beat(ticker.C, quiet) })
	result, err := boxes.ExecStream(ctx, taskID, request, func(stream sandbox.Stream, p []byte) {
		out.send(string(stream), map[string]string{"base64": base64.StdEncoding.EncodeToString(p)})
	})
	close(quiet)
	beating.Wait() // nothing may be written once this has returned
	if err != nil {
		out.send("error", answer(ctx, s.Logger, err))
		return
	}
	out.send("exit", result)
}

// frames are server-sent events about one command, to one caller.
type frames struct {
	leave func() // ends the command

	mu   sync.Mutex
	w    io.Writer // guarded by mu
	deaf bool      // nobody listens; guarded by mu
}

func (f *frames) send(event string, data any) {
	if body, err := json.Marshal(data); err == nil {
		f.write(fmt.Sprintf("event: %s\ndata: %s\n\n", event, body))
	}
}

// beat writes a comment at each tick, so that no proxy takes a command that
// prints nothing for a dead connection.
func (f *frames) beat(ticks <-chan time.Time, quiet <-chan struct{}) {
	for {
		select {
		case <-ticks:
			f.write(": the command runs\n\n")
		case <-quiet:
			return
		}
	}
}

func (f *frames) write(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.deaf {
		return
	}
	if _, err := io.WriteString(f.w, text); err != nil {
		f.deaf = true
		f.leave()
		return
	}
	flush(f.w)
}

func (s *server) cancelCommand(ctx context.Context, in *struct {
	TaskPath
	ExecID string `path:"execId"`
}) (*Out[Done], error) {
	boxes, err := s.Tasks.Open(ctx, callerOf(ctx).agentID(), in.ID)
	if err != nil {
		return nil, err
	}
	if err := boxes.CancelExec(ctx, in.ID, in.ExecID); err != nil {
		return nil, err
	}
	return ok(Done{Done: true}), nil
}

func (s *server) destroySandbox(ctx context.Context, in *struct {
	TaskPath
	SandboxID string `path:"sandboxId"`
}) (*Out[Done], error) {
	if err := s.Tasks.DestroySandbox(ctx, callerOf(ctx).agentID(), in.ID, in.SandboxID); err != nil {
		return nil, err
	}
	return ok(Done{Done: true}), nil
}
