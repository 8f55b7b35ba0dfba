package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/store"
)

// replayPaymentsCmd is `aicity admin replay-payments`. The running city applies
// the events; this only asks for it.
type replayPaymentsCmd struct {
	booksFlags
	Events []string `arg:"" optional:"" help:"Ids of events (evt_…); without any, those that were not applied so far."`
}

// Run queues the events.
func (c *replayPaymentsCmd) Run(ctx context.Context, k *kong.Context) error {
	return c.with(ctx, func(db *store.DB) error {
		logger := slog.New(slog.DiscardHandler)
		payments := payment.New(payment.Config{DB: db, Jobs: jobs.New(db, logger), Ledger: ledger.New(), Logger: logger})
		n, err := payments.ReplayEvents(ctx, c.Events...)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(k.Stdout, "Events that the city applies again: %d.\n", n)
		return err
	})
}
