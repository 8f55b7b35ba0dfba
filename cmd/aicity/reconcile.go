package main

import (
	"context"
	"fmt"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

// reconcileCmd is `aicity admin reconcile`. The running city compares: it knows the
// payment provider.
type reconcileCmd struct {
	clientFlags
	printing
}

// Run compares and prints the differences; it fails when there are any.
func (c *reconcileCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	r, err := client.Operator.Reconcile(ctx)
	if err != nil {
		return err
	}
	switch {
	case c.JSON:
		err = printJSON(k, r)
	case !r.Compared:
		err = say(k, "%s: this provider keeps no books, so there is nothing to compare.", r.Provider)
	default:
		err = say(k, "%s", facts{
			{"Money", moneyText(r.Test)},
			{"Provider", fmt.Sprintf("%s, %d movements that come to %s", r.Provider, r.Movements, money(r.TheirsCents))},
			{"Our books", money(r.OursCents)}, {"Payouts on their way", money(r.InTransitCents)}, {"Provider's fees", money(r.FeesCents)},
		}.String())
		if err == nil {
			err = showRows(k, r.Differences, "The books agree, order by order.", []string{"Order", "Theirs, in cents", "Ours, in cents", "Currency"}, differenceRow)
		}
	}
	if err != nil || len(r.Differences) == 0 {
		return err
	}
	return fmt.Errorf("the payment provider's books differ in %d orders: first, %s", len(r.Differences), r.Differences[0].Ref)
}

// differenceRow shows amounts as they are: of another currency they are no dollars.
func differenceRow(d aicity.ReconciliationDifference) []string {
	return []string{d.Ref, fmt.Sprint(d.TheirsCents), fmt.Sprint(d.OursCents), d.Currency}
}

// moneyText says whether it is real.
func moneyText(test bool) string {
	if test {
		return "none: test payments"
	}
	return "real: a live key"
}
