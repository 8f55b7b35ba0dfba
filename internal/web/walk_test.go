package web_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/payment/stripe/stripetest"
	"aicity.dev/aicity/internal/store"
	aicity "aicity.dev/aicity/sdk/go"
)

var failedBelow50 = regexp.MustCompile(`Failed with [1-4]?\d of 100, the budget is back`)

// Everybody who looks at a task reads first how it stands and what comes next.
func TestTasksSayHowTheyStand(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	buyer, owner, careful := newVisitor(t, s.URL, s.buyer), newVisitor(t, s.URL, s.worker.Owner), newVisitor(t, s.URL, s.careful)
	for _, c := range []struct {
		who        *visitor
		task, says string
	}{
		{buyer, s.waiting, "Worker was asked. If it does not start, the order goes on without it"},
		{buyer, s.done, "Passed with 100 of 100. $3.00 charged. The refund window closes"},
		{buyer, s.failed, "Nothing was charged; the $7.00 held went back to your credits."},
		{buyer, s.refunded, "The whole charge of $3.00 went back to your credits."},
		{buyer, s.reviewed, "You asked for $3.00 back; an operator decides."},
		{careful, s.running, "Worker is at work. The deadline is"},
		{careful, s.called, "Nothing was charged; the $7.00 held went back to your credits."},
		{careful, s.asked, "Over your limit: the budget is held"},
		{owner, s.waiting, "Your agent was asked. Unless it starts, the task goes on without it"},
		{owner, s.done, "$2.55 earned, in escrow."},
		{owner, s.failed, "Nothing was earned."},
		{owner, s.refunded, "The buyer took the money back; nothing was earned."},
	} {
		shown := c.who.open("/tasks/" + c.task)
		for _, section := range all(shown.root, "section") {
			if attr(section, "class") == "standing" && !strings.Contains(textOf(section), c.says) {
				t.Errorf("it says %q, want %q", textOf(section), c.says)
			}
		}
		shown.says(http.StatusOK, `class="standing"`)
	}
	// Who may ask for a re-check sees the work that was judged, and no file of the buyer's.
	owner.open("/tasks/"+s.failed).says(http.StatusOK, "What your agent handed in", "Looks good to me.", "mode.go:1204", "mode is never set.").never(t, "/tasks/"+s.failed+"/files/")
	owner.open("/tasks/"+s.waiting).never(t, "What your agent handed in")
	if s.patched != "" {
		owner.open("/tasks/"+s.patched).says(http.StatusOK, "The counter in main.go is guarded").never(t, "c.mu.Lock", "c.n++", "type Counter")
	}
	buyer.open("/tasks/"+s.done).says(http.StatusOK, "Passed with 100 of 100, charged", `href="#feedback"`)
	if shown := textOf(buyer.open("/tasks/" + s.failed).root); !failedBelow50.MatchString(shown) {
		t.Errorf("%s says nothing of its score: %s", s.failed, shown)
	}
}

// The owner of an agent finds its tasks where the agent is.
func TestOwnersSeeTheWorkOfTheirAgents(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	owner := newVisitor(t, s.URL, s.worker.Owner)
	for _, path := range []string{"/dashboard", "/agents/" + s.worker.ID + "/edit"} {
		shown := owner.open(path).says(http.StatusOK, "/tasks/"+s.done, "/tasks/"+s.waiting, "/tasks/"+s.refunded, "$2.55")
		shown.never(t, "/tasks/"+s.reviewed) // another owner's agent has it
	}
	newVisitor(t, s.URL, s.newcomer).get("/dashboard").never(t, "/tasks/"+s.done, "Earned, available", "Tasks under way")
}

// A buyer reads what the agents said that did not want the task, as text.
func TestDeclinesSayWhy(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	buyer, agent := s.Buyer(t, 1_000), s.Agent(t, "research")
	order, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "research", MaxBudget: 700, AgentID: agent.ID, Input: aicity.TaskInput{Description: question},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := agent.Tasks.DeclineBecause(t.Context(), order.ID, "<b>No SQLite</b> \u202ehere"); err != nil {
		t.Fatal(err)
	}
	shown := newVisitor(t, s.URL, buyer).get("/tasks/" + order.ID)
	shown.want(t, http.StatusOK, "The agent declined: “&lt;b&gt;No SQLite&lt;/b&gt; here”", "Who was asked")
	shown.never(t, "<b>No SQLite", "\u202e")
}

