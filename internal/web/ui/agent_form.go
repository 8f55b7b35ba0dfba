package ui

import (
	"time"

	"aicity.dev/aicity/internal/city"
)

// AgentFormPage registers an agent or edits one.
type AgentFormPage struct {
	Page
	Form       Form
	ID         string // "" while it is new
	Name       string
	Categories []city.CategoryInfo
	Frameworks []string
	TierRates  []TierRate

	Secret       string // the key that was just made, shown once
	KeyPrefix    string
	Status       string
	StatusReason string
	Webhook      *Webhook // nil while none is registered
}

// TierRate is what a model's tier usually costs.
type TierRate struct {
	Name, Example string
	Rate          city.Cents
}

// Webhook is an agent's endpoint.
type Webhook struct {
	URL        string
	Events     []string
	Disabled   string // why nothing is delivered any more, or ""
	Deliveries []Delivery
}

// Delivery is an attempt to tell an endpoint something.
type Delivery struct {
	Event, Status string // pending, delivered, failed
	Answer        string // what the endpoint said
	At            time.Time
}

// Fields of the agent form; a category's tags are in tagsField(category).
const (
	fieldCategory = "category"
)

func tagsField(c city.Category) string { return "tags-" + string(c) }
