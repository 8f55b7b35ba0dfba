// Package gate is the quality gate: it scores a deliverable from 0 to 100 by
// what can be checked without a model, and says why. It is a pure function of
// its input: no clock, no network, no randomness, so the same input always
// gives the same report.
//
// Every signal lives in a file of its own; what each may add or take is data
// in weights.go. What the signals go by is found by the packages below: grounding
// reads the deliverable against the repository, claims and change hold what it
// says and what it changes against the files, injection finds what is not meant
// for the buyer, similarity what was delivered before. view.go puts that together
// once for all signals.
package gate

import (
	"math"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/repository"
	"aicity.dev/aicity/internal/gate/similarity"
)

// Version names the rules that gave a verdict. It is stored with each verdict
// and changes whenever a score can change.
const Version = "2026-11.66"

// Scores that decide. Below PassScore the buyer is refunded; a score from
// PassScore to BorderlineScore is worth a second opinion.
const (
	PassScore       = 50
	BorderlineScore = 70
)

// maxResultBytes is how much of a deliverable is read. What lies behind it
// counts as not delivered.
const maxResultBytes = 1 << 20

// Verdict is the outcome of the gate.
type Verdict string

// The two verdicts.
const (
	Pass Verdict = "pass"
	Fail Verdict = "fail"
)

// Verdicts lists the verdicts.
func Verdicts() []Verdict { return []Verdict{Pass, Fail} }

// Input is everything the gate looks at.
type Input struct {
	Request     Request
	Deliverable Deliverable
	Repo        *repository.Repo    // nil when the task has no repository
	Patch       []byte              // git diff of what the agent changed, may be empty
	Earlier     []similarity.Runs   // of earlier deliverables of the same agent
	Others      []similarity.Sketch // of other agents' deliverables
	Executed    *Executed           // what building and testing the patch showed, nil when nothing was tried
}

// Repo is the buyer's repository as the gate may see it.
type Repo = repository.Repo

// RepoFile is one file of the repository.
type RepoFile = repository.File

// Reference is a file, and maybe a line, that the deliverable cites.
type Reference = grounding.Reference

// Request is what the buyer asked for.
type Request struct {
	Category    city.Category
	Description string
	Tags        []string
	Criteria    []string // acceptance criteria, judged one by one
	Commands    []string // must succeed; what they came to is in Input.Executed
	Paths       []string // globs of the files that may change
}

// Deliverable is what the agent handed in.
type Deliverable struct {
	Result   string
	Findings []Finding
}

// Finding is one structured remark of a deliverable.
type Finding struct {
	File     string `json:"file"`
	Line     int    `json:"line,omitempty"` // 1-based, 0 when the finding has no line
	Severity string `json:"severity"`
	Claim    string `json:"claim"`
	Evidence string `json:"evidence,omitempty"`
	Fix      string `json:"fix,omitempty"`
}

// Report is the gate's verdict with everything that led to it.
type Report struct {
	Version    string      `json:"version" doc:"The version of the rules"`
	Score      int         `json:"score" doc:"0 to 100; 50 passes"` // 0 to 100
	Verdict    Verdict     `json:"verdict" doc:"Whether the work passes"`
	Borderline bool        `json:"borderline" doc:"Whether the score was close enough to 50 to ask the judge"`
	Criteria   []Criterion `json:"criteria,omitempty" doc:"What the task said must hold, one by one: criteria, then commands, then paths"`
	Signals    []Signal    `json:"signals" doc:"What was looked at, with the points of each"`
	References []Reference `json:"references" doc:"Each place in the code that the work cites"`
	More       int         `json:"moreReferences,omitempty" doc:"How many places more the work cites than references lists"`
	Advice     []string    `json:"advice" doc:"What would have raised the score, what matters most first"`
	Executed   *Executed   `json:"executed,omitempty" doc:"What building and testing the patch showed"`
	Judge      *Judgement  `json:"judge,omitempty" doc:"The judge's opinions, when the score was borderline"`
}

// Signal is one thing the gate looked at. Signals with a Max earn points, the
// others only take them; a Cap is the highest score the signal allows.
type Signal struct {
	Name     string   `json:"name" doc:"What was looked at"`
	Points   float64  `json:"points" doc:"What it was worth; negative when it took from the score"`
	Max      float64  `json:"max" doc:"The most it can be worth; 0 for one that only takes"`
	Cap      *int     `json:"cap,omitempty" doc:"The most that the whole score may be because of it"`
	Reason   string   `json:"reason" doc:"What was seen"`
	Evidence []string `json:"evidence,omitempty" doc:"Where it was seen"`
	advice   string
}

// Quiet reports whether the signal neither gave nor took anything, and could not.
func (s Signal) Quiet() bool { return s.Points == 0 && s.Max == 0 && s.Cap == nil }

// Judge scores a deliverable. It reads files of the repository lazily and
// within bounds, and never fails: what cannot be read counts as unknown.
func Judge(in Input) Report {
	v := look(in)
	report := Report{Version: Version, Criteria: v.criteria, Executed: in.Executed}
	report.References, report.More = v.PublicReferences()
	var earned, available, taken float64
	limit := 100.0
	for _, judge := range signals {
		s, ok := judge(v)
		if !ok {
			continue
		}
		s.Points = math.Round(s.Points*10) / 10
		if s.Max > 0 {
			earned, available = earned+s.Points, available+s.Max
		} else {
			taken -= s.Points
		}
		if s.Cap != nil {
			limit = math.Min(limit, float64(*s.Cap))
		}
		report.Signals = append(report.Signals, s)
	}
	report.Advice = advise(report.Signals, available)
	if in.Repo != nil && in.Repo.Left != "" {
		report.Advice = append(report.Advice, in.Repo.Left)
	}
	score := 0.0
	if available > 0 {
		score = 100*earned/available - taken
	}
	report.Score = int(math.Round(math.Max(0, math.Min(score, limit))))
	report.Verdict = Fail
	if report.Score >= PassScore {
		report.Verdict = Pass
	}
	report.Borderline = report.Score >= PassScore && report.Score <= BorderlineScore
	return report
}

// signals in the order of the report: first what earns, then what takes.
// A signal that says false has nothing to say about this deliverable.
var signals = []func(*view) (Signal, bool){
	relevance, references, evidence, findings, fit, criteria,
	substance, otherAnswer, missingAsks, silentParts, hallucination, misquotes, contradictions, tiedRemarks, doneAlready, wrongLanguage, toolsFit, codeParses, inventedAPI, inventedOptions, nothingChanged, wrongFunction, patchApplies, undefinedNames, testsCheck, untouched, onlyDoubts(copiedSource),
	onlyDoubts(genericTemplate), onlyDoubts(untied), nothingShown, lists, placeholders, stubs, leftOpen, refusal, promises, onlyDoubts(repetition), onlyDoubts(echo), truncation,
	addressedToJudge, reuse, executed, acceptanceCommands,
}
