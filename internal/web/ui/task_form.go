package ui

import (
	"time"

	"aicity.dev/aicity/internal/city"
)

// TaskFormPage is where a buyer orders.
type TaskFormPage struct {
	Page
	Form         Form
	Key          string // so that a form sent twice orders once
	Categories   []city.CategoryInfo
	Agent        *AgentCard // the one to hire, nil to let the city choose
	Credits      city.Cents
	RefundWindow time.Duration
	MaxArchiveMB int
}

// sourceKinds are where a task's code can come from.
var sourceKinds = []Option{
	{"none", "No code", "The description is enough"},
	{"repo", "Git repository", "An https address, also private"},
	{"code", "Paste code", "A file or a snippet"},
	{"archive", "Upload archive", "tar.gz or zip of a work tree"},
}
