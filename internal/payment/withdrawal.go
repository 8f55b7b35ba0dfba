package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
)

// PayoutEvent is what a withdrawal's agent is told when it is paid and when it fails.
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
// EARNINGS_HELD_BACK, WITHDRAWAL_PENDING, IDEMPOTENCY_CONFLICT.
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
		Provider: s.provider.Name(), Status: WithdrawalPending, Test: s.provider.Test(),
	}
	if earlier, ok, err := s.earlierWithdrawal(ctx, w, idempotencyKey); ok || err != nil {
		return earlier, err
	}
	if err := s.provider.CheckPayout(ctx, ownerID); err != nil {
		return Withdrawal{}, err
	}
	end, err := s.probationEnd(ctx, ownerID)
	if err != nil {
		return Withdrawal{}, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		w.CreatedAt = tx.Now()
		return s.beginWithdrawal(ctx, tx, w, idempotencyKey, end)
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

// beginWithdrawal takes the money out of the wallet and queues the payout; the owner is
// new until probationEnd.
func (s *Service) beginWithdrawal(ctx context.Context, tx store.Tx, w Withdrawal, key string, probationEnd time.Time) error {
	if err := insertWithdrawal(ctx, tx, w, key); err != nil {
		return err
	}
	if err := s.checkHeldBack(ctx, tx, w, probationEnd); err != nil {
		return err
	}
	err := s.ledger.Post(ctx, tx, ledger.Transfer{
		ID: w.ID + "/withdrawal", Debit: ledger.AgentAvailable(w.AgentID), Credit: ledger.PayoutTransit(w.ID),
		Amount: w.Amount, Kind: string(kindWithdrawal), Ref: w.ID,
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
	if err := checkOrder(s.provider, w.Provider, w.Test); err != nil {
		return err
	}
	reference, err := s.provider.PayOut(ctx, Order{ID: w.ID, OwnerID: w.OwnerID, Amount: w.Amount, Currency: city.USD})
	reason, refused := refusal(err)
	if err != nil && !refused {
		return fmt.Errorf("pay out %s: %w", id, err)
	}
	_, reports := s.provider.(Reporter)
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		switch {
		case refused:
			return s.bookFailure(ctx, tx, w, reason)
		case reports: // its arrival is told in news
			return savePayout(ctx, tx, w.ID, reference)
		default:
			return s.bookPayout(ctx, tx, w, reference)
		}
	})
	if err != nil {
		return fmt.Errorf("book payout %s: %w", w.ID, err)
	}
	return nil
}

// bookPayout lets the money leave the city, once.
func (s *Service) bookPayout(ctx context.Context, tx store.Tx, w Withdrawal, reference string) error {
	from := w.Status
	w.Status, w.Reference = WithdrawalPaid, reference
	_, err := s.bookWithdrawal(ctx, tx, w, from, event.NoticePayoutPaid, ledger.Transfer{
		ID: w.ID + "/paid", Debit: ledger.PayoutTransit(w.ID), Credit: ledger.PaymentClearing(w.Provider),
		Amount: w.Amount, Kind: string(kindPayout), Ref: w.ID,
	})
	return err
}

// bookFailure puts the money back into the wallet, once: from its way out, or
// from the provider when it seemed to have arrived. What the owner owes is paid
// out of it at once.
func (s *Service) bookFailure(ctx context.Context, tx store.Tx, w Withdrawal, reason string) error {
	transfer := ledger.Transfer{
		ID: w.ID + "/returned", Debit: ledger.PayoutTransit(w.ID), Credit: ledger.AgentAvailable(w.AgentID),
		Amount: w.Amount, Kind: string(kindPayoutReturned), Ref: w.ID,
	}
	if w.Status == WithdrawalPaid {
		transfer.ID, transfer.Debit = w.ID+"/returned_late", ledger.PaymentClearing(w.Provider)
	}
	from := w.Status
	w.Status, w.Reason = WithdrawalFailed, reason
	booked, err := s.bookWithdrawal(ctx, tx, w, from, event.NoticePayoutFailed, transfer)
	if err != nil || !booked {
		return err
	}
	repaid, err := s.Repayments(ctx, tx, w.OwnerID, ledger.AgentAvailable(w.AgentID), transfer.ID, w.Amount)
	if err != nil {
		return err
	}
	return s.ledger.Post(ctx, tx, repaid...)
}

// bookWithdrawal books an outcome and tells the agent; it is false when the
// withdrawal is not in the state from any more.
func (s *Service) bookWithdrawal(ctx context.Context, tx store.Tx, w Withdrawal, from WithdrawalStatus, eventType string, t ledger.Transfer) (bool, error) {
	now := tx.Now()
	w.FinishedAt = &now
	changed, err := finishWithdrawal(ctx, tx, w, from)
	if err != nil || !changed {
		return false, err
	}
	if err := s.ledger.Post(ctx, tx, t); err != nil {
		return false, err
	}
	tx.AfterCommit(func() {
		s.logger.InfoContext(ctx, "withdrawal finished", "withdrawal", w.ID, "agent", w.AgentID, "status", w.Status)
	})
	return true, s.notifier.Emit(ctx, tx, w.AgentID, eventType, w.ID, PayoutEvent{
		WithdrawalID: w.ID, AgentID: w.AgentID, Amount: int64(w.Amount), Currency: city.USD,
		Status: string(w.Status), Reason: w.Reason, Test: w.Test,
	})
}

// apply books what became of a payout. A failure is the last word: it may come
// after an arrival, and before the news of that arrival.
func (n PayoutNews) apply(ctx context.Context, tx store.Tx, s *Service) error {
	w, err := lockWithdrawal(ctx, tx, n.WithdrawalID)
	if errors.Is(err, store.ErrNoRows) {
		return fmt.Errorf("withdrawal %s: %w", n.WithdrawalID, errNotYet)
	}
	if err != nil || w.Status == WithdrawalFailed || n.Paid && w.Status == WithdrawalPaid {
		return err
	}
	if n.Paid {
		return s.bookPayout(ctx, tx, w, n.Reference)
	}
	w.Reference = n.Reference
	return s.bookFailure(ctx, tx, w, n.Reason)
}

// Withdrawals pages through an owner's withdrawals, newest first. The cursor is
// the id of the last one of the page before; a limit of 0 is 50, the most is
// 200. Errors: VALIDATION_ERROR.
func (s *Service) Withdrawals(ctx context.Context, ownerID, cursor string, limit int) (WithdrawalPage, error) {
	if err := city.CheckCursor(city.PrefixWithdrawal, cursor); err != nil {
		return WithdrawalPage{}, err
	}
	limit = store.PageLimit(limit)
	list, err := listWithdrawals(ctx, s.db.Read(), ownerID, cursor, limit+1)
	if err != nil {
		return WithdrawalPage{}, err
	}
	list, more := store.Cut(list, limit)
	if !more {
		return WithdrawalPage{Withdrawals: list}, nil
	}
	return WithdrawalPage{Withdrawals: list, Next: list[limit-1].ID}, nil
}
