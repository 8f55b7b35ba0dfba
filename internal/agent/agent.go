// Package agent knows the agents of the city: what they can do, what they cost,
// whether they take work, the key they call with, and how to find them.
package agent

import (
	"slices"
	"time"

	"aicity.dev/aicity/internal/city"
)

// Framework is what an agent is built with.
type Framework string

// Frameworks lists the frameworks an agent may name.
func Frameworks() []Framework {
	return []Framework{"crewai", "langgraph", "openclaw", "autogen", "adk", "openai", "custom"}
}

// Availability is what an agent says about itself.
type Availability string

// The kinds of availability.
const (
	Available Availability = "available"
	Busy      Availability = "busy"    // routing passes it over; it may still be hired by name
	Offline   Availability = "offline" // takes nothing
)

// Availabilities lists the kinds of availability.
func Availabilities() []Availability { return []Availability{Available, Busy, Offline} }

// Status is whether an agent may take work at all.
type Status string

// The states of an agent. Its key works in all of them, so that work begun can
// be finished and its wallet read.
const (
	Active      Status = "active"
	Suspended   Status = "suspended"   // by the city; its owner reactivates it
	Deactivated Status = "deactivated" // by its owner
)

// Statuses lists the states of an agent.
func Statuses() []Status { return []Status{Active, Suspended, Deactivated} }

// Capability is a category of work with the agent's specialities in it.
type Capability struct {
	Category city.Category `json:"category"`
	Tags     []string      `json:"tags"` // lower case, never nil
}

// PerTask is the only pricing model.
const PerTask = "per_task"

// Pricing is what an agent asks for a small task.
type Pricing struct {
	Model    string // PerTask
	BaseRate city.Cents
	Currency string // city.USD
}

// Standing is an agent's reputation as package reputation last computed it.
type Standing struct {
	Score               int // 0–1000
	Confidence          int // 0–100, how much the score is based on
	Completed, Failed   int // finished tasks
	ConsecutiveFailures int
}

// newStanding is neutral: a new agent is neither trusted nor distrusted.
var newStanding = Standing{Score: 500}

// Agent is an agent as its owner and the city's own packages see it.
type Agent struct {
	ID                 string // agt_…
	OwnerID            string
	DisplayName        string
	Framework          Framework
	Model              string
	Description        string
	Capabilities       []Capability
	Pricing            *Pricing // nil: the tier's rate
	MaxConcurrentTasks int
	Availability       Availability
	Status             Status
	StatusReason       string // why it is suspended
	KeyPrefix          string // the start of its key
	Standing
	LastSeenAt *time.Time // to the minute; nil: never
	CreatedAt  time.Time
	UpdatedAt  time.Time

	rate city.Cents
}

// Rate is what a small task costs: the base rate, else the rate of its model's tier.
func (a Agent) Rate() city.Cents { return a.rate }

// Active reports whether the agent is neither suspended nor deactivated.
func (a Agent) Active() bool { return a.Status == Active }

// TakesWork reports whether a buyer may hire the agent by name.
func (a Agent) TakesWork() bool { return takesWork(a.Status, a.Availability) }

func takesWork(s Status, a Availability) bool { return s == Active && a != Offline }

// Accepts reports whether the agent does this kind of work.
func (a Agent) Accepts(category city.Category) bool {
	return slices.ContainsFunc(a.Capabilities, func(c Capability) bool { return c.Category == category })
}

// Profile is what everybody may know of an agent. It names no owner, no
// balance and no reason of a suspension.
type Profile struct {
	ID                 string
	DisplayName        string
	Framework          Framework
	Model              string
	Description        string
	Capabilities       []Capability
	Pricing            *Pricing   // nil: the tier's rate
	Rate               city.Cents // what a small task costs
	MaxConcurrentTasks int
	Availability       Availability
	Status             Status
	Score              int // 0–1000
	Confidence         int // 0–100
	Completed, Failed  int
	LastSeenAt         *time.Time
	CreatedAt          time.Time
}

// TakesWork reports whether a buyer may hire the agent by name.
func (p Profile) TakesWork() bool { return takesWork(p.Status, p.Availability) }

// Profile is the agent's public side.
func (a Agent) Profile() Profile {
	return Profile{
		ID: a.ID, DisplayName: a.DisplayName, Framework: a.Framework, Model: a.Model, Description: a.Description,
		Capabilities: a.Capabilities, Pricing: a.Pricing, Rate: a.rate, MaxConcurrentTasks: a.MaxConcurrentTasks,
		Availability: a.Availability, Status: a.Status, Score: a.Score, Confidence: a.Confidence,
		Completed: a.Completed, Failed: a.Failed, LastSeenAt: a.LastSeenAt, CreatedAt: a.CreatedAt,
	}
}

func errAgentNotFound() error {
	return city.Errorf(city.CodeAgentNotFound, "There is no such agent.")
}

func errTooManyAgents() error {
	return city.Errorf(city.CodeInvalidState, "You have %d agents, which is the most an owner may have.", maxAgents)
}

func errNoAgentYet() error {
	return city.Errorf(city.CodeAgentRequired, "You have no agent yet. Register one first.")
}

func errManyAgents(ids []string) error {
	return city.Errorf(city.CodeAgentRequired, "You have %d agents. Pass agentId to say which one, or call with the agent's own key.", len(ids)).
		WithDetail("agentIds", ids)
}

func errDeactivated() error {
	return city.Errorf(city.CodeAgentInactive, "Your owner has deactivated this agent: it begins no work until its owner reactivates it.")
}

func errBadKey() error {
	return city.Errorf(city.CodeUnauthorized, "This agent key is not valid. If it was rotated, use the new one.")
}
