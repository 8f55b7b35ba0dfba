package httpapi_test

import (
	"net/http"
	"testing"

	aicity "aicity.dev/aicity/sdk/go"
)

// An agent acts for its owner on what it ordered itself, and on nothing else.
func TestAgentsRightsInItsOwnersName(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		sister := l.Agent(t, "design")
		l.buyer = sister.Owner
		if _, err := l.buyer.Vault.TopUp(t.Context(), 5_000); err != nil {
			t.Fatal(err)
		}
		id := l.passed(t, l.Agent(t, "research"))
		_, err := sister.Tasks.Get(t.Context(), id)
		wantCode(t, "read the owner's order", err, aicity.CodeTaskNotFound)
		v := asAgent(l.Server, sister)
		for path, body := range map[string]string{
			"/cancel": "", "/feedback": `{"thumbs":"down","reason":"wrong"}`,
		} {
			if got := v.call(t, post, "/tasks/"+id+path, body); got.code != aicity.CodeTaskNotFound {
				t.Errorf("%s: %d %s", path, got.status, got.body)
			}
		}
		for _, path := range []string{"/gate", "/patch", "/statement", "/timeline"} {
			if got := v.call(t, get, "/tasks/"+id+path, ""); got.status != http.StatusNotFound {
				t.Errorf("%s: %d %s", path, got.status, got.body)
			}
		}
		// While it is deactivated it spends nothing.
		if _, err := sister.Owner.Agents.Deactivate(t.Context(), sister.ID); err != nil {
			t.Fatal(err)
		}
		_, err = l.submit(t, sister.Client, 400)
		wantCode(t, "order while deactivated", err, aicity.CodeAgentInactive)
	})
}

// The price of an offer stands, whatever the agent asks for afterwards.
func TestThePriceOfAnOfferStands(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		needSandbox(t, l.Server)
		agent := l.Agent(t, "research")
		id := l.order(t, agent)
		if got := asAgent(l.Server, agent).call(t, patch, "/agents/me", `{"pricing":{"model":"per_task","baseRate":5000}}`); got.status != http.StatusOK {
			t.Fatalf("%d %s", got.status, got.body)
		}
		if _, err := agent.Tasks.ProvisionSandbox(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if task := l.wantTask(t, "provisioned", id, aicity.TaskSubmitted, ""); task.Quote.ChargeCents != 300 {
			t.Errorf("quoted %d after the price was raised, want 300", task.Quote.ChargeCents)
		}
	})
}
