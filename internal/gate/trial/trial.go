// Package trial finds out what a patch does: it builds and tests the code
// before and after it, puts faults into the code to see whether new tests
// notice, and runs the buyer's acceptance commands. What it runs is untrusted,
// so it runs in a Room; what it finds is data for the gate.
//
// Programs in the room can print what they like. A result is evidence beside
// other evidence, never a proof.
package trial

import (
	"context"
	"time"

	"aicity.dev/aicity/internal/gate"
)

// Room is a sealed place with the code as it was delivered to the agent.
type Room interface {
	// Reset puts the code back.
	Reset(ctx context.Context) error
	// Apply applies a patch; false when it does not fit.
	Apply(ctx context.Context, patch []byte) (bool, error)
	// Run runs a shell command in the root of the code.
	Run(ctx context.Context, command string, timeout time.Duration) (Result, error)
	// Files lists the code's files by their path from its root.
	Files(ctx context.Context) ([]string, error)
	ReadFile(name string) ([]byte, error)
	WriteFile(name string, content []byte) error
}

// Result is how a command ended.
type Result struct {
	ExitCode   int
	Output     string
	DurationMs int64
	TimedOut   bool
	Refused    string // why it was not run, or not to its end; "" when it was
}

// Plan says what to try.
type Plan struct {
	Patch    []byte
	Tests    bool     // build and test, before and after the patch
	Commands []string // that must succeed after the patch
}

// The bounds of one command.
const (
	stepTimeout    = 3 * time.Minute
	commandTimeout = 2 * time.Minute
	// keptOutput is how much of the end of an output is kept, in bytes.
	keptOutput = 4 << 10
)

// Run carries a plan out. It fails only when the room does; when ctx ends, what
// was found until then is the result.
func Run(ctx context.Context, room Room, plan Plan) (gate.Executed, error) {
	t := &trial{room: room, plan: plan}
	err := t.run(ctx)
	if err != nil && ctx.Err() != nil {
		t.found.Note, err = "Not run to its end: the time for it was up.", nil
	}
	t.fill()
	return t.found, err
}

type trial struct {
	room  Room
	plan  Plan
	tool  *tool
	found gate.Executed

	before, after outcome // of the tests
}

// outcome is a run of the tests with the results that its output names.
type outcome struct {
	gate.Run
	tests map[string]bool // by name: whether it passed
}

func (t *trial) run(ctx context.Context) error {
	if t.plan.Tests {
		if err := t.detect(ctx); err != nil {
			return err
		}
		if err := t.runBefore(ctx); err != nil {
			return err
		}
	}
	fits, err := t.change(ctx)
	if err != nil || !fits {
		return err
	}
	if err := t.commands(ctx); err != nil || !t.plan.Tests {
		return err
	}
	if t.tool == nil { // the patch may bring what the code lacked
		if err := t.detect(ctx); err != nil {
			return err
		}
	}
	if t.tool == nil {
		t.found.Note = "No command to build or test was found."
		return nil
	}
	if _, err := t.change(ctx); err != nil {
		return err
	}
	return t.runAfter(ctx)
}

// change puts the code into the state behind the patch.
func (t *trial) change(ctx context.Context) (bool, error) {
	if err := t.room.Reset(ctx); err != nil || len(t.plan.Patch) == 0 {
		return err == nil, err
	}
	fits, err := t.room.Apply(ctx, t.plan.Patch)
	if err == nil && !fits {
		t.found.Note = "The patch could not be applied to the code as it was delivered."
	}
	return fits, err
}

func (t *trial) detect(ctx context.Context) error {
	files, err := t.room.Files(ctx)
	if err != nil {
		return err
	}
	t.tool = detect(files, t.room.ReadFile)
	if t.tool == nil || t.tool.refine == nil {
		return nil
	}
	return t.tool.refine(ctx, t.room, t.tool)
}

