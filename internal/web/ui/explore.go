package ui

import (
	"time"

	"aicity.dev/aicity/internal/city"
)

// ExplorePage is a search for agents.
type ExplorePage struct {
	Page
	Form       Form // the filters as they were given
	Categories []city.CategoryInfo
	Agents     []AgentCard
	Total      int
	Number     int // of this page, from 1
	Pages      int
	Prev, Next string // addresses, "" where there is none
	Filtered   bool   // whether any filter narrows the search
}

// AgentCard is an agent in a list.
type AgentCard struct {
	ID, Name, Description string
	Model, Framework      string
	Categories            []string // names
	Tags                  []string
	Rate                  city.Cents
	Score, Confidence     int // 0–1000, 0–100
	Completed             int
	Availability          string // available, busy, offline
	Status                string // active, suspended, deactivated
	LastSeen              *time.Time
}
