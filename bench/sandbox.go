package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/gate/honest"
	aicity "aicity.dev/aicity/sdk/go"
)

const (
	startRounds = 15 // both sides of a start, in turns
	callRounds  = 60 // both sides of a command, in turns
	largeRounds = 3
	readRounds  = 500
	together    = 40 // sandboxes at once
)

var (
	small = repository{name: "small.git", files: 20, bytes: 1_000}
	large = repository{name: "large.git", files: 10_000, bytes: 10_000}
)

// sandboxes is what the measurements share.
type sandboxes struct {
	*city
	bare  *bareRuntime
	repos string // base address of the repositories
	trees string // folder of their work trees
}

// measureSandbox compares sandboxes over HTTP with the bare runtime: runsc run
// and runsc exec of an equal container.
func measureSandbox(ctx context.Context, s settings, what parts) (all []measurement, err error) {
	b := &sandboxes{trees: filepath.Join(s.dir, "git")}
	for _, r := range []repository{small, large} {
		if err := r.make(ctx, b.trees); err != nil {
			return nil, err
		}
	}
	base, stop, err := serveRepositories(ctx, b.trees)
	if err != nil {
		return nil, err
	}
	defer stop()
	b.repos = base
	if b.bare, err = newBareRuntime(filepath.Join(s.dir, "bare")); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.bare.close()) }()
	cold, err := b.in(ctx, s, 0, what.sandbox(map[string]measure{
		"start": b.starts, "exec": b.commands, "read": b.reads, "large": b.largeStarts, "crowd": b.crowd,
	}))
	if err != nil {
		return nil, err
	}
	warm, err := b.in(ctx, s, 2, what.sandbox(map[string]measure{"warm": b.warmStarts}))
	if err != nil {
		return nil, err
	}
	all = append(cold, warm...)
	for _, measure := range what.sandbox(map[string]measure{"git": b.firstClones}) { // in cities of its own
		lines, err := measure(ctx, s)
		if err != nil {
			return nil, err
		}
		all = append(all, lines...)
	}
	return all, nil
}

// measure is one of the sandbox's measurements.
type measure func(context.Context, settings) ([]measurement, error)

// in measures in a city of its own that keeps so many sandboxes warm.
func (b *sandboxes) in(ctx context.Context, s settings, warm int, measures []measure) (all []measurement, err error) {
	if len(measures) == 0 {
		return nil, nil
	}
	s.adjust = func(c *config.Config) {
		c.SandboxMax, c.SandboxWarm, c.SandboxQueue = together+4, warm, together
		c.RepoMaxMB, c.RepoMaxFiles = 2*c.RepoMaxMB, 2*c.RepoMaxFiles // the large one reaches the usual bounds
	}
	if b.city, err = openCity(ctx, s, engine{name: "sandbox"}, 2); err != nil {
		return nil, err
	}
	defer b.close(ctx)
	if err := b.app.Sandboxes.Available(ctx); err != nil {
		return nil, err
	}
	// The first fetch fills the cache.
	if _, err := b.start(ctx, small); err != nil {
		return nil, fmt.Errorf("first start: %w", err)
	}
	for _, measure := range measures {
		lines, err := measure(ctx, s)
		if err != nil {
			return nil, err
		}
		all = append(all, lines...)
	}
	return all, nil
}

func (b *sandboxes) starts(ctx context.Context, _ settings) ([]measurement, error) {
	ours, raw, err := inTurns(startRounds,
		func(int) (time.Duration, error) { return b.start(ctx, small) },
		func(i int) (time.Duration, error) { return b.bare.round(ctx, "round"+strconv.Itoa(i)) })
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	ratio := ours.Seconds() / raw.Seconds()
	return []measurement{{
		what: "sandbox: HTTP provision to first exec result, small cached repository, p50", got: milliseconds(ours),
		limit: milliseconds(raw) + " for bare runsc run + exec", ratio: ratio, aim: "≤ 1.25 and ≤ 150 ms", met: ratio <= 1.25 && ours <= 150*time.Millisecond,
	}}, nil
}

func (b *sandboxes) warmStarts(ctx context.Context, _ settings) ([]measurement, error) {
	ours, raw, err := inTurns(startRounds,
		func(int) (time.Duration, error) {
			// A full pool, so that nothing is made while it is measured.
			if err := b.untilReady(ctx, func() bool { return b.app.Sandboxes.Warm() >= 2 }); err != nil {
				return 0, err
			}
			return b.start(ctx, small)
		},
		func(i int) (time.Duration, error) { return b.bare.round(ctx, "warm"+strconv.Itoa(i)) })
	if err != nil {
		return nil, fmt.Errorf("start from the warm pool: %w", err)
	}
	return []measurement{{
		what: "sandbox: HTTP provision to first exec result, from the warm pool, p50", got: milliseconds(ours),
		limit: milliseconds(raw) + " for bare runsc run + exec", ratio: ours.Seconds() / raw.Seconds(), aim: "≤ 30 ms", met: ours <= 30*time.Millisecond,
	}}, nil
}

