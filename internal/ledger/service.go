package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// Ledger posts transfers. It has no state of its own.
type Ledger struct{}

// New returns a ledger.
func New() *Ledger { return &Ledger{} }

// Post moves money at once: all transfers or none. Transfers that were posted
// before with the same content are left out. After an error the transaction
// must be rolled back. Errors: *ShortfallError when an account has too little,
// *ConflictError.
func (l *Ledger) Post(ctx context.Context, tx store.Tx, transfers ...Transfer) error {
	entries := make([]entry, len(transfers))
	for i, t := range transfers {
		entries[i] = entry{Transfer: t, phase: Posted}
	}
	return write(ctx, tx, entries)
}

// Reserve sets money aside until Capture or Void; until then neither side can
// use it. Errors: as Post; hot accounts are refused.
func (l *Ledger) Reserve(ctx context.Context, tx store.Tx, transfers ...Transfer) error {
	entries := make([]entry, len(transfers))
	for i, t := range transfers {
		if t.Debit.Hot() || t.Credit.Hot() {
			return fmt.Errorf("transfer %q: a hot account takes no pending transfers", t.ID)
		}
		entries[i] = entry{Transfer: t, phase: Pending}
	}
	return write(ctx, tx, entries)
}

// Capture moves amount of the pending transfer and frees the rest; id names the
// capture. A repeat is a no-op. Errors: ErrNotPending, ErrClosed, ErrTooMuch.
func (l *Ledger) Capture(ctx context.Context, tx store.Tx, pendingID, id string, amount city.Cents) error {
	return l.close(ctx, tx, pendingID, id, Capture, amount)
}

// Void frees a pending transfer; id names the act. A repeat is a no-op. Errors:
// ErrNotPending, ErrClosed.
func (l *Ledger) Void(ctx context.Context, tx store.Tx, pendingID, id string) error {
	return l.close(ctx, tx, pendingID, id, Void, 0)
}

// Why a pending transfer cannot be closed.
var (
	ErrNotPending = errors.New("no such pending transfer")
	ErrClosed     = errors.New("the pending transfer is closed already")
	ErrTooMuch    = errors.New("more than the pending transfer set aside")
)

func (l *Ledger) close(ctx context.Context, tx store.Tx, pendingID, id string, phase Phase, amount city.Cents) error {
	pending, err := findTransfer(ctx, tx, pendingID)
	if errors.Is(err, store.ErrNoRows) || err == nil && pending.phase != Pending {
		return fmt.Errorf("close %s: %w", pendingID, ErrNotPending)
	}
	if err != nil {
		return err
	}
	if phase == Void {
		amount = pending.Amount
	}
	if amount > pending.Amount {
		return fmt.Errorf("close %s: %w", pendingID, ErrTooMuch)
	}
	e := entry{Transfer: pending.Transfer, phase: phase, pendingID: pendingID, pendingAmount: pending.Amount}
	e.ID, e.Amount = id, amount
	err = write(ctx, tx, []entry{e})
	if store.IsUnique(err, "ledger_transfers", "pending_id") {
		return fmt.Errorf("close %s: %w", pendingID, ErrClosed)
	}
	return err
}

// entry is a transfer as it is written.
type entry struct {
	Transfer
	phase         Phase
	pendingID     string
	pendingAmount city.Cents
}

// effects are what an entry adds to the accounts it debits and credits.
func (e entry) effects() (debit, credit Balance) {
	switch e.phase {
	case Pending:
		return Balance{DebitsPending: e.Amount}, Balance{CreditsPending: e.Amount}
	case Capture:
		return Balance{DebitsPending: -e.pendingAmount, DebitsPosted: e.Amount},
			Balance{CreditsPending: -e.pendingAmount, CreditsPosted: e.Amount}
	case Void:
		return Balance{DebitsPending: -e.pendingAmount}, Balance{CreditsPending: -e.pendingAmount}
	default:
		return Balance{DebitsPosted: e.Amount}, Balance{CreditsPosted: e.Amount}
	}
}

// write stores entries that are new and applies them to the balances, accounts
// in the order of their names, so that two writers never wait for each other in
// a circle.
func write(ctx context.Context, tx store.Tx, entries []entry) error {
	if len(entries) == 0 {
		return nil
	}
	if len(entries) > maxBatch {
		return fmt.Errorf("%d transfers at once, at most %d go together", len(entries), maxBatch)
	}
	for _, e := range entries {
		if err := e.check(); err != nil {
			return err
		}
	}
	fresh, err := insertTransfers(ctx, tx, entries)
	if err != nil {
		return err
	}
	deltas, holders := map[Account]Balance{}, map[Account]string{}
	for _, e := range fresh {
		debit, credit := e.effects()
		deltas[e.Debit] = deltas[e.Debit].plus(debit)
		deltas[e.Credit] = deltas[e.Credit].plus(credit)
		if holder := e.holder(); holder != "" {
			holders[e.Credit] = holder
		}
	}
	accounts := make([]Account, 0, len(deltas))
	for a := range deltas {
		if !a.Hot() {
			accounts = append(accounts, a)
		}
	}
	slices.SortFunc(accounts, func(a, b Account) int { return cmp.Compare(a, b) })
	for _, a := range accounts {
		if err := applyDelta(ctx, tx, a, holders[a], deltas[a]); err != nil {
			return err
		}
	}
	return nil
}

// applyDelta changes one balance. What takes money out is guarded, so that an
// overdraft is an answer with the amount that is there; the CHECK of the table
// stands behind it.
func applyDelta(ctx context.Context, tx store.Tx, a Account, holder string, d Balance) error {
	takes := -d.Available()
	// What frees pending money is no row to insert: its account exists.
	if takes <= 0 && d.DebitsPending >= 0 && d.CreditsPending >= 0 {
		return upsertBalance(ctx, tx, a, holder, d)
	}
	changed, err := reduceBalance(ctx, tx, a, d, takes)
	if err != nil || changed {
		return err
	}
	b, err := readBalance(ctx, tx, a)
	if err != nil {
		return err
	}
	return &ShortfallError{Account: a, Required: takes, Available: b.Available()}
}
