package aicity

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// GateReport is what the quality gate found in a deliverable.
type GateReport struct {
	Version    string          `json:"version"`
	Score      int             `json:"score"` // 0 to 100, 50 passes
	Verdict    string          `json:"verdict"`
	Borderline bool            `json:"borderline"`
	Criteria   []GateCriterion `json:"criteria"` // what the task said must hold, one by one
	Signals    []GateSignal    `json:"signals"`
	References []GateReference `json:"references"`
	More       int             `json:"moreReferences"` // cited places that References does not list
	Advice     []string        `json:"advice"`         // what would have raised the score
	Executed   *GateExecuted   `json:"executed"`
	Judge      *GateJudgement  `json:"judge"` // when the score was borderline
}

// GateCriterion is one of the task's criteria, commands or paths, and what
// became of it.
type GateCriterion struct {
	Kind     string `json:"kind"` // criterion, command or paths
	Text     string `json:"text"`
	Finding  string `json:"finding"` // met, not_met or not_shown
	Evidence string `json:"evidence"`
}

// GateSignal is one part of the score.
type GateSignal struct {
	Name     string   `json:"name"`
	Points   float64  `json:"points"`
	Max      float64  `json:"max"`
	Cap      *int     `json:"cap"` // the most the whole score can be because of it
	Reason   string   `json:"reason"`
	Evidence []string `json:"evidence"`
}

// Quiet reports whether the signal changed nothing: it gave no points, took none
// and set no bound.
func (s GateSignal) Quiet() bool { return s.Points == 0 && s.Max == 0 && s.Cap == nil }

// GateReference is a file reference of the deliverable, checked against the
// repository.
type GateReference struct {
	Text   string `json:"text"`
	Path   string `json:"path"`
	Line   int    `json:"line"`
	Status string `json:"status"`
	Quoted bool   `json:"quoted"` // what is said about the place really stands there
	Link   string `json:"link"`   // for the buyer: the page of the city's site that shows the line
}

// CitedFile is a file that the gate's report cites, as it was when the work was
// judged.
type CitedFile struct {
	Path      string    `json:"path"`
	Added     bool      `json:"added"`     // by the agent; others are as they were before it changed anything
	SizeBytes int64     `json:"sizeBytes"` // of the whole file
	Binary    bool      `json:"binary"`    // no text, and so not kept
	Lines     int       `json:"lines"`     // of the whole file
	FirstLine int       `json:"firstLine"` // number of the first line of Content, from 1
	Content   string    `json:"content"`
	Whole     bool      `json:"whole"`     // Content is all of the file
	KeptUntil time.Time `json:"keptUntil"` // after it the city has the file no more
}

// CitedFile returns a file that the gate's report cites: for the buyer, and for
// an operator who is to decide about the task. Errors: GATE_NOT_READY,
// FILE_NOT_FOUND, CODE_NOT_KEPT.
func (s *TasksService) CitedFile(ctx context.Context, id, file string) (*CitedFile, error) {
	r := request{method: http.MethodGet, path: path("tasks", id, "gate", "file"), query: url.Values{"path": {file}}, as: asEither}
	return one[CitedFile](ctx, s.client, r)
}

// GateExecuted is what building and testing the patch in a sandbox showed.
type GateExecuted struct {
	Note      string         `json:"note"` // why it was not run, or not to its end
	Build     *GateStep      `json:"build"`
	Tests     *GateStep      `json:"tests"`
	NewTests  []string       `json:"newTests"`
	Fixed     []string       `json:"fixed"`
	Broken    []string       `json:"broken"`
	Mutations []GateMutation `json:"mutations"`
	Commands  []GateCommand  `json:"commands"`
}

// GateStep is one command, run before and after the patch.
type GateStep struct {
	Command string  `json:"command"`
	Before  GateRun `json:"before"`
	After   GateRun `json:"after"`
}

// GateRun is how one command went.
type GateRun struct {
	Outcome    string `json:"outcome"` // ok, failed or not_run
	Why        string `json:"why"`     // it did not run
	ExitCode   int    `json:"exitCode"`
	DurationMs int64  `json:"durationMs"`
	Passed     int    `json:"passed"` // tests
	Failed     int    `json:"failed"`
	Output     string `json:"output"` // the end of it
}

// GateMutation is a fault that was put into the code to see whether the new
// tests notice.
type GateMutation struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	From   string `json:"from"` // for the buyer only, as To
	To     string `json:"to"`
	Caught bool   `json:"caught"`
}

// GateCommand is one of the task's acceptance commands.
type GateCommand struct {
	Command string  `json:"command"`
	Finding string  `json:"finding"`
	Run     GateRun `json:"run"`
}

// GateJudgement is what a judge said of borderline work.
type GateJudgement struct {
	Outcome   string        `json:"outcome"` // agreed, majority, no_majority or unavailable
	Note      string        `json:"note"`
	Heuristic int           `json:"heuristicScore"` // the score before it
	Model     string        `json:"model"`
	Opinions  []GateOpinion `json:"opinions"`
	Calls     int           `json:"calls"`  // how often the model was called
	Failed    []string      `json:"failed"` // why calls brought no answer
}

// GateOpinion is one answer of the judge.
type GateOpinion struct {
	Verdict string   `json:"verdict"`
	Score   int      `json:"score"`
	Reasons []string `json:"reasons"`
	Missing []string `json:"missing"`
	Failure string   `json:"failure"` // why there is no usable answer
}
