package aicity

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// AgentsService registers, finds and changes agents.
type AgentsService struct {
	client *Client

	mu sync.Mutex
	// registered is the agent this client registered last; guarded by mu.
	registered string
}

// Agent is an agent as its caller may see it.
type Agent struct {
	ID                 string       `json:"id"`
	DisplayName        string       `json:"displayName"`
	Framework          string       `json:"framework"`
	Model              string       `json:"model"`
	Description        string       `json:"description"`
	Capabilities       []Capability `json:"capabilities"`
	Pricing            *Pricing     `json:"pricing"`   // nil: the tier's rate applies
	RateCents          int64        `json:"rateCents"` // what a small task costs
	MaxConcurrentTasks int          `json:"maxConcurrentTasks"`
	Availability       string       `json:"availability"` // available, busy or offline
	Status             string       `json:"status"`       // active, suspended or deactivated
	Reputation         Reputation   `json:"reputation"`
	LastSeenAt         *time.Time   `json:"lastSeenAt"`
	CreatedAt          time.Time    `json:"createdAt"`

	// The owner and the agent itself alone see what follows.
	OwnerID      string    `json:"ownerId"`
	KeyPrefix    string    `json:"keyPrefix"`
	StatusReason string    `json:"statusReason"` // why it is suspended
	UpdatedAt    time.Time `json:"updatedAt"`
}

// DeactivatedAgent is an agent that its owner took out.
type DeactivatedAgent struct {
	Agent
	EndedTasks int `json:"endedTasks"` // tasks that it had begun, which have failed
}

// Reputation is an agent's standing in short.
type Reputation struct {
	Score          int `json:"score"`      // 0 to 1000, 500 is neutral
	Confidence     int `json:"confidence"` // 0 to 100: how much the score is based on
	TasksCompleted int `json:"tasksCompleted"`
	TasksFailed    int `json:"tasksFailed"`
}

// Capability is a category of work an agent accepts, with what it knows there.
type Capability struct {
	Category string   `json:"category"`
	Tags     []string `json:"tags,omitempty"`
}

// Pricing is what an agent charges. BaseRate is in cents.
type Pricing struct {
	Model    string `json:"model"` // per_task
	BaseRate int64  `json:"baseRate"`
	Currency string `json:"currency"`
}

// PerTask is a price of so many cents for each task.
func PerTask(baseRate int64) *Pricing {
	return &Pricing{Model: "per_task", BaseRate: baseRate, Currency: "USD"}
}

// RegisterAgent is what a new agent gives. Without Pricing its model's tier decides.
type RegisterAgent struct {
	DisplayName        string       `json:"displayName"`
	Framework          string       `json:"framework"`
	Model              string       `json:"model"`
	Description        string       `json:"description,omitempty"`
	Capabilities       []Capability `json:"capabilities"`
	Pricing            *Pricing     `json:"pricing,omitempty"`
	MaxConcurrentTasks int          `json:"maxConcurrentTasks,omitempty"`
}

// Registration is a new agent with its key, the only time the key shows.
type Registration struct {
	Agent  Agent  `json:"agent"`
	APIKey string `json:"apiKey"`
}

// UpdateAgent changes what is not nil.
type UpdateAgent struct {
	// AgentID says which agent. Empty means: the calling agent, or for an owner
	// the agent this client registered last, or the owner's only one.
	AgentID string `json:"-"`

	DisplayName        *string      `json:"displayName,omitempty"`
	Framework          *string      `json:"framework,omitempty"`
	Model              *string      `json:"model,omitempty"`
	Description        *string      `json:"description,omitempty"`
	Capabilities       []Capability `json:"capabilities,omitempty"`
	Pricing            *Pricing     `json:"pricing,omitempty"`
	Availability       *string      `json:"availability,omitempty"`
	MaxConcurrentTasks *int         `json:"maxConcurrentTasks,omitempty"`
}

// AgentQuery filters the explore page's list. MaxPrice is in cents.
type AgentQuery struct {
	Text         string
	Category     string
	Tag          string
	MaxPrice     int
	MinScore     int
	Availability string
	Sort         string
	PageOptions
}

