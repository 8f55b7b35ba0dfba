package payment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
)

// A bank that takes a top-up back takes it from the city's balance at the
// provider at once; how it ends is decided weeks later. Until then the amount
// stands in the buyer's disputed account, against a claim on the bank. What the
// buyer has spent already is put there on the buyer's debt. What the buyer's own
// agents have available pays that at once, and what comes next pays the rest:
// top-ups, earnings, and what comes back from tasks and payouts.

// DisputeStatus is how far a dispute is.
type DisputeStatus string

// The states of a dispute.
const (
	DisputeOpen DisputeStatus = "open"
	DisputeWon  DisputeStatus = "won"  // the bank gave the money back
	DisputeLost DisputeStatus = "lost" // it is gone
)

// dispute is a top-up that a buyer's bank takes back.
type dispute struct {
	id, provider, ownerID, topUpID string
	amount, frozen, debt           city.Cents
	status                         DisputeStatus
	reason                         string
}

// repaid is what was paid of the debt since.
func (d dispute) repaid() city.Cents { return d.amount - d.frozen - d.debt }

func (d dispute) transfer(kind TransferKind, debit, credit ledger.Account, amount city.Cents) ledger.Transfer {
	name := strings.TrimPrefix(string(kind), "dispute_")
	return ledger.Transfer{ID: d.id + "/" + name, Debit: debit, Credit: credit, Amount: amount, Kind: string(kind), Ref: d.id}
}

// apply opens the dispute when it is new, and closes it when it is decided.
func (n DisputeNews) apply(ctx context.Context, tx store.Tx, s *Service) error {
	t, err := lockTopUp(ctx, tx, n.TopUpID)
	if errors.Is(err, store.ErrNoRows) || err == nil && t.Status != TopUpSucceeded {
		return fmt.Errorf("dispute %s of top-up %s: %w", n.ID, n.TopUpID, errNotYet)
	}
	if err != nil {
		return err
	}
	if n.Amount <= 0 || n.Amount > t.Amount || !strings.EqualFold(n.Currency, city.USD) {
		return fmt.Errorf("dispute %s: about %d %s of a top-up of %d %s", n.ID, n.Amount, n.Currency, t.Amount, city.USD)
	}
	p, err := s.lockPurse(ctx, tx, t.OwnerID)
	if err != nil {
		return err
	}
	d, err := s.openDispute(ctx, tx, t, n, p)
	if err != nil || n.Outcome == DisputeOpen || d.status != DisputeOpen {
		return err
	}
	return s.closeDispute(ctx, tx, d, n.Outcome)
}

// openDispute freezes what the buyer has left, books the rest as a debt and pays
// of that what the purse has, or finds that this was done. The locked top-up keeps
// a second run out, and the locked purse what arrives meanwhile, which would not
// see the debt, and what leaves.
func (s *Service) openDispute(ctx context.Context, tx store.Tx, t TopUp, n DisputeNews, p purse) (dispute, error) {
	d, err := findDispute(ctx, tx, n.ID)
	if !errors.Is(err, store.ErrNoRows) {
		return d, err
	}
	credits, frozen := ledger.OwnerCredits(t.OwnerID), ledger.OwnerDisputed(t.OwnerID)
	d = dispute{id: n.ID, provider: t.Provider, ownerID: t.OwnerID, topUpID: t.ID, amount: n.Amount, status: DisputeOpen, reason: n.Reason}
	d.frozen = min(d.amount, max(0, p.balances[credits].Available()))
	d.debt = d.amount - d.frozen
	if err := insertDispute(ctx, tx, d); err != nil {
		return dispute{}, err
	}
	transfers := []ledger.Transfer{
		d.transfer(kindWithdrawn, ledger.PaymentDisputes(d.provider), ledger.PaymentClearing(d.provider), d.amount),
		d.transfer(kindFrozen, credits, frozen, d.frozen),
		d.transfer(kindMissing, ledger.PlatformDebts, frozen, d.debt),
	}
	repaid, err := p.repay(ctx, tx, d.id, p.wallets()...)
	if err != nil {
		return dispute{}, err
	}
	tx.AfterCommit(func() {
		s.logger.WarnContext(ctx, "a top-up is disputed", "dispute", d.id, "topUp", d.topUpID, "owner", d.ownerID,
			"amount", d.amount, "frozen", d.frozen, "missing", d.amount-d.frozen)
	})
	if err := s.post(ctx, tx, append(transfers, repaid...)...); err != nil {
		return dispute{}, err
	}
	return findDispute(ctx, tx, d.id)
}