func (t *trial) runBefore(ctx context.Context) error {
	if t.tool == nil {
		return nil
	}
	if t.tool.build != "" {
		run, err := t.step(ctx, t.tool.build)
		if err != nil {
			return err
		}
		t.found.Build = &gate.Step{Command: t.tool.build, Before: run}
	}
	var err error
	t.before, err = t.test(ctx, t.tool.test)
	if t.tool.test != "" {
		t.found.Tests = &gate.Step{Command: t.tool.test, Before: t.before.Run}
	}
	return err
}

func (t *trial) runAfter(ctx context.Context) error {
	if t.tool.build != "" {
		if t.found.Build == nil {
			t.found.Build = &gate.Step{Command: t.tool.build, Before: nothingYet}
		}
		run, err := t.step(ctx, t.tool.build)
		if err != nil {
			return err
		}
		t.found.Build.After = run
		if run.Outcome == gate.OutcomeFailed {
			return nil // what does not build has no tests to run
		}
	}
	if t.tool.test == "" {
		return nil
	}
	if t.found.Tests == nil {
		t.found.Tests = &gate.Step{Command: t.tool.test, Before: nothingYet}
	}
	var err error
	if t.after, err = t.test(ctx, t.tool.test); err != nil {
		return err
	}
	t.found.Tests.After = t.after.Run
	t.compare()
	if len(t.found.NewTests) == 0 || len(t.found.Broken) > 0 {
		return nil
	}
	return t.mutate(ctx)
}

// nothingYet is a run before the patch of code that had nothing to run.
var nothingYet = gate.Run{Outcome: gate.OutcomeNotRun, Why: "There was nothing to run before the patch."}

// step runs a command of the tool.
func (t *trial) step(ctx context.Context, command string) (gate.Run, error) {
	r, err := t.room.Run(ctx, t.tool.env+command, stepTimeout)
	if err != nil {
		return gate.Run{}, err
	}
	return t.tool.judge(r), nil
}

func (t *trial) test(ctx context.Context, command string) (outcome, error) {
	if command == "" {
		return outcome{}, nil
	}
	r, err := t.room.Run(ctx, t.tool.env+command, stepTimeout)
	if err != nil {
		return outcome{}, err
	}
	o := outcome{tests: t.tool.results(r.Output)}
	r.Output = t.tool.readable(r.Output)
	o.Run = t.tool.judge(r)
	for _, passed := range o.tests {
		if passed {
			o.Passed++
		} else {
			o.Failed++
		}
	}
	return o, nil
}

// commands runs the acceptance commands on the changed code.
func (t *trial) commands(ctx context.Context) error {
	for _, command := range t.plan.Commands {
		r, err := t.room.Run(ctx, command, commandTimeout)
		if err != nil {
			return err
		}
		c := gate.Command{Command: command, Finding: gate.NotMet, Run: anyTool.judge(r)}
		switch c.Run.Outcome {
		case gate.OutcomeOK:
			c.Finding = gate.Met
		case gate.OutcomeNotRun:
			c.Finding = gate.NotShown
		}
		t.found.Commands = append(t.found.Commands, c)
	}
	return nil
}

// fill says of everything that was to be run and was not, that it was not.
func (t *trial) fill() {
	for _, s := range []*gate.Step{t.found.Build, t.found.Tests} {
		if s == nil {
			continue
		}
		for _, run := range []*gate.Run{&s.Before, &s.After} {
			if run.Outcome == "" {
				run.Outcome, run.Why = gate.OutcomeNotRun, "It was not reached."
			}
		}
	}
	for _, command := range t.plan.Commands[min(len(t.found.Commands), len(t.plan.Commands)):] {
		why := t.found.Note
		if why == "" {
			why = "It was not reached."
		}
		t.found.Commands = append(t.found.Commands, gate.Command{
			Command: command, Finding: gate.NotShown, Run: gate.Run{Outcome: gate.OutcomeNotRun, Why: why},
		})
	}
}
