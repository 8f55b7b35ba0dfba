// Package payment brings money into the city and out of it: buyers top up their
// credits, owners withdraw what their agents earned. Inside, money moves in
// package ledger; outside, a Provider moves it.
//
// Whatever the provider does is bracketed by two transactions: the first writes
// down what is wanted together with a job that will finish it, the second books
// the outcome. A crash between them loses nothing, and because every order to
// the provider carries an id, doing it again doubles nothing.
package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
)

// Bounds of what an owner may ask for, in cents.
const (
	MinTopUp      city.Cents = 500
	MaxTopUp      city.Cents = 1_000_000
	MinWithdrawal city.Cents = 1000
)

// TransferKind is what a transfer of this package is for.
type TransferKind string

// The kinds; those of a dispute are told in docs/payments.md.
const (
	kindTopUp          TransferKind = "top_up"
	kindWithdrawal     TransferKind = "withdrawal"      // out of the wallet, on its way
	kindPayout         TransferKind = "payout"          // it has arrived
	kindPayoutReturned TransferKind = "payout_returned" // it has not

	kindWithdrawn  TransferKind = "dispute_withdrawn"  // the provider took the money
	kindFrozen     TransferKind = "dispute_frozen"     // what is there of the owner's credits
	kindMissing    TransferKind = "dispute_missing"    // what is not, a debt
	kindRepaid     TransferKind = "dispute_repaid"     // paid of the debt
	kindLost       TransferKind = "dispute_lost"       // the buyer's bank keeps it
	kindReinstated TransferKind = "dispute_reinstated" // the provider gave it back
	kindWon        TransferKind = "dispute_won"        // back to the owner's credits
	kindReturned   TransferKind = "dispute_returned"   // back to a wallet that repaid
	kindForgiven   TransferKind = "dispute_forgiven"   // what is left of the debt
)

// TransferKinds lists the kinds.
func TransferKinds() []TransferKind {
	return []TransferKind{
		kindTopUp, kindWithdrawal, kindPayout, kindPayoutReturned, kindWithdrawn, kindFrozen, kindMissing, kindRepaid,
		kindLost, kindReinstated, kindWon, kindReturned, kindForgiven,
	}
}

// maxKey bounds an idempotency key, in bytes.
const maxKey = 200

// TestProvider is the name of the provider that never moves real money.
const TestProvider = "testpay"

// ErrNoAnswer is in the chain of a provider's error when the service behind it was
// out of reach, or would not work on the call now.
var ErrNoAnswer = errors.New("the payment provider does not answer")

// Provider moves money outside the city. Its orders carry an id: an order that
// is repeated under the same id is carried out once.
type Provider interface {
	// Name identifies it in accounts and rows: "testpay".
	Name() string
	// Label is how people read it.
	Label() string
	// Test reports that no real money moves.
	Test() bool
	// Charge takes money from an owner and returns its own name for the charge.
	// Errors: *RefusedError when it never will; after any other error it is
	// unknown whether the money moved, and the same order is given again.
	Charge(ctx context.Context, order Order) (reference string, err error)
	// PayOut sends money to an owner. Errors: as Charge.
	PayOut(ctx context.Context, order Order) (reference string, err error)
	// CheckPayout tells whether the owner can be paid. Errors: PAYOUT_UNAVAILABLE.
	CheckPayout(ctx context.Context, ownerID string) error
}

// Connector is a Provider at which owners set up a payout account.
type Connector interface {
	// Connect returns the address where the owner does that.
	Connect(ctx context.Context, ownerID string) (url string, err error)
}

// Order tells a provider to move money.
type Order struct {
	ID       string // the top-up's or withdrawal's id
	OwnerID  string
	Amount   city.Cents
	Currency string
	// Automatic is a charge that nobody sits in front of.
	Automatic bool

	wanted func(ctx context.Context) error
}

// CheckWanted is to be asked last before a charge is made that was not made before:
// whoever turned automatic top-ups off meanwhile wants no more of them. Errors:
// *RefusedError.
func (o Order) CheckWanted(ctx context.Context) error {
	if o.wanted == nil {
		return nil
	}
	return o.wanted(ctx)
}

// RefusedError is a provider's final no.
type RefusedError struct {
	Reason string // for the owner to read: "The card was declined."
}

// Error says that and why the provider refused.
func (e *RefusedError) Error() string { return "the payment provider refused: " + e.Reason }

// TopUpStatus is how far a top-up is.
type TopUpStatus string

// The states of a top-up.
const (
	TopUpPending   TopUpStatus = "pending"
	TopUpSucceeded TopUpStatus = "succeeded"
	TopUpDeclined  TopUpStatus = "declined"
)

// TopUpStatuses lists the states.
func TopUpStatuses() []TopUpStatus { return []TopUpStatus{TopUpPending, TopUpSucceeded, TopUpDeclined} }

// TopUp is a purchase of credits.
type TopUp struct {
	ID         string // top_…
	OwnerID    string
	Amount     city.Cents
	Provider   string
	Status     TopUpStatus
	Reference  string // the provider's name for the charge
	Reason     string // why it was declined
	CreatedAt  time.Time
	FinishedAt *time.Time
	// CheckoutURL is where the owner pays while it is pending, "" when the
	// provider needs no visit.
	CheckoutURL string
	Automatic   bool // bought because the credits ran low
	Test        bool // no real money moves
}

