package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/task"
)

// How often the books are looked after: hot accounts summed up, new transfers
// linked into the hash chain, everything recomputed.
const (
	rollUpEvery = 10 * time.Minute
	chainEvery  = time.Minute
	verifyEvery = time.Hour
)

type (
	rollUpArgs struct{}
	chainArgs  struct{}
	verifyArgs struct{}
)

func (rollUpArgs) Kind() string { return "ledger_roll_up" }
func (chainArgs) Kind() string  { return "ledger_chain" }
func (verifyArgs) Kind() string { return "ledger_verify" }

// booksMeters tell an operator's alarm whether the books are right.
type booksMeters struct{ offences, verified prometheus.Gauge }

func newBooksMeters() booksMeters {
	return booksMeters{
		offences: prometheus.NewGauge(prometheus.GaugeOpts{Name: "aicity_ledger_offences", Help: "What the last verification of the ledger found wrong; anything but 0 is an alarm."}),
		verified: prometheus.NewGauge(prometheus.GaugeOpts{Name: "aicity_ledger_verified_timestamp_seconds", Help: "When the ledger was last verified."}),
	}
}

// keepBooks registers the jobs that look after the ledger.
func (a *App) keepBooks() {
	jobs.Handle(a.Jobs, func(ctx context.Context, _ rollUpArgs, _ jobs.Attempt) error { return a.Ledger.RollUp(ctx, a.DB) })
	jobs.Every(a.Jobs, rollUpEvery, rollUpArgs{})
	jobs.Handle(a.Jobs, func(ctx context.Context, _ chainArgs, _ jobs.Attempt) error { return a.Ledger.Chain(ctx, a.DB) })
	jobs.Every(a.Jobs, chainEvery, chainArgs{})
	jobs.Handle(a.Jobs, func(ctx context.Context, _ verifyArgs, _ jobs.Attempt) error {
		_, err := a.VerifyBooks(ctx)
		return err
	}, jobs.Timeout(verifyEvery))
	jobs.Every(a.Jobs, verifyEvery, verifyArgs{})
}

// VerifyBooks recomputes the ledger and what tasks moved, and raises the metric
// and an error in the log when anything is wrong.
func (a *App) VerifyBooks(ctx context.Context) (ledger.Report, error) {
	report, err := a.Ledger.Verify(ctx, a.DB, task.VerifyMoney, payment.VerifyMoney)
	if err != nil {
		return report, err
	}
	a.books.offences.Set(float64(len(report.Offences)))
	a.books.verified.Set(float64(a.DB.Clock().Now().Unix()))
	if !report.OK() {
		a.logger.ErrorContext(ctx, "the books are wrong", "first", report.Offences[0], "offences", len(report.Offences))
	}
	return report, nil
}
