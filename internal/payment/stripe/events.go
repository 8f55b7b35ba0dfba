package stripe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	sdk "github.com/stripe/stripe-go/v86"
	"github.com/stripe/stripe-go/v86/webhook"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/payment"
)

// Verify checks the Stripe-Signature header of an event. Errors:
// VALIDATION_ERROR.
func (p *Provider) Verify(payload []byte, signature string) (payment.Event, error) {
	err := errors.New("no webhook secret is configured")
	for _, secret := range p.cfg.WebhookSecrets {
		var event sdk.Event
		// The few fields that are used have been the same in every version.
		event, err = webhook.ConstructEventWithOptions(payload, signature, secret, webhook.ConstructEventOptions{IgnoreAPIVersionMismatch: true})
		if err == nil && event.Livemode == p.Test() {
			return payment.Event{}, city.Errorf(city.CodeValidation, "The event is of Stripe's other mode: this city's key is %s.", p.mode())
		}
		if err == nil && event.ID != "" {
			return payment.Event{ID: event.ID, Type: string(event.Type), Payload: payload}, nil
		}
	}
	if errors.Is(err, webhook.ErrTooOld) {
		return payment.Event{}, city.Errorf(city.CodeValidation, "The signature is too old.")
	}
	return payment.Event{}, city.Errorf(city.CodeValidation, "The event is not signed with this city's webhook secret.")
}

// News says what an event means. Those about other things than the city's
// orders mean nothing.
func (p *Provider) News(ctx context.Context, payload []byte) ([]payment.News, error) {
	var event sdk.Event
	if err := json.Unmarshal(payload, &event); err != nil || event.Data == nil {
		return nil, fmt.Errorf("decode event: %w", errors.Join(err, errIncomplete(event)))
	}
	switch event.Type {
	case sdk.EventTypeCheckoutSessionCompleted, sdk.EventTypeCheckoutSessionAsyncPaymentSucceeded,
		sdk.EventTypeCheckoutSessionAsyncPaymentFailed, sdk.EventTypeCheckoutSessionExpired:
		return decoded(event, func(session *sdk.CheckoutSession) ([]payment.News, error) {
			return p.sessionNews(ctx, event.Type, session)
		})
	case sdk.EventTypePaymentIntentSucceeded:
		return decoded(event, intentNews)
	case sdk.EventTypeAccountUpdated:
		return decoded(event, func(account *sdk.Account) ([]payment.News, error) {
			return nil, p.refreshAccount(ctx, account)
		})
	case sdk.EventTypeAccountExternalAccountCreated, sdk.EventTypeAccountExternalAccountUpdated:
		return nil, p.refreshAccount(ctx, &sdk.Account{ID: event.Account})
	case sdk.EventTypePayoutPaid, sdk.EventTypePayoutFailed, sdk.EventTypePayoutCanceled:
		return decoded(event, func(payout *sdk.Payout) ([]payment.News, error) {
			return p.payoutNews(ctx, event.Type, payout)
		})
	case sdk.EventTypeChargeDisputeCreated, sdk.EventTypeChargeDisputeUpdated, sdk.EventTypeChargeDisputeClosed,
		sdk.EventTypeChargeDisputeFundsWithdrawn, sdk.EventTypeChargeDisputeFundsReinstated:
		return decoded(event, func(dispute *sdk.Dispute) ([]payment.News, error) {
			return p.disputeNews(ctx, dispute)
		})
	default:
		return nil, nil
	}
}

func errIncomplete(event sdk.Event) error {
	if event.Data == nil {
		return errors.New("it holds no object")
	}
	return nil
}

func decoded[T any](event sdk.Event, read func(object *T) ([]payment.News, error)) ([]payment.News, error) {
	object := new(T)
	if err := json.Unmarshal(event.Data.Raw, object); err != nil {
		return nil, fmt.Errorf("decode %s: %w", event.Type, err)
	}
	return read(object)
}

