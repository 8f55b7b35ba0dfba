package payment

import (
	"context"
	"errors"
	"fmt"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
)

// The events that a withdrawal's agent is told.
const (
	EventPaid   = "payout_paid"
	EventFailed = "payout_failed"
)

// PayoutEvent is the data of both events.
type PayoutEvent struct {
	WithdrawalID string `json:"withdrawalId"`
	AgentID      string `json:"agentId"`
	Amount       int64  `json:"amount"`
	Currency     string `json:"currency"`
	Status       string `json:"status"`
	Reason       string `json:"reason,omitempty"` // why it failed
	Test         bool   `json:"test"`             // no real money
}

// payoutArgs is the job that pays a withdrawal out.
type payoutArgs struct {
	WithdrawalID string `json:"withdrawalId"`
}

// Kind names the job.
func (payoutArgs) Kind() string { return "payment_payout" }

// Withdraw takes amount from what an agent has available and has it paid to its
// owner in the background. The same key ("" for none) withdraws once. Errors:
// VALIDATION_ERROR, AGENT_NOT_FOUND, PAYOUT_UNAVAILABLE, INSUFFICIENT_FUNDS,
// WITHDRAWAL_PENDING, IDEMPOTENCY_CONFLICT.
func (s *Service) Withdraw(ctx context.Context, ownerID, agentID string, amount city.Cents, idempotencyKey string) (Withdrawal, error) {
	var v city.Invalid
	v.Check(amount >= MinWithdrawal, "amount", "must be at least %d cents", MinWithdrawal)
	v.Check(amount <= ledger.MaxAmount, "amount", "must be at most %d cents", ledger.MaxAmount)
	checkKey(&v, idempotencyKey)
	if err := v.Err(); err != nil {
		return Withdrawal{}, err
	}
	if err := s.ownsAgent(ctx, ownerID, agentID); err != nil {
		return Withdrawal{}, err
	}
	w := Withdrawal{
		ID: city.NewID(city.PrefixWithdrawal), OwnerID: ownerID, AgentID: agentID, Amount: amount,
		Provider: s.provider.Name(), Status: WithdrawalPending,
	}
	if earlier, ok, err := s.earlierWithdrawal(ctx, w, idempotencyKey); ok || err != nil {
		return earlier, err
	}
	if err := s.provider.CheckPayout(ctx, ownerID); err != nil {
		return Withdrawal{}, err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		w.CreatedAt = tx.Now()
		return s.begin(ctx, tx, w, idempotencyKey)
	})
	if store.IsUnique(err, "withdrawals", "agent_id") || store.IsUnique(err, "withdrawals", "owner_id", "idempotency_key") {
		// A repeat that raced with the first call is no second withdrawal.
		if earlier, ok, err := s.earlierWithdrawal(ctx, w, idempotencyKey); ok || err != nil {
			return earlier, err
		}
		return Withdrawal{}, errWithdrawalPending()
	}
	if err != nil {
		return Withdrawal{}, err
	}
	return w, nil
}

// earlierWithdrawal finds what an idempotency key stands for.
func (s *Service) earlierWithdrawal(ctx context.Context, w Withdrawal, key string) (Withdrawal, bool, error) {
	if key == "" {
		return Withdrawal{}, false, nil
	}
	earlier, err := findWithdrawalByKey(ctx, s.db.Read(), w.OwnerID, key)
	if errors.Is(err, store.ErrNoRows) {
		return Withdrawal{}, false, nil
	}
	if err != nil {
		return Withdrawal{}, false, err
	}
	if earlier.Amount != w.Amount || earlier.AgentID != w.AgentID {
		return Withdrawal{}, false, errKeyReused()
	}
	return earlier, true, nil
}

