package web_test

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

// The address that stands above a form's answer can be loaded again: it is a page,
// or leads to the one that has the form.
func TestEveryFormsAddressOpens(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("routes.go")
	if err != nil {
		t.Fatal(err)
	}
	s := apptest.Start(t)
	agent, operator := s.Agent(t, "research"), s.Operator(t)
	order, err := s.Buyer(t, 1_000).Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "research", MaxBudget: 700, AgentID: agent.ID, Input: aicity.TaskInput{Description: question},
	})
	if err != nil {
		t.Fatal(err)
	}
	owner := newVisitor(t, s.URL, agent.Owner)
	ids := strings.NewReplacer("/agents/{id}", "/agents/"+agent.ID, "/tasks/{id}", "/tasks/"+order.ID, "{id}", "gone", "{delivery}", "gone")
	forms := regexp.MustCompile(`"POST ([^"]+)"`).FindAllStringSubmatch(string(source), -1)
	for _, match := range forms {
		v := owner
		switch path := match[1]; {
		case strings.HasPrefix(path, "/operator/") && strings.Contains(path, "{id}"):
			continue // the page of a case, which is not there
		case strings.HasPrefix(path, "/operator/"):
			v = newVisitor(t, s.URL, operator)
		}
		v.get(ids.Replace(match[1])).want(t, http.StatusOK)
	}
	if len(forms) < 20 {
		t.Errorf("%d forms", len(forms))
	}
	for form, home := range map[string]string{"/settings/tokens": "/settings/developer", "/wallet/top-up": "/wallet", "/agents/" + agent.ID + "/rotate-key": "/agents/" + agent.ID + "/edit"} {
		if got := owner.get(form); got.path != home {
			t.Errorf("%s leads to %s, want %s", form, got.path, home)
		}
	}
}
