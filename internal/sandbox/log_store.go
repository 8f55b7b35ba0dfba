package sandbox

import (
	"context"
	"fmt"
	"slices"
	"time"

	"aicity.dev/aicity/internal/store"
)

// accessBatch is how many entries one statement writes.
const accessBatch = 100

// insertAccesses appends entries of one sandbox's log; those that are there
// already are passed over.
func insertAccesses(ctx context.Context, tx store.Tx, taskID, sandboxID string, entries []Access) error {
	for batch := range slices.Chunk(entries, accessBatch) {
		var args []any
		for _, a := range batch {
			args = append(args, taskID, sandboxID, a.Seq, store.Micros(a.At), string(a.Op), a.Target, a.Detail, a.Bytes, a.ExitCode,
				a.Duration.Microseconds(), string(a.Code))
		}
		_, err := tx.Exec(ctx, `INSERT INTO sandbox_accesses (task_id, sandbox_id, seq, at, op, target, detail, bytes, exit_code, duration_us, code)
			VALUES `+store.Placeholders(len(args), len(args)/len(batch))+` ON CONFLICT DO NOTHING`, args...)
		if err != nil {
			return fmt.Errorf("append to access log: %w", err)
		}
	}
	return nil
}

// lastAccess is the number of a sandbox's last entry, 0 without one.
func lastAccess(ctx context.Context, q store.Querier, taskID, sandboxID string) (int64, error) {
	var last int64
	err := q.QueryRow(ctx, `SELECT COALESCE(MAX(seq), 0) FROM sandbox_accesses WHERE task_id = $1 AND sandbox_id = $2`, taskID, sandboxID).Scan(&last)
	if err != nil {
		return 0, fmt.Errorf("find last access: %w", err)
	}
	return last, nil
}

// listAccesses are a task's entries in order, after one of them.
func listAccesses(ctx context.Context, q store.Querier, taskID, afterBox string, afterSeq int64, limit int) ([]Access, error) {
	found, err := store.All(ctx, q, scanAccess, `SELECT sandbox_id, seq, at, op, target, detail, bytes, exit_code, duration_us, code FROM sandbox_accesses
		WHERE task_id = $1 AND (sandbox_id > $2 OR sandbox_id = $2 AND seq > $3) ORDER BY sandbox_id, seq LIMIT $4`,
		taskID, afterBox, afterSeq, limit)
	if err != nil {
		return nil, fmt.Errorf("list accesses: %w", err)
	}
	return found, nil
}

func scanAccess(row store.Row) (Access, error) {
	var a Access
	var at, micros int64
	err := row.Scan(&a.SandboxID, &a.Seq, &at, &a.Op, &a.Target, &a.Detail, &a.Bytes, &a.ExitCode, &micros, &a.Code)
	a.At, a.Duration = store.FromMicros(at), time.Duration(micros)*time.Microsecond
	return a, err
}

// deleteAccesses forgets at most limit entries from before a time, and reports
// how many. The database refuses it for those that are younger than KeepAccesses.
func deleteAccesses(ctx context.Context, tx store.Tx, before time.Time, limit int) (int64, error) {
	n, err := tx.Exec(ctx, `DELETE FROM sandbox_accesses WHERE (task_id, sandbox_id, seq) IN
		(SELECT task_id, sandbox_id, seq FROM sandbox_accesses WHERE at < $1 ORDER BY at LIMIT $2)`, store.Micros(before), limit)
	if err != nil {
		return 0, fmt.Errorf("forget accesses: %w", err)
	}
	return n, nil
}