// begin takes the money out of the wallet and queues the payout.
func (s *Service) begin(ctx context.Context, tx store.Tx, w Withdrawal, key string) error {
	if err := insertWithdrawal(ctx, tx, w, key); err != nil {
		return err
	}
	err := s.ledger.Post(ctx, tx, ledger.Transfer{
		ID: w.ID + "/withdrawal", Debit: ledger.AgentAvailable(w.AgentID), Credit: ledger.PayoutTransit(w.ID),
		Amount: w.Amount, Kind: "withdrawal", Ref: w.ID,
	})
	if short, ok := errors.AsType[*ledger.ShortfallError](err); ok {
		return errInsufficientFunds(w.Amount, short.Available)
	}
	if err != nil {
		return fmt.Errorf("take the money from the wallet: %w", err)
	}
	return s.jobs.Enqueue(ctx, tx, payoutArgs{w.ID}, jobs.MaxAttempts(askForever))
}

// payOut has the provider pay a withdrawal, and books the outcome.
func (s *Service) payOut(ctx context.Context, id string) error {
	w, err := findWithdrawal(ctx, s.db.Read(), id)
	if err != nil || w.Status != WithdrawalPending {
		return err
	}
	if err := checkProvider(s.provider, w.Provider); err != nil {
		return err
	}
	reference, err := s.provider.PayOut(ctx, Order{ID: w.ID, OwnerID: w.OwnerID, Amount: w.Amount, Currency: city.USD})
	reason, refused := refusal(err)
	if err != nil && !refused {
		return fmt.Errorf("pay out %s: %w", id, err)
	}
	w.Status, w.Reference = WithdrawalPaid, reference
	if refused {
		w.Status, w.Reason = WithdrawalFailed, reason
	}
	return s.finishWithdrawal(ctx, w)
}

// finishWithdrawal books an outcome once: money out of the city, or back into
// the wallet.
func (s *Service) finishWithdrawal(ctx context.Context, w Withdrawal) error {
	transfer := ledger.Transfer{
		ID: w.ID + "/paid", Debit: ledger.PayoutTransit(w.ID), Credit: ledger.PaymentClearing(w.Provider),
		Amount: w.Amount, Kind: "payout", Ref: w.ID,
	}
	eventType := EventPaid
	if w.Status == WithdrawalFailed {
		transfer.ID, transfer.Kind, transfer.Credit = w.ID+"/returned", "payout_returned", ledger.AgentAvailable(w.AgentID)
		eventType = EventFailed
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		now := tx.Now()
		w.FinishedAt = &now
		changed, err := finishWithdrawal(ctx, tx, w)
		if err != nil || !changed {
			return err
		}
		if err := s.ledger.Post(ctx, tx, transfer); err != nil {
			return err
		}
		return s.notifier.Emit(ctx, tx, w.AgentID, eventType, w.ID, PayoutEvent{
			WithdrawalID: w.ID, AgentID: w.AgentID, Amount: int64(w.Amount), Currency: city.USD,
			Status: string(w.Status), Reason: w.Reason, Test: s.provider.Test(),
		})
	})
	if err != nil {
		return fmt.Errorf("book payout %s: %w", w.ID, err)
	}
	s.logger.InfoContext(ctx, "withdrawal finished", "withdrawal", w.ID, "agent", w.AgentID, "status", w.Status)
	return nil
}

// The bounds of a page's length.
const (
	defaultLimit = 50
	maxLimit     = 200
)

// Withdrawals pages through an owner's withdrawals, newest first. The cursor is
// the id of the last one of the page before; a limit of 0 is 50, the most is
// 200. Errors: VALIDATION_ERROR.
func (s *Service) Withdrawals(ctx context.Context, ownerID, cursor string, limit int) (WithdrawalPage, error) {
	if cursor != "" && city.CheckID(city.PrefixWithdrawal, cursor) != nil {
		return WithdrawalPage{}, city.InvalidField("cursor", "not a cursor of this list")
	}
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxLimit)
	list, err := listWithdrawals(ctx, s.db.Read(), ownerID, cursor, limit+1)
	if err != nil {
		return WithdrawalPage{}, err
	}
	if len(list) <= limit {
		return WithdrawalPage{Withdrawals: list}, nil
	}
	return WithdrawalPage{Withdrawals: list[:limit], Next: list[limit-1].ID}, nil
}
