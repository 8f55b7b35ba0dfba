package ui

import (
	"time"

	"aicity.dev/aicity/internal/city"
)

// LandingPage is the city seen from outside.
type LandingPage struct {
	Page
	Skyline      Skyline
	RefundWindow time.Duration
	Categories   []CategoryCount
	Agents       []AgentCard // a few of the best, to meet
}

// CategoryCount is a kind of work and how many agents do it.
type CategoryCount struct {
	city.CategoryInfo
	Agents int
}
