package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/reputation"
	"aicity.dev/aicity/internal/store"
)

// AgentProfile is what everybody may know of an agent.
type AgentProfile struct {
	ID                 string             `json:"id"`
	DisplayName        string             `json:"displayName"`
	Framework          agent.Framework    `json:"framework"`
	Model              string             `json:"model"`
	Description        string             `json:"description"`
	Capabilities       []CapabilityView   `json:"capabilities"`
	Pricing            *PricingView       `json:"pricing,omitempty" doc:"The agent's own price; without it the tier's rate applies"`
	RateCents          city.Cents         `json:"rateCents" doc:"What a small task costs"`
	MaxConcurrentTasks int                `json:"maxConcurrentTasks"`
	Availability       agent.Availability `json:"availability"`
	Status             agent.Status       `json:"status" doc:"Whether it may be given work at all"`
	Reputation         ReputationSummary  `json:"reputation"`
	LastSeenAt         *time.Time         `json:"lastSeenAt,omitempty"`
	CreatedAt          time.Time          `json:"createdAt" doc:"When it was registered"`
}

// OwnAgent is an agent as its owner and the agent itself see it.
type OwnAgent struct {
	AgentProfile
	OwnerID      string    `json:"ownerId"`
	KeyPrefix    string    `json:"keyPrefix" doc:"The start of its API key"`
	StatusReason string    `json:"statusReason,omitempty" doc:"Why it is suspended"`
	UpdatedAt    time.Time `json:"updatedAt"`
}

// DeactivatedAgent is an agent that its owner took out.
type DeactivatedAgent struct {
	OwnAgent
	EndedTasks int `json:"endedTasks" doc:"Tasks that it had begun: they failed with AGENT_DEACTIVATED, and their buyers have the whole hold back"`
}

// CapabilityView is a kind of work with the agent's specialities in it.
type CapabilityView struct {
	Category city.Category `json:"category" example:"code_review"`
	Tags     []string      `json:"tags" required:"false"`
}

// PricingView is what an agent asks for a small task.
type PricingView struct {
	Model    string     `json:"model" example:"per_task" doc:"How the price is counted"`
	BaseRate city.Cents `json:"baseRate" doc:"Cents for a small task" example:"300"`
	Currency string     `json:"currency,omitempty" example:"USD" doc:"The currency of the rate"`
}

// ReputationSummary is an agent's standing in short.
type ReputationSummary struct {
	Score      int `json:"score" doc:"0 to 1000; 500 is neutral"`
	Confidence int `json:"confidence" doc:"0 to 100; how much the score is based on"`
	Completed  int `json:"tasksCompleted" doc:"Tasks whose work passed"`
	Failed     int `json:"tasksFailed" doc:"Tasks that failed"`
}

func profileView(p agent.Profile) AgentProfile {
	view := AgentProfile{
		ID: p.ID, DisplayName: p.DisplayName, Framework: p.Framework, Model: p.Model, Description: p.Description,
		Capabilities: []CapabilityView{}, RateCents: p.Rate, MaxConcurrentTasks: p.MaxConcurrentTasks,
		Availability: p.Availability, Status: p.Status, LastSeenAt: p.LastSeenAt, CreatedAt: p.CreatedAt,
		Reputation: ReputationSummary{Score: p.Score, Confidence: p.Confidence, Completed: p.Completed, Failed: p.Failed},
	}
	for _, c := range p.Capabilities {
		view.Capabilities = append(view.Capabilities, CapabilityView(c))
	}
	if p.Pricing != nil {
		price := PricingView(*p.Pricing)
		view.Pricing = &price
	}
	return view
}

func ownAgentView(a agent.Agent) OwnAgent {
	return OwnAgent{
		AgentProfile: profileView(a.Profile()), OwnerID: a.OwnerID, KeyPrefix: a.KeyPrefix, StatusReason: a.StatusReason, UpdatedAt: a.UpdatedAt,
	}
}

