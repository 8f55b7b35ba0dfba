package web_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

const password = "correct horse battery"

// firstMatch is the first text of the page that a pattern finds.
func (p *page) firstMatch(pattern string) string {
	p.t.Helper()
	found := regexp.MustCompile(pattern).FindString(p.body)
	if found == "" {
		p.t.Fatalf("%s shows nothing like %s", p.path, pattern)
	}
	return found
}

// join signs a new person up.
func join(t *testing.T, s *apptest.Server, name string) *visitor {
	t.Helper()
	v := newVisitor(t, s.URL, nil)
	v.open("/").follow("Sign up").form("Create account").set("Name", name).set("Mail address", mailOf(name)).set("Password", password).
		send().says(http.StatusOK, "Welcome to the city, "+name+".")
	return v
}

func mailOf(name string) string { return strings.ToLower(name) + "@people.example" }

// register makes an agent and returns its page, shown with its key, and a client
// that works as the agent.
func (v *visitor) register(s *apptest.Server) (made *page, agent *aicity.Client) {
	v.t.Helper()
	made = v.open("/agents/new").form("Register").set("Name", "Reader").set("Model", "claude-sonnet-4-6").tick("Research").set("Price of a small task ($)", "15.00").
		send().says(http.StatusOK, "Save this API key", "shown only this once")
	return made, aicity.New(aicity.Options{BaseURL: s.URL, APIKey: made.firstMatch(`ac_live_\w+`)})
}

// deliver does the task that the page shows.
func deliver(t *testing.T, agent *aicity.Client, ordered *page) {
	t.Helper()
	id := strings.TrimPrefix(ordered.path, "/tasks/")
	if _, err := agent.Tasks.Executing(t.Context(), id, ""); err != nil {
		t.Fatal(err)
	}
	done, err := agent.Tasks.Complete(t.Context(), id, aicity.Completion{Output: aicity.Output{Result: apptest.Research}})
	if err != nil || done.Status != aicity.TaskCompleted {
		t.Fatalf("%+v, %v", done, err)
	}
}

// orderResearch fills the order's form in.
func (v *visitor) orderResearch() *filled {
	v.t.Helper()
	return v.open("/tasks/new").form("Submit and hold the budget").set("Kind of work", "Research").set("Budget at most ($)", "20").
		set("What should be done", question).set("Acceptance criteria", "Names the mode to use and why").tick("None")
}

// A person does everything that matters with a browser that runs no script.
func TestWithoutJavaScript(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	v := join(t, s, "Ada")

	token := v.open("/settings/developer").form("Create Token").set("Name", "deploy").set("Expires", "in 90 days").send().says(http.StatusOK, "shown only this once")
	if me := aicity.New(aicity.Options{BaseURL: s.URL, OwnerToken: token.firstMatch(`aco_live_\w+`)}); me != nil {
		if _, err := me.Agents.Mine(t.Context()); err != nil {
			t.Errorf("the token: %v", err)
		}
	}
	asked := token.form("Revoke deploy").send().says(http.StatusOK, "Revoke deploy?", "is refused from now on")
	asked.follow("Go back").says(http.StatusOK, "Owner tokens", "deploy")
	asked.form("Revoke the token").send().says(http.StatusOK, "The token no longer works.", "You have no tokens yet")

	v.open("/dashboard").form("Sign out").send()
	entered := v.open("/wallet").form("Sign in").set("Mail address", mailOf("Ada")).set("Password", password).send()
	if entered.path != "/wallet" {
		t.Errorf("signed in, Ada is on %s", entered.path)
	}

	made, agent := v.register(s)
	edit := made.form("Save").set("Specialities", "papers").send().says(http.StatusOK, "Saved.")
	edit.form("Save").set("Description", "Reads papers.").set("Availability", "available").send().says(http.StatusOK, "Saved.", "Reads papers.")
	asked = edit.form("New API key").send().says(http.StatusOK, "A new API key for Reader?", "stops at once")
	if _, err := agent.Tasks.Submitted(t.Context(), 0); err != nil {
		t.Errorf("asking stopped the key: %v", err)
	}
	renewed := asked.form("Replace the key").send().says(http.StatusOK, "Save this API key")
	if _, err := agent.Tasks.Submitted(t.Context(), 0); aicity.ErrorCode(err) != "UNAUTHORIZED" {
		t.Errorf("the old key: %v", err)
	}
	agent = aicity.New(aicity.Options{BaseURL: s.URL, APIKey: renewed.firstMatch(`ac_live_\w+`)})
	off := renewed.form("Deactivate").send().says(http.StatusOK, "Deactivate Reader?").form("Deactivate").send().says(http.StatusOK, "gets no more tasks")
	off.form("Reactivate").send().says(http.StatusOK, "takes tasks again")

	buyer := join(t, s, "Bob")
	buyer.open("/wallet").form("Add credits").set("Amount ($)", "1").send().
		says(http.StatusUnprocessableEntity, "1 field needs another look", `href="#amount"`, "must be $5.00 to $10,000.00", `value="1"`)
	buyer.open("/wallet").form("Add credits").set("Amount ($)", "100").send().says(http.StatusOK, "You have $100.00 in credits")
	cancelled := buyer.orderResearch().send().says(http.StatusOK, "waiting for the agent").form("Cancel and return the budget").send()
	cancelled.says(http.StatusOK, "Cancel this task?", "$20.00").form("Cancel the task").send().says(http.StatusOK, "the budget is back in your pool")
	ordered := buyer.orderResearch().send().says(http.StatusOK, "waiting for the agent")
	deliver(t, agent, ordered)
	unhappy := buyer.open(ordered.path).says(http.StatusOK, "Deliverable").form("Thumbs down").set("Reason", "Other").send()
	unhappy.says(http.StatusUnprocessableEntity, "say why", `href="#comment"`).form("Thumbs down").set("Comment", "Not what I need.").
		set("Which criterion is not met", "Names the mode").send().says(http.StatusOK, "the whole charge is back in your pool")
	buyer.open("/wallet").says(http.StatusOK, "$100.00").form("Sign out").send()
	if at := buyer.open("/wallet").path; !strings.HasPrefix(at, "/sign-in") {
		t.Errorf("signed out, Bob sees %s", at)
	}
}

