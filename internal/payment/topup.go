package payment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
)

// topUpGrace leaves a top-up to the call that asked for it; the job is for the
// case that this call died.
const topUpGrace = time.Minute

// topUpArgs is the job that finishes a top-up.
type topUpArgs struct {
	TopUpID string `json:"topUpId"`
}

// Kind names the job.
func (topUpArgs) Kind() string { return "payment_top_up" }

// TopUp buys credits and returns the purchase with the balance after it. With a
// provider that has a page of its own the purchase is pending, and CheckoutURL
// is where the owner pays. The same key ("" for none) buys once. Errors:
// VALIDATION_ERROR, PAYMENT_DECLINED, IDEMPOTENCY_CONFLICT, PAYMENT_UNAVAILABLE.
func (s *Service) TopUp(ctx context.Context, ownerID string, amount city.Cents, idempotencyKey string) (TopUp, city.Cents, error) {
	var v city.Invalid
	v.Check(amount >= MinTopUp && amount <= MaxTopUp, "amount", "must be %d to %d cents", MinTopUp, MaxTopUp)
	checkKey(&v, idempotencyKey)
	v.Check(!strings.HasPrefix(idempotencyKey, autoKey), "Idempotency-Key", "must not begin with %s", autoKey)
	if err := v.Err(); err != nil {
		return TopUp{}, 0, err
	}
	t, balance, err := s.topUp(ctx, ownerID, amount, idempotencyKey)
	if _, hosted := s.provider.(Hosted); hosted && errors.Is(err, ErrNoAnswer) {
		s.logger.WarnContext(ctx, "a top-up has no payment page yet", "owner", ownerID, "error", err)
		return TopUp{}, 0, errNotAnswered(s.provider.Label(), "Nothing was charged. Your top-up is kept, and shows where to pay once the provider answers.")
	}
	return t, balance, err
}

func (s *Service) topUp(ctx context.Context, ownerID string, amount city.Cents, idempotencyKey string) (TopUp, city.Cents, error) {
	t, err := s.beginTopUp(ctx, ownerID, amount, idempotencyKey)
	if err != nil {
		return TopUp{}, 0, err
	}
	if t.Status == TopUpPending {
		if t, err = s.collect(ctx, t); err != nil {
			return TopUp{}, 0, err
		}
	}
	if t.Status == TopUpDeclined {
		return t, 0, errDeclined(t.Reason)
	}
	balance, err := s.ledger.BalanceOf(ctx, s.db.Read(), ledger.OwnerCredits(ownerID))
	return t, balance.Available(), err
}

// beginTopUp writes down what is wanted, or finds what the key stands for.
func (s *Service) beginTopUp(ctx context.Context, ownerID string, amount city.Cents, key string) (TopUp, error) {
	t := TopUp{ID: city.NewID(city.PrefixTopUp), OwnerID: ownerID, Amount: amount, Provider: s.provider.Name(), Status: TopUpPending, Automatic: strings.HasPrefix(key, autoKey), Test: s.provider.Test()}
	var result TopUp
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		t.CreatedAt = tx.Now()
		result = t
		inserted, err := insertTopUp(ctx, tx, t, key)
		if err != nil {
			return err
		}
		if inserted {
			return s.jobs.Enqueue(ctx, tx, topUpArgs{t.ID}, jobs.At(tx.Now().Add(topUpGrace)), jobs.MaxAttempts(askForever))
		}
		if result, err = findTopUpByKey(ctx, tx, ownerID, key); err != nil {
			return err
		}
		if result.Amount != amount {
			return errKeyReused()
		}
		return nil
	})
	return result, err
}

// collect has the provider take the money, or make the page where the owner
// pays. Nobody visits a page for a purchase that the city makes by itself.
func (s *Service) collect(ctx context.Context, t TopUp) (TopUp, error) {
	if err := checkOrder(s.provider, t.Provider, t.Test); err != nil {
		return TopUp{}, err
	}
	if hosted, ok := s.provider.(Hosted); ok && !t.Automatic {
		return s.openCheckout(ctx, hosted, t)
	}
	return s.charge(ctx, t)
}

// openCheckout notes where the owner pays; what comes of it is told in news.
func (s *Service) openCheckout(ctx context.Context, hosted Hosted, t TopUp) (TopUp, error) {
	if t.CheckoutURL != "" {
		return t, nil
	}
	url, reference, err := hosted.Checkout(ctx, s.order(t), s.returnURL)
	if reason, refused := refusal(err); refused {
		t.Status, t.Reason = TopUpDeclined, reason
		return s.bookOutcome(ctx, t)
	}
	if err != nil {
		return TopUp{}, fmt.Errorf("open checkout of top-up %s: %w", t.ID, err)
	}
	t.CheckoutURL, t.Reference = url, reference
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		saved, err := saveCheckout(ctx, tx, t)
		if err == nil && !saved { // another call was faster, or the owner
			t, err = findTopUp(ctx, tx, t.ID)
		}
		return err
	})
	return t, err
}

// order is what the provider is told of a top-up.
func (s *Service) order(t TopUp) Order {
	o := Order{ID: t.ID, OwnerID: t.OwnerID, Amount: t.Amount, Currency: city.USD, Automatic: t.Automatic}
	if t.Automatic {
		o.wanted = func(ctx context.Context) error { return s.checkAutoTopUp(ctx, t.OwnerID) }
	}
	return o
}

