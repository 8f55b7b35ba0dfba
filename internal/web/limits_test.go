package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"aicity.dev/aicity/internal/apptest"
)

// The limits of an agent's orders are set on its page, by its owner only.
func TestAgentLimitsAreSetOnItsPage(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	worker, stranger := s.Agent(t, "research"), s.SignUp(t, "stranger")
	owner, other, path := newVisitor(t, s.URL, worker.Owner), newVisitor(t, s.URL, stranger), "/agents/"+worker.ID+"/limits"
	owner.get("/agents/"+worker.ID+"/edit").want(t, http.StatusOK, `action="`+path+`"`, "bound what this agent orders")
	refused := owner.post(path, url.Values{"limit_task": {"-4"}, "limit_day": {"9"}})
	refused.want(t, http.StatusUnprocessableEntity, `name="limit_task" type="text" value="-4"`, `name="limit_day" type="text" value="9"`, `name="displayName"`)
	owner.post(path, url.Values{"limit_task": {"4"}, "limit_approve": {""}}).want(t, http.StatusOK, "limits hold", `name="limit_task" type="text" value="4.00"`, "$4.00 a task")
	limits, err := worker.Owner.Vault.Limits(t.Context(), worker.ID)
	if err != nil || limits.PerTask != 400 {
		t.Errorf("%+v, %v", limits, err)
	}
	owner.get("/wallet").never(t, "$4.00 a task")
	other.post(path, url.Values{"limit_task": {"1"}}).want(t, http.StatusNotFound)
}
