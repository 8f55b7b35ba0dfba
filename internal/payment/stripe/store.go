package stripe

import (
	"context"
	"errors"
	"fmt"

	"aicity.dev/aicity/internal/store"
)

// owner is what Stripe calls an owner.
type owner struct {
	customer string // as a buyer, or ""
	account  string // as a receiver of payouts, or ""
	problem  string // why the account cannot be paid, or ""
}

// findOwner returns an empty owner when Stripe does not know them.
func (p *Provider) findOwner(ctx context.Context, ownerID string) (owner, error) {
	var o owner
	err := p.db.Read().QueryRow(ctx, `SELECT customer, account, problem FROM stripe_owners WHERE owner_id = $1`, ownerID).
		Scan(&o.customer, &o.account, &o.problem)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return owner{}, fmt.Errorf("find owner at Stripe: %w", err)
	}
	return o, nil
}

// saveCustomer keeps the first one and returns it.
func (p *Provider) saveCustomer(ctx context.Context, ownerID, customer string) (string, error) {
	return p.saveOwner(ctx, `INSERT INTO stripe_owners (owner_id, customer, account, problem, asked_at) VALUES ($1, $2, '', '', 0)
		ON CONFLICT (owner_id) DO UPDATE SET customer = CASE stripe_owners.customer WHEN '' THEN excluded.customer ELSE stripe_owners.customer END
		RETURNING customer`, ownerID, customer)
}

// saveAccount keeps the first one and returns it.
func (p *Provider) saveAccount(ctx context.Context, ownerID, account, problem string, asked int64) (string, error) {
	return p.saveOwner(ctx, `INSERT INTO stripe_owners (owner_id, customer, account, problem, asked_at) VALUES ($1, '', $2, $3, $4)
		ON CONFLICT (owner_id) DO UPDATE SET
			account = CASE stripe_owners.account WHEN '' THEN excluded.account ELSE stripe_owners.account END,
			problem = CASE stripe_owners.account WHEN '' THEN excluded.problem ELSE stripe_owners.problem END,
			asked_at = CASE stripe_owners.account WHEN '' THEN excluded.asked_at ELSE stripe_owners.asked_at END
		RETURNING account`, ownerID, account, problem, asked)
}

func (p *Provider) saveOwner(ctx context.Context, query string, args ...any) (kept string, err error) {
	err = p.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error { return tx.QueryRow(ctx, query, args...).Scan(&kept) })
	if err != nil {
		return "", fmt.Errorf("save owner at Stripe: %w", err)
	}
	return kept, nil
}

// ownerOfAccount returns whose payout account it is, "" when it is nobody's.
func (p *Provider) ownerOfAccount(ctx context.Context, account string) (string, error) {
	return p.ownerBy(ctx, `SELECT owner_id FROM stripe_owners WHERE account = $1`, account)
}

// ownerOfCustomer returns who a buyer is, "" when it is nobody of this city.
func (p *Provider) ownerOfCustomer(ctx context.Context, customer string) (string, error) {
	return p.ownerBy(ctx, `SELECT owner_id FROM stripe_owners WHERE customer = $1`, customer)
}

func (p *Provider) ownerBy(ctx context.Context, query, name string) (ownerID string, err error) {
	err = p.db.Read().QueryRow(ctx, query, name).Scan(&ownerID)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return "", fmt.Errorf("find owner of %s: %w", name, err)
	}
	return ownerID, nil
}

// saveProblem notes how an account stands, unless something newer is noted.
func (p *Provider) saveProblem(ctx context.Context, account, problem string, asked int64) error {
	return p.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE stripe_owners SET problem = $2, asked_at = $3 WHERE account = $1 AND asked_at <= $3`, account, problem, asked)
		if err != nil {
			return fmt.Errorf("save payout account: %w", err)
		}
		return nil
	})
}