// sessionNews: a completed session is paid at once with a card, and later, by
// another event, with what takes days.
func (p *Provider) sessionNews(ctx context.Context, event sdk.EventType, session *sdk.CheckoutSession) ([]payment.News, error) {
	news := payment.TopUpNews{TopUpID: session.Metadata[metaTopUp]}
	if news.TopUpID == "" {
		return nil, nil
	}
	switch event {
	case sdk.EventTypeCheckoutSessionExpired:
		news.Reason = "The payment page was left unfinished."
	case sdk.EventTypeCheckoutSessionAsyncPaymentFailed:
		news.Reason = "The bank refused the payment."
	default:
		if session.PaymentStatus != sdk.CheckoutSessionPaymentStatusPaid || session.PaymentIntent == nil {
			return nil, nil
		}
		if err := p.learnMethod(ctx, session); err != nil {
			return nil, err
		}
		news.Paid, news.Reference = true, session.PaymentIntent.ID
		news.Amount, news.Currency = city.Cents(session.AmountTotal), string(session.Currency)
	}
	return []payment.News{news}, nil
}

// intentNews: a payment that came, also one that nobody sat in front of and whose
// bank took its time after the charge was given up. Of a payment page it is told
// twice, and booked once.
func intentNews(intent *sdk.PaymentIntent) ([]payment.News, error) {
	topUpID := intent.Metadata[metaTopUp]
	if topUpID == "" {
		return nil, nil
	}
	return []payment.News{payment.TopUpNews{
		TopUpID: topUpID, Paid: true, Reference: intent.ID, Amount: city.Cents(intent.AmountReceived), Currency: string(intent.Currency),
	}}, nil
}

// payoutNews takes the money back from the connected account before a failure
// is told: to it alone it had returned.
func (p *Provider) payoutNews(ctx context.Context, event sdk.EventType, payout *sdk.Payout) ([]payment.News, error) {
	news := payment.PayoutNews{WithdrawalID: payout.Metadata[metaWithdrawal], Reference: payout.ID}
	switch {
	case news.WithdrawalID == "":
		return nil, nil
	case event == sdk.EventTypePayoutPaid:
		news.Paid = true
		return []payment.News{news}, nil
	case event == sdk.EventTypePayoutCanceled:
		news.Reason = "The payout was cancelled."
	case payout.FailureMessage != "":
		news.Reason = payout.FailureMessage
	case payout.FailureCode != "":
		news.Reason = "The bank refused the payout (" + sentence(string(payout.FailureCode)) + ")."
	default:
		news.Reason = "The bank refused the payout."
	}
	return []payment.News{news}, p.takeOrderBack(ctx, news.WithdrawalID)
}

// disputeNews: a mere inquiry takes no money, so it means nothing until it
// becomes a dispute.
func (p *Provider) disputeNews(ctx context.Context, dispute *sdk.Dispute) ([]payment.News, error) {
	news := payment.DisputeNews{ID: dispute.ID, Amount: city.Cents(dispute.Amount), Currency: string(dispute.Currency),
		Reason: string(dispute.Reason), Outcome: payment.DisputeOpen}
	switch dispute.Status {
	case sdk.DisputeStatusWon:
		news.Outcome = payment.DisputeWon
	case sdk.DisputeStatusLost:
		news.Outcome = payment.DisputeLost
	case sdk.DisputeStatusNeedsResponse, sdk.DisputeStatusUnderReview:
	default:
		return nil, nil
	}
	if dispute.PaymentIntent == nil {
		return nil, nil
	}
	intent, err := p.client.V1PaymentIntents.Retrieve(ctx, dispute.PaymentIntent.ID, nil)
	if err != nil {
		return nil, fmt.Errorf("find what dispute %s is about: %w", dispute.ID, err)
	}
	if news.TopUpID = intent.Metadata[metaTopUp]; news.TopUpID == "" {
		return nil, nil
	}
	return []payment.News{news}, nil
}