// closeDispute gives back what was frozen and repaid, each where it came from,
// and forgets the rest of the debt, or lets the money go; the debt stays then.
func (s *Service) closeDispute(ctx context.Context, tx store.Tx, d dispute, outcome DisputeStatus) error {
	frozen, claim := ledger.OwnerDisputed(d.ownerID), ledger.PaymentDisputes(d.provider)
	transfers := []ledger.Transfer{d.transfer(kindLost, frozen, claim, d.amount)}
	if outcome == DisputeWon {
		back, earned, err := s.earningsBack(ctx, tx, d)
		if err != nil {
			return err
		}
		transfers = append(back,
			d.transfer(kindReinstated, ledger.PaymentClearing(d.provider), claim, d.amount),
			d.transfer(kindWon, frozen, ledger.OwnerCredits(d.ownerID), d.frozen+d.repaid()-earned),
			d.transfer(kindForgiven, frozen, ledger.PlatformDebts, d.debt))
		d.debt = 0
	}
	if err := saveOutcome(ctx, tx, d, outcome); err != nil {
		return err
	}
	tx.AfterCommit(func() {
		s.logger.InfoContext(ctx, "dispute closed", "dispute", d.id, "owner", d.ownerID, "outcome", outcome, "debt", d.debt)
	})
	if err := s.post(ctx, tx, transfers...); err != nil {
		return err
	}
	return s.passOn(ctx, tx, d, transfers)
}

// passOn pays the owner's other debts out of what a won dispute has given back.
func (s *Service) passOn(ctx context.Context, tx store.Tx, d dispute, transfers []ledger.Transfer) error {
	var repaid []ledger.Transfer
	for _, t := range transfers {
		if kind := TransferKind(t.Kind); t.Amount == 0 || kind != kindWon && kind != kindReturned {
			continue
		}
		more, err := s.Repayments(ctx, tx, d.ownerID, t.Credit, t.ID, t.Amount)
		if err != nil {
			return err
		}
		repaid = append(repaid, more...)
	}
	return s.ledger.Post(ctx, tx, repaid...)
}

// Repayments notes that an owner pays debts, oldest dispute first, out of an
// amount that an order, a top-up or a task's move, has brought to an account, and
// returns the transfers. What brought it must be posted before: that locks the
// account against a dispute that is opened at the same time.
func (s *Service) Repayments(ctx context.Context, tx store.Tx, ownerID string, to ledger.Account, orderID string, amount city.Cents) ([]ledger.Transfer, error) {
	if tx.Hopeful() {
		return nil, hopeNoDebts(ctx, tx, ownerID)
	}
	return repay(ctx, tx, ownerID, to, orderID, amount)
}

// repay is Repayments that always asks.
func repay(ctx context.Context, tx store.Tx, ownerID string, from ledger.Account, orderID string, amount city.Cents) ([]ledger.Transfer, error) {
	debts, err := lockDebts(ctx, tx, ownerID)
	if err != nil {
		return nil, err
	}
	var transfers []ledger.Transfer
	for _, d := range debts {
		part := min(amount, d.debt)
		if part == 0 {
			break
		}
		amount -= part
		if err := lowerDebt(ctx, tx, d.id, part); err != nil {
			return nil, err
		}
		transfers = append(transfers, ledger.Transfer{
			ID: d.id + "/repaid/" + orderID, Debit: from, Credit: ledger.PlatformDebts, Amount: part, Kind: string(kindRepaid), Ref: d.id,
		})
	}
	return transfers, nil
}

// earningsBack gives back to each agent's wallet what its earnings repaid, and
// returns how much that is altogether.
func (s *Service) earningsBack(ctx context.Context, tx store.Tx, d dispute) (transfers []ledger.Transfer, total city.Cents, err error) {
	moved, err := s.ledger.ByRef(ctx, tx, d.id)
	if err != nil {
		return nil, 0, fmt.Errorf("list repayments: %w", err)
	}
	paid, credits := map[ledger.Account]city.Cents{}, ledger.OwnerCredits(d.ownerID)
	for _, m := range moved {
		if TransferKind(m.Kind) == kindRepaid && m.Debit != credits {
			paid[m.Debit] += m.Amount
			total += m.Amount
		}
	}
	for _, wallet := range slices.Sorted(maps.Keys(paid)) {
		t := d.transfer(kindReturned, ledger.OwnerDisputed(d.ownerID), wallet, paid[wallet])
		t.ID += "/" + string(wallet)
		transfers = append(transfers, t)
	}
	return transfers, total, nil
}

// post leaves out what moves nothing.
func (s *Service) post(ctx context.Context, tx store.Tx, transfers ...ledger.Transfer) error {
	var some []ledger.Transfer
	for _, t := range transfers {
		if t.Amount > 0 {
			some = append(some, t)
		}
	}
	return s.ledger.Post(ctx, tx, some...)
}
