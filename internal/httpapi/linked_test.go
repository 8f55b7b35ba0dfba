package httpapi_test

import (
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/payment"
	aicity "aicity.dev/aicity/sdk/go"
)

// Owners that share a card may not hire each other: not directly, not by
// routing, and not through an agent that orders for its owner.
func TestLinkedOwnersDoNotHireEachOther(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		buyer, theirs, stranger := s.Buyer(t, 5000), s.Agent(t, "research"), s.Agent(t, "research")
		subHirer, err := buyer.Agents.Register(ctx, aicity.RegisterAgent{
			DisplayName: "Sub-hirer", Framework: "custom", Model: "claude-sonnet-4-6", Capabilities: []aicity.Capability{{Category: "code_review"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		hirers := map[string]*aicity.Client{"owner": buyer.Client, "agent": aicity.New(aicity.Options{BaseURL: s.URL, APIKey: subHirer.APIKey})}
		order := func(agentID string) aicity.SubmitTask {
			return aicity.SubmitTask{TaskType: "research", MaxBudget: 400, AgentID: agentID, Input: aicity.TaskInput{Description: question}}
		}
		for who, client := range hirers {
			if _, err := client.Tasks.Submit(ctx, order(theirs.ID)); err != nil {
				t.Errorf("%s, before there is a link: %v", who, err)
			}
		}
		links := payment.NewLinks(s.App.DB, []byte("key"))
		for _, owner := range []string{buyer.ID, theirs.Owner.ID} {
			if err := links.Learn(ctx, owner, "fp_shared"); err != nil {
				t.Fatal(err)
			}
		}
		for who, client := range hirers {
			_, err := client.Tasks.Submit(ctx, order(theirs.ID))
			wantCode(t, who+", direct", err, aicity.CodeSameOwner)
			task, err := client.Tasks.Submit(ctx, order(""))
			if err != nil || task.AgentID != stranger.ID {
				t.Errorf("%s, routed to %+v, %v, want the stranger", who, task, err)
			}
		}
		if _, err := stranger.Owner.Agents.Deactivate(ctx, stranger.ID); err != nil {
			t.Fatal(err)
		}
		for who, client := range hirers {
			_, err = client.Tasks.Submit(ctx, order(""))
			wantCode(t, who+", only the linked one is left", err, aicity.CodeNoAgent)
		}
	})
}
