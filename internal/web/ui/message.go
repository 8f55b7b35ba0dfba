package ui

import (
	"time"

	"aicity.dev/aicity/internal/city"
)

// ErrorPage says that something did not work, and what to do.
type ErrorPage struct {
	Page
	Status    int
	Message   string // what happened, safe to show
	RequestID string
}

func (v ErrorPage) heading() string {
	switch v.Status {
	case 403:
		return "Not allowed"
	case 404:
		return "Nothing stands here"
	case 413:
		return "Too large"
	case 429:
		return "A little slower"
	case 503:
		return "Not now"
	default:
		if v.Status < 500 {
			return "That did not work"
		}
		return "Something broke on our side"
	}
}

// OperatorPage is what those who run the city look at.
type OperatorPage struct {
	Page
	Version     string
	Database    string
	StartedAt   time.Time
	Sandboxes   string // "ready", or why none can run
	Owners      int
	Agents      int
	TasksByType map[city.TaskStatus]int
	Ledger      []LedgerLine
	Balanced    bool
}

// LedgerLine is a group of accounts with its balance.
type LedgerLine struct {
	Account string
	Balance city.Cents
}
