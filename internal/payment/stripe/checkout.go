package stripe

import (
	"context"
	"errors"
	"fmt"
	"strings"

	sdk "github.com/stripe/stripe-go/v86"

	"aicity.dev/aicity/internal/payment"
)

// Checkout returns the address of a Checkout Session. The card is kept for
// automatic top-ups, which the page says. Errors: *payment.RefusedError.
func (p *Provider) Checkout(ctx context.Context, order payment.Order, returnURL string) (url, reference string, err error) {
	customer, err := p.customer(ctx, order.OwnerID)
	if err != nil {
		return "", "", outcome("make customer", err)
	}
	params := &sdk.CheckoutSessionCreateParams{
		Mode: sdk.String("payment"), Customer: &customer, ClientReferenceID: &order.ID,
		SuccessURL: &returnURL, CancelURL: &returnURL,
		// Credits are bought in the order's currency, and disputed in it.
		AdaptivePricing: &sdk.CheckoutSessionCreateAdaptivePricingParams{Enabled: sdk.Bool(false)},
		LineItems: []*sdk.CheckoutSessionCreateLineItemParams{{
			Quantity: sdk.Int64(1),
			PriceData: &sdk.CheckoutSessionCreateLineItemPriceDataParams{
				Currency: currency(order), UnitAmount: sdk.Int64(int64(order.Amount)),
				ProductData: &sdk.CheckoutSessionCreateLineItemPriceDataProductDataParams{Name: sdk.String("AI City credits")},
			},
		}},
		Metadata: map[string]string{metaTopUp: order.ID, metaOwner: order.OwnerID},
		PaymentIntentData: &sdk.CheckoutSessionCreatePaymentIntentDataParams{
			SetupFutureUsage: sdk.String("off_session"), Metadata: map[string]string{metaTopUp: order.ID, metaOwner: order.OwnerID},
		},
	}
	params.SetIdempotencyKey(order.ID)
	session, err := p.client.V1CheckoutSessions.Create(ctx, params)
	if err != nil {
		return "", "", outcome("create checkout session", err)
	}
	return session.URL, session.ID, nil
}

// customer returns what Stripe calls an owner as a buyer.
func (p *Provider) customer(ctx context.Context, ownerID string) (string, error) {
	known, err := p.findOwner(ctx, ownerID)
	if err != nil || known.customer != "" {
		return known.customer, err
	}
	params := &sdk.CustomerCreateParams{Metadata: map[string]string{metaOwner: ownerID}}
	params.SetIdempotencyKey(ownerID + "/customer")
	made, err := p.client.V1Customers.Create(ctx, params)
	if err != nil {
		return "", err
	}
	return p.saveCustomer(ctx, ownerID, made.ID)
}

// errUndecided says that Stripe itself does not know yet.
var errUndecided = errors.New("the payment is still processed")

// Charge takes money from the card that the owner used last. Errors:
// *payment.RefusedError, also when the bank wants to see the owner.
func (p *Provider) Charge(ctx context.Context, order payment.Order) (string, error) {
	owner, err := p.findOwner(ctx, order.OwnerID)
	if err != nil {
		return "", err
	}
	if owner.customer == "" {
		return "", errNoCard()
	}
	// First: an order whose answer was lost is paid, whatever became of the card.
	intent, err := p.findIntent(ctx, owner.customer, order.ID)
	if err != nil {
		return "", outcome("find payment", err)
	}
	if intent == nil {
		card, err := p.card(ctx, owner.customer)
		if err != nil {
			return "", outcome("find card", err)
		}
		if card == nil {
			return "", errNoCard()
		}
		if err := p.cfg.Links.Learn(ctx, order.OwnerID, methodFingerprint(card)); err != nil {
			return "", err
		}
		params := &sdk.PaymentIntentCreateParams{
			Amount: sdk.Int64(int64(order.Amount)), Currency: currency(order), Customer: &owner.customer, PaymentMethod: &card.ID,
			PaymentMethodTypes: []*string{sdk.String("card")}, OffSession: sdk.Bool(true), Confirm: sdk.Bool(true),
			Description: sdk.String("AI City credits, bought automatically"),
			Metadata:    map[string]string{metaTopUp: order.ID, metaOwner: order.OwnerID},
		}
		params.SetIdempotencyKey(order.ID)
		// After the card was chosen: it is the one that automatic top-ups charged while
		// they were on, so that a removed one is followed by no other.
		if err := order.CheckWanted(ctx); err != nil {
			return "", err
		}
		if intent, err = p.client.V1PaymentIntents.Create(ctx, params); err != nil {
			return "", outcome("charge", err)
		}
	}
	return settled(intent)
}

func errNoCard() error {
	return &payment.RefusedError{Reason: "No card is saved. Top up once yourself, then it is."}
}

// settled says what became of a payment without its owner.
func settled(intent *sdk.PaymentIntent) (string, error) {
	switch intent.Status {
	case sdk.PaymentIntentStatusSucceeded:
		return intent.ID, nil
	case sdk.PaymentIntentStatusProcessing:
		return "", fmt.Errorf("payment %s: %w", intent.ID, errUndecided)
	case sdk.PaymentIntentStatusRequiresAction:
		return "", &payment.RefusedError{Reason: "Your bank wants you to confirm the payment. Top up yourself."}
	default:
		if intent.LastPaymentError != nil {
			return "", &payment.RefusedError{Reason: reason(intent.LastPaymentError)}
		}
		return "", &payment.RefusedError{Reason: "The payment was not completed (" + sentence(string(intent.Status)) + ")."}
	}
}

// card returns the newest saved card, nil when there is none.
func (p *Provider) card(ctx context.Context, customer string) (*sdk.PaymentMethod, error) {
	list := &sdk.PaymentMethodListParams{Customer: &customer, Type: sdk.String("card")}
	list.Limit = sdk.Int64(1)
	for method, err := range p.client.V1PaymentMethods.List(ctx, list).All(ctx) {
		return method, err
	}
	return nil, nil
}

// searchDepth bounds how many objects are looked through for an order. Orders of
// one owner that are open at the same time are few.
const searchDepth = 100

// findIntent looks for an order among a customer's newest payments.
func (p *Provider) findIntent(ctx context.Context, customer, orderID string) (*sdk.PaymentIntent, error) {
	list := &sdk.PaymentIntentListParams{Customer: &customer}
	list.Limit = sdk.Int64(searchDepth)
	list.Single = true
	for intent, err := range p.client.V1PaymentIntents.List(ctx, list).All(ctx) {
		if err != nil {
			return nil, err
		}
		if intent.Metadata[metaTopUp] == orderID {
			return intent, nil
		}
	}
	return nil, nil
}

func currency(order payment.Order) *string { return sdk.String(strings.ToLower(order.Currency)) }
