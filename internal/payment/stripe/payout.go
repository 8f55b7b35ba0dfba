package stripe

import (
	"context"
	"fmt"

	sdk "github.com/stripe/stripe-go/v86"

	"aicity.dev/aicity/internal/payment"
)

// PayOut sends money to the owner's connected account and from there to the
// bank. It returns when both are ordered; the arrival is told by an event.
// Errors: *payment.RefusedError, after which the money is with the city again.
func (p *Provider) PayOut(ctx context.Context, order payment.Order) (string, error) {
	owner, err := p.findOwner(ctx, order.OwnerID)
	if err != nil {
		return "", err
	}
	if owner.account == "" {
		return "", &payment.RefusedError{Reason: "There is no payout account."}
	}
	transfer, err := p.transfer(ctx, order, owner.account)
	if err != nil {
		return "", outcome("transfer", err)
	}
	payout, err := p.findPayout(ctx, order.ID, transfer)
	if err != nil {
		return "", fmt.Errorf("find payout: %w", err)
	}
	if payout != nil {
		return payout.ID, nil
	}
	if transfer.Reversed { // refused before, and this was not booked
		return "", &payment.RefusedError{Reason: "Stripe refused the payout."}
	}
	payout, err = p.payout(ctx, order, transfer)
	err = outcome("pay out", err)
	if err == nil {
		return payout.ID, nil
	}
	if !refused(err) {
		return "", err
	}
	if back := p.takeBack(ctx, order.ID, transfer); back != nil {
		return "", back
	}
	return "", err
}

// transfer moves the money to the connected account, or finds that it did.
func (p *Provider) transfer(ctx context.Context, order payment.Order, account string) (*sdk.Transfer, error) {
	found, err := p.findTransfer(ctx, order.ID)
	if err != nil || found != nil {
		return found, err
	}
	var made *sdk.Transfer
	err = once(order.ID+"/transfer", func(key string) error {
		params := &sdk.TransferCreateParams{
			Amount: sdk.Int64(int64(order.Amount)), Currency: currency(order), Destination: &account, TransferGroup: &order.ID,
			Metadata: map[string]string{metaWithdrawal: order.ID},
		}
		params.SetIdempotencyKey(key)
		made, err = p.client.V1Transfers.Create(ctx, params)
		return err
	})
	return made, err
}

func (p *Provider) findTransfer(ctx context.Context, orderID string) (*sdk.Transfer, error) {
	list := &sdk.TransferListParams{TransferGroup: &orderID}
	list.Single = true
	for transfer, err := range p.client.V1Transfers.List(ctx, list).All(ctx) {
		if err != nil {
			return nil, err
		}
		if transfer.Metadata[metaWithdrawal] == orderID {
			return transfer, nil
		}
	}
	return nil, nil
}

// payout sends what a transfer brought from the connected account to its bank.
func (p *Provider) payout(ctx context.Context, order payment.Order, transfer *sdk.Transfer) (*sdk.Payout, error) {
	var made *sdk.Payout
	err := once(order.ID+"/payout", func(key string) (err error) {
		params := &sdk.PayoutCreateParams{
			Amount: sdk.Int64(int64(order.Amount)), Currency: currency(order), Metadata: map[string]string{metaWithdrawal: order.ID},
		}
		params.SetIdempotencyKey(key)
		params.SetStripeAccount(transfer.Destination.ID)
		made, err = p.client.V1Payouts.Create(ctx, params)
		return err
	})
	return made, err
}

// findPayout looks for the payout that follows a transfer.
func (p *Provider) findPayout(ctx context.Context, orderID string, transfer *sdk.Transfer) (*sdk.Payout, error) {
	list := &sdk.PayoutListParams{CreatedRange: &sdk.RangeQueryParams{GreaterThanOrEqual: transfer.Created}}
	list.Limit = sdk.Int64(searchDepth)
	list.SetStripeAccount(transfer.Destination.ID)
	for payout, err := range p.client.V1Payouts.List(ctx, list).All(ctx) {
		if err != nil {
			return nil, err
		}
		if payout.Metadata[metaWithdrawal] == orderID {
			return payout, nil
		}
	}
	return nil, nil
}

// takeBack reverses a transfer whose payout came to nothing.
func (p *Provider) takeBack(ctx context.Context, orderID string, transfer *sdk.Transfer) error {
	if transfer.Reversed {
		return nil
	}
	err := once(orderID+"/reversal", func(key string) error {
		params := &sdk.TransferReversalCreateParams{ID: &transfer.ID, Metadata: map[string]string{metaWithdrawal: orderID}}
		params.SetIdempotencyKey(key)
		_, err := p.client.V1TransferReversals.Create(ctx, params)
		return err
	})
	if err != nil {
		return fmt.Errorf("take transfer %s back: %w", transfer.ID, err)
	}
	return nil
}

// takeOrderBack is takeBack for an order of which only the id is known.
func (p *Provider) takeOrderBack(ctx context.Context, orderID string) error {
	transfer, err := p.findTransfer(ctx, orderID)
	if err != nil {
		return fmt.Errorf("find transfer of %s: %w", orderID, err)
	}
	if transfer == nil {
		return nil
	}
	return p.takeBack(ctx, orderID, transfer)
}
