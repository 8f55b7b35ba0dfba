package task

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/store"
)

// Limits bound what an owner spends, or an agent that orders for its owner.
// Zero is no limit. Days and months are calendar ones, in UTC.
type Limits struct {
	PerTask      city.Cents // of one task's budget
	PerDay       city.Cents // of all budgets, less what was not charged
	PerMonth     city.Cents
	ApproveAbove city.Cents // a budget over this waits for the owner's word
}

// maxLimit bounds a limit, in cents.
const maxLimit = 1_000_000_000

func (l Limits) validate() error {
	var v city.Invalid
	for field, amount := range map[string]city.Cents{"perTask": l.PerTask, "perDay": l.PerDay, "perMonth": l.PerMonth, "approveAbove": l.ApproveAbove} {
		v.Check(amount >= 0 && amount <= maxLimit, field, "must be 0 for no limit, up to %d cents", maxLimit)
	}
	return v.Err()
}

// SetLimits bounds what subject spends: an owner, or one of its agents. Whether
// the caller may is the caller's to check. Orders that exist are left alone.
// Errors: VALIDATION_ERROR.
func (s *Service) SetLimits(ctx context.Context, subject string, l Limits) error {
	if err := l.validate(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		return tx.Queue(ctx, "set limits", `INSERT INTO spending_limits (subject, per_task, per_day, per_month, approve_above, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (subject) DO UPDATE SET per_task = excluded.per_task, per_day = excluded.per_day,
			per_month = excluded.per_month, approve_above = excluded.approve_above, updated_at = excluded.updated_at`,
			subject, int64(l.PerTask), int64(l.PerDay), int64(l.PerMonth), int64(l.ApproveAbove), store.Micros(tx.Now()))
	})
}

// LimitsOf returns what bounds subject.
func (s *Service) LimitsOf(ctx context.Context, subject string) (Limits, error) {
	return findLimits(ctx, s.DB.Read(), subject)
}

func findLimits(ctx context.Context, q store.Querier, subject string) (Limits, error) {
	var l Limits
	err := l.read(q.QueryRow(ctx, limitsQuery, subject))
	return l, err
}

const limitsQuery = `SELECT per_task, per_day, per_month, approve_above FROM spending_limits WHERE subject = $1`

// read takes limits from a row of limitsQuery; without a row there are none.
func (l *Limits) read(row store.Row) error {
	err := row.Scan(&l.PerTask, &l.PerDay, &l.PerMonth, &l.ApproveAbove)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return fmt.Errorf("find limits: %w", err)
	}
	return nil
}

// bound is whose limits an order must keep. Indexed says which rows the index of
// its column has, as for page.
type bound struct {
	column, indexed, subject string
	Limits
}

