package app_test

import (
	"net/http"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/payment/stripe/stripetest"
	aicity "aicity.dev/aicity/sdk/go"
)

// stripeScene is a city on Stripe with a buyer who has a card and an agent's
// owner who has earned and can be paid.
type stripeScene struct {
	*apptest.Server
	stripe *stripetest.Server
	buyer  *apptest.Person
	topUp  string // the buyer's first
	agent  *apptest.Worker
}

func newStripeScene(t *testing.T, opts ...apptest.Option) *stripeScene {
	t.Helper()
	server := stripetest.Start(t)
	s := apptest.Start(t, append(opts, func(c *config.Config) {
		c.Stripe = config.Stripe{SecretKey: stripetest.Key, WebhookSecret: stripetest.Secret, APIURL: server.URL}
	})...)
	ctx, sc := t.Context(), &stripeScene{Server: s, stripe: server, buyer: s.SignUp(t, "buyer"), agent: s.Agent(t, "research")}
	top, err := sc.buyer.Vault.TopUp(ctx, 5000)
	if err != nil {
		t.Fatal(err)
	}
	sc.topUp = top.ID
	server.Pay(t, top.ID)
	sc.tell(t)
	wantBalance(t, sc.buyer, 5000)
	if _, err := sc.agent.Owner.Agents.Update(ctx, aicity.UpdateAgent{AgentID: sc.agent.ID, Pricing: aicity.PerTask(2000)}); err != nil {
		t.Fatal(err)
	}
	if _, err := sc.agent.Owner.Vault.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	server.SetAccount(t, sc.agent.Owner.ID, true, "")
	sc.tell(t)
	sc.settle(t)
	return sc
}

// tell sends what happened at Stripe, each of it twice.
func (s *stripeScene) tell(t *testing.T) {
	t.Helper()
	for _, e := range s.stripe.Events(t) {
		for range 2 {
			if code, body := send(t, s.URL, e); code != http.StatusOK {
				t.Errorf("%s: %d %s", e.Type, code, body)
			}
		}
	}
}

// wantAvailable waits until the agent's earnings are released.
func (s *stripeScene) wantAvailable(t *testing.T, want int64) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		wallet, err := s.agent.Vault.Balance(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if wallet.Available == want && wallet.Escrowed == 0 {
			return
		}
		<-tick.C
	}
}

func (s *stripeScene) wantPool(t *testing.T, p *apptest.Person, want int64) {
	t.Helper()
	if pool, err := p.Vault.Pool(t.Context()); err != nil || pool.Balance != want || pool.Held != 0 {
		t.Errorf("%+v, %v, want %d free", pool, err, want)
	}
}

// settle lets every job of the payments run to its end.
func (s *stripeScene) settle(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for len(s.unfinished(t)) > 0 {
		s.retryNow(t)
		<-tick.C
	}
}

// order has the buyer order work that is not begun.
func (s *stripeScene) order(t *testing.T, budget int64) string {
	t.Helper()
	task, err := s.buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "research", MaxBudget: budget, Input: aicity.TaskInput{Description: apptest.Question},
		Acceptance: &aicity.Acceptance{Criteria: []string{"Says what checkpointing costs"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return task.ID
}

// wantDebt compares what an owner has and owes.
func (s *stripeScene) wantDebt(t *testing.T, p *apptest.Person, when string, balance, debt int64) {
	t.Helper()
	pool, err := p.Vault.Pool(t.Context())
	if err != nil || pool.Balance != balance || pool.Debt != debt {
		t.Errorf("%s: %+v, %v, want %d free and a debt of %d", when, pool, err, balance, debt)
	}
}

func (s *stripeScene) wantBooks(t *testing.T) {
	t.Helper()
	if report, err := s.App.VerifyBooks(t.Context()); err != nil || !report.OK() {
		t.Errorf("%+v, %v", report, err)
	}
}