// An agent that cannot be hired is not offered for hire, and its page says why.
func TestAgentsThatTakeNoWorkAreNotOffered(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	agent, buyer := s.Agent(t, "research"), newVisitor(t, s.URL, s.SignUp(t, "buyer"))
	available := func(word string) func() error {
		return func() error {
			_, err := agent.Agents.Update(t.Context(), aicity.UpdateAgent{Availability: &word})
			return err
		}
	}
	for _, c := range []struct {
		name, says string // nothing is said of an agent that can be hired
		do         func() error
	}{
		{"busy, but may be named", "", available("busy")},
		{"offline", "is offline", available("offline")},
		{"back", "", available("available")},
		{"suspended", "is suspended by the city", func() error {
			return s.App.DB.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
				return s.App.Agents.Suspend(ctx, tx, agent.ID, "secret reason")
			})
		}},
		{"deactivated", "was deactivated by its owner", func() error {
			_, err := agent.Owner.Agents.Deactivate(t.Context(), agent.ID)
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) { //nolint:paralleltest // one after the other
			if err := c.do(); err != nil {
				t.Fatal(err)
			}
			profile, form := buyer.get("/agents/"+agent.ID), buyer.get("/tasks/new?agent="+agent.ID)
			if c.says == "" {
				profile.want(t, http.StatusOK, "Hire for $")
				form.want(t, http.StatusOK, "gets this task")
				return
			}
			for _, shown := range []answer{profile, form, newVisitor(t, s.URL, agent.Owner).get("/agents/" + agent.ID)} {
				shown.want(t, http.StatusOK, c.says+", so it takes no new work now")
				shown.never(t, "Hire for", "gets this task", "secret reason")
			}
			buyer.post("/tasks/new", url.Values{
				"agent": {agent.ID}, "taskType": {"research"}, "maxBudget": {"5"}, "description": {question}, "source": {"none"},
			}).want(t, http.StatusUnprocessableEntity, "This agent takes no tasks now.")
		})
	}
}

// A page of the settings is the only one that is marked as open.
func TestSettingsMarkOneTab(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	v := newVisitor(t, s.URL, s.SignUp(t, "owner"))
	for path, want := range map[string]string{"/settings": "Developer", "/settings/developer": "Developer", "/settings/profile": "Profile"} {
		var marked []string
		for _, nav := range all(v.open(path).root, "nav") {
			for _, a := range all(nav, "a") {
				if attr(nav, "class") == "tabs" && attr(a, "aria-current") == "page" {
					marked = append(marked, textOf(a))
				}
			}
		}
		if strings.Join(marked, " ") != want {
			t.Errorf("%s marks %q, want %s", path, marked, want)
		}
	}
}

// Who is sent to sign in and has no account yet ends, signed up, where they wanted to go.
func TestSignUpLeadsOn(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	v := newVisitor(t, s.URL, nil)
	v.open("/tasks/new").says(http.StatusOK, "Sign in", `href="/sign-up?next=%2Ftasks%2Fnew"`)
	signedUp := v.open("/sign-up?next=%2Ftasks%2Fnew").form("Create account").set("Name", "Ada").set("Mail address", mailOf("Ada")).set("Password", password).
		send().says(http.StatusOK, "Welcome to the city, Ada.", "Submit a task")
	if signedUp.path != "/tasks/new" {
		t.Errorf("signed up, Ada is on %s", signedUp.path)
	}
	v.get("/verify-email?token=wrong").want(t, http.StatusBadRequest, "The token is not a valid link")
}

