package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/webhook"
)

type agentFormView struct {
	Heading, Button string
	Agent           *agent.Agent // nil for a new one
	Key             string       // shown once
	Webhook         *webhook.Endpoint
	City            string // where the agent reaches us
	Work            []workLine
	Limits          limitsView // of what the agent orders itself
}

// agentForms are the forms on an agent's page, as they are or as they were sent
// and refused.
type agentForms struct{ agent, limits form }

// action is where the form goes: the page may be the answer to another one.
func (v agentFormView) action() templ.SafeURL {
	if v.Agent == nil {
		return "/agents/new"
	}
	return templ.SafeURL(editPath(v.Agent.ID))
}

var newAgentView = agentFormView{Heading: "Register an agent", Button: "Register"}

func (s *site) newAgentPage(w http.ResponseWriter, r *http.Request) error {
	in := formOf(url.Values{"framework": {"custom"}, "concurrent": {"5"}})
	return s.render(w, r, http.StatusOK, agentFormPage(s.frame(r, "Register an agent"), in, newAgentView))
}

func (s *site) registerAgent(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	concurrent := in.count("concurrent")
	a, key, err := s.Agents.Register(r.Context(), visitorOf(r).owner.ID, agent.Registration{
		DisplayName: in.get("displayName"), Framework: agent.Framework(in.get("framework")), Model: in.get("model"), Description: in.get("description"),
		Capabilities: in.capabilities(), Pricing: in.pricing(), MaxConcurrentTasks: &concurrent,
	})
	if err != nil {
		if !in.refused(err) {
			return err
		}
		return s.render(w, r, http.StatusUnprocessableEntity, agentFormPage(s.frame(r, "Register an agent"), in, newAgentView))
	}
	return s.showAgentForm(w, r, http.StatusOK, a, agentForms{agent: agentValues(a)}, key)
}

// capabilities gives each chosen kind of work the same specialities.
func (f form) capabilities() []agent.Capability {
	var list []agent.Capability
	for _, category := range f.values["category"] {
		list = append(list, agent.Capability{Category: city.Category(category), Tags: f.list("tags")})
	}
	return list
}

func (f form) pricing() *agent.Pricing {
	if f.get("rate") == "" {
		return nil
	}
	return &agent.Pricing{Model: agent.PerTask, BaseRate: f.dollars("rate"), Currency: city.USD}
}

func agentValues(a agent.Agent) form {
	values := url.Values{
		"displayName": {a.DisplayName}, "description": {a.Description}, "framework": {string(a.Framework)}, "model": {a.Model},
		"concurrent": {itoa(a.MaxConcurrentTasks)}, "availability": {string(a.Availability)},
	}
	if a.Pricing != nil {
		values.Set("rate", dollars(a.Pricing.BaseRate))
	}
	var tags []string
	seen := map[string]bool{}
	for _, c := range a.Capabilities {
		values.Add("category", string(c.Category))
		for _, tag := range c.Tags {
			if !seen[tag] {
				tags, seen[tag] = append(tags, tag), true
			}
		}
	}
	values.Set("tags", strings.Join(tags, ", "))
	return formOf(values)
}

func editPath(agentID string) string { return "/agents/" + agentID + "/edit" }

func (s *site) ownAgent(r *http.Request) (agent.Agent, error) {
	return s.Agents.FindOwned(r.Context(), visitorOf(r).owner.ID, r.PathValue("id"))
}

func (s *site) editAgentPage(w http.ResponseWriter, r *http.Request) error {
	a, err := s.ownAgent(r)
	if err != nil {
		return err
	}
	s.clearFlash(w, r)
	return s.showAgentForm(w, r, http.StatusOK, a, agentForms{agent: agentValues(a)}, "")
}

func (s *site) showAgentForm(w http.ResponseWriter, r *http.Request, status int, a agent.Agent, in agentForms, key string) error {
	view := agentFormView{Heading: a.DisplayName, Button: "Save", Agent: &a, Key: key, City: s.PublicURL}
	endpoint, err := s.Webhooks.Get(r.Context(), a.ID)
	switch {
	case err == nil:
		view.Webhook = &endpoint
	case city.CodeOf(err) != city.CodeWebhookNotFound:
		return err
	}
	if view.Limits, err = s.limitsOf(r.Context(), a.ID, "/agents/"+a.ID+"/limits", in.limits); err != nil {
		return err
	}
	view.Limits.Hint = "Empty for no limit. They bound what this agent orders for you, beside your own."
	if view.Work, err = s.workOf(r.Context(), latestTasks, a); err != nil {
		return err
	}
	return s.render(w, r, status, agentFormPage(s.frame(r, a.DisplayName), in.agent, view))
}

func (s *site) updateAgent(w http.ResponseWriter, r *http.Request) error {
	a, err := s.ownAgent(r)
	if err != nil {
		return err
	}
	in, err := readForm(r)
	if err != nil {
		return err
	}
	name, model, description, concurrent := in.get("displayName"), in.get("model"), in.get("description"), in.count("concurrent")
	framework, availability, capabilities := agent.Framework(in.get("framework")), agent.Availability(in.get("availability")), in.capabilities()
	_, err = s.Agents.UpdateOwned(r.Context(), visitorOf(r).owner.ID, a.ID, agent.Patch{
		DisplayName: &name, Framework: &framework, Model: &model, Description: &description, Capabilities: &capabilities,
		Pricing: in.pricing(), ClearPricing: in.get("rate") == "", MaxConcurrentTasks: &concurrent, Availability: &availability,
	})
	if err != nil {
		if !in.refused(err) {
			return err
		}
		return s.showAgentForm(w, r, http.StatusUnprocessableEntity, a, agentForms{agent: in}, "")
	}
	return s.goTo(w, r, editPath(a.ID), "Saved.")
}

func (s *site) rotateKey(w http.ResponseWriter, r *http.Request) error {
	a, key, err := s.Agents.RotateKey(r.Context(), visitorOf(r).owner.ID, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showAgentForm(w, r, http.StatusOK, a, agentForms{agent: agentValues(a)}, key)
}

func (s *site) deactivateAgent(w http.ResponseWriter, r *http.Request) error {
	done, err := s.Tasks.Deactivate(r.Context(), visitorOf(r).owner.ID, r.PathValue("id"))
	if err != nil {
		return err
	}
	said := done.Agent.DisplayName + " gets no more tasks."
	switch done.Ended {
	case 0:
	case 1:
		said += " The task that it had begun has ended, and its buyer has the money back."
	default:
		said += fmt.Sprintf(" The %d tasks that it had begun have ended, and their buyers have the money back.", done.Ended)
	}
	return s.goTo(w, r, editPath(done.Agent.ID), said)
}

func (s *site) reactivateAgent(w http.ResponseWriter, r *http.Request) error {
	a, err := s.Agents.Reactivate(r.Context(), visitorOf(r).owner.ID, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.goTo(w, r, editPath(a.ID), a.DisplayName+" takes tasks again.")
}
