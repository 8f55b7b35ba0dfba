package gate

import (
	"fmt"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
)

// Executed is what happened when the code was built and tested in a sealed
// sandbox, before and after the patch. It comes in as data: the gate runs
// nothing itself.
type Executed struct {
	Note      string     `json:"note,omitempty" doc:"Why it was not run, or not to its end"`
	Build     *Step      `json:"build,omitempty" doc:"The build before and after the patch"`
	Tests     *Step      `json:"tests,omitempty" doc:"The tests before and after the patch"`
	NewTests  []string   `json:"newTests,omitempty" doc:"Tests that the patch added and that pass"`
	Fixed     []string   `json:"fixed,omitempty" doc:"Tests that failed before the patch and pass after it"`
	Broken    []string   `json:"broken,omitempty" doc:"Tests that passed before the patch and fail, or are gone, after it"`
	Mutations []Mutation `json:"mutations,omitempty" doc:"Faults that were put into the code to see whether the new tests notice"`
	Commands  []Command  `json:"commands,omitempty" doc:"The task's acceptance commands"`
}

// Step is one command, run on the code before and after the patch.
type Step struct {
	Command string `json:"command" doc:"The command that was run"`
	Before  Run    `json:"before" doc:"In the code as it was"`
	After   Run    `json:"after" doc:"With the patch"`
}

// Run is how one command went.
type Run struct {
	Outcome    Outcome `json:"outcome" doc:"How it ended"`
	Why        string  `json:"why,omitempty" doc:"Why it did not run"`
	ExitCode   int     `json:"exitCode" doc:"0 for success"`
	DurationMs int64   `json:"durationMs"`
	Passed     int     `json:"passed,omitempty" doc:"Tests that passed, where the output names them"`
	Failed     int     `json:"failed,omitempty" doc:"Tests that failed"`
	Output     string  `json:"output,omitempty" doc:"The end of what it printed"`
}

// Outcome is how a command ended.
type Outcome string

// The outcomes. What did not run says nothing about the work.
const (
	OutcomeOK     Outcome = "ok"
	OutcomeFailed Outcome = "failed"
	OutcomeNotRun Outcome = "not_run"
)

// Outcomes lists the outcomes.
func Outcomes() []Outcome { return []Outcome{OutcomeOK, OutcomeFailed, OutcomeNotRun} }

// Mutation is a fault put into the code that the new tests test.
type Mutation struct {
	File   string `json:"file" doc:"The file's path in the repository"`
	Line   int    `json:"line" doc:"From 1"`
	From   string `json:"from" doc:"What stood there"`
	To     string `json:"to" doc:"What was put there instead"`
	Caught bool   `json:"caught" doc:"Whether a new test failed because of it"`
}

// Command is one of the task's acceptance commands.
type Command struct {
	Command string `json:"command" doc:"The command as the task gave it"`
	Finding string `json:"finding" enum:"met,not_met,not_shown" doc:"What that shows"`
	Run     Run    `json:"run" doc:"How it ended"`
}

// What executed evidence can earn and take.
const (
	maxExecuted     = 20.0 // for tests that newly pass
	maxCommands     = 15.0 // for acceptance commands that succeed
	costBrokenTest  = 10.0 // for each test that newly fails
	maxBrokenTests  = 40.0
	uncaughtShare   = 0.4 // what new tests count that notice no fault
	unprovenShare   = 0.7 // what they count when no fault could be tried
	capBrokenBuild  = 35
	capManyBroken   = 45 // more tests newly fail than newly pass
	capCommandUnmet = 45
)

