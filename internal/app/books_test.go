package app_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/store"
	aicity "aicity.dev/aicity/sdk/go"
)

// verification is the periodic job that verifies the books, by its kind.
type verification struct{}

func (verification) Kind() string { return "ledger_verify" }

// errorsOf is a log of which only the errors are listened to.
type errorsOf struct {
	slog.Handler
	heard chan slog.Record
}

func (errorsOf) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }
func (l errorsOf) WithAttrs([]slog.Attr) slog.Handler             { return l }
func (l errorsOf) WithGroup(string) slog.Handler                  { return l }

func (l errorsOf) Handle(_ context.Context, r slog.Record) error {
	select {
	case l.heard <- r:
	default: // the first ones tell
	}
	return nil
}

// The periodic verification raises a metric and writes an error that names the
// first offence.
func TestWrongBooksRaiseAnAlarm(t *testing.T) {
	t.Parallel()
	apptest.OnEach(t, func(t *testing.T, opts ...apptest.Option) {
		sandboxtest.Runner(t)
		ctx, cfg := t.Context(), apptest.Config(sandboxtest.Dir(t))
		for _, opt := range opts {
			opt(&cfg)
		}
		log := errorsOf{heard: make(chan slog.Record, 10)}
		city, err := app.New(ctx, cfg, slog.New(log), app.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := city.Start(ctx); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = city.Stop(context.WithoutCancel(ctx)) })
		s := &apptest.Server{URL: "http://" + city.Address(), Data: cfg.Data, App: city}
		buyer := s.Buyer(t, 2000)
		s.Agent(t, "research")
		order, err := buyer.Tasks.Submit(ctx, aicity.SubmitTask{TaskType: "research", MaxBudget: 500, Input: aicity.TaskInput{Description: "Compare two ways of keeping a log."}})
		if err != nil {
			t.Fatal(err)
		}
		if report, err := city.VerifyBooks(ctx); err != nil || !report.OK() {
			t.Fatalf("before: %+v, %v", report, err)
		}
		err = city.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE tasks SET max_budget = 900`); err != nil {
				return err
			}
			return city.Jobs.Enqueue(ctx, tx, verification{})
		})
		if err != nil {
			t.Fatal(err)
		}
		said := <-log.heard
		facts := map[string]string{}
		said.Attrs(func(a slog.Attr) bool { facts[a.Key] = a.Value.String(); return true })
		if said.Message != "the books are wrong" || facts["first"] != "task "+order.ID+": its hold is not its budget" || facts["offences"] != "1" {
			t.Errorf("it said %q with %v", said.Message, facts)
		}
		if _, body := get(t, s.URL+"/metrics", "operator's key"); !strings.Contains(body, "aicity_ledger_offences 1") {
			t.Error("the metric does not tell")
		}
	}, func(c *config.Config) { c.MetricsKey = "operator's key" })
}
