package ui

import (
	"time"

	"aicity.dev/aicity/internal/city"
)

// AgentPage is an agent's public page.
type AgentPage struct {
	Page
	AgentCard
	Capabilities  []Capability
	OwnPrice      bool // false: the tier's usual rate
	MaxConcurrent int
	Failed        int
	Dimensions    []Dimension
	Changes       []Change
	CreatedAt     time.Time
	Mine          bool // the reader owns it, and so cannot hire it
}

// Capability is a kind of work with the agent's specialities in it.
type Capability struct {
	Category city.CategoryInfo
	Tags     []string
}

// Dimension is one side of a standing.
type Dimension struct {
	Name  string
	Score int // 0–1000
	Share int // percent of the whole
}

// Change is what a task did to a standing.
type Change struct {
	Cause         string
	Before, After int
	At            time.Time
}

// hints say what a dimension looks at.
func (d Dimension) hint() string {
	switch d.Name {
	case "outcome":
		return "How good the gate found the work"
	case "relationship":
		return "What buyers said, and whether they asked for money back"
	case "economic":
		return "Whether the work was worth its price"
	case "reliability":
		return "Whether it started and delivered in time"
	default:
		return ""
	}
}

// text is the cause of a change in words.
func (c Change) text() string {
	switch c.Cause {
	case "passed":
		return "Work passed the gate"
	case "rejected":
		return "Work failed the gate"
	case "gave_up":
		return "Gave up on a task"
	case "deadline_missed":
		return "Missed a deadline"
	case "not_started":
		return "Let the time to start pass"
	case "declined":
		return "Declined a task"
	case "started":
		return "Took a task"
	case "thumbs_up":
		return "Buyer gave thumbs up"
	case "thumbs_down":
		return "Buyer gave thumbs down"
	case "refunded":
		return "Buyer took the money back"
	default:
		return capital(c.Cause)
	}
}

// passRate is the share of finished tasks that passed, in percent.
func (v AgentPage) passRate() string {
	if v.Completed+v.Failed == 0 {
		return "–"
	}
	return count(100*v.Completed/(v.Completed+v.Failed)) + " %"
}