// untilReady waits for what a city makes ahead.
func (b *sandboxes) untilReady(ctx context.Context, ready func() bool) error {
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !ready() {
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (b *sandboxes) commands(ctx context.Context, _ settings) ([]measurement, error) {
	task, err := b.executing(ctx, small)
	if err != nil {
		return nil, err
	}
	const id = "exec"
	if err := b.bare.run(ctx, id); err != nil {
		return nil, err
	}
	ours, raw, err := inTurns(callRounds,
		func(int) (time.Duration, error) { return timed(func() error { return b.true(ctx, task) }) },
		func(int) (time.Duration, error) { return timed(func() error { return b.bare.exec(ctx, id) }) })
	if err = errors.Join(err, b.bare.delete(ctx, id), b.giveUp(ctx, task)); err != nil {
		return nil, fmt.Errorf("exec: %w", err)
	}
	ratio := ours.Seconds() / raw.Seconds()
	return []measurement{{
		what: "sandbox: exec over HTTP, p50", got: milliseconds(ours),
		limit: milliseconds(raw) + " for bare runsc exec", ratio: ratio, aim: "≤ 0.4", met: ratio <= 0.4,
	}}, nil
}

func (b *sandboxes) reads(ctx context.Context, s settings) ([]measurement, error) {
	task, err := b.executing(ctx, small)
	if err != nil {
		return nil, err
	}
	const file = aicity.RepoDir + "/pkg0/file7.txt"
	address := b.url + "/api/v1/tasks/" + task + "/sandbox/files/read?path=" + file
	// A raw client: the SDK's own cost is not the server's.
	client, key := httpClient(), b.agents[0].key
	one, _, err := inTurns(readRounds, func(int) (time.Duration, error) {
		return timed(func() error { return get(ctx, client, address, key) })
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	many, err := rate(ctx, s.workers, s.seconds, func(ctx context.Context, _ int) error { return get(ctx, client, address, key) })
	if err = errors.Join(err, b.giveUp(ctx, task)); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	handler, err := bareHandler(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("bare handler: %w", err)
	}
	bare := time.Duration(float64(time.Second) / handler)
	return []measurement{{
		what: "sandbox: file read over HTTP, p50", got: milliseconds(one),
		limit: milliseconds(bare) + " of a bare net/http JSON handler's time", ratio: one.Seconds() / bare.Seconds(), aim: "≤ 1 ms", met: one <= time.Millisecond,
	}, {
		what: "sandbox: file reads over HTTP, 16 at once", got: fmt.Sprintf("%.0f/s", many),
		limit: fmt.Sprintf("%.0f/s from a bare net/http JSON handler", handler), ratio: many / handler, aim: "≥ 5,000/s", met: many >= 5_000,
	}}, nil
}

// provisioned times the provisioning of a task on a repository.
func (b *sandboxes) provisioned(ctx context.Context, r repository) (time.Duration, error) {
	task, err := b.submit(ctx, r)
	if err != nil {
		return 0, err
	}
	took, err := timed(func() error {
		_, err := b.agents[0].client.Tasks.ProvisionSandbox(ctx, task)
		return err
	})
	return took, errors.Join(err, b.giveUp(ctx, task))
}

// largeStarts provisions a repository of 100 MB in 10,000 files that is cached.
func (b *sandboxes) largeStarts(ctx context.Context, _ settings) ([]measurement, error) {
	provision := func(int) (time.Duration, error) { return b.provisioned(ctx, large) }
	if _, err := provision(0); err != nil { // fills the cache
		return nil, fmt.Errorf("large repository: %w", err)
	}
	to := filepath.Join(b.trees, "copy")
	ours, raw, err := inTurns(largeRounds, provision, func(int) (time.Duration, error) {
		took, err := timed(func() error { return exec.CommandContext(ctx, "cp", "-r", large.dir(b.trees), to).Run() }) //nolint:gosec // paths of ours
		return took, errors.Join(err, os.RemoveAll(to))
	})
	if err != nil {
		return nil, fmt.Errorf("large repository: %w", err)
	}
	return []measurement{{
		what: "sandbox: HTTP provision of a cached repository, 100 MB in 10,000 files, p50", got: milliseconds(ours),
		limit: milliseconds(raw) + " for cp -r of its work tree", ratio: ours.Seconds() / raw.Seconds(), aim: "≤ 300 ms", met: ours <= 300*time.Millisecond,
	}}, nil
}

// crowd keeps many sandboxes at once, and weighs them while they are idle.
func (b *sandboxes) crowd(ctx context.Context, _ settings) ([]measurement, error) {
	const id = "idle"
	if err := b.bare.run(ctx, id); err != nil {
		return nil, err
	}
	bare, err := memoryOf(b.bare.dir)
	if err = errors.Join(err, b.bare.delete(ctx, id)); err != nil {
		return nil, err
	}
	tasks := make([]string, together)
	work, inner := errgroup.WithContext(ctx)
	work.SetLimit(4)
	began := time.Now()
	for i := range tasks {
		work.Go(func() (err error) {
			tasks[i], err = b.executing(inner, small)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, fmt.Errorf("%d sandboxes at once: %w", together, err)
	}
	took := time.Since(began)
	memory, err := memoryOf(b.data)
	if err != nil {
		return nil, err
	}
	all, inner := errgroup.WithContext(ctx)
	for _, task := range tasks {
		all.Go(func() error { return b.true(inner, task) })
	}
	if err := all.Wait(); err != nil {
		return nil, fmt.Errorf("a command in each of %d sandboxes: %w", together, err)
	}
	each, ends := memory/together, errgroup.Group{}
	ends.SetLimit(4)
	for _, task := range tasks {
		ends.Go(func() error { return b.giveUp(ctx, task) })
	}
	ratio := float64(each) / float64(bare)
	return []measurement{{
		what: fmt.Sprintf("sandbox: memory of one of %d that are idle", together), got: fmt.Sprintf("%d MB", each>>20),
		limit: fmt.Sprintf("%d MB for a bare one alone", bare>>20), ratio: ratio, aim: "≤ 90 MB", met: each <= 90<<20,
	}, {
		what: "sandbox: at once, a command in each", got: fmt.Sprintf("%d, %s to start all", together, took.Round(100*time.Millisecond)),
		limit: fmt.Sprintf("%d asked for", together), ratio: 1, aim: "40", met: true,
	}}, ends.Wait()
}

// submit orders a task on a repository.
func (b *sandboxes) submit(ctx context.Context, r repository) (string, error) {
	task, err := b.buyerOf(0).Tasks.Submit(ctx, aicity.SubmitTask{
		TaskType: "research", MaxBudget: 400, AgentID: b.agents[0].id, Input: aicity.TaskInput{Description: honest.Question, Repo: b.repos + r.name},
	})
	if err != nil {
		return "", err
	}
	return task.ID, nil
}

// executing orders a task and brings it to where commands run.
func (b *sandboxes) executing(ctx context.Context, r repository) (string, error) {
	task, err := b.submit(ctx, r)
	if err != nil {
		return "", err
	}
	return task, b.execute(ctx, task)
}

func (b *sandboxes) execute(ctx context.Context, task string) error {
	tasks := b.agents[0].client.Tasks
	if _, err := tasks.ProvisionSandbox(ctx, task); err != nil {
		return err
	}
	_, err := tasks.Executing(ctx, task, "")
	return err
}

// true runs the shortest command.
func (b *sandboxes) true(ctx context.Context, task string) error {
	result, err := b.agents[0].client.Tasks.Exec(ctx, task, aicity.Exec{Argv: []string{"true"}})
	if err == nil && result.ExitCode != 0 {
		err = fmt.Errorf("true exited with %d", result.ExitCode)
	}
	return err
}

// start measures from provision to the first command's end.
func (b *sandboxes) start(ctx context.Context, r repository) (time.Duration, error) {
	task, err := b.submit(ctx, r)
	if err != nil {
		return 0, err
	}
	took, err := timed(func() error {
		if err := b.execute(ctx, task); err != nil {
			return err
		}
		return b.true(ctx, task)
	})
	return took, errors.Join(err, b.giveUp(ctx, task))
}

// giveUp ends a task. Giving up thrice suspends an agent; the bench is not about that.
func (b *sandboxes) giveUp(ctx context.Context, task string) error {
	client := b.agents[0].client.Tasks
	_, err := client.Fail(ctx, task, "measured")
	if aicity.ErrorCode(err) == aicity.CodeInvalidState { // it has not begun
		err = client.Decline(ctx, task)
	}
	_, activeErr := b.owners[0].Agents.Reactivate(ctx, b.agents[0].id)
	return errors.Join(err, activeErr)
}

// inTurns measures both sides, so that both see the same machine, and returns
// their medians. Without a second side the second median is 0.
func inTurns(rounds int, one, other func(i int) (time.Duration, error)) (time.Duration, time.Duration, error) {
	var took [2][]time.Duration
	for i := range rounds {
		for side, measure := range []func(int) (time.Duration, error){one, other} {
			if measure == nil {
				continue
			}
			d, err := measure(i)
			if err != nil {
				return 0, 0, err
			}
			took[side] = append(took[side], d)
		}
	}
	return median(took[0]), median(took[1]), nil
}

func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[len(d)/2]
}

func timed(f func() error) (time.Duration, error) {
	began := time.Now()
	err := f()
	return time.Since(began), err
}

func milliseconds(d time.Duration) string {
	if d < 20*time.Millisecond {
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(time.Millisecond).String()
}
