package aicity_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	aicity "aicity.dev/aicity/sdk/go"
	"github.com/google/go-cmp/cmp"
)

// market is the agent's side of the protocol: tasks wait, are provisioned,
// executed, ended. It notes each task's steps and tells when all have ended.
type market struct {
	mu     sync.Mutex
	order  []string
	status map[string]string
	steps  map[string][]string
	// broken names the calls that fail, "provision tsk_1", with how often.
	broken map[string]int
	ended  chan struct{} // closed when no task waits or runs
	left   int
}

func newMarket(tasks ...string) *market {
	m := &market{
		status: map[string]string{}, steps: map[string][]string{}, broken: map[string]int{},
		ended: make(chan struct{}), left: len(tasks), order: tasks,
	}
	for _, id := range tasks {
		m.status[id] = aicity.TaskSubmitted
	}
	return m
}

func (m *market) serve(t *testing.T) *aicity.Client {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/tasks/submitted", m.submitted)
	mux.HandleFunc("GET /api/v1/tasks/{id}", m.get)
	mux.HandleFunc("POST /api/v1/tasks/{id}/sandbox/provision", m.step("provision", "", func(string, *http.Request) any {
		return map[string]string{"sandboxId": "sbx_1"}
	}))
	mux.HandleFunc("POST /api/v1/tasks/{id}/executing", m.step("executing", aicity.TaskExecuting, nil))
	mux.HandleFunc("POST /api/v1/tasks/{id}/decline", m.step("decline", aicity.TaskCancelled, nil))
	mux.HandleFunc("POST /api/v1/tasks/{id}/fail", m.step("fail", aicity.TaskFailed, nil))
	mux.HandleFunc("POST /api/v1/tasks/{id}/complete", m.step("complete", aicity.TaskCompleted, nil))
	mux.HandleFunc("DELETE /api/v1/tasks/{id}/sandbox/{sandbox}", m.step("destroy", "", nil))
	mux.HandleFunc("GET /api/v1/tasks/{id}/sandbox/files/read", func(w http.ResponseWriter, r *http.Request) {
		ok(w, map[string]string{"content": "text of " + r.URL.Query().Get("path"), "encoding": "utf-8"})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return aicity.New(aicity.Options{APIKey: "ac_live_x", BaseURL: server.URL, Retries: -1})
}

func (m *market) submitted(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	tasks := []map[string]any{}
	for _, id := range m.order {
		if m.status[id] == aicity.TaskSubmitted {
			tasks = append(tasks, map[string]any{"id": id, "taskType": "code_review", "input": map[string]string{"description": "do " + id}})
		}
	}
	if len(tasks) == 0 && m.left == 0 {
		m.mu.Unlock()
		<-r.Context().Done() // a long poll with nothing to say
		m.mu.Lock()
		return
	}
	ok(w, tasks)
}

func (m *market) get(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := r.PathValue("id")
	ok(w, map[string]any{"id": id, "status": m.status[id], "input": map[string]string{"description": "do " + id, "repo": "https://a.b/c"}})
}

func (m *market) step(name, status string, data func(string, *http.Request) any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		defer m.mu.Unlock()
		id := r.PathValue("id")
		var body struct {
			Reason string
			Output aicity.Output
		}
		_ = json.NewDecoder(r.Body).Decode(&body)
		m.steps[id] = append(m.steps[id], strings.TrimSpace(name+" "+body.Reason+body.Output.Result))
		if m.broken[name+" "+id] != 0 {
			m.broken[name+" "+id]--
			refuse(w, 503, aicity.CodeSandboxUnavailable)
			return
		}
		if status != "" {
			m.status[id] = status
		}
		if status != "" && status != aicity.TaskExecuting {
			if m.left--; m.left == 0 {
				close(m.ended)
			}
		}
		if data != nil {
			ok(w, data(id, r))
			return
		}
		ok(w, map[string]any{"id": id, "status": m.status[id]})
	}
}

// run starts the loop and returns a function that stops it and gives its error.
func run(t *testing.T, c *aicity.Client, handler aicity.Handler, opts aicity.RunOptions) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx, handler, opts) }()
	return func() error {
		cancel()
		return <-done
	}
}

func quiet(string, error) {}

func TestRunDoesEveryTaskThoughSomeAreBad(t *testing.T) {
	t.Parallel()
	m := newMarket("good", "error", "mute", "wordy", "panic", "nothing", "unwanted", "flaky", "closed")
	m.broken["provision flaky"] = 1
	m.broken["provision closed"] = -1
	var mu sync.Mutex
	var errs []string
	stop := run(t, m.serve(t), func(ctx context.Context, job *aicity.Job) (*aicity.Completion, error) {
		switch job.Task.ID {
		case "error":
			return nil, errors.New("cannot read this")
		case "mute":
			return nil, errors.New(" ")
		case "wordy":
			return nil, errors.New(strings.Repeat("読", 400))
		case "panic":
			panic("boom")
		case "nothing":
			return nil, nil
		}
		content, err := job.ReadFile(ctx, aicity.RepoDir+"/a.go")
		if err != nil {
			return nil, err
		}
		return &aicity.Completion{Output: aicity.Output{Result: job.Task.Input.Repo + " " + string(content)}}, nil
	}, aicity.RunOptions{
		Concurrency: 2,
		Accept:      func(task aicity.Task) bool { return task.Input.Description != "do unwanted" },
		OnError: func(id string, err error) {
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, id+": "+err.Error())
		},
	})
	<-m.ended
	if err := stop(); !errors.Is(err, context.Canceled) {
		t.Errorf("Run ended with %v, want the context's error", err)
	}
	done := "complete https://a.b/c text of /home/user/repo/a.go"
	want := map[string][]string{
		"good":     {"provision", "executing", done, "destroy"},
		"error":    {"provision", "executing", "fail cannot read this", "destroy"},
		"mute":     {"provision", "executing", "fail the agent met an error", "destroy"},
		"wordy":    {"provision", "executing", "fail " + strings.Repeat("読", 333), "destroy"},
		"panic":    {"provision", "executing", "fail the agent met an internal error", "destroy"},
		"nothing":  {"provision", "executing", "fail the agent returned no deliverable", "destroy"},
		"unwanted": {"decline"},
		"flaky":    {"provision", "provision", "executing", done, "destroy"},
		"closed":   {"provision", "provision", "provision", "decline"},
	}
	if diff := cmp.Diff(want, m.steps); diff != "" {
		t.Error(diff)
	}
	for _, wanted := range []string{"panic: panic in the handler: boom", "error: cannot read this"} {
		if !slices.Contains(errs, wanted) {
			t.Errorf("OnError did not hear %q of %q", wanted, errs)
		}
	}
}

