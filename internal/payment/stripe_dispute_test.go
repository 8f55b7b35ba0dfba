package payment_test

import (
	"context"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/payment/stripe/stripetest"
	"aicity.dev/aicity/internal/store"
)

// wantCredits compares everything a buyer sees of a dispute.
func (c stripeCity) wantCredits(t *testing.T, when string, balance, disputed, debt city.Cents) {
	t.Helper()
	p, err := c.Pool(t.Context(), c.ann)
	if err != nil || p.Balance != balance || p.Disputed != disputed || p.Debt != debt {
		t.Errorf("%s: %s free, %s disputed, %s of debt, %v; want %s, %s, %s", when, p.Balance, p.Disputed, p.Debt, err, balance, disputed, debt)
	}
	var owed city.Cents
	b, err := c.books.BalanceOf(t.Context(), c.db.Read(), ledger.PlatformDebts)
	if owed = -b.Net(); err != nil || owed != debt {
		t.Errorf("%s: buyers owe %s by the ledger, %v, want %s", when, owed, err, debt)
	}
	c.wantAgreed(t)
}

func TestDisputes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		spent    city.Cents // of a top-up of 3000
		amount   city.Cents // of the dispute
		later    city.Cents // topped up before it is decided
		won      bool
		frozen   [3]city.Cents // balance, disputed, debt after it was opened
		repaid   [3]city.Cents // after the later top-up
		decided  [3]city.Cents
		afterAll city.Cents // the debt after one more top-up of 2000
	}{
		{"nothing is spent, lost", 0, 3000, 0, false, [3]city.Cents{0, 3000, 0}, [3]city.Cents{0, 3000, 0}, [3]city.Cents{0, 0, 0}, 0},
		{"nothing is spent, won", 0, 3000, 0, true, [3]city.Cents{0, 3000, 0}, [3]city.Cents{0, 3000, 0}, [3]city.Cents{3000, 0, 0}, 0},
		{"a part, lost", 500, 1000, 0, false, [3]city.Cents{1500, 1000, 0}, [3]city.Cents{1500, 1000, 0}, [3]city.Cents{1500, 0, 0}, 0},
		{"some is spent, lost", 2200, 3000, 0, false, [3]city.Cents{0, 3000, 2200}, [3]city.Cents{0, 3000, 2200}, [3]city.Cents{0, 0, 2200}, 200},
		{"some is spent, won", 2200, 3000, 0, true, [3]city.Cents{0, 3000, 2200}, [3]city.Cents{0, 3000, 2200}, [3]city.Cents{800, 0, 0}, 0},
		{"all is spent, repaid in part, lost", 3000, 3000, 1000, false, [3]city.Cents{0, 3000, 3000}, [3]city.Cents{0, 3000, 2000}, [3]city.Cents{0, 0, 2000}, 0},
		{"all is spent, repaid in part, won", 3000, 3000, 1000, true, [3]city.Cents{0, 3000, 3000}, [3]city.Cents{0, 3000, 2000}, [3]city.Cents{1000, 0, 0}, 0},
		{"all is spent, repaid, won", 3000, 3000, 4000, true, [3]city.Cents{0, 3000, 3000}, [3]city.Cents{1000, 3000, 0}, [3]city.Cents{4000, 0, 0}, 0},
		{"all is spent, repaid, lost", 3000, 3000, 4000, false, [3]city.Cents{0, 3000, 3000}, [3]city.Cents{1000, 3000, 0}, [3]city.Cents{1000, 0, 0}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachStripe(t, func(t *testing.T, c stripeCity) {
				top := c.buy(t, c.ann, 3000)
				if tt.spent > 0 {
					c.spend(t, c.ann, tt.spent)
				}
				du := c.Dispute(t, top.ID, tt.amount, false)
				opened := c.only1(t)
				for range 2 {
					if err := c.deliver(t, opened); err != nil {
						t.Fatal(err)
					}
				}
				c.wantCredits(t, "opened", tt.frozen[0], tt.frozen[1], tt.frozen[2])
				if tt.later > 0 {
					c.buy(t, c.ann, tt.later)
				}
				c.wantCredits(t, "topped up", tt.repaid[0], tt.repaid[1], tt.repaid[2])
				c.Decide(t, du, tt.won)
				decided := c.only1(t)
				for _, e := range []stripetest.Event{decided, opened, decided} {
					if err := c.deliver(t, e); err != nil {
						t.Fatal(err)
					}
				}
				c.wantCredits(t, "decided", tt.decided[0], tt.decided[1], tt.decided[2])
				c.buy(t, c.ann, 2000)
				c.wantCredits(t, "topped up again", tt.decided[0]+2000-tt.decided[2]+tt.afterAll, 0, tt.afterAll)
			})
		})
	}
}

