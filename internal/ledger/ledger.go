// Package ledger keeps the city's money: double-entry accounts and transfers
// between them, after the model of TigerBeetle. It knows nothing of tasks.
//
// A transfer takes its amount from the account it debits and gives it to the
// account it credits. Everything the city owes (a buyer's credits, a hold, an
// escrow, a wallet, earned fees) is a liability with a credit balance; what the
// payment provider owes the city (clearing) has a debit balance. Debits and
// credits are written together, so the sum over all accounts is always zero.
//
// Transfers are never changed or deleted; corrections are new transfers. Each
// has an id given by the caller: posting the same transfer again is a no-op.
package ledger

import (
	"fmt"
	"strings"

	"aicity.dev/aicity/internal/city"
)

// Account names an account.
type Account string

// OwnerCredits is what a buyer can spend.
func OwnerCredits(ownerID string) Account { return Account("owner/" + ownerID + "/credits") }

// TaskHold is what is held for one task.
func TaskHold(taskID string) Account { return Account("task/" + taskID + "/hold") }

// AgentEscrow is what an agent earned inside refund windows.
func AgentEscrow(agentID string) Account { return Account("agent/" + agentID + "/escrow") }

// AgentAvailable is what an agent can withdraw.
func AgentAvailable(agentID string) Account { return Account("agent/" + agentID + "/available") }

// PaymentClearing is what a payment provider owes the city.
func PaymentClearing(provider string) Account { return Account("payment/" + provider + "/clearing") }

// PayoutTransit is a payout on its way.
func PayoutTransit(payoutID string) Account { return Account("payout/" + payoutID + "/transit") }

// The platform's own accounts: fees inside refund windows, and earned fees.
const (
	PlatformFeesEscrow Account = "platform/fees-escrow"
	PlatformFees       Account = "platform/fees"
)

// Hot reports whether the account is touched by so many transfers that a row
// lock would make them wait for each other. Its balance is summed from the
// transfers; it has no floor.
func (a Account) Hot() bool {
	return strings.HasPrefix(string(a), "platform/") || strings.HasPrefix(string(a), "payment/")
}

// Phase says what a transfer does.
type Phase string

// The phases.
const (
	Posted  Phase = "posted"  // moves at once
	Pending Phase = "pending" // sets aside; moves when captured
	Capture Phase = "capture" // moves all or part of a pending transfer and frees the rest
	Void    Phase = "void"    // frees a pending transfer
)

// Transfer moves an amount from Debit to Credit.
type Transfer struct {
	ID     string // unique, given by the caller
	Debit  Account
	Credit Account
	Amount city.Cents // > 0
	Kind   string     // what it is for: "hold", "fee", …
	Ref    string     // id of the task, top-up or payout it belongs to
	Holder string     // owner whose money the credited account holds, when it is not in its name
}

// check refuses transfers that no caller may mean.
func (t Transfer) check() error {
	switch {
	case t.ID == "" || t.Debit == "" || t.Credit == "" || t.Kind == "":
		return fmt.Errorf("transfer %q is incomplete", t.ID)
	case t.Amount <= 0:
		return fmt.Errorf("transfer %q: amount %d is not positive", t.ID, t.Amount)
	case t.Debit == t.Credit:
		return fmt.Errorf("transfer %q: %s to itself", t.ID, t.Debit)
	default:
		return nil
	}
}

// Balance is the state of an account.
type Balance struct {
	DebitsPending  city.Cents
	DebitsPosted   city.Cents
	CreditsPending city.Cents
	CreditsPosted  city.Cents
}

// Available is what can be taken out now: what was posted less what is set aside.
func (b Balance) Available() city.Cents { return b.CreditsPosted - b.DebitsPosted - b.DebitsPending }

// Net is the posted balance, positive for what the city owes.
func (b Balance) Net() city.Cents { return b.CreditsPosted - b.DebitsPosted }

func (b Balance) plus(o Balance) Balance {
	return Balance{
		DebitsPending: b.DebitsPending + o.DebitsPending, DebitsPosted: b.DebitsPosted + o.DebitsPosted,
		CreditsPending: b.CreditsPending + o.CreditsPending, CreditsPosted: b.CreditsPosted + o.CreditsPosted,
	}
}

// ShortfallError says that an account has less than a transfer takes.
type ShortfallError struct {
	Account   Account
	Required  city.Cents
	Available city.Cents
}

// Error names the account and both amounts.
func (e *ShortfallError) Error() string {
	return fmt.Sprintf("%s has %s, %s are needed", e.Account, e.Available, e.Required)
}

// ConflictError says that a transfer with this id but another content exists.
type ConflictError struct{ ID string }

// Error names the transfer.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("transfer %s exists with another content", e.ID)
}