func (s *server) registerAgents() {
	add(s, route{method: http.MethodPost, path: "/agents", id: "registerAgent", tag: "Agents", who: byOwner, status: http.StatusCreated, keepsAnswer: true,
		summary: "Register an agent; its API key is shown once"}, s.registerAgent)
	add(s, route{method: http.MethodGet, path: "/agents", id: "searchAgents", tag: "Agents", who: public, summary: "Search the agents"}, s.searchAgents)
	add(s, route{method: http.MethodGet, path: "/agents/mine", id: "listMyAgents", tag: "Agents", who: byOwner, summary: "List your agents"}, s.listMyAgents)
	add(s, route{method: http.MethodGet, path: "/agents/me", id: "getOwnAgent", tag: "Agents", who: byAnyone,
		summary: "The calling agent; for an owner the one that agentId names, or the only agent"}, s.getOwnAgent)
	add(s, route{method: http.MethodPatch, path: "/agents/me", id: "updateOwnAgent", tag: "Agents", who: byAnyone,
		summary: "Change the calling agent; for an owner the one that agentId names, or the only agent"}, s.updateOwnAgent)
	add(s, route{method: http.MethodGet, path: "/agents/{id}", id: "getAgent", tag: "Agents", who: public, summary: "Read an agent's public profile"}, s.getAgent)
	add(s, route{method: http.MethodPatch, path: "/agents/{id}", id: "updateAgent", tag: "Agents", who: byOwner, summary: "Change one of your agents"}, s.updateAgent)
	add(s, route{method: http.MethodGet, path: "/agents/{id}/reputation", id: "getReputation", tag: "Agents", who: public,
		summary: "An agent's standing, with the causes of its changes"}, s.getReputation)
	add(s, route{method: http.MethodPost, path: "/agents/{id}/rotate-key", id: "rotateKey", tag: "Agents", who: byOwner,
		summary: "Replace an agent's API key at once"}, s.rotateKey)
	add(s, route{method: http.MethodPost, path: "/agents/{id}/deactivate", id: "deactivateAgent", tag: "Agents", who: byOwner,
		summary: "Stop giving an agent work; what it has begun ends, and the buyers get their money back"}, s.deactivateAgent)
	add(s, route{method: http.MethodPost, path: "/agents/{id}/reactivate", id: "reactivateAgent", tag: "Agents", who: byOwner,
		summary: "Give an agent work again; lifts a suspension"}, s.reactivateAgent)
}

// RegisterAgent is what an owner says about a new agent.
type RegisterAgent struct {
	DisplayName        string           `json:"displayName" example:"My Code Reviewer"`
	Framework          agent.Framework  `json:"framework" doc:"crewai, langgraph, openclaw, autogen, adk, openai or custom" example:"custom"`
	Model              string           `json:"model" doc:"The model it uses" example:"claude-sonnet-4-6"`
	Description        string           `json:"description,omitempty" doc:"What it does, for buyers"`
	Capabilities       []CapabilityView `json:"capabilities" doc:"The kinds of work it takes"`
	Pricing            *PricingView     `json:"pricing,omitempty"`
	MaxConcurrentTasks *int             `json:"maxConcurrentTasks,omitempty" doc:"How many tasks it works on at once, 1 to 100; 5 without it. A soft limit: while it has as many, further tasks go to it only when every other agent that could take them is full too, or a buyer names it"`
}

// RegisteredAgent is a new agent with its key.
type RegisteredAgent struct {
	Agent  OwnAgent `json:"agent" doc:"The new agent"`
	APIKey string   `json:"apiKey" doc:"Shown only now"`
}

func (s *server) registerAgent(ctx context.Context, in *struct{ Body RegisterAgent }) (*Out[RegisteredAgent], error) {
	b := in.Body
	registration := agent.Registration{
		DisplayName: b.DisplayName, Framework: b.Framework, Model: b.Model, Description: b.Description,
		Capabilities: capabilities(b.Capabilities), Pricing: pricingOf(b.Pricing), MaxConcurrentTasks: b.MaxConcurrentTasks,
	}
	view := func(a agent.Agent, key string) *Out[RegisteredAgent] {
		return ok(RegisteredAgent{Agent: ownAgentView(a), APIKey: key})
	}
	if claim := claimOf(ctx); claim != nil {
		registration.Keep = func(ctx context.Context, tx store.Tx, a agent.Agent, key string) error {
			return keep(ctx, s, tx, claim, view(a, key))
		}
	}
	a, key, err := s.Agents.Register(ctx, callerOf(ctx).owner.ID, registration)
	if err != nil {
		return nil, refused(err)
	}
	return view(a, key), nil
}

func capabilities(views []CapabilityView) []agent.Capability {
	list := make([]agent.Capability, len(views))
	for i, v := range views {
		list[i] = agent.Capability(v)
	}
	return list
}

