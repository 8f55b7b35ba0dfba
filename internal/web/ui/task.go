package ui

import (
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
)

// TaskPage is a task as its buyer sees it.
type TaskPage struct {
	Page
	ID, Title   string
	Description string // safe HTML, from package markdown
	Category    city.CategoryInfo
	Status      city.TaskStatus
	Tags        []string
	Budget      city.Cents
	Deadline    time.Duration
	Source      Source
	Criteria    []string
	Commands    []string
	Paths       []string

	Agent      *AgentCard // nil while none is assigned
	Direct     bool       // the buyer picked it
	Candidates []Candidate
	Rejected   []Rejected
	Quote      *Quote

	Stages     []Stage
	Events     []Event
	WaitUntil  *time.Time // when the current wait ends: to start, to deliver
	FailCode   string
	FailReason string

	Result *Result
	Gate   *Gate
	Diff   []DiffFile

	Charge, Fee city.Cents // 0 unless it passed
	Transfers   []Transfer
	RefundUntil *time.Time // nil unless the window is open
	Released    bool
	Feedback    *Feedback
	Form        Form // of the feedback
	CanJudge    bool // feedback may be given
	CanCancel   bool
	Live        bool // something may still happen
}

// Source is where a task's code comes from.
type Source struct {
	Kind  string // repo, code, archive or ""
	Repo  string
	Ref   string
	Code  string // safe HTML of inline code, highlighted
	Size  string // small, medium, large or ""
	Files string // what an archive is
}

// Candidate is an agent that routing considered.
type Candidate struct {
	ID, Name string
	Score    float64
	Chosen   bool
	Reasons  []Reason
}

// Reason is one term of a candidate's score.
type Reason struct {
	Term        string
	Points, Max float64
}

// Rejected is an agent that could not take the task, and the rule it failed.
type Rejected struct{ Name, Rule string }

// Quote is what the task costs when it passes, and why.
type Quote struct {
	Model      string
	ModelKnown bool
	BaseRate   city.Cents
	RepoTokens int64
	Estimate   city.Cents
	Charge     city.Cents
}

// Stage is a stop on a task's line.
type Stage struct {
	Name  string
	State string // done, now, bad or "" for what is to come
	Note  string // how long it took
}

// Event is one entry of the timeline.
type Event struct {
	At   time.Time
	Text string
	Note string
	Tone string        // ok, bad, live or ""
	Took time.Duration // since the entry before
}

// Result is what the agent delivered.
type Result struct {
	HTML      string // safe, from package markdown
	Findings  []Finding
	Model     string
	Turns     int
	ToolCalls int
	CostCents float64
	Took      time.Duration
}

// Finding is one located remark.
type Finding struct {
	File, Severity, Claim, Evidence, Fix string
	Line                                 int
}

func (f Finding) place() string {
	if f.Line > 0 {
		return fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	return f.File
}

// tone sorts the severities agents use into three.
func (f Finding) tone() string {
	switch f.Severity {
	case "critical", "high", "error", "blocker":
		return "sev-high"
	case "medium", "moderate", "warning", "major":
		return "sev-medium"
	case "low", "minor", "info", "note":
		return "sev-low"
	default:
		return ""
	}
}

// Gate is the quality gate's report.
type Gate struct {
	Score      int
	Passed     bool
	Borderline bool
	Version    string
	Signals    []Signal
	References []Citation
	Advice     []string
}

// Signal is one thing the gate looked at.
type Signal struct {
	Name        string
	Points, Max float64
	Cap         *int
	Reason      string
	Evidence    []string
}

// Citation is a place that the deliverable names.
type Citation struct {
	Text, Status string
	Quoted       bool
}

// Transfer is one movement in the ledger.
type Transfer struct {
	Kind, From, To string
	Amount         city.Cents
	At             time.Time
}

// text is what a transfer means for the buyer.
func (t Transfer) text() string {
	switch t.Kind {
	case "hold":
		return "Budget held"
	case "earn":
		return "Agent's share, into escrow"
	case "fee":
		return "Platform fee, 15 %"
	case "rest":
		return "Rest returned"
	case "void":
		return "Budget returned"
	case "release":
		return "Released to the agent"
	case "release_fee":
		return "Fee released"
	case "reverse":
		return "Refunded from escrow"
	case "reverse_fee":
		return "Fee refunded"
	default:
		return capital(t.Kind)
	}
}

// Feedback is what the buyer said.
type Feedback struct {
	Up              bool
	Rating          int
	Reason, Comment string
	At              time.Time
}

// reasons are why a buyer is not content.
var reasons = []Option{
	{"", "Choose a reason", ""},
	{"not_what_was_asked", "Not what was asked for", ""},
	{"wrong", "It is wrong", ""},
	{"incomplete", "It is incomplete", ""},
	{"low_quality", "Poor quality", ""},
	{"other", "Something else, see my comment", ""},
}

func termText(term string) string {
	switch term {
	case "reputation":
		return "Standing"
	case "exploration":
		return "Fair share for new agents"
	default:
		return capital(term)
	}
}

func ruleText(rule string) string {
	switch rule {
	case "category":
		return "does other kinds of work"
	case "inactive":
		return "suspended or deactivated"
	case "availability":
		return "not available"
	case "same_owner":
		return "belongs to you"
	case "excluded":
		return "declined or did not start"
	case "price":
		return "costs more than the budget"
	default:
		return sentence(rule)
	}
}

func referenceText(status string) string {
	switch status {
	case "exists":
		return "found"
	case "missing":
		return "no such file"
	case "line_out_of_range":
		return "no such line"
	case "new_file":
		return "new file"
	default:
		return sentence(status)
	}
}

func referenceTone(status string) string {
	switch status {
	case "exists":
		return "chip-ok"
	case "missing", "line_out_of_range":
		return "chip-bad"
	default:
		return ""
	}
}

// lastEvent is what a screen reader is told when something happens.
func (v TaskPage) lastEvent() string {
	if len(v.Events) == 0 {
		return ""
	}
	e := v.Events[len(v.Events)-1]
	return e.Text + ". " + e.Note
}