func TestRunBoundsConcurrency(t *testing.T) {
	t.Parallel()
	m := newMarket("a", "b", "c", "d", "e")
	var mu sync.Mutex
	running, most := 0, 0
	pair := make(chan struct{})
	stop := run(t, m.serve(t), func(_ context.Context, job *aicity.Job) (*aicity.Completion, error) {
		mu.Lock()
		if running++; running > most {
			most = running
		}
		mu.Unlock()
		if job.Task.ID == "a" || job.Task.ID == "b" { // the first two meet: both do run at once
			select {
			case pair <- struct{}{}:
			case <-pair:
			}
		}
		mu.Lock()
		running--
		mu.Unlock()
		return &aicity.Completion{Output: aicity.Output{Result: "done"}}, nil
	}, aicity.RunOptions{Concurrency: 2, OnError: quiet})
	<-m.ended
	_ = stop()
	if most != 2 {
		t.Errorf("%d handlers at once, want 2", most)
	}
}

func TestRunTellsTheHandlerThatItsTaskIsGone(t *testing.T) {
	t.Parallel()
	m := newMarket("a")
	over := make(chan error, 1)
	stop := run(t, m.serve(t), func(ctx context.Context, job *aicity.Job) (*aicity.Completion, error) {
		if err := job.Heartbeat(ctx); err != nil {
			t.Errorf("heartbeat of a running task: %v", err)
		}
		m.mu.Lock()
		m.status["a"] = aicity.TaskFailed // its deadline passed
		m.mu.Unlock()
		<-ctx.Done()
		over <- context.Cause(ctx)
		return nil, ctx.Err()
	}, aicity.RunOptions{Heartbeat: time.Millisecond, OnError: quiet})
	if cause := <-over; cause == nil || cause.Error() != "the task is no longer the agent's to do" {
		t.Errorf("cause is %v", cause)
	}
	_ = stop()
	if diff := cmp.Diff([]string{"provision", "executing", "destroy"}, m.steps["a"]); diff != "" {
		t.Error(diff)
	}
}

func TestRunGivesUpWhatIsNotDoneWhenDrained(t *testing.T) {
	t.Parallel()
	m := newMarket("a")
	started := make(chan struct{})
	stop := run(t, m.serve(t), func(ctx context.Context, _ *aicity.Job) (*aicity.Completion, error) {
		close(started)
		<-ctx.Done()
		return nil, ctx.Err()
	}, aicity.RunOptions{Drain: time.Millisecond, OnError: quiet})
	<-started
	_ = stop()
	want := []string{"provision", "executing", "fail the agent was shut down: context canceled", "destroy"}
	if diff := cmp.Diff(want, m.steps["a"]); diff != "" {
		t.Error(diff)
	}
}

func TestRunEndsWhenTheAgentIsRefused(t *testing.T) {
	t.Parallel()
	c := aicity.New(aicity.Options{APIKey: "ac_live_old", BaseURL: "http://city", HTTPClient: direct(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, 401, aicity.CodeUnauthorized)
	})})
	err := c.Run(t.Context(), nil, aicity.RunOptions{OnError: quiet})
	if aicity.ErrorCode(err) != aicity.CodeUnauthorized {
		t.Errorf("got %v, want UNAUTHORIZED", err)
	}
}

func ExampleClient_Run() {
	agent := aicity.New(aicity.Options{APIKey: "ac_live_…"})
	review := func(ctx context.Context, job *aicity.Job) (*aicity.Completion, error) {
		readme, err := job.ReadFile(ctx, aicity.RepoDir+"/README.md")
		if err != nil {
			return nil, fmt.Errorf("read the readme: %w", err)
		}
		return &aicity.Completion{Output: aicity.Output{
			Result: fmt.Sprintf("README.md has %d bytes.", len(readme)),
		}}, nil
	}
	_ = agent.Run(context.TODO(), review, aicity.RunOptions{Concurrency: 2})
}

// The city may still think that the agent is at it, and whoever destroys the
// sandbox of a task under way has given the task up.
func TestRunLeavesTheSandboxOfWorkThatTheCityDidNotTake(t *testing.T) {
	t.Parallel()
	m := newMarket("a")
	m.broken["complete a"] = -1
	refused := make(chan struct{})
	stop := run(t, m.serve(t), func(context.Context, *aicity.Job) (*aicity.Completion, error) {
		return &aicity.Completion{Output: aicity.Output{Result: "done"}}, nil
	}, aicity.RunOptions{OnError: func(string, error) { close(refused) }})
	<-refused
	_ = stop()
	if diff := cmp.Diff([]string{"provision", "executing", "complete done"}, m.steps["a"]); diff != "" {
		t.Error(diff)
	}
}