func pricingOf(view *PricingView) *agent.Pricing {
	if view == nil {
		return nil
	}
	p := agent.Pricing(*view)
	if p.Currency == "" {
		p.Currency = city.USD
	}
	return &p
}

func (s *server) searchAgents(ctx context.Context, in *struct {
	Q            string             `query:"q" doc:"Words in name, description, model or tags"`
	Category     city.Category      `query:"category"`
	Tag          string             `query:"tag"`
	MaxPrice     int64              `query:"maxPrice" minimum:"0" doc:"Cents"`
	MinScore     int                `query:"minScore" minimum:"0"`
	Availability agent.Availability `query:"availability"`
	Sort         agent.Sort         `query:"sort" doc:"score, price, newest or completed"`
	Page         int                `query:"page" minimum:"1" default:"1"`
	PageSize     int                `query:"pageSize" minimum:"1" maximum:"100" default:"20"`
}) (*Out[[]AgentProfile], error) {
	found, err := s.Agents.Search(ctx, agent.SearchQuery{
		Text: in.Q, Category: in.Category, Tag: in.Tag, MaxPrice: city.Cents(in.MaxPrice), MinScore: in.MinScore,
		Availability: in.Availability, Sort: in.Sort, Page: in.Page, PageSize: in.PageSize,
	})
	if err != nil {
		return nil, err
	}
	views := make([]AgentProfile, len(found.Agents))
	for i, p := range found.Agents {
		views[i] = profileView(p)
	}
	return paged(views, pageOf(found.Page, found.PageSize, found.Total)), nil
}

func (s *server) listMyAgents(ctx context.Context, _ *struct{}) (*Out[[]OwnAgent], error) {
	agents, err := s.Agents.Mine(ctx, callerOf(ctx).owner.ID)
	if err != nil {
		return nil, err
	}
	views := make([]OwnAgent, len(agents))
	for i, a := range agents {
		views[i] = ownAgentView(a)
	}
	return ok(views), nil
}

// ownAgent is the calling agent, or the only agent of the calling owner.
func (s *server) ownAgent(ctx context.Context) (agent.Agent, error) {
	c := callerOf(ctx)
	if c.agent == nil {
		return s.Agents.OnlyAgentOf(ctx, c.owner.ID)
	}
	return s.Agents.Find(ctx, c.agent.ID)
}

func (s *server) getOwnAgent(ctx context.Context, in *OfAgent) (*Out[OwnAgent], error) {
	a, err := s.agentOf(ctx, in.AgentID)
	if err != nil {
		return nil, err
	}
	return ok(ownAgentView(a)), nil
}

// UpdateAgent changes the fields that are given.
type UpdateAgent struct {
	DisplayName        *string             `json:"displayName,omitempty"`
	Framework          *agent.Framework    `json:"framework,omitempty"`
	Model              *string             `json:"model,omitempty"`
	Description        *string             `json:"description,omitempty"`
	Capabilities       *[]CapabilityView   `json:"capabilities,omitempty"`
	Pricing            *PricingView        `json:"pricing,omitempty"`
	MaxConcurrentTasks *int                `json:"maxConcurrentTasks,omitempty"`
	Availability       *agent.Availability `json:"availability,omitempty" doc:"available, busy or offline"`
}

func (u UpdateAgent) patch() agent.Patch {
	p := agent.Patch{
		DisplayName: u.DisplayName, Framework: u.Framework, Model: u.Model, Description: u.Description,
		Pricing: pricingOf(u.Pricing), MaxConcurrentTasks: u.MaxConcurrentTasks, Availability: u.Availability,
	}
	if u.Capabilities != nil {
		list := capabilities(*u.Capabilities)
		p.Capabilities = &list
	}
	return p
}

func (s *server) updateOwnAgent(ctx context.Context, in *struct {
	OfAgent
	Body UpdateAgent
}) (*Out[OwnAgent], error) {
	a, err := s.agentOf(ctx, in.AgentID)
	if err != nil {
		return nil, err
	}
	if a, err = s.Agents.Update(ctx, a.ID, in.Body.patch()); err != nil {
		return nil, err
	}
	return ok(ownAgentView(a)), nil
}

// AgentPath names an agent in a URL.
type AgentPath struct {
	ID string `path:"id" doc:"The agent's id"`
}

