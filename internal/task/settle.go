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
		return s.post(ctx, tx, t,
			part{"earn", ledger.TaskHold(t.ID), ledger.AgentEscrow(t.AgentID), t.Charge - t.Fee},
			part{"fee", ledger.TaskHold(t.ID), ledger.PlatformFeesEscrow, t.Fee},
			part{"rest", ledger.TaskHold(t.ID), ledger.OwnerCredits(t.BuyerID), t.MaxBudget - t.Charge})
	case MoveRecapture:
		return s.recapture(ctx, tx, t)
	case MoveVoid:
		return s.post(ctx, tx, t, part{"void", ledger.TaskHold(t.ID), ledger.OwnerCredits(t.BuyerID), t.MaxBudget})
	case MoveRelease:
		return s.releaseEscrow(ctx, tx, t)
	case MoveReverse:
		return s.post(ctx, tx, t,
			part{"reverse", ledger.AgentEscrow(t.AgentID), ledger.OwnerCredits(t.BuyerID), t.Charge - t.Fee},
			part{"reverse_fee", ledger.PlatformFeesEscrow, ledger.OwnerCredits(t.BuyerID), t.Fee})
	default:
		return nil
	}
}

// releaseEscrow lets the agent have what it earned; what its owner owes is paid
// out of that at once.
func (s *Service) releaseEscrow(ctx context.Context, tx store.Tx, t *Task) error {
	t.ReleasedAt = now(tx)
	earned := t.Charge - t.Fee
	repayments, err := s.Debts.Repayments(ctx, tx, t.AgentOwner, t.AgentID, t.ID, earned)
	if err != nil {
		return err
	}
	transfers := transfersOf(t,
		part{"release", ledger.AgentEscrow(t.AgentID), ledger.AgentAvailable(t.AgentID), earned},
		part{"release_fee", ledger.PlatformFeesEscrow, ledger.PlatformFees, t.Fee})
	return s.Ledger.Post(ctx, tx, append(transfers, repayments...)...)
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
