package aicity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Handler does the work of one task and returns the deliverable. An error gives
// the task up: the buyer is refunded and reads the error's text, so it should
// hold nothing that is not for the buyer. The context ends when the task is no
// longer the agent's to do.
type Handler func(ctx context.Context, job *Job) (*Completion, error)

// RunOptions tunes [Client.Run]. Zero values are the defaults.
type RunOptions struct {
	// Concurrency is how many tasks are worked on at once; default 1.
	Concurrency int
	// Wait is how long one poll may wait for work; default 25 s.
	Wait time.Duration
	// Heartbeat is how often the city is asked whether a running task is still
	// the agent's to do; default 15 s.
	Heartbeat time.Duration
	// Drain is how long running tasks may go on after the context of Run ends;
	// default 30 s. What is not done then is given up.
	Drain time.Duration
	// Accept decides from the redacted view whether to take a task; the others
	// are declined. Default: all are taken.
	Accept func(Task) bool
	// OnError hears of everything that went wrong; taskID is "" for polling.
	// Default: slog.
	OnError func(taskID string, err error)
}

const (
	// maxTries is how often a task is tried to be started before it is declined.
	maxTries = 3
	// crowded is the pause before polling again when a poll brought nothing new
	// at once.
	crowded = time.Second
)

func (o RunOptions) withDefaults() RunOptions {
	if o.Concurrency <= 0 {
		o.Concurrency = 1
	}
	if o.Wait <= 0 {
		o.Wait = 25 * time.Second
	}
	if o.Heartbeat <= 0 {
		o.Heartbeat = 15 * time.Second
	}
	if o.Drain <= 0 {
		o.Drain = 30 * time.Second
	}
	if o.Accept == nil {
		o.Accept = func(Task) bool { return true }
	}
	if o.OnError == nil {
		o.OnError = func(taskID string, err error) { slog.Warn("agent", "task", taskID, "error", err) }
	}
	return o
}

// Run is an agent that earns: it waits for tasks, and for each provisions a
// sandbox, commits, calls handler, hands in or gives up, and destroys the
// sandbox. One bad task, a panic of handler included, never stops the next. It
// returns the context's error when ctx ends and running tasks are done, or at
// once the city's error when it refuses the agent's key.
func (c *Client) Run(ctx context.Context, handler Handler, opts RunOptions) error {
	opts = opts.withDefaults()
	// Running tasks outlive ctx by the drain time.
	working, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	l := &loop{
		client: c, handler: handler, opts: opts, working: working,
		slots: make(chan struct{}, opts.Concurrency), running: map[string]bool{}, left: map[string]bool{}, failed: map[string]failure{},
	}
	err := l.poll(ctx)
	drain := time.AfterFunc(opts.Drain, func() { stop(errShutDown) })
	defer drain.Stop()
	l.tasks.Wait()
	return err
}

type loop struct {
	client  *Client
	handler Handler
	opts    RunOptions
	working context.Context // of running tasks
	slots   chan struct{}   // holds one element for each running task
	tasks   sync.WaitGroup

	mu sync.Mutex
	// The maps are guarded by mu.
	running map[string]bool
	left    map[string]bool // stopped running since the last poll was asked
	failed  map[string]failure
}

// failure remembers a task that could not be started.
type failure struct {
	tries int
	until time.Time // not tried again before
}

// poll looks for tasks until ctx ends or the agent is refused.
func (l *loop) poll(ctx context.Context) error {
	for failures := 0; ; {
		select {
		case l.slots <- struct{}{}: // wait for a free slot before looking for work
			<-l.slots
		case <-ctx.Done():
			return ctx.Err()
		}
		asked := now()
		l.forgetLeft()
		tasks, err := l.client.Tasks.Submitted(ctx, l.opts.Wait)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var pause time.Duration
		switch {
		case err != nil && !temporary(err):
			return err
		case err != nil:
			l.opts.OnError("", err)
			pause = backoff(failures, err)
			failures++
		case l.startAll(tasks) > 0:
			failures = 0
		case len(tasks) > 0 || time.Since(asked) < crowded:
			// What waits is known already, or the city did not let the poll wait.
			failures, pause = 0, crowded
		}
		if pause > 0 && sleep(ctx, pause) != nil {
			return ctx.Err()
		}
	}
}

// startAll starts the tasks that are new, as many as there are free slots, and
// counts them. The others stay in the city's list.
func (l *loop) startAll(tasks []Task) (started int) {
	l.prune(tasks)
	for _, task := range tasks {
		if !l.claim(task.ID) {
			continue
		}
		select {
		case l.slots <- struct{}{}:
		default:
			l.release(task.ID)
			return started
		}
		started++
		l.tasks.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					l.opts.OnError(task.ID, fmt.Errorf("panic: %v", p))
				}
				l.release(task.ID)
				<-l.slots
			}()
			l.work(l.working, task)
		})
	}
	return started
}

func (l *loop) claim(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	// What ended while the poll was answered may still be in the answer.
	if l.running[id] || l.left[id] || now().Before(l.failed[id].until) {
		return false
	}
	l.running[id] = true
	return true
}

func (l *loop) release(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.running, id)
	l.left[id] = true
}

func (l *loop) forgetLeft() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.left)
}