// Where payouts need an account, the wallet leads to it and says when it is there.
func TestWalletSetsUpPayouts(t *testing.T) {
	t.Parallel()
	server := stripetest.Start(t)
	s := apptest.Start(t, func(c *config.Config) {
		c.Stripe = config.Stripe{SecretKey: stripetest.Key, WebhookSecret: stripetest.Secret, APIURL: server.URL}
	})
	v := newVisitor(t, s.URL, s.Agent(t, "research").Owner)
	wallet := v.open("/wallet").says(http.StatusOK, "Set up payouts", "There is no payout account yet")
	led := wallet.form("Set up payouts").send().says(http.StatusOK, "Withdraw")
	if to := led.header.Get("Refresh"); !strings.HasPrefix(to, "0; url="+server.URL+"/onboarding/") {
		t.Errorf("it leads to %q", to)
	}
	testpay := apptest.Start(t)
	newVisitor(t, testpay.URL, testpay.Agent(t, "research").Owner).get("/wallet").never(t, "Set up payouts", "payout account")
}

// A top-up that waits for its payment, or was declined, is on the wallet page.
func TestWalletShowsTopUpsInEveryState(t *testing.T) {
	t.Parallel()
	server := stripetest.Start(t)
	s := apptest.Start(t, func(c *config.Config) {
		c.Stripe = config.Stripe{SecretKey: stripetest.Key, WebhookSecret: stripetest.Secret, APIURL: server.URL}
	})
	v := newVisitor(t, s.URL, s.SignUp(t, "buyer"))
	v.open("/wallet").never(t, "Top-ups")
	v.post("/wallet/top-up", url.Values{"amount": {"20"}, "key": {"k1"}})
	v.open("/wallet").says(http.StatusOK, "Top-ups", "Pending", "$20.00", "Go on paying", "by hand")
	server.Refuse("POST /v1/checkout/sessions", http.StatusBadRequest, "invalid_request_error", "amount_too_large", "No.")
	v.post("/wallet/top-up", url.Values{"amount": {"30"}, "key": {"k2"}})
	v.open("/wallet").says(http.StatusOK, "Declined", "$30.00", "Stripe refused (amount too large). Nothing was charged.")
}

// The wallet shows the saved card, and removes it after it has asked.
func TestWalletRemovesTheSavedCard(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	v := newVisitor(t, s.URL, s.SignUp(t, "buyer"))
	v.post("/wallet/auto-top-up", url.Values{"auto_enabled": {"yes"}, "auto_threshold": {"3"}, "auto_amount": {"25"}})
	asked := v.open("/wallet").says(http.StatusOK, "Saved cards", "simulated test card", "•••• 0000", "12/2099", "automatic top-ups").form("Remove").send()
	gone := asked.says(http.StatusOK, "Remove the simulated test card ending in 0000?", "they are turned off").form("Remove the card").send()
	gone.says(http.StatusOK, "The card is removed. Automatic top-ups are off.", "Turned off: The card that automatic top-ups charged")
	v.post("/wallet/cards/remove", url.Values{"card": {"test_card"}}).want(t, http.StatusOK, "The card is removed.")
	v.get("/wallet").never(t, "Saved cards")
	v.post("/wallet/top-up", url.Values{"amount": {"20"}, "key": {"k1"}})
	v.open("/wallet").says(http.StatusOK, "Saved cards", "•••• 0000")
}

// Without an answer of Stripe the wallet shows all that is the city's own.
func TestWalletWithoutStripe(t *testing.T) {
	t.Parallel()
	server := stripetest.Start(t)
	s := apptest.Start(t, func(c *config.Config) {
		c.Stripe = config.Stripe{SecretKey: stripetest.Key, WebhookSecret: stripetest.Secret, APIURL: server.URL}
	})
	v := newVisitor(t, s.URL, s.SignUp(t, "buyer"))
	v.post("/wallet/top-up", url.Values{"amount": {"20"}, "key": {"k1"}})
	server.Fail(stripetest.HangUp)
	v.open("/wallet").says(http.StatusOK, "Saved cards", "does not answer", "Go on paying")
	v.post("/wallet/top-up", url.Values{"amount": {"20"}, "key": {"k2"}}).want(t, http.StatusUnprocessableEntity, "does not answer", "Nothing was charged")
	// A removal is not begun without its question: the one try that is made fails.
	server.FailAfter(0, stripetest.HangUp)
	calls := server.Calls()
	v.post("/wallet/cards/remove", url.Values{"card": {"pm_1"}}).want(t, http.StatusServiceUnavailable, "does not answer")
	if made := server.Calls() - calls; made != 1 {
		t.Errorf("%d calls for a question, want 1", made)
	}
}
