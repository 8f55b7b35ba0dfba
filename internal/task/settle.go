package task

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/pricing"
	"aicity.dev/aicity/internal/store"
)

// move posts the transfers of a transition. Their ids are made of the task's id,
// so that a transition that runs twice moves money once.
func (s *Service) move(ctx context.Context, tx store.Tx, t *Task, move Move) error {
	switch move {
	case MoveHold:
		return s.hold(ctx, tx, t)
	case MoveCapture:
		return s.capture(ctx, tx, t)
	case MoveRecapture:
		return s.recapture(ctx, tx, t)
	case MoveVoid:
		return s.giveBack(ctx, tx, t, KindVoid, t.MaxBudget,
			part{KindVoid, ledger.TaskHold(t.ID), ledger.OwnerCredits(t.BuyerID), t.MaxBudget})
	case MoveRelease:
		return s.releaseEscrow(ctx, tx, t)
	case MoveReverse:
		return s.giveBack(ctx, tx, t, KindReverse, t.Charge,
			part{KindReverse, ledger.AgentEscrow(t.AgentID), ledger.OwnerCredits(t.BuyerID), t.Charge - t.Fee},
			part{KindReverseFee, ledger.PlatformFeesEscrow, ledger.OwnerCredits(t.BuyerID), t.Fee})
	case MoveSetAside:
		return s.setAside(ctx, tx, t)
	case MoveGrant:
		return s.grant(ctx, tx, t)
	case MoveDeny:
		return s.deny(ctx, tx, t)
	case MoveNone:
		return nil
	default:
		return fmt.Errorf("task %s: unknown move %q", t.ID, move)
	}
}

// setAside reserves for the buyer what the agent has of the charge. The fee's
// account is hot and takes no pending transfers, nor does it need one: the city
// keeps it.
func (s *Service) setAside(ctx context.Context, tx store.Tx, t *Task) error {
	return s.Ledger.Reserve(ctx, tx, transfersOf(t,
		part{KindRefundRequested, ledger.AgentEscrow(t.AgentID), ledger.OwnerCredits(t.BuyerID), t.Charge - t.Fee})...)
}

// grant gives the buyer what was set aside, and the fee.
func (s *Service) grant(ctx context.Context, tx store.Tx, t *Task) error {
	err := s.decideAside(ctx, tx, t, KindReverse, func(c ledger.Closing, all city.Cents) error {
		return s.Ledger.Capture(ctx, tx, c, all)
	})
	if err != nil {
		return err
	}
	return s.giveBack(ctx, tx, t, KindReverse, t.Charge,
		part{KindReverseFee, ledger.PlatformFeesEscrow, ledger.OwnerCredits(t.BuyerID), t.Fee})
}

// deny leaves what was set aside in escrow.
func (s *Service) deny(ctx context.Context, tx store.Tx, t *Task) error {
	return s.decideAside(ctx, tx, t, KindRefundDenied, func(c ledger.Closing, _ city.Cents) error {
		return s.Ledger.Void(ctx, tx, c)
	})
}

// decideAside closes what is set aside for t. It sets it aside once more, which is
// harmless: refunds that were asked for before they were set aside have nothing yet.
func (s *Service) decideAside(ctx context.Context, tx store.Tx, t *Task, as TransferKind, decide func(ledger.Closing, city.Cents) error) error {
	all := t.Charge - t.Fee
	if all == 0 {
		return nil
	}
	if err := s.setAside(ctx, tx, t); err != nil {
		return err
	}
	return decide(ledger.Closing{Pending: transferID(t, KindRefundRequested), ID: transferID(t, as), Kind: string(as)}, all)
}

// giveBack posts the parts, which bring an amount back to the buyer's credits:
// what the buyer owes is paid out of it at once, or a buyer whose bank takes a
// payment back could keep it in a task meanwhile.
func (s *Service) giveBack(ctx context.Context, tx store.Tx, t *Task, move TransferKind, amount city.Cents, parts ...part) error {
	if err := s.post(ctx, tx, t, parts...); err != nil || amount == 0 {
		return err
	}
	return s.repay(ctx, tx, t.BuyerID, ledger.OwnerCredits(t.BuyerID), t.ID+"/"+string(move), amount)
}

// releaseEscrow lets the agent have what it earned; what its owner owes is paid
// out of that at once.
func (s *Service) releaseEscrow(ctx context.Context, tx store.Tx, t *Task) error {
	t.ReleasedAt = now(tx)
	earned := t.Charge - t.Fee
	err := s.post(ctx, tx, t,
		part{KindRelease, ledger.AgentEscrow(t.AgentID), ledger.AgentAvailable(t.AgentID), earned},
		part{KindReleaseFee, ledger.PlatformFeesEscrow, ledger.PlatformFees, t.Fee})
	if err != nil {
		return err
	}
	return s.repay(ctx, tx, t.AgentOwner, ledger.AgentAvailable(t.AgentID), t.ID, earned)
}

// repay pays an owner's debts out of what a move has brought to an account.
func (s *Service) repay(ctx context.Context, tx store.Tx, ownerID string, from ledger.Account, moveID string, amount city.Cents) error {
	repayments, err := s.Debts.Repayments(ctx, tx, ownerID, from, moveID, amount)
	if err != nil || len(repayments) == 0 {
		return err
	}
	return s.Ledger.Post(ctx, tx, repayments...)
}

