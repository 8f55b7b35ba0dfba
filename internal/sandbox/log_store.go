package sandbox

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

const accessColumns = `task_id, sandbox_id, seq, at, op, target, detail, bytes, exit_code, duration_us, code`

// accessBatch is how many entries one statement writes.
const accessBatch = 100

// insertAccesses appends entries of one sandbox's log; those that are there
// already are passed over.
func insertAccesses(ctx context.Context, tx store.Tx, taskID, sandboxID string, entries []Access) error {
	for len(entries) > 0 {
		batch := entries[:min(len(entries), accessBatch)]
		entries = entries[len(batch):]
		var rows strings.Builder
		args := make([]any, 0, len(batch)*11)
		for i, a := range batch {
			if i > 0 {
				rows.WriteString(", ")
			}
			rows.WriteString("(")
			for column := range 11 {
				if column > 0 {
					rows.WriteString(", ")
				}
				rows.WriteString("$" + strconv.Itoa(len(args)+column+1))
			}
			rows.WriteString(")")
			var exit *int64
			if a.ExitCode != nil {
				code := int64(*a.ExitCode)
				exit = &code
			}
			args = append(args, taskID, sandboxID, a.Seq, store.Micros(a.At), string(a.Op), a.Target, a.Detail, a.Bytes, exit,
				a.Duration.Microseconds(), string(a.Code))
		}
		_, err := tx.Exec(ctx, `INSERT INTO sandbox_accesses (`+accessColumns+`) VALUES `+rows.String()+` ON CONFLICT DO NOTHING`, args...)
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
	rows, err := q.Query(ctx, `SELECT sandbox_id, seq, at, op, target, detail, bytes, exit_code, duration_us, code FROM sandbox_accesses
		WHERE task_id = $1 AND (sandbox_id > $2 OR sandbox_id = $2 AND seq > $3) ORDER BY sandbox_id, seq LIMIT $4`,
		taskID, afterBox, afterSeq, limit)
	if err != nil {
		return nil, fmt.Errorf("list accesses: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Access
	for rows.Next() {
		var a Access
		var op, code string
		var at, micros int64
		var exit *int64
		if err := rows.Scan(&a.SandboxID, &a.Seq, &at, &op, &a.Target, &a.Detail, &a.Bytes, &exit, &micros, &code); err != nil {
			return nil, fmt.Errorf("scan access: %w", err)
		}
		a.At, a.Op, a.Code, a.Duration = store.FromMicros(at), Op(op), city.Code(code), time.Duration(micros)*time.Microsecond
		if exit != nil {
			code := int(*exit)
			a.ExitCode = &code
		}
		found = append(found, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list accesses: %w", err)
	}
	return found, nil
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