// executed scores what building and testing the patch showed.
func executed(v *view) (Signal, bool) {
	e := v.in.Executed
	if e == nil || e.Build == nil && e.Tests == nil && e.Note == "" {
		return Signal{}, false
	}
	s := Signal{Name: "executed", Reason: "The patch was built and tested; nothing changed by it."}
	if brokeBuild(e) {
		s.Cap = new(capBrokenBuild)
		s.Reason = "The code could be built before the patch and cannot be built after it."
		s.Evidence = []string{lastLine(e.Build.After.Output)}
		s.advice = "Build the code with your change before you hand it in."
		return s, true
	}
	if !ran(e) {
		s.Reason = "Not run, neither good nor bad: " + notRun(e)
		return s, true
	}
	if len(e.Broken) > 0 {
		s.Points -= min(maxBrokenTests, costBrokenTest*float64(len(e.Broken)))
		if len(e.Broken) > len(e.Fixed)+len(e.NewTests) {
			s.Cap = new(capManyBroken)
		}
		s.Reason = fmt.Sprintf("%d tests passed before the patch and do not after it.", len(e.Broken))
		s.Evidence = few(e.Broken, 5)
		s.advice = "Run the existing tests on your change; some passed before it and do not any more."
		return s, true
	}
	gained := len(e.Fixed) + len(e.NewTests)
	if gained == 0 {
		return s, true
	}
	s.Max = maxExecuted
	s.Points = maxExecuted * shareOfTests(e)
	s.Reason = counted(gained, "test newly passes", "tests newly pass") + ", none newly fails."
	s.Evidence = few(slices.Concat(e.Fixed, e.NewTests), 5)
	if caught, tried := caughtFaults(e); tried > 0 {
		s.Reason += fmt.Sprintf(" The new tests noticed %d of %d faults put into the code.", caught, tried)
		if caught < tried {
			s.advice = "A test must fail when the code it tests is wrong; a fault put into the code went unnoticed."
		}
	}
	return s, true
}

// acceptanceCommands scores the commands that the buyer said must succeed.
func acceptanceCommands(v *view) (Signal, bool) {
	e := v.in.Executed
	if e == nil || len(e.Commands) == 0 {
		return Signal{}, false
	}
	s := Signal{Name: "acceptance commands"}
	met, unmet := 0, 0
	for _, c := range e.Commands {
		switch c.Finding {
		case Met:
			met++
		case NotMet:
			unmet++
		}
	}
	if met+unmet == 0 {
		s.Reason = "None of the acceptance commands could be run; that counts neither way."
		return s, true
	}
	s.Max = maxCommands
	s.Points = maxCommands * share(float64(met), float64(met+unmet))
	s.Reason = fmt.Sprintf("%d of %d acceptance commands succeed on the changed code.", met, met+unmet)
	if unmet > 0 {
		s.Cap = new(capCommandUnmet)
		s.advice = "Every acceptance command of the task must succeed in the sandbox."
	}
	return s, true
}

// brokeBuild reports whether the patch broke what could be built.
func brokeBuild(e *Executed) bool {
	return e.Build != nil && e.Build.Before.Outcome == OutcomeOK && e.Build.After.Outcome == OutcomeFailed
}

// ran reports whether there is something to compare.
func ran(e *Executed) bool {
	step := func(s *Step) bool {
		return s != nil && s.After.Outcome != OutcomeNotRun && s.After.Outcome != ""
	}
	return step(e.Tests) || step(e.Build)
}

func notRun(e *Executed) string {
	if e.Note != "" {
		return e.Note
	}
	for _, s := range []*Step{e.Tests, e.Build} {
		if s != nil && s.After.Why != "" {
			return s.After.Why
		}
	}
	return "no command to build or test was found."
}

// shareOfTests is what the newly passing tests count, 0 to 1: tests that were
// there and failed count fully, new ones by the faults they notice.
func shareOfTests(e *Executed) float64 {
	if len(e.Fixed) > 0 {
		return 1
	}
	caught, tried := caughtFaults(e)
	if tried == 0 {
		return unprovenShare
	}
	return uncaughtShare + (1-uncaughtShare)*share(float64(caught), float64(tried))
}

func caughtFaults(e *Executed) (caught, tried int) {
	for _, m := range e.Mutations {
		if m.Caught {
			caught++
		}
	}
	return caught, len(e.Mutations)
}

func lastLine(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	return lex.Shorten(lines[len(lines)-1], 200)
}