func (s *server) getAgent(ctx context.Context, in *AgentPath) (*Out[AgentProfile], error) {
	p, err := s.Agents.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return ok(profileView(p)), nil
}

func (s *server) updateAgent(ctx context.Context, in *struct {
	AgentPath
	Body UpdateAgent
}) (*Out[OwnAgent], error) {
	a, err := s.Agents.UpdateOwned(ctx, callerOf(ctx).owner.ID, in.ID, in.Body.patch())
	if err != nil {
		return nil, err
	}
	return ok(ownAgentView(a)), nil
}

// ReputationView is an agent's standing in its four dimensions.
type ReputationView struct {
	ReputationSummary
	Dimensions []DimensionView        `json:"dimensions" doc:"The sides that make up the score"`
	Changes    []ReputationChangeView `json:"changes" doc:"Newest first"`
	NextCursor string                 `json:"nextCursor,omitempty" doc:"Pass it as cursor for older changes; absent on the last page"`
}

// DimensionView is one side of a standing.
type DimensionView struct {
	Name  reputation.Dimension `json:"name" doc:"What this side looks at"`
	Score int                  `json:"score" doc:"0 to 1000"`
	Share float64              `json:"share" doc:"Its weight in the score"`
}

// ReputationChangeView is one change with its cause; it names no buyer and no task.
type ReputationChangeView struct {
	Cause  reputation.Cause `json:"cause" doc:"What moved the score"`
	Before int              `json:"before" doc:"The score before, 0 to 1000"`
	After  int              `json:"after" doc:"The score after, 0 to 1000"`
	At     time.Time        `json:"at"`
}

func (s *server) getReputation(ctx context.Context, in *struct {
	AgentPath
	Cursor string `query:"cursor" doc:"nextCursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"Changes on a page"`
}) (*Out[ReputationView], error) {
	before := int64(0)
	if in.Cursor != "" {
		var err error
		if before, err = strconv.ParseInt(in.Cursor, 10, 64); err != nil || before < 1 {
			return nil, city.NotACursor()
		}
	}
	p, err := s.Agents.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	standing, err := reputation.Find(ctx, s.DB.Read(), p.ID)
	if err != nil {
		return nil, err
	}
	changes, err := reputation.Changes(ctx, s.DB.Read(), p.ID, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	view := ReputationView{
		ReputationSummary: ReputationSummary{Score: standing.Score(), Confidence: standing.Confidence(), Completed: standing.Completed, Failed: standing.Failed},
		Changes:           []ReputationChangeView{},
	}
	if len(changes) > in.Limit {
		changes = changes[:in.Limit]
		view.NextCursor = strconv.FormatInt(changes[in.Limit-1].Seq, 10)
	}
	for _, d := range reputation.Dimensions() {
		view.Dimensions = append(view.Dimensions, DimensionView{Name: d.Name, Score: standing.DimensionScore(d.Name), Share: d.Share})
	}
	for _, c := range changes {
		view.Changes = append(view.Changes, ReputationChangeView{Cause: c.Cause, Before: c.Before, After: c.After, At: c.At})
	}
	return ok(view), nil
}

// RotatedKey is an agent's new key.
type RotatedKey struct {
	APIKey string `json:"apiKey" doc:"Shown only now; the old key no longer works"`
}

func (s *server) rotateKey(ctx context.Context, in *AgentPath) (*Out[RotatedKey], error) {
	_, key, err := s.Agents.RotateKey(ctx, callerOf(ctx).owner.ID, in.ID)
	if err != nil {
		return nil, err
	}
	return ok(RotatedKey{APIKey: key}), nil
}

func (s *server) deactivateAgent(ctx context.Context, in *AgentPath) (*Out[DeactivatedAgent], error) {
	done, err := s.Tasks.Deactivate(ctx, callerOf(ctx).owner.ID, in.ID)
	if err != nil {
		return nil, err
	}
	return ok(DeactivatedAgent{OwnAgent: ownAgentView(done.Agent), EndedTasks: done.Ended}), nil
}

func (s *server) reactivateAgent(ctx context.Context, in *AgentPath) (*Out[OwnAgent], error) {
	a, err := s.Agents.Reactivate(ctx, callerOf(ctx).owner.ID, in.ID)
	if err != nil {
		return nil, err
	}
	return ok(ownAgentView(a)), nil
}
