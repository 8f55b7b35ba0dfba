package stripe

import (
	"context"
	"fmt"

	sdk "github.com/stripe/stripe-go/v86"
)

// Stripe gives each card number and each bank account a fingerprint that is the
// same for all customers and connected accounts of the city.

// learnMethod notes what a visit to the payment page was paid with. Money that
// came is credited also when Stripe will never say.
func (p *Provider) learnMethod(ctx context.Context, session *sdk.CheckoutSession) error {
	if session.Customer == nil {
		return nil
	}
	ownerID, err := p.ownerOfCustomer(ctx, session.Customer.ID)
	if err != nil || ownerID == "" {
		return err
	}
	params := &sdk.PaymentIntentRetrieveParams{}
	params.AddExpand("payment_method")
	intent, err := p.client.V1PaymentIntents.Retrieve(ctx, session.PaymentIntent.ID, params)
	if err = outcome("look at payment", err); refused(err) {
		p.cfg.Logger.WarnContext(ctx, "it stays unknown what a top-up was paid with", "owner", ownerID, "payment", session.PaymentIntent.ID, "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("learn payment method: %w", err)
	}
	return p.cfg.Links.Learn(ctx, ownerID, methodFingerprint(intent.PaymentMethod))
}

// methodFingerprint is "" for what has none.
func methodFingerprint(method *sdk.PaymentMethod) string {
	switch {
	case method == nil:
		return ""
	case method.Card != nil:
		return method.Card.Fingerprint
	case method.USBankAccount != nil:
		return method.USBankAccount.Fingerprint
	default:
		return ""
	}
}

// bankFingerprints are those of the bank accounts and debit cards that an
// account pays out to.
func bankFingerprints(account *sdk.Account) []string {
	if account.ExternalAccounts == nil {
		return nil
	}
	var found []string
	for _, to := range account.ExternalAccounts.Data {
		switch {
		case to.BankAccount != nil:
			found = append(found, to.BankAccount.Fingerprint)
		case to.Card != nil:
			found = append(found, to.Card.Fingerprint)
		}
	}
	return found
}