// TopUpPage is a part of a list of top-ups, newest first.
type TopUpPage struct {
	TopUps []TopUp
	Next   string // the cursor of the next page, "" on the last
}

// WithdrawalStatus is how far a withdrawal is.
type WithdrawalStatus string

// The states of a withdrawal.
const (
	WithdrawalPending WithdrawalStatus = "pending" // taken from the wallet, with the provider
	WithdrawalPaid    WithdrawalStatus = "paid"
	WithdrawalFailed  WithdrawalStatus = "failed" // back in the wallet
)

// WithdrawalStatuses lists the states.
func WithdrawalStatuses() []WithdrawalStatus {
	return []WithdrawalStatus{WithdrawalPending, WithdrawalPaid, WithdrawalFailed}
}

// Withdrawal is a payout of an agent's earnings to its owner.
type Withdrawal struct {
	ID         string // wdr_…
	OwnerID    string
	AgentID    string
	Amount     city.Cents
	Provider   string
	Status     WithdrawalStatus
	Reference  string // the provider's name for the payout
	Reason     string // why it failed
	CreatedAt  time.Time
	FinishedAt *time.Time
	Test       bool // no real money moves
}

// WithdrawalPage is a part of a list of withdrawals, newest first.
type WithdrawalPage struct {
	Withdrawals []Withdrawal
	Next        string // the cursor of the next page, "" on the last
}

// Pool is a buyer's credits.
type Pool struct {
	ID       string
	OwnerID  string
	Balance  city.Cents // free to spend
	Held     city.Cents // held for running tasks
	Disputed city.Cents // set aside while a bank asks for a top-up back
	Debt     city.Cents // what banks took back and was spent; the next top-ups pay it
	Currency string
	Provider string // how its provider calls itself; a test provider says so
	Test     bool   // no real money
}

// Wallet is what an agent earned.
type Wallet struct {
	AgentID   string
	Available city.Cents // out of escrow
	Escrowed  city.Cents // inside refund windows
	HeldBack  city.Cents // of what is available, because the owner is new
	HeldUntil *time.Time // when all of that is free, at the latest; nil when nothing is held back
	Currency  string
}

// Withdrawable is what can be withdrawn now.
func (w Wallet) Withdrawable() city.Cents { return w.Available - w.HeldBack }

// Transaction is one movement in a buyer's credits or an agent's wallet.
type Transaction struct {
	ID        string
	Type      string     // the transfer's kind: top_up, hold, earn, release, withdrawal, …
	Amount    city.Cents // negative when it leaves; 0 when it moved inside a wallet, or was only set aside
	Moved     city.Cents // what moved, always positive
	Balance   city.Cents // afterwards
	Currency  string     // of all three
	Ref       string     // the task, top-up or withdrawal it belongs to
	TaskID    string     // Ref when that is a task
	CreatedAt time.Time
}

// AgentTransaction is a movement in the wallet of one of several agents.
type AgentTransaction struct {
	Transaction
	AgentID string
}

// TransactionPage is a part of a list of movements, newest first.
type TransactionPage struct {
	Transactions []Transaction
	Next         string // the cursor of the next page, "" on the last
}

// poolID names an owner's pool: there is one for each owner, so its name follows.
func poolID(ownerID string) string {
	return "pool_" + ownerID[min(len(ownerID), len(city.PrefixOwner)+1):]
}

func errDeclined(reason string) error {
	return city.Errorf(city.CodePaymentDeclined, "The payment was declined and nothing was charged: %s", reason)
}

func errNotAnswered(label, what string) error {
	return city.Errorf(city.CodePaymentUnavailable, "The payment provider (%s) does not answer. %s", label, what)
}

func errKeyReused() error {
	return city.Errorf(city.CodeIdempotency, "This Idempotency-Key was used for another request. Use a new key for each request.")
}

func errInsufficientFunds(required, available city.Cents) error {
	return city.Errorf(city.CodeInsufficientFunds, "The wallet has %s available, less than %s. Earnings become available after the refund window.",
		available, required).
		WithDetail("requiredCents", int64(required)).WithDetail("availableCents", int64(available))
}

func errWithdrawalPending() error {
	return city.Errorf(city.CodeWithdrawalPending, "A withdrawal of this agent is on its way. Wait until it is paid or has failed.")
}

func errNothingToConnect(label string) error {
	return city.Errorf(city.CodePayoutUnavailable, "%s: payouts need no account here, so there is nothing to connect.", label)
}

func checkKey(v *city.Invalid, key string) {
	v.Check(len(key) <= maxKey, "Idempotency-Key", "at most %d characters", maxKey)
}

// refusal is the reason of a provider's final no.
func refusal(err error) (reason string, ok bool) {
	refused, ok := errors.AsType[*RefusedError](err)
	if !ok {
		return "", false
	}
	return refused.Reason, true
}

// checkProvider keeps an order that was given to one provider from another.
func checkProvider(p Provider, wanted string) error {
	if p.Name() == wanted {
		return nil
	}
	return fmt.Errorf("payment provider %q is not configured any more", wanted)
}

// checkOrder is checkProvider, and keeps an order of test payments from real money,
// and the other way round.
func checkOrder(p Provider, wanted string, test bool) error {
	if err := checkProvider(p, wanted); err != nil || p.Test() == test {
		return err
	}
	return fmt.Errorf("payment provider %q has another key: test payments and real ones do not mix", wanted)
}
