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

// PaymentDisputes is what buyers' banks took back from the city at a payment
// provider and may still give back.
func PaymentDisputes(provider string) Account { return Account("payment/" + provider + "/disputes") }

// OwnerDisputed is what is set aside for a buyer's disputed top-ups until they
// are decided.
func OwnerDisputed(ownerID string) Account { return Account("owner/" + ownerID + "/disputed") }

// PayoutTransit is a payout on its way.
func PayoutTransit(payoutID string) Account { return Account("payout/" + payoutID + "/transit") }

// The platform's own accounts: fees inside refund windows, earned fees, and what
// buyers owe after disputes.
const (
	PlatformFeesEscrow Account = "platform/fees-escrow"
	PlatformFees       Account = "platform/fees"
	PlatformDebts      Account = "platform/debts"
)

// Hot reports whether the account is touched by so many transfers that a row
// lock would make them wait for each other. Its balance is summed from the
// transfers; it has no floor and takes no pending transfers.
func (a Account) Hot() bool {
	return strings.HasPrefix(string(a), "platform/") || strings.HasPrefix(string(a), "payment/")
}

// owner is the id in OwnerCredits' name; ok is false for every other account.
func (a Account) owner() (id string, ok bool) {
	rest, ok := strings.CutPrefix(string(a), "owner/")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, "/credits")
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

// MaxAmount bounds one transfer, in cents, and maxBatch the transfers of one
// call: together they keep its sums below the end of int64, where integers wrap.
const (
	MaxAmount city.Cents = 1_000_000_000_000_000
	maxBatch  int        = 5000
)

// Transfer moves an amount from Debit to Credit.
type Transfer struct {
	ID     string // unique, given by the caller: "<task>/hold"
	Debit  Account
	Credit Account
	Amount city.Cents // 1 to MaxAmount
	Kind   string     // what it is for: "hold", "fee", …
	Ref    string     // id of the task, top-up or payout it belongs to
}

// check refuses transfers that no caller may mean.
func (t Transfer) check() error {
	switch {
	case t.ID == "" || t.Debit == "" || t.Credit == "" || t.Kind == "" || t.Ref == "":
		return fmt.Errorf("transfer %q is incomplete", t.ID)
	case t.Amount <= 0:
		return fmt.Errorf("transfer %q: amount %d is not positive", t.ID, t.Amount)
	case t.Amount > MaxAmount:
		return fmt.Errorf("transfer %q: amount %d is over %d", t.ID, t.Amount, MaxAmount)
	case t.Debit == t.Credit:
		return fmt.Errorf("transfer %q: %s to itself", t.ID, t.Debit)
	default:
		return nil
	}
}

// holder is the owner for whom the credited account holds the money: what an
// owner's credits go to is held for that owner. "" when it is nobody's.
func (t Transfer) holder() string {
	id, ok := t.Debit.owner()
	if !ok || strings.HasPrefix(string(t.Credit), "owner/") || t.Credit.Hot() {
		return ""
	}
	return id
}

// Balance is the state of an account, in totals since it exists.
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

// String names what is posted, and what is set aside when anything is.
func (b Balance) String() string {
	text := fmt.Sprintf("debits %s, credits %s", b.DebitsPosted, b.CreditsPosted)
	if b.DebitsPending != 0 || b.CreditsPending != 0 {
		text += fmt.Sprintf(" (pending %s and %s)", b.DebitsPending, b.CreditsPending)
	}
	return text
}

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