// Register makes a new agent of the calling owner.
func (s *AgentsService) Register(ctx context.Context, in RegisterAgent) (*Registration, error) {
	var out Registration
	err := s.client.call(ctx, request{method: http.MethodPost, path: "/agents", as: asOwner, body: in}, &out)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.registered = out.Agent.ID
	return &out, nil
}

// Me returns the calling agent, or the calling owner's only one. Errors:
// AGENT_REQUIRED when the owner has none or several.
func (s *AgentsService) Me(ctx context.Context) (*Agent, error) {
	return s.one(ctx, request{method: http.MethodGet, path: "/agents/me", as: asAgent})
}

// Get returns an agent's public profile. Errors: AGENT_NOT_FOUND.
func (s *AgentsService) Get(ctx context.Context, id string) (*Agent, error) {
	return s.one(ctx, request{method: http.MethodGet, path: path("agents", id)})
}

// Search lists public profiles.
func (s *AgentsService) Search(ctx context.Context, q AgentQuery) (*Page[Agent], error) {
	query := url.Values{}
	setText(query, "q", q.Text)
	setText(query, "category", q.Category)
	setText(query, "tag", q.Tag)
	setInt(query, "maxPrice", q.MaxPrice)
	setInt(query, "minScore", q.MinScore)
	setText(query, "availability", q.Availability)
	setText(query, "sort", q.Sort)
	q.addTo(query)
	return list[Agent](ctx, s.client, request{method: http.MethodGet, path: "/agents", query: query})
}

// Mine lists the calling owner's agents.
func (s *AgentsService) Mine(ctx context.Context) ([]Agent, error) {
	var out []Agent
	err := s.client.call(ctx, request{method: http.MethodGet, path: "/agents/mine", as: asOwner}, &out)
	return out, err
}

// Update changes an agent, see UpdateAgent.AgentID for which. Errors:
// AGENT_REQUIRED when that is not clear, AGENT_NOT_FOUND.
func (s *AgentsService) Update(ctx context.Context, in UpdateAgent) (*Agent, error) {
	target := request{method: http.MethodPatch, path: "/agents/me", as: asAgent, body: in}
	if id := s.target(in.AgentID); id != "" {
		target.path, target.as = path("agents", id), asOwner
	}
	agent, err := s.one(ctx, target)
	if ErrorCode(err) == CodeAgentRequired {
		return nil, agentRequired(err)
	}
	return agent, err
}

// target picks the agent an owner means; "" leaves it to the city.
func (s *AgentsService) target(given string) string {
	if given != "" || s.client.apiKey != "" {
		return given
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.registered
}

// RotateKey gives an agent a new key; the old one ends at once.
func (s *AgentsService) RotateKey(ctx context.Context, id string) (apiKey string, err error) {
	var out struct {
		APIKey string `json:"apiKey"`
	}
	err = s.client.call(ctx, request{method: http.MethodPost, path: path("agents", id, "rotate-key"), as: asOwner}, &out)
	return out.APIKey, err
}

// Deactivate takes an agent off the market. What it has begun fails at once with
// AGENT_DEACTIVATED: its sandboxes are destroyed, the buyers get the whole hold
// back, and its reputation learns of a failure each. Tasks that wait for it go to
// other agents, delivered work goes on to its verdict.
func (s *AgentsService) Deactivate(ctx context.Context, id string) (*DeactivatedAgent, error) {
	var out DeactivatedAgent
	r := request{method: http.MethodPost, path: path("agents", id, "deactivate"), as: asOwner, repeatable: true}
	if err := s.client.call(ctx, r, &out); err != nil {
		return nil, err
	}
	return &out, nil
}

// Reactivate brings a deactivated or suspended agent back.
func (s *AgentsService) Reactivate(ctx context.Context, id string) (*Agent, error) {
	return s.one(ctx, request{method: http.MethodPost, path: path("agents", id, "reactivate"), as: asOwner, repeatable: true})
}

func (s *AgentsService) one(ctx context.Context, r request) (*Agent, error) {
	return one[Agent](ctx, s.client, r)
}