// Who deactivates an agent is told first how many tasks that ends.
func TestDeactivateAtWorkWithoutJavaScript(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	v, buyer := join(t, s, "Ada"), newVisitor(t, s.URL, s.Buyer(t, 10_000))
	made, agent := v.register(s)
	edit := made.form("Save").set("Specialities", "papers").send()
	ended := ""
	for _, said := range []string{"1 task that it has begun ends at once", "2 tasks that it has begun end at once"} {
		ended = strings.TrimPrefix(buyer.orderResearch().send().says(http.StatusOK, "waiting for the agent").path, "/tasks/")
		if _, err := agent.Tasks.Executing(t.Context(), ended, ""); err != nil {
			t.Fatal(err)
		}
		edit.form("Deactivate").send().says(http.StatusOK, "Deactivate Reader?", said, "whole budget", "set its availability to offline").follow("Go back")
	}
	off := edit.form("Deactivate").send().form("Deactivate").send().says(http.StatusOK, "The 2 tasks that it had begun have ended")
	buyer.open("/tasks/"+ended).says(http.StatusOK, "Why it failed", "AGENT_DEACTIVATED", "owner deactivated it")
	v.open("/agents/"+strings.Split(off.path, "/")[2]).says(http.StatusOK, "Was deactivated at work")
}

// What an agent has earned is withdrawn by a form, after a question.
func TestWithdrawWithoutJavaScript(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, apptest.RefundWindow(time.Millisecond))
	v, buyer := join(t, s, "Ada"), s.Buyer(t, 10_000)
	_, agent := v.register(s)
	ordered := newVisitor(t, s.URL, buyer).orderResearch().send().says(http.StatusOK, "waiting for the agent")
	deliver(t, agent, ordered)
	released := false
	for e, err := range buyer.Tasks.Events(t.Context(), strings.TrimPrefix(ordered.path, "/tasks/"), "") {
		if err != nil {
			t.Fatal(err)
		}
		if released = e.Type == aicity.EventTaskReleased; released {
			break
		}
	}
	if !released {
		t.Fatal("the earnings were never released")
	}
	wallet := v.open("/wallet").says(http.StatusOK, "Reader: $12.75 can be withdrawn")
	wallet.form("Withdraw").set("Amount ($)", "much").send().says(http.StatusUnprocessableEntity, `href="#withdraw"`, `value="much"`)
	asked := wallet.form("Withdraw").set("From", "Reader").set("Amount ($)", "12").send().says(http.StatusOK, "Withdraw $12.00?", "cannot be called back")
	for range 2 { // sent twice, paid once
		asked.form("Withdraw").send().says(http.StatusOK, "Reader: $0.75 can be withdrawn")
	}
}

// Every form of every page can be named by those who do not see it.
func TestFieldsHaveLabels(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for _, p := range s.pages() {
		shown := newVisitor(t, s.URL, p.as).open(strings.Split(p.path, "#")[0])
		if names := shown.unlabelled(); len(names) > 0 {
			t.Errorf("%s: %q", p.name, names)
		}
		if ids := shown.doubleIDs(); len(ids) > 0 {
			t.Errorf("%s: ids that are there twice: %q", p.name, ids)
		}
		for _, f := range all(shown.root, "form") {
			if !slices.Contains([]string{"post", "get"}, attr(f, "method")) || attr(f, "action") == "" {
				t.Errorf("%s: a form that does not say where it goes", p.name) // its page may be the answer to another form
			}
		}
	}
}

// doubleIDs are the ids that more than one element of the page has.
func (p *page) doubleIDs() []string {
	seen, twice := map[string]bool{}, []string{}
	for n := range p.root.Descendants() {
		if id := attr(n, "id"); id != "" {
			if seen[id] {
				twice = append(twice, id)
			}
			seen[id] = true
		}
	}
	return twice
}
