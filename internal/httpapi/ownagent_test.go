package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

// An owner of several agents who is asked which one is meant can say so where it
// was asked.
func TestAnOwnerSaysWhichAgentIsMeant(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	first := s.Agent(t, "research")
	second, err := first.Owner.Agents.Register(t.Context(), aicity.RegisterAgent{
		DisplayName: "Second", Framework: "custom", Model: "claude-sonnet-4-6", Capabilities: []aicity.Capability{{Category: "design"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	owner := asOwner(s, first.Owner)
	for _, call := range []struct{ method, body string }{{get, ""}, {patch, `{"description":"Draws."}`}} {
		if got := owner.call(t, call.method, "/agents/me", call.body); got.code != aicity.CodeAgentRequired || !strings.Contains(string(got.body), "agentId") {
			t.Errorf("%s without saying which: %d %s", call.method, got.status, got.body)
		}
		for _, id := range []string{first.ID, second.Agent.ID} {
			if got := owner.call(t, call.method, "/agents/me?agentId="+id, call.body); got.status != http.StatusOK || !strings.Contains(string(got.body), `"id":"`+id+`"`) {
				t.Errorf("%s of %s: %d %s", call.method, id, got.status, got.body)
			}
		}
	}
}
