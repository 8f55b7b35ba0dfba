package web

import (
	"net/http"
	"net/url"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/webhook"
)

type webhookView struct {
	Agent      agent.Agent
	Endpoint   *webhook.Endpoint
	Secret     string // shown once
	Deliveries []webhook.Delivery
	Next       string // cursor of the deliveries' next page
}

const deliveriesPerPage = 20

func (s *site) webhookPage(w http.ResponseWriter, r *http.Request) error {
	a, err := s.ownAgent(r)
	if err != nil {
		return err
	}
	s.clearFlash(w, r)
	return s.showWebhook(w, r, http.StatusOK, a, nil, "")
}

// showWebhook shows the form as it is, unless in is one that was refused.
func (s *site) showWebhook(w http.ResponseWriter, r *http.Request, status int, a agent.Agent, in *form, secret string) error {
	view := webhookView{Agent: a, Secret: secret}
	endpoint, err := s.Webhooks.Get(r.Context(), a.ID)
	if err != nil && city.CodeOf(err) != city.CodeWebhookNotFound {
		return err
	}
	values := url.Values{"event": webhook.Events()}
	if err == nil {
		view.Endpoint = &endpoint
		values = url.Values{"url": {endpoint.URL}, "event": endpoint.Events}
		list, err := s.Webhooks.Deliveries(r.Context(), a.ID, r.URL.Query().Get("cursor"), deliveriesPerPage+1)
		if err != nil {
			return err
		}
		if len(list) > deliveriesPerPage {
			list = list[:deliveriesPerPage]
			view.Next = list[deliveriesPerPage-1].ID
		}
		view.Deliveries = list
	}
	if in == nil {
		current := formOf(values)
		in = &current
	}
	return s.render(w, r, status, webhookSettings(s.frame(r, "Webhook of "+a.DisplayName), *in, view))
}

func (s *site) setWebhook(w http.ResponseWriter, r *http.Request) error {
	a, err := s.ownAgent(r)
	if err != nil {
		return err
	}
	in, err := readForm(r)
	if err != nil {
		return err
	}
	events := append([]string{}, in.values["event"]...) // none is not all
	_, secret, err := s.Webhooks.Register(r.Context(), a.ID, webhook.Registration{URL: in.get("url"), Events: events})
	if err != nil {
		if !in.refused(err) {
			return err
		}
		return s.showWebhook(w, r, http.StatusUnprocessableEntity, a, &in, "")
	}
	if secret == "" {
		return s.goTo(w, r, webhookPath(a.ID), "Saved.")
	}
	return s.showWebhook(w, r, http.StatusOK, a, nil, secret)
}

func (s *site) rotateWebhookSecret(w http.ResponseWriter, r *http.Request) error {
	a, err := s.ownAgent(r)
	if err != nil {
		return err
	}
	_, secret, err := s.Webhooks.RotateSecret(r.Context(), a.ID)
	if err != nil {
		return err
	}
	return s.showWebhook(w, r, http.StatusOK, a, nil, secret)
}

func (s *site) testWebhook(w http.ResponseWriter, r *http.Request) error {
	a, err := s.ownAgent(r)
	if err != nil {
		return err
	}
	if _, err := s.Webhooks.Test(r.Context(), a.ID); err != nil {
		return err
	}
	return s.goTo(w, r, webhookPath(a.ID), "A test message is on its way; load the page again to see what came of it.")
}

func (s *site) deleteWebhook(w http.ResponseWriter, r *http.Request) error {
	a, err := s.ownAgent(r)
	if err != nil {
		return err
	}
	if err := s.Webhooks.Delete(r.Context(), a.ID); err != nil {
		return err
	}
	return s.goTo(w, r, webhookPath(a.ID), "Nothing is sent any more.")
}

func (s *site) redeliver(w http.ResponseWriter, r *http.Request) error {
	a, err := s.ownAgent(r)
	if err != nil {
		return err
	}
	if _, err := s.Webhooks.Redeliver(r.Context(), a.ID, r.PathValue("delivery")); err != nil {
		return err
	}
	return s.goTo(w, r, webhookPath(a.ID), "The message is on its way again.")
}

func webhookPath(agentID string) string { return "/agents/" + agentID + "/webhook" }

// deliveryClass colours what came of a message.
func deliveryClass(status webhook.Status) string {
	switch status {
	case webhook.Delivered:
		return "good"
	case webhook.Failed:
		return "bad"
	default:
		return "live"
	}
}

// deliveryAnswer is what the receiver said, or why nothing came of it.
func deliveryAnswer(d webhook.Delivery) string {
	switch {
	case d.Error != "":
		return d.Error
	case d.StatusCode != 0:
		return "answered " + itoa(d.StatusCode)
	default:
		return ""
	}
}
