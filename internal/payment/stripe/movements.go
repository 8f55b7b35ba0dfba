package stripe

import (
	"context"
	"iter"
	"time"

	sdk "github.com/stripe/stripe-go/v86"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/payment"
)

// Movements are Stripe's balance transactions since a moment.
func (p *Provider) Movements(ctx context.Context, since time.Time) iter.Seq2[payment.Movement, error] {
	list := &sdk.BalanceTransactionListParams{
		CreatedRange: &sdk.RangeQueryParams{GreaterThanOrEqual: since.Unix()}, Expand: []*string{sdk.String("data.source")},
	}
	list.Limit = sdk.Int64(100)
	return func(yield func(payment.Movement, error) bool) {
		for t, err := range p.client.V1BalanceTransactions.List(ctx, list).All(ctx) {
			if err != nil {
				yield(payment.Movement{}, err)
				return
			}
			m := payment.Movement{
				ID: t.ID, Ref: ref(t.Source), Kind: string(t.Type), Amount: city.Cents(t.Amount), Fee: city.Cents(t.Fee),
				Currency: string(t.Currency), At: time.Unix(t.Created, 0),
			}
			if !yield(m, nil) {
				return
			}
		}
	}
}

// ref is the order that a movement belongs to.
func ref(source *sdk.BalanceTransactionSource) string {
	switch {
	case source == nil:
		return ""
	case source.Charge != nil:
		return source.Charge.Metadata[metaTopUp]
	case source.Transfer != nil:
		return source.Transfer.Metadata[metaWithdrawal]
	case source.TransferReversal != nil:
		return source.TransferReversal.Metadata[metaWithdrawal]
	case source.Dispute != nil:
		return source.Dispute.ID
	default:
		return ""
	}
}
