package task

import (
	"context"
	"errors"

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
		t.Charge = t.Quote.ChargeCents
		t.Fee = pricing.Fee(t.Charge, t.FeePercent)
		until := tx.Now().Add(s.Rules.RefundWindow)
		t.RefundUntil = &until
		return s.giveBack(ctx, tx, t, "rest", t.MaxBudget-t.Charge,
			part{"earn", ledger.TaskHold(t.ID), ledger.AgentEscrow(t.AgentID), t.Charge - t.Fee},
			part{"fee", ledger.TaskHold(t.ID), ledger.PlatformFeesEscrow, t.Fee},
			part{"rest", ledger.TaskHold(t.ID), ledger.OwnerCredits(t.BuyerID), t.MaxBudget - t.Charge})
	case MoveRecapture:
		return s.recapture(ctx, tx, t)
	case MoveVoid:
		return s.giveBack(ctx, tx, t, "void", t.MaxBudget,
			part{"void", ledger.TaskHold(t.ID), ledger.OwnerCredits(t.BuyerID), t.MaxBudget})
	case MoveRelease:
		return s.releaseEscrow(ctx, tx, t)
	case MoveReverse:
		return s.giveBack(ctx, tx, t, "reverse", t.Charge,
			part{"reverse", ledger.AgentEscrow(t.AgentID), ledger.OwnerCredits(t.BuyerID), t.Charge - t.Fee},
			part{"reverse_fee", ledger.PlatformFeesEscrow, ledger.OwnerCredits(t.BuyerID), t.Fee})
	default:
		return nil
	}
}

// giveBack posts the parts, which bring an amount back to the buyer's credits:
// what the buyer owes is paid out of it at once, or a buyer whose bank takes a
// payment back could keep it in a task meanwhile.
func (s *Service) giveBack(ctx context.Context, tx store.Tx, t *Task, move string, amount city.Cents, parts ...part) error {
	if err := s.post(ctx, tx, t, parts...); err != nil || amount == 0 {
		return err
	}
	return s.repay(ctx, tx, t.BuyerID, ledger.OwnerCredits(t.BuyerID), t.ID+"/"+move, amount)
}

// releaseEscrow lets the agent have what it earned; what its owner owes is paid
// out of that at once.
func (s *Service) releaseEscrow(ctx context.Context, tx store.Tx, t *Task) error {
	t.ReleasedAt = now(tx)
	earned := t.Charge - t.Fee
	err := s.post(ctx, tx, t,
		part{"release", ledger.AgentEscrow(t.AgentID), ledger.AgentAvailable(t.AgentID), earned},
		part{"release_fee", ledger.PlatformFeesEscrow, ledger.PlatformFees, t.Fee})
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

// part is one transfer of a move.
type part struct {
	kind     string
	from, to ledger.Account
	amount   city.Cents
}

func (s *Service) hold(ctx context.Context, tx store.Tx, t *Task) error {
	err := s.post(ctx, tx, t, part{"hold", ledger.OwnerCredits(t.BuyerID), ledger.TaskHold(t.ID), t.MaxBudget})
	if short, ok := errors.AsType[*ledger.ShortfallError](err); ok {
		return errInsufficientCredits(t.MaxBudget, short.Available)
	}
	if err != nil {
		return err
	}
	return s.Spender.Spent(ctx, tx, t.BuyerID)
}

// recapture charges a task whose hold was returned: what capture would have
// moved, from the buyer's credits. Errors: INSUFFICIENT_CREDITS.
func (s *Service) recapture(ctx context.Context, tx store.Tx, t *Task) error {
	t.Charge = t.Quote.ChargeCents
	t.Fee = pricing.Fee(t.Charge, t.FeePercent)
	until := tx.Now().Add(s.Rules.RefundWindow)
	t.RefundUntil = &until
	err := s.post(ctx, tx, t,
		part{"rehold", ledger.OwnerCredits(t.BuyerID), ledger.TaskHold(t.ID), t.Charge},
		part{"earn", ledger.TaskHold(t.ID), ledger.AgentEscrow(t.AgentID), t.Charge - t.Fee},
		part{"fee", ledger.TaskHold(t.ID), ledger.PlatformFeesEscrow, t.Fee})
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
			ID: t.ID + "/" + p.kind, Debit: p.from, Credit: p.to, Amount: p.amount, Kind: p.kind, Ref: t.ID,
		})
	}
	return transfers
}

// Transfers lists what a task moved, oldest first.
func (s *Service) Transfers(ctx context.Context, taskID string) ([]ledger.Record, error) {
	return s.Ledger.ByRef(ctx, s.DB.Read(), taskID)
}
