package stripe

import (
	"context"
	"fmt"

	sdk "github.com/stripe/stripe-go/v86"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// Connect returns the address where an owner gives Stripe the details of a
// payout account, or completes them.
func (p *Provider) Connect(ctx context.Context, ownerID string) (string, error) {
	account, err := p.account(ctx, ownerID)
	if err != nil {
		return "", fmt.Errorf("make payout account: %w", unanswered(err))
	}
	link, err := p.client.V1AccountLinks.Create(ctx, &sdk.AccountLinkCreateParams{
		Account: &account, Type: sdk.String("account_onboarding"), ReturnURL: &p.cfg.ReturnURL, RefreshURL: &p.cfg.ReturnURL,
	})
	if err != nil {
		return "", fmt.Errorf("make onboarding link: %w", unanswered(err))
	}
	return link.URL, nil
}

// account returns the owner's connected account. It pays out only what the city
// tells it to: otherwise Stripe would pay by itself, each day.
func (p *Provider) account(ctx context.Context, ownerID string) (string, error) {
	known, err := p.findOwner(ctx, ownerID)
	if err != nil || known.account != "" {
		return known.account, err
	}
	params := &sdk.AccountCreateParams{
		Controller: &sdk.AccountCreateControllerParams{
			StripeDashboard: &sdk.AccountCreateControllerStripeDashboardParams{Type: sdk.String("express")},
			Fees:            &sdk.AccountCreateControllerFeesParams{Payer: sdk.String("application")},
			Losses:          &sdk.AccountCreateControllerLossesParams{Payments: sdk.String("application")},
		},
		Capabilities: &sdk.AccountCreateCapabilitiesParams{Transfers: &sdk.AccountCreateCapabilitiesTransfersParams{Requested: sdk.Bool(true)}},
		Settings: &sdk.AccountCreateSettingsParams{Payouts: &sdk.AccountCreateSettingsPayoutsParams{
			Schedule: &sdk.AccountCreateSettingsPayoutsScheduleParams{Interval: sdk.String("manual")},
		}},
		Metadata: map[string]string{metaOwner: ownerID},
	}
	params.SetIdempotencyKey(ownerID + "/account")
	asked := store.Micros(p.db.Clock().Now())
	made, err := p.client.V1Accounts.Create(ctx, params)
	if err != nil {
		return "", err
	}
	return p.saveAccount(ctx, ownerID, made.ID, problem(made), asked)
}

// CheckPayout tells whether an owner can be paid, by what Stripe said last of
// the account. Errors: PAYOUT_UNAVAILABLE.
func (p *Provider) CheckPayout(ctx context.Context, ownerID string) error {
	owner, err := p.findOwner(ctx, ownerID)
	switch {
	case err != nil:
		return err
	case owner.account == "":
		return city.Errorf(city.CodePayoutUnavailable, "There is no payout account yet. Set one up in your wallet on the site, or with POST /vault/connect.")
	case owner.problem != "":
		return city.Errorf(city.CodePayoutUnavailable, "%s Mend it from your wallet on the site, or with POST /vault/connect.", owner.problem)
	default:
		return nil
	}
}

// refreshAccount asks Stripe how an account stands. Events about it come in any
// order; the answer is always the newest. An account of somebody else is left
// alone; one that was made for an owner and is not noted yet comes again.
func (p *Provider) refreshAccount(ctx context.Context, changed *sdk.Account) error {
	ownerID, err := p.ownerOfAccount(ctx, changed.ID)
	if err != nil || ownerID == "" && changed.Metadata[metaOwner] == "" {
		return err
	}
	if ownerID == "" {
		return fmt.Errorf("account %s: not known here yet", changed.ID)
	}
	asked := store.Micros(p.db.Clock().Now())
	account, err := p.client.V1Accounts.GetByID(ctx, changed.ID, nil)
	if err != nil {
		return fmt.Errorf("look at account %s: %w", changed.ID, err)
	}
	if err := p.cfg.Links.Learn(ctx, ownerID, bankFingerprints(account)...); err != nil {
		return err
	}
	return p.saveProblem(ctx, changed.ID, problem(account), asked)
}

// problem says why an account cannot be paid, "" when it can.
func problem(a *sdk.Account) string {
	disabled := ""
	if a.Requirements != nil {
		disabled = string(a.Requirements.DisabledReason)
	}
	transfers := a.Capabilities != nil && a.Capabilities.Transfers == sdk.AccountCapabilityStatusActive
	switch {
	case a.Deleted:
		return "The payout account was closed."
	case !a.DetailsSubmitted:
		return "The payout account lacks details."
	case !a.PayoutsEnabled && disabled != "":
		return "Stripe has restricted the payout account (" + sentence(disabled) + ")."
	case !a.PayoutsEnabled, !transfers:
		return "Stripe has not enabled payouts for the payout account."
	default:
		return ""
	}
}