// charge has the provider take the money, and books the outcome.
func (s *Service) charge(ctx context.Context, t TopUp) (TopUp, error) {
	reference, err := s.provider.Charge(ctx, s.order(t))
	reason, refused := refusal(err)
	if err != nil && !refused {
		return TopUp{}, fmt.Errorf("charge top-up %s: %w", t.ID, err)
	}
	t.Status, t.Reference = TopUpSucceeded, reference
	if refused {
		t.Status, t.Reason = TopUpDeclined, reason
	}
	return s.bookOutcome(ctx, t)
}

// bookOutcome books what became of a top-up once; whoever comes second gets what was booked.
// Money that came is booked also when another call had given the top-up up.
func (s *Service) bookOutcome(ctx context.Context, t TopUp) (TopUp, error) {
	var result TopUp
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		booked, err := s.bookTopUp(ctx, tx, &t, TopUpPending)
		if err == nil && !booked && t.Status == TopUpSucceeded {
			booked, err = s.bookTopUp(ctx, tx, &t, TopUpDeclined)
		}
		if result = t; booked || err != nil {
			return err
		}
		result, err = findTopUp(ctx, tx, t.ID)
		return err
	})
	if err != nil {
		return TopUp{}, fmt.Errorf("book top-up %s: %w", t.ID, err)
	}
	return result, nil
}

// bookTopUp moves a top-up out of the state from, with its money; it is false
// when the top-up is not in that state any more.
func (s *Service) bookTopUp(ctx context.Context, tx store.Tx, t *TopUp, from TopUpStatus) (bool, error) {
	now := tx.Now()
	t.FinishedAt = &now
	changed, err := finishTopUp(ctx, tx, *t, from)
	if err != nil || !changed || t.Status != TopUpSucceeded {
		return changed, err
	}
	err = s.ledger.Post(ctx, tx, ledger.Transfer{
		ID: t.ID + "/top_up", Debit: ledger.PaymentClearing(t.Provider), Credit: ledger.OwnerCredits(t.OwnerID),
		Amount: t.Amount, Kind: string(kindTopUp), Ref: t.ID,
	})
	if err != nil {
		return false, err
	}
	repaid, err := s.Repayments(ctx, tx, t.OwnerID, ledger.OwnerCredits(t.OwnerID), t.ID, t.Amount)
	if err != nil {
		return false, err
	}
	return true, s.ledger.Post(ctx, tx, repaid...)
}

// apply books what became of a visit to the provider's page. Money that came is
// booked also when the top-up had been given up.
func (n TopUpNews) apply(ctx context.Context, tx store.Tx, s *Service) error {
	t, err := lockTopUp(ctx, tx, n.TopUpID)
	switch {
	case errors.Is(err, store.ErrNoRows):
		return fmt.Errorf("top-up %s: %w", n.TopUpID, errNotYet)
	case err != nil:
		return err
	case !n.Paid && t.Status != TopUpPending:
		return nil
	case !n.Paid:
		t.Status, t.Reason = TopUpDeclined, n.Reason
		_, err = s.bookTopUp(ctx, tx, &t, TopUpPending)
		return err
	case n.Amount != t.Amount || !strings.EqualFold(n.Currency, city.USD):
		return fmt.Errorf("top-up %s: %d %s were paid instead of %d %s", t.ID, n.Amount, n.Currency, t.Amount, city.USD)
	case t.Status == TopUpSucceeded && t.Reference != n.Reference:
		return fmt.Errorf("top-up %s: paid twice, as %s and as %s; give the second one back at the provider", t.ID, t.Reference, n.Reference)
	case t.Status == TopUpSucceeded:
		return nil
	default:
		from := t.Status
		t.Status, t.Reference, t.Reason = TopUpSucceeded, n.Reference, ""
		_, err = s.bookTopUp(ctx, tx, &t, from)
		return err
	}
}

// TopUps pages through an owner's purchases of credits in every state, newest
// first. The cursor is the id of the last one of the page before; a limit of 0 is
// 50, the most is 200. Errors: VALIDATION_ERROR.
func (s *Service) TopUps(ctx context.Context, ownerID, cursor string, limit int) (TopUpPage, error) {
	if err := city.CheckCursor(city.PrefixTopUp, cursor); err != nil {
		return TopUpPage{}, err
	}
	limit = store.PageLimit(limit)
	list, err := listTopUps(ctx, s.db.Read(), ownerID, cursor, limit+1)
	if err != nil {
		return TopUpPage{}, err
	}
	list, more := store.Cut(list, limit)
	if !more {
		return TopUpPage{TopUps: list}, nil
	}
	return TopUpPage{TopUps: list, Next: list[limit-1].ID}, nil
}

// resumeTopUp finishes a top-up whose call died before the outcome was booked.
func (s *Service) resumeTopUp(ctx context.Context, id string) error {
	t, err := findTopUp(ctx, s.db.Read(), id)
	if err != nil || t.Status != TopUpPending {
		return err
	}
	_, err = s.collect(ctx, t)
	return err
}
