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

// Closing closes a pending transfer.
type Closing struct {
	Pending string // its id
	ID      string // of the transfer that closes it, unique
	Kind    string // what that one is for: "reverse", …
}

// Capture moves amount of a pending transfer and frees the rest. A repeat is a
// no-op. Errors: ErrNotPending, ErrClosed, ErrTooMuch.
func (l *Ledger) Capture(ctx context.Context, tx store.Tx, c Closing, amount city.Cents) error {
	return l.close(ctx, tx, c, Capture, amount)
}

// Void frees a pending transfer. A repeat is a no-op. Errors: ErrNotPending,
// ErrClosed.
func (l *Ledger) Void(ctx context.Context, tx store.Tx, c Closing) error {
	return l.close(ctx, tx, c, Void, 0)
}

// Why a pending transfer cannot be closed.
var (
	ErrNotPending = errors.New("no such pending transfer")
	ErrClosed     = errors.New("the pending transfer is closed already")
	ErrTooMuch    = errors.New("more than the pending transfer set aside")
)

func (l *Ledger) close(ctx context.Context, tx store.Tx, c Closing, phase Phase, amount city.Cents) error {
	pending, err := findTransfer(ctx, tx, c.Pending)
	if errors.Is(err, store.ErrNoRows) || err == nil && pending.phase != Pending {
		return fmt.Errorf("close %s: %w", c.Pending, ErrNotPending)
	}
	if err != nil {
		return err
	}
	if phase == Void {
		amount = pending.Amount
	}
	if amount > pending.Amount {
		return fmt.Errorf("close %s: %w", c.Pending, ErrTooMuch)
	}
	e := entry{Transfer: pending.Transfer, phase: phase, pendingID: c.Pending, pendingAmount: pending.Amount}
	e.ID, e.Kind, e.Amount = c.ID, c.Kind, amount
	err = write(ctx, tx, []entry{e})
	if store.IsUnique(err, "ledger_transfers", "pending_id") {
		return fmt.Errorf("close %s: %w", c.Pending, ErrClosed)
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
//
// While the transaction is hopeful nothing waits for an answer: what is refused
// (a repeat, an overdraft) fails in the database, and the transaction runs again
// with the answers that tell why.
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
	hopeful := !slices.ContainsFunc(entries, entry.closes) && tx.Hopeful()
	if !hopeful {
		var err error
		if entries, err = insertTransfers(ctx, tx, entries); err != nil {
			return err
		}
	}
	changes := changesOf(entries)
	few := len(changes) <= fewAccounts
	if hopeful {
		if err := queueTransfers(ctx, tx, entries, few); err != nil {
			return err
		}
	}
	if !few && hopeful {
		return hopeTogether(ctx, tx, changes)
	}
	if !few {
		return applyTogether(ctx, tx, changes)
	}
	for _, c := range changes {
		if err := c.apply(ctx, tx, hopeful); err != nil {
			return err
		}
	}
	return nil
}

// closes reports whether e closes a pending transfer.
func (e entry) closes() bool { return e.phase == Capture || e.phase == Void }

// fewAccounts is up to how many accounts are changed by a statement each.
const fewAccounts = 8

// change is what entries do to the balance of an account.
type change struct {
	Account
	holder string // whose money comes in, "" when that says the name
	delta  Balance
}

// takes is by how much the change lowers what is available.
func (c change) takes() city.Cents { return -c.delta.Available() }

// opens reports whether the change may be the first of its account: it takes
// nothing and frees nothing that was pending.
func (c change) opens() bool {
	return c.takes() <= 0 && c.delta.DebitsPending >= 0 && c.delta.CreditsPending >= 0
}

// changesOf sums entries up by account, in the order of the names; hot accounts
// have no balance to change.
func changesOf(entries []entry) []change {
	byAccount := map[Account]*change{}
	add := func(a Account, holder string, d Balance) {
		if a.Hot() {
			return
		}
		c := byAccount[a]
		if c == nil {
			c = &change{Account: a}
			byAccount[a] = c
		}
		c.delta = c.delta.plus(d)
		c.holder = cmp.Or(holder, c.holder)
	}
	for _, e := range entries {
		debit, credit := e.effects()
		add(e.Debit, "", debit)
		add(e.Credit, e.holder(), credit)
	}
	changes := make([]change, 0, len(byAccount))
	for _, c := range byAccount {
		changes = append(changes, *c)
	}
	slices.SortFunc(changes, byName)
	return changes
}

func byName(a, b change) int { return cmp.Compare(a.Account, b.Account) }

// apply changes one balance. What takes money out is guarded, so that an
// overdraft is an answer with the amount that is there; the CHECK of the table
// stands behind it, and is all there is while the transaction is hopeful.
func (c change) apply(ctx context.Context, tx store.Tx, hopeful bool) error {
	if c.opens() {
		return upsertBalance(ctx, tx, c)
	}
	if hopeful {
		return queueReduction(ctx, tx, c)
	}
	changed, err := reduceBalance(ctx, tx, c)
	if err != nil || changed {
		return err
	}
	b, err := readBalance(ctx, tx, c.Account)
	if err != nil {
		return err
	}
	return c.shortfall(b)
}

func (c change) shortfall(b Balance) error {
	return &ShortfallError{Account: c.Account, Required: c.takes(), Available: b.Available()}
}

// hopeTogether locks many balances in the order of their names and changes them
// together, all without an answer: that they are there is hoped, their floors are
// the database's to keep.
func hopeTogether(ctx context.Context, tx store.Tx, changes []change) error {
	if err := hopeForBalances(ctx, tx, changes); err != nil {
		return err
	}
	return updateBalances(ctx, tx, changes)
}

// applyTogether locks many balances in the order of their names, new ones among
// them, checks them here and changes them together.
func applyTogether(ctx context.Context, tx store.Tx, changes []change) error {
	balances, err := lockBalances(ctx, tx, changes)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if b := balances[c.Account]; c.takes() > 0 && b.Available() < c.takes() {
			return c.shortfall(b)
		}
	}
	return updateBalances(ctx, tx, changes)
}