// TransferKind is what one transfer of a task's move is for.
type TransferKind string

// The kinds.
const (
	KindHold       TransferKind = "hold"        // the budget, until the verdict
	KindEarn       TransferKind = "earn"        // the agent's part of the charge, into escrow
	KindFee        TransferKind = "fee"         // the platform's part
	KindRest       TransferKind = "rest"        // what the charge left of the budget
	KindVoid       TransferKind = "void"        // the whole budget back
	KindRehold     TransferKind = "rehold"      // the charge of work that passes after all
	KindRelease    TransferKind = "release"     // from escrow to the agent
	KindReleaseFee TransferKind = "release_fee" // and to the platform
	KindReverse    TransferKind = "reverse"     // a refund out of the agent's escrow
	KindReverseFee TransferKind = "reverse_fee" // and out of the platform's

	KindRefundRequested TransferKind = "refund_requested" // set aside in escrow, while an operator decides
	KindRefundDenied    TransferKind = "refund_denied"    // no more
)

// TransferKinds lists the kinds.
func TransferKinds() []TransferKind {
	return []TransferKind{
		KindHold, KindEarn, KindFee, KindRest, KindVoid, KindRehold, KindRelease, KindReleaseFee, KindReverse, KindReverseFee,
		KindRefundRequested, KindRefundDenied,
	}
}

// part is one transfer of a move.
type part struct {
	kind     TransferKind
	from, to ledger.Account
	amount   city.Cents
}

func (s *Service) hold(ctx context.Context, tx store.Tx, t *Task) error {
	err := s.post(ctx, tx, t, part{KindHold, ledger.OwnerCredits(t.BuyerID), ledger.TaskHold(t.ID), t.MaxBudget})
	if short, ok := errors.AsType[*ledger.ShortfallError](err); ok {
		return errInsufficientCredits(t.MaxBudget, short.Available)
	}
	if err != nil {
		return err
	}
	return s.Spender.Spent(ctx, tx, t.BuyerID)
}

// charge is what passing work costs, out of the task's hold; the refund window
// opens with it.
func (s *Service) charge(tx store.Tx, t *Task) []part {
	t.Charge = t.Quote.ChargeCents
	t.Fee = pricing.Fee(t.Charge, t.FeePercent)
	until := tx.Now().Add(s.Rules.RefundWindow)
	t.RefundUntil = &until
	return []part{
		{KindEarn, ledger.TaskHold(t.ID), ledger.AgentEscrow(t.AgentID), t.Charge - t.Fee},
		{KindFee, ledger.TaskHold(t.ID), ledger.PlatformFeesEscrow, t.Fee},
	}
}

// capture charges a task, and gives the buyer what that leaves of the budget.
func (s *Service) capture(ctx context.Context, tx store.Tx, t *Task) error {
	parts := s.charge(tx, t)
	rest := t.MaxBudget - t.Charge
	parts = append(parts, part{KindRest, ledger.TaskHold(t.ID), ledger.OwnerCredits(t.BuyerID), rest})
	return s.giveBack(ctx, tx, t, KindRest, rest, parts...)
}

// recapture charges a task whose hold was returned: what capture would have
// moved, from the buyer's credits. Errors: INSUFFICIENT_CREDITS.
func (s *Service) recapture(ctx context.Context, tx store.Tx, t *Task) error {
	charge := s.charge(tx, t)
	rehold := part{KindRehold, ledger.OwnerCredits(t.BuyerID), ledger.TaskHold(t.ID), t.Charge}
	err := s.post(ctx, tx, t, append([]part{rehold}, charge...)...)
	if short, ok := errors.AsType[*ledger.ShortfallError](err); ok {
		return errBuyerShort(t.Charge, short.Available)
	}
	if err != nil {
		return err
	}
	return s.Spender.Spent(ctx, tx, t.BuyerID)
}

func (s *Service) post(ctx context.Context, tx store.Tx, t *Task, parts ...part) error {
	return s.Ledger.Post(ctx, tx, transfersOf(t, parts...)...)
}

func transfersOf(t *Task, parts ...part) []ledger.Transfer {
	transfers := make([]ledger.Transfer, 0, len(parts))
	for _, p := range parts {
		if p.amount == 0 {
			continue // the ledger knows no empty transfer
		}
		transfers = append(transfers, ledger.Transfer{
			ID: transferID(t, p.kind), Debit: p.from, Credit: p.to, Amount: p.amount, Kind: string(p.kind), Ref: t.ID,
		})
	}
	return transfers
}

func transferID(t *Task, kind TransferKind) string { return t.ID + "/" + string(kind) }

// Transfers lists what a task moved, oldest first.
func (s *Service) Transfers(ctx context.Context, taskID string) ([]ledger.Record, error) {
	return s.moved(ctx, s.DB.Read(), taskID)
}

// moved is Transfers. What is only set aside, or no more, has not moved.
func (s *Service) moved(ctx context.Context, q store.Querier, taskID string) ([]ledger.Record, error) {
	records, err := s.Ledger.ByRef(ctx, q, taskID)
	return slices.DeleteFunc(records, func(r ledger.Record) bool { return !r.Moves() }), err
}
