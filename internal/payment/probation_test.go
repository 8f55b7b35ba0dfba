package payment_test

import (
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/payment"
)

// A new owner's earnings rest for the delay, and a part of them until the owner
// is new no more.
func TestNewOwnersEarningsAreHeldBack(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name         string
		probation    payment.Probation
		joined       time.Duration // how long ago
		withdrawable city.Cents    // of 10,001 cents released just now
	}{
		{"nothing is configured", payment.Probation{Length: 90 * day}, 0, 10_001},
		{"a reserve, rounded up", payment.Probation{Length: 90 * day, Reserve: 10}, day, 9000},
		{"all is the reserve", payment.Probation{Length: 90 * day, Reserve: 100}, day, 0},
		{"a delay", payment.Probation{Length: 90 * day, Delay: day}, day, 0},
		{"the owner is not new", payment.Probation{Length: 90 * day, Delay: day, Reserve: 50}, 91 * day, 10_001},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b bundle) {
				b.SetProbation(tt.probation, b.db.Clock().Now().Add(-tt.joined))
				b.earnReleased(t, 10_001)
				w, err := b.AgentWallet(t.Context(), b.ann, b.agent)
				if err != nil || w.Withdrawable() != tt.withdrawable || (w.HeldUntil == nil) != (tt.withdrawable == 10_001) {
					t.Fatalf("%+v, %v, want %s", w, err, tt.withdrawable)
				}
				_, err = b.Withdraw(t.Context(), b.ann, b.agent, 10_002, "")
				citytest.WantCode(t, "more than there is", err, city.CodeInsufficientFunds)
				if tt.withdrawable < 10_001 {
					_, err = b.Withdraw(t.Context(), b.ann, b.agent, max(payment.MinWithdrawal, tt.withdrawable+1), "")
					citytest.WantCode(t, "more than is free", err, city.CodeEarningsHeldBack)
				}
				if tt.withdrawable > 0 {
					if _, err = b.Withdraw(t.Context(), b.ann, b.agent, tt.withdrawable, ""); err != nil {
						t.Errorf("what is free: %v", err)
					}
				}
				b.wantVerified(t)
			})
		})
	}
}

// earnReleased releases earnings of a task to the agent.
func (b bundle) earnReleased(t *testing.T, cents city.Cents) {
	t.Helper()
	ref := city.NewID(city.PrefixTask)
	b.post(t, ledger.Transfer{
		ID: ref + "/release", Debit: ledger.PaymentClearing("bank"), Credit: ledger.AgentAvailable(b.agent), Amount: cents, Kind: "release", Ref: ref,
	})
}
