package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
)

func TestReplayPayments(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(folder, app.DatabaseFile)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := jobs.Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	err = db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO payment_events (id, provider, type, payload, received_at, processed_at)
			VALUES ('evt_done', 'stripe', 'payout.paid', '{}', 1, 2), ('evt_open', 'stripe', 'payout.paid', '{}', 1, NULL)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args       []string
		want, fail string
		jobs       int
	}{
		{nil, "applies again: 1.", "", 1},
		{[]string{"evt_done", "evt_open"}, "applies again: 2.", "", 3},
		{[]string{"evt_open", "evt_none"}, "", "evt_none", 3},
	} {
		out, err := printed(t, append([]string{"admin", "replay-payments", "--data", folder}, tt.args...)...)
		if tt.fail == "" && err != nil || tt.fail != "" && (err == nil || !strings.Contains(err.Error(), tt.fail)) || !strings.Contains(out, tt.want) {
			t.Errorf("%v: %q, %v", tt.args, out, err)
		}
		var queued int
		if err := db.Read().QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'payment_event'`).Scan(&queued); err != nil || queued != tt.jobs {
			t.Errorf("%v: %d jobs, %v, want %d", tt.args, queued, err, tt.jobs)
		}
	}
}
