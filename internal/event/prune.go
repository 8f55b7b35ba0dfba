package event

import (
	"context"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/store"
)

// pruneBatch bounds a transaction, so that a long overdue sweep does not hold
// up who writes.
const pruneBatch = 1_000

// Prune deletes the events of before. It takes the oldest by seq, which grows
// with time, and ends at the first batch that holds a younger one. The newest of all
// stays: the next one's number comes after it.
func (l *Log) Prune(ctx context.Context, before time.Time) error {
	for {
		var n int64
		err := l.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
			var err error
			n, err = tx.Exec(ctx, `DELETE FROM events WHERE created_at < $1 AND seq < (SELECT MAX(seq) FROM events)
				AND seq IN (SELECT seq FROM events ORDER BY seq LIMIT $2)`,
				store.Micros(before), pruneBatch)
			return err
		})
		if err != nil {
			return fmt.Errorf("prune events: %w", err)
		}
		if n < pruneBatch {
			return nil
		}
	}
}
