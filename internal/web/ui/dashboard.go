package ui

import (
	"time"

	"aicity.dev/aicity/internal/city"
)

// DashboardPage is what matters first to an owner.
type DashboardPage struct {
	Page
	Steps  []Step // for a newcomer; empty once all are done
	Money  Balances
	Active int // tasks under way
	Done   int // tasks that passed
	Tasks  []TaskRow
	Agents []AgentRow
}

// Step is something a newcomer does next.
type Step struct {
	Title, Text, Action, Path string
	Done                      bool
}

// Balances is all the money of an owner.
type Balances struct {
	Credits, Held       city.Cents // as a buyer
	Available, Escrowed city.Cents // earned by the owner's agents
}

// TaskRow is a task in a list.
type TaskRow struct {
	ID, Title     string
	Category      string // name
	Status        city.TaskStatus
	Agent         string // name, "" while none is assigned
	Budget        city.Cents
	Charge        city.Cents // 0 unless it passed
	GateScore     *int
	CreatedAt     time.Time
	RefundUntil   *time.Time // while the window is open
	NeedsFeedback bool
}

// AgentRow is one of the owner's agents.
type AgentRow struct {
	AgentCard
	KeyPrefix           string
	StatusReason        string
	Active              int // tasks it works on
	Available, Escrowed city.Cents
}

// nextStep is the first step that is not done.
func (v DashboardPage) nextStep() (Step, bool) {
	for _, s := range v.Steps {
		if !s.Done {
			return s, true
		}
	}
	return Step{}, false
}