// Events about a dispute come in any order: the decision alone says all, and an
// inquiry says nothing.
func TestDisputesOutOfOrder(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		top := c.begin(t, c.ann, 2000)
		c.Pay(t, top.ID)
		paid := c.only1(t)
		du := c.Dispute(t, top.ID, 1500, false)
		opened := c.only1(t)
		c.Decide(t, du, false)
		closed := c.only1(t)
		for _, e := range []stripetest.Event{closed, opened} {
			if err := c.deliver(t, e); err == nil {
				t.Errorf("%s was applied before the payment", e.Type)
			}
		}
		for _, e := range []stripetest.Event{paid, closed, opened, closed} {
			if err := c.deliver(t, e); err != nil {
				t.Errorf("%s: %v", e.Type, err)
			}
		}
		c.wantCredits(t, "lost", 500, 0, 0)
		c.Dispute(t, top.ID, 400, true)
		c.hear(t)
		c.wantCredits(t, "an inquiry", 500, 0, 0)
	})
}

// Two disputes of one buyer are repaid oldest first, and each keeps its own.
func TestDebtsAreRepaidOldestFirst(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		first, second := c.buy(t, c.ann, 1000), c.buy(t, c.ann, 2000)
		c.spend(t, c.ann, 3000)
		one := c.Dispute(t, first.ID, 1000, false)
		c.hear(t)
		two := c.Dispute(t, second.ID, 2000, false)
		c.hear(t)
		c.wantCredits(t, "both open", 0, 3000, 3000)
		c.buy(t, c.ann, 1400)
		c.wantCredits(t, "one repaid, the other in part", 0, 3000, 1600)
		c.Decide(t, two, true)
		c.hear(t)
		c.wantCredits(t, "the second won", 400, 1000, 0)
		c.Decide(t, one, false)
		c.hear(t)
		c.wantCredits(t, "the first lost", 400, 0, 0)
	})
}

// What a dispute says of its money is compared with what was moved.
func TestVerifyDisputesNamesTheOffence(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		top := c.buy(t, c.ann, 1000)
		c.spend(t, c.ann, 300)
		du := c.Dispute(t, top.ID, 1000, false)
		c.hear(t)
		c.wantVerified(t)
		for _, tamper := range []string{`UPDATE payment_disputes SET debt = debt - 1`, `UPDATE payment_disputes SET debt = debt + 1, status = 'lost'`} {
			err := c.db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
				_, err := tx.Exec(ctx, tamper)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			report, err := c.books.Verify(t.Context(), c.db, payment.VerifyMoney)
			if err != nil || len(report.Offences) != 1 || report.Offences[0][:len("dispute "+du)] != "dispute "+du {
				t.Errorf("%s: %q, %v", tamper, report.Offences, err)
			}
		}
	})
}

// release brings earnings to the agent, of which debts are repaid.
func (c stripeCity) release(t *testing.T, cents city.Cents) {
	t.Helper()
	task := city.NewID(city.PrefixTask)
	err := c.db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		err := c.books.Post(ctx, tx, ledger.Transfer{
			ID: task + "/release", Debit: ledger.PaymentClearing("bank"), Credit: ledger.AgentAvailable(c.agent),
			Amount: cents, Kind: "release", Ref: task,
		})
		if err != nil {
			return err
		}
		repaid, err := c.Repayments(ctx, tx, c.ann, ledger.AgentAvailable(c.agent), task, cents)
		if err != nil {
			return err
		}
		return c.books.Post(ctx, tx, repaid...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Debts are repaid from earnings too: from what is available at once, then from
// what comes. A dispute that is won gives each part back where it came from.
func TestDebtsAreRepaidFromEarnings(t *testing.T) {
	t.Parallel()
	for _, won := range []bool{true, false} {
		t.Run(map[bool]string{true: "won", false: "lost"}[won], func(t *testing.T) {
			t.Parallel()
			eachStripe(t, func(t *testing.T, c stripeCity) {
				top := c.buy(t, c.ann, 3000)
				c.spend(t, c.ann, 2500)
				c.release(t, 100)
				c.wantWallet(t, 100, 0)
				du := c.Dispute(t, top.ID, 3000, false)
				c.hear(t)
				c.wantCredits(t, "opened", 0, 3000, 2400)
				c.wantWallet(t, 0, 0)
				_, err := c.Withdraw(t.Context(), c.ann, c.agent, 1000, "")
				if err == nil {
					t.Error("a debtor withdraws")
				}
				c.release(t, 700)
				c.release(t, 300)
				c.wantCredits(t, "earned", 0, 3000, 1400)
				c.wantWallet(t, 0, 0)
				c.buy(t, c.ann, 600)
				c.wantCredits(t, "topped up", 0, 3000, 800)
				page, err := c.AgentTransactions(t.Context(), c.agent, "", 0)
				if err != nil || len(page.Transactions) != 6 || page.Transactions[1].Amount+page.Transactions[0].Amount != 0 ||
					page.Transactions[4].Type != "dispute_repaid" || page.Transactions[4].Amount != -100 {
					t.Errorf("the wallet's statement: %+v, %v", page.Transactions, err)
				}
				c.Decide(t, du, won)
				c.hear(t)
				if won {
					c.wantCredits(t, "won", 1100, 0, 0)
					c.wantWallet(t, 1100, 0)
					return
				}
				c.release(t, 1000)
				c.wantCredits(t, "lost, and the rest repaid", 0, 0, 0)
				c.wantWallet(t, 200, 0)
			})
		})
	}
}