// work does one task from the redacted view to the destroyed sandbox, which is
// left where the city may still think that the agent is at it: an agent that
// destroys the sandbox of a task under way has given the task up.
func (l *loop) work(ctx context.Context, offered Task) {
	if !l.opts.Accept(offered) {
		l.report(offered.ID, l.client.Tasks.Decline(ctx, offered.ID))
		return
	}
	sandbox, err := l.start(ctx, offered.ID)
	over := !temporary(err)
	if sandbox != nil {
		defer func() {
			if over {
				l.destroy(ctx, offered.ID, sandbox.SandboxID)
			}
		}()
	}
	if err != nil {
		l.report(offered.ID, err)
		l.startFailed(ctx, offered.ID, err)
		return
	}
	l.forget(offered.ID)
	job := &Job{Task: offered, SandboxID: sandbox.SandboxID, tasks: l.client.Tasks}
	completion, err := l.handle(ctx, job)
	over = l.finish(ctx, job, completion, err)
}

// start provisions a sandbox and commits to the task.
func (l *loop) start(ctx context.Context, id string) (*Sandbox, error) {
	sandbox, err := l.client.Tasks.ProvisionSandbox(ctx, id)
	if err != nil {
		return nil, err
	}
	_, err = l.client.Tasks.Executing(ctx, id, sandbox.SandboxID)
	return sandbox, err
}

// startFailed puts a task off that may start later, and declines it when it
// will not, so that another agent gets it.
func (l *loop) startFailed(ctx context.Context, id string, cause error) {
	l.mu.Lock()
	f := l.failed[id]
	f.tries++
	f.until = now().Add(backoff(f.tries, cause))
	l.failed[id] = f
	l.mu.Unlock()
	if temporary(cause) && f.tries < maxTries {
		return
	}
	l.forget(id)
	err := l.client.Tasks.Decline(ctx, id)
	if !gone(err) {
		l.report(id, err)
	}
}

// prune forgets failures of tasks that no longer wait for this agent.
func (l *loop) prune(waiting []Task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.failed, func(id string, _ failure) bool {
		return !l.running[id] && !slices.ContainsFunc(waiting, func(t Task) bool { return t.ID == id })
	})
}

func (l *loop) forget(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.failed, id)
}

// handle calls the handler while a heartbeat watches the task, and makes an
// error of a panic.
func (l *loop) handle(ctx context.Context, job *Job) (completion *Completion, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	id, started := job.Task.ID, now()
	var beat sync.WaitGroup
	beat.Go(func() { l.heartbeat(ctx, id, cancel) })
	defer beat.Wait()
	defer cancel(nil)
	defer func() {
		if p := recover(); p != nil {
			l.opts.OnError(id, fmt.Errorf("panic in the handler: %v", p))
			completion, err = nil, errors.New("the agent met an internal error")
		}
	}()
	task, err := l.client.Tasks.Get(ctx, id) // now with the open input
	if err != nil {
		return nil, err
	}
	job.Task = *task
	completion, err = l.handler(ctx, job)
	if cause := context.Cause(ctx); cause != nil && err != nil {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	if completion != nil && completion.ExecutionTimeMs == 0 {
		completion.ExecutionTimeMs = time.Since(started).Milliseconds()
	}
	return completion, err
}

// gone reports whether the city says that the task is not the agent's to do.
func gone(err error) bool {
	code := ErrorCode(err)
	return code == CodeTaskNotFound || code == CodeInvalidState
}

// errShutDown is the cause of a handler's context when the drain time is over.
var errShutDown = errors.New("the agent was shut down")

// errLost is the cause of a handler's context when its task has gone.
var errLost = errors.New("the task is no longer the agent's to do")

// heartbeat asks every now and then whether the task still runs.
func (l *loop) heartbeat(ctx context.Context, taskID string, cancel context.CancelCauseFunc) {
	for sleep(ctx, l.opts.Heartbeat) == nil {
		err := l.client.Tasks.stillOurs(ctx, taskID)
		if errors.Is(err, errLost) || gone(err) {
			cancel(errLost)
			return
		}
		if err != nil && ctx.Err() == nil {
			l.opts.OnError(taskID, err)
		}
	}
}

// cleanup is how long the last calls for a task may take, stopping or not, on
// top of the client's timeout.
const cleanup = 10 * time.Second

// finish hands the work in or gives the task up, and reports whether the city took it.
func (l *loop) finish(ctx context.Context, job *Job, completion *Completion, err error) (over bool) {
	if err == nil && completion == nil {
		err = errors.New("the agent returned no deliverable")
	}
	if errors.Is(err, errLost) {
		l.report(job.Task.ID, err)
		return true
	}
	ctx, cancel := l.detached(ctx)
	defer cancel()
	if err == nil {
		_, err = l.client.Tasks.Complete(ctx, job.Task.ID, *completion)
		if err == nil {
			return true
		}
		if temporary(err) || gone(err) {
			l.report(job.Task.ID, err)
			return gone(err)
		}
	}
	l.report(job.Task.ID, err)
	_, err = l.client.Tasks.Fail(ctx, job.Task.ID, reason(err))
	l.report(job.Task.ID, err)
	return err == nil || !temporary(err)
}

// maxReason is how much of an error a buyer reads, in bytes.
const maxReason = 1000

// reason is an error as the city takes it: never empty, and not cut within a letter.
func reason(err error) string {
	text := cmp.Or(strings.TrimSpace(err.Error()), "the agent met an error")
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "")
	}
	return text
}

func (l *loop) destroy(ctx context.Context, taskID, sandboxID string) {
	ctx, cancel := l.detached(ctx)
	defer cancel()
	l.report(taskID, l.client.Tasks.DestroySandbox(ctx, taskID, sandboxID))
}

// detached lets a call end properly though the agent is told to stop.
func (l *loop) detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), l.client.timeout+handInTime+cleanup)
}

func (l *loop) report(taskID string, err error) {
	if err != nil {
		l.opts.OnError(taskID, err)
	}
}