// bounds asks for the limits of an order: its owner's, and those of the agent
// that orders for it. They are there after the transaction's next query.
func (s *Service) bounds(ctx context.Context, tx store.Tx, t *Task) ([]bound, error) {
	all := []bound{{column: "buyer_id", subject: t.BuyerID}}
	if t.SubmitterID != "" {
		all = append(all, bound{column: "submitter_id", indexed: bySubmitter, subject: t.SubmitterID})
	}
	for i := range all {
		if err := tx.Ask(ctx, limitsQuery, []any{all[i].subject}, all[i].read); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// needsApproval reports whether the owner must agree to an order first.
func needsApproval(bounds []bound, t *Task) bool {
	for _, b := range bounds {
		if b.ApproveAbove > 0 && t.MaxBudget > b.ApproveAbove {
			return true
		}
	}
	return false
}

// keepLimits refuses an order that breaks a limit. It runs after the hold, whose
// lock on the owner's credits lets one order of an owner pass at a time.
// Errors: SPENDING_LIMIT.
func keepLimits(ctx context.Context, tx store.Tx, bounds []bound, t *Task) error {
	now := tx.Now().UTC()
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for _, b := range bounds {
		if b.PerTask > 0 && t.MaxBudget > b.PerTask {
			return errLimit("perTask", "for one task", b.PerTask, 0, t.MaxBudget)
		}
		for _, period := range []struct {
			name, text string
			limit      city.Cents
			since      time.Time
		}{{"perDay", "for a day", b.PerDay, day}, {"perMonth", "for a month", b.PerMonth, month}} {
			if period.limit == 0 {
				continue
			}
			spent, err := spentSince(ctx, tx, b, period.since)
			if err != nil {
				return err
			}
			if spent+t.MaxBudget > period.limit {
				return errLimit(period.name, period.text, period.limit, spent, t.MaxBudget)
			}
		}
	}
	return nil
}

// orderTakes is more than passes between making a task's id and its transaction.
const orderTakes = time.Hour

// spentSince sums up what was ordered since: what was charged, and the whole
// budget of what may still be. Ids grow with the time, nearly as created_at does:
// the newest order from well before bounds those to look at, and no index of
// created_at has to be written with every task.
func spentSince(ctx context.Context, q store.Querier, b bound, since time.Time) (city.Cents, error) {
	var spent city.Cents
	where, by := store.Newest(q, b.column, "$1", "id", "'"+aboveAll+"'")
	before := `SELECT id FROM tasks WHERE ` + where + b.indexed + ` AND created_at < $3 ORDER BY ` + by + ` LIMIT 1`
	err := q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(CASE WHEN status IN ('failed', 'cancelled', 'refunded') THEN 0
		WHEN status IN ('completed', 'refund_review') THEN charge ELSE max_budget END), 0) AS BIGINT)
		FROM tasks WHERE `+b.column+` = $1`+b.indexed+` AND id > COALESCE((`+before+`), '') AND created_at >= $2`,
		b.subject, store.Micros(since), store.Micros(since.Add(-orderTakes))).Scan(&spent)
	if err != nil {
		return 0, fmt.Errorf("sum up orders: %w", err)
	}
	return spent, nil
}

func errLimit(name, text string, limit, spent, required city.Cents) error {
	return city.Errorf(city.CodeSpendingLimit, "The limit %s is %s, of which %s is spent; this task holds %s. The owner sets the limits.", text, limit, spent, required).
		WithDetail("limit", name).WithDetail("limitCents", int64(limit)).WithDetail("spentCents", int64(spent)).WithDetail("requiredCents", int64(required))
}

// Approve is the owner's word for an order over its limit: an agent is looked
// for now. A repeated call is harmless. Errors: TASK_NOT_FOUND,
// APPROVAL_NOT_NEEDED, INVALID_STATE for one that was not approved in time.
func (s *Service) Approve(ctx context.Context, buyerID, taskID string) (*Task, error) {
	return s.locked(ctx, taskID, boughtBy(buyerID), func(ctx context.Context, tx store.Tx, t *Task) error {
		if t.Status != city.TaskPendingApproval {
			return s.approvedBefore(ctx, tx, t)
		}
		if err := s.apply(ctx, tx, change{task: t, on: Approve}); err != nil {
			return err
		}
		if err := s.apply(ctx, tx, change{task: t, on: Route}); err != nil {
			return err
		}
		return s.reassign(ctx, tx, t)
	})
}

// approvedBefore reports why a task that does not wait for its owner's word cannot
// be approved; nil when it was, so that the call is repeated.
func (s *Service) approvedBefore(ctx context.Context, tx store.Tx, t *Task) error {
	const first = 10 // approval is asked for with the order, and given before anything else
	events, err := s.Events.List(ctx, tx, t.ID, 0, first)
	if err != nil {
		return err
	}
	happened := func(kind event.Type) bool {
		return slices.ContainsFunc(events, func(e event.Event) bool { return e.Type == kind })
	}
	switch {
	case happened(event.TaskApproved):
		return nil
	case happened(event.TaskApprovalAsked):
		return errInvalidState(t, Approve)
	default:
		return city.Errorf(city.CodeNoApproval, "This task needs no approval: it is %s. Only orders over your approval limit wait for your word, as pending_approval.", t.Status).
			WithDetail("status", t.Status)
	}
}

// approvalWindow is how long an order waits for its owner's word.
const approvalWindow = 24 * time.Hour

// expireApproval cancels an order that its owner did not approve in time. It is
// a no-op when the task has moved on.
func (s *Service) expireApproval(ctx context.Context, taskID string) error {
	_, err := s.locked(ctx, taskID, anybody, func(ctx context.Context, tx store.Tx, t *Task) error {
		if t.Status != city.TaskPendingApproval || t.CreatedAt.Add(approvalWindow).After(tx.Now()) {
			return nil
		}
		return s.apply(ctx, tx, change{task: t, on: ApprovalExpire, facts: map[string]any{"reason": "not approved in time"}})
	})
	return err
}
