package payment_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/payment"
)

// hire gives ann one more agent, with earnings that are available and in escrow.
func (c stripeCity) hire(t *testing.T, available, escrowed city.Cents) stripeCity {
	t.Helper()
	a, _, err := c.agents.Register(t.Context(), c.ann, agent.Registration{
		DisplayName: "One more", Framework: "custom", Model: "claude-sonnet-4-6", Capabilities: []agent.Capability{{Category: city.CodeReview}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.agent = a.ID
	c.earn(t, available, escrowed)
	return c
}

// A dispute takes the credits first, then the wallets of the owner's agents, as far
// as it needs to; what is in escrow is nobody's yet.
func TestADisputeTakesWhatIsAvailable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		spent      city.Cents // of a top-up of 3000
		left, debt city.Cents // in both wallets together; afterwards
		won        bool
	}{
		{"the credits suffice", 0, 1500, 0, false},
		{"one wallet suffices", 400, 1100, 0, false},
		{"both are needed", 1400, 100, 0, false},
		{"both do not suffice", 2000, 0, 500, false},
		{"both do not suffice, and it is won", 2000, 0, 500, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachStripe(t, func(t *testing.T, c stripeCity) {
				top := c.buy(t, c.ann, 3000)
				if tt.spent > 0 {
					c.spend(t, c.ann, tt.spent)
				}
				c.earn(t, 1000, 300)
				second := c.hire(t, 500, 0)
				du := c.Dispute(t, top.ID, 3000, false)
				c.hear(t)
				c.wantDebt(t, tt.debt)
				c.wantEarned(t, tt.left, second.agent)
				if tt.won {
					c.Decide(t, du, true)
					c.hear(t)
					c.wantDebt(t, 0)
					c.wantWallet(t, 1000, 300)
					second.wantWallet(t, 500, 0)
					c.wantPool(t, c.ann, 3000-tt.spent, tt.spent)
				}
			})
		})
	}
}

func (c stripeCity) wantDebt(t *testing.T, want city.Cents) {
	t.Helper()
	p, err := c.Pool(t.Context(), c.ann)
	if err != nil || p.Debt != want {
		t.Errorf("a debt of %s, %v, want %s", p.Debt, err, want)
	}
	c.wantAgreed(t)
}

// wantEarned compares what is available in the city's agent's wallet and another's.
func (c stripeCity) wantEarned(t *testing.T, want city.Cents, other string) {
	t.Helper()
	wallets, err := c.AgentWallets(t.Context(), c.ann, c.agent, other)
	if err != nil {
		t.Fatal(err)
	}
	if got := wallets[0].Available + wallets[1].Available; got != want {
		t.Errorf("%s available in both wallets, want %s", got, want)
	}
}

// A withdrawal, a release into a wallet that was never used, and a dispute at the
// same instant: whatever comes first, the debtor keeps nothing.
func TestADisputeRacesWithWithdrawalAndRelease(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		c.canBePaid(t)
		for round := range 8 {
			top := c.buy(t, c.ann, 3000)
			c.spend(t, c.ann, 3000)
			second := c.hire(t, 0, 0)
			c.release(t, 2000)
			c.Dispute(t, top.ID, 3000, false)
			var wg sync.WaitGroup
			var refused error
			var w payment.Withdrawal
			wg.Go(func() { w, refused = c.Withdraw(t.Context(), c.ann, c.agent, 2000, fmt.Sprint("round ", round)) })
			wg.Go(func() { second.release(t, 700) })
			wg.Go(func() { c.hear(t) })
			wg.Wait()
			want := city.Cents(2300)
			if refused != nil {
				citytest.WantCode(t, "the withdrawal that came second", refused, city.CodeInsufficientFunds)
				want = 300
			}
			c.wantCredits(t, fmt.Sprint("round ", round), 0, 3000*city.Cents(round+1), want)
			c.wantWallet(t, 0, 0)
			second.wantWallet(t, 0, 0)
			if refused == nil { // it bounces, which pays the debt
				if err := c.PayOut(t.Context(), w.ID); err != nil {
					t.Fatal(err)
				}
				c.Bounce(t, w.ID, "The account is closed.")
				c.hear(t)
				c.wantWallet(t, 0, 0)
			}
			c.release(t, 300)
			c.wantCredits(t, "paid", 0, 3000*city.Cents(round+1), 0)
		}
	})
}

// What a won dispute gives back pays what is owed for another.
func TestAWonDisputePaysTheOther(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		first, second := c.buy(t, c.ann, 1000), c.buy(t, c.ann, 2000)
		c.release(t, 300)
		c.spend(t, c.ann, 2600)
		one := c.Dispute(t, first.ID, 1000, false) // 400 frozen, 300 earned, 300 of debt
		c.hear(t)
		c.Dispute(t, second.ID, 2000, false)
		c.hear(t)
		c.wantCredits(t, "both", 0, 3000, 2300)
		c.Decide(t, one, true)
		c.hear(t)
		c.wantCredits(t, "one is won", 0, 2000, 1300)
		c.wantWallet(t, 0, 0)
	})
}

// Debtors of an earlier version kept their earnings; a job of this one collects.
func TestDebtsOfAnEarlierVersionAreCollected(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		top := c.buy(t, c.ann, 3000)
		c.spend(t, c.ann, 2500)
		c.Dispute(t, top.ID, 3000, false)
		c.hear(t)
		task := city.NewID(city.PrefixTask)
		c.post(t, ledger.Transfer{
			ID: task + "/release", Debit: ledger.PaymentClearing("bank"), Credit: ledger.AgentAvailable(c.agent), Amount: 900, Kind: "release", Ref: task,
		})
		report, err := c.books.Verify(t.Context(), c.db, payment.VerifyMoney)
		if err != nil || report.OK() {
			t.Errorf("a debtor's earnings are no offence: %q, %v", report.Offences, err)
		}
		for range 2 {
			if err := c.CollectDebts(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.wantCredits(t, "collected", 0, 3000, 1600)
			c.wantWallet(t, 0, 0)
		}
	})
}

// A debtor whose wallets cannot be read keeps no other from paying.
func TestADebtorThatFailsKeepsNoOther(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		for _, owner := range []string{c.ann, c.bob} {
			top := c.buy(t, owner, 1000)
			c.spend(t, owner, 1000)
			c.Dispute(t, top.ID, 1000, false)
			c.hear(t)
			id := city.NewID(city.PrefixTask)
			c.post(t, ledger.Transfer{
				ID: id + "/release", Debit: ledger.PaymentClearing("bank"), Credit: ledger.OwnerCredits(owner), Amount: 300, Kind: "release", Ref: id,
			})
		}
		broken := errors.New("broken")
		c.FailFor(min(c.ann, c.bob), broken) // the one that comes first
		if err := c.CollectDebts(t.Context()); !errors.Is(err, broken) {
			t.Errorf("a debtor that fails: %v", err)
		}
		c.wantPool(t, min(c.ann, c.bob), 300, 1000)
		c.wantPool(t, max(c.ann, c.bob), 0, 1000)
	})
}
