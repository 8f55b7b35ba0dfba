package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/column"
)

var columns = column.List[Sandbox]{
	column.Text("id", func(b *Sandbox) *string { return &b.ID }),
	column.Text("task_id", func(b *Sandbox) *string { return &b.TaskID }),
	column.Text("state", func(b *Sandbox) *State { return &b.State }),
	column.Text("node", func(b *Sandbox) *string { return &b.Node }),
	column.JSON("limits", func(b *Sandbox) *Limits { return &b.Limits }),
	column.Text("commit_id", func(b *Sandbox) *string { return &b.Commit }),
	column.Number("files", func(b *Sandbox) *int { return &b.Size.Files }),
	column.Number("bytes", func(b *Sandbox) *int64 { return &b.Size.Bytes }),
	{
		Name:  "tokens",
		Write: func(b *Sandbox) any { return b.Size.Tokens },
		Read: column.Via(func(b *Sandbox, tokens int64) error {
			b.Size.Tokens, b.Size.Class = tokens, source.ClassOf(tokens)
			return nil
		}),
	},
	column.Time("created_at", func(b *Sandbox) *time.Time { return &b.CreatedAt }),
	column.TimePtr("ready_at", func(b *Sandbox) **time.Time { return &b.ReadyAt }),
	column.Time("expires_at", func(b *Sandbox) *time.Time { return &b.ExpiresAt }),
	column.Plain("end_asked", func(b *Sandbox) *bool { return &b.EndAsked }),
	column.TimePtr("destroyed_at", func(b *Sandbox) **time.Time { return &b.DestroyedAt }),
	column.Text("fail_code", func(b *Sandbox) *city.Code { return &b.FailCode }),
}

var (
	selected  = columns.Selected("")
	insertSQL = columns.Insert("sandboxes")
)

// errTaken says that the task has a live sandbox already.
var errTaken = errors.New("task has a sandbox")

func insert(ctx context.Context, tx store.Tx, b Sandbox) error {
	_, err := tx.Exec(ctx, insertSQL, columns.Values(&b)...)
	if store.IsUnique(err, "sandboxes", "task_id") {
		return errTaken
	}
	if err != nil {
		return fmt.Errorf("insert sandbox: %w", err)
	}
	return nil
}

// markReady writes what provisioning found out.
func markReady(ctx context.Context, tx store.Tx, b Sandbox) error {
	_, err := tx.Exec(ctx, `UPDATE sandboxes SET state = $2, commit_id = $3, files = $4, bytes = $5, tokens = $6, ready_at = $7
		WHERE id = $1 AND destroyed_at IS NULL`,
		b.ID, string(Ready), b.Commit, b.Size.Files, b.Size.Bytes, b.Size.Tokens, store.MicrosPtr(b.ReadyAt))
	if err != nil {
		return fmt.Errorf("update sandbox: %w", err)
	}
	return nil
}

// markEnded ends a sandbox's row; a second time changes nothing.
func markEnded(ctx context.Context, tx store.Tx, id string, state State, code city.Code) error {
	_, err := tx.Exec(ctx, `UPDATE sandboxes SET state = $2, fail_code = $3, destroyed_at = $4 WHERE id = $1 AND destroyed_at IS NULL`,
		id, string(state), string(code), store.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("end sandbox: %w", err)
	}
	return nil
}

// expireNow asks the node that has the task's sandbox to destroy it.
func expireNow(ctx context.Context, tx store.Tx, taskID string) error {
	_, err := tx.Exec(ctx, `UPDATE sandboxes SET expires_at = $2, end_asked = TRUE WHERE task_id = $1 AND destroyed_at IS NULL AND expires_at > $2`,
		taskID, store.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("expire sandbox: %w", err)
	}
	return nil
}

// claim gives a node the live sandboxes among ids.
func claim(ctx context.Context, tx store.Tx, node string, ids []string) error {
	for _, id := range ids {
		if _, err := tx.Exec(ctx, `UPDATE sandboxes SET node = $2 WHERE id = $1 AND destroyed_at IS NULL AND node <> $2`, id, node); err != nil {
			return fmt.Errorf("claim sandbox: %w", err)
		}
	}
	return nil
}

// claimAll gives a node all live sandboxes.
func claimAll(ctx context.Context, tx store.Tx, node string) error {
	if _, err := tx.Exec(ctx, `UPDATE sandboxes SET node = $1 WHERE destroyed_at IS NULL AND node <> $1`, node); err != nil {
		return fmt.Errorf("claim sandboxes: %w", err)
	}
	return nil
}

// endLost ends the sandboxes of other nodes whose time was over before then.
func endLost(ctx context.Context, tx store.Tx, before time.Time, node string) error {
	_, err := tx.Exec(ctx, `UPDATE sandboxes SET state = $1, fail_code = $2, destroyed_at = $3 
		WHERE destroyed_at IS NULL AND expires_at < $4 AND node <> $5`,
		string(Destroyed), string(city.CodeSandboxGone), store.Micros(tx.Now()), store.Micros(before), node)
	if err != nil {
		return fmt.Errorf("end lost sandboxes: %w", err)
	}
	return nil
}

// deleteEnded forgets sandboxes that were destroyed before.
func deleteEnded(ctx context.Context, tx store.Tx, before time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM sandboxes WHERE destroyed_at < $1`, store.Micros(before)); err != nil {
		return fmt.Errorf("delete ended sandboxes: %w", err)
	}
	return nil
}

// findLatest is the task's live sandbox, else its last. Errors: SANDBOX_NOT_FOUND.
func findLatest(ctx context.Context, q store.Querier, taskID string) (Sandbox, error) {
	return one(ctx, q, `task_id = $1 ORDER BY id DESC LIMIT 1`, taskID)
}

// findLastReady is the last of the task's sandboxes that had its code. Errors:
// SANDBOX_NOT_FOUND.
func findLastReady(ctx context.Context, q store.Querier, taskID string) (Sandbox, error) {
	return one(ctx, q, `task_id = $1 AND ready_at IS NOT NULL ORDER BY id DESC LIMIT 1`, taskID)
}

// one is the first that a condition finds. Errors: SANDBOX_NOT_FOUND.
func one(ctx context.Context, q store.Querier, where string, args ...any) (Sandbox, error) {
	found, err := list(ctx, q, where, args...)
	if err != nil {
		return Sandbox{}, err
	}
	if len(found) == 0 {
		return Sandbox{}, errNotFound()
	}
	return found[0], nil
}

// find is a sandbox. Errors: SANDBOX_NOT_FOUND.
func find(ctx context.Context, q store.Querier, id string) (Sandbox, error) {
	return one(ctx, q, `id = $1`, id)
}

// listLive are the sandboxes of a node that have not ended and expire before then.
func listLive(ctx context.Context, q store.Querier, node string, before time.Time) ([]Sandbox, error) {
	return list(ctx, q, `node = $1 AND destroyed_at IS NULL AND expires_at <= $2 ORDER BY id`, node, store.Micros(before))
}

func list(ctx context.Context, q store.Querier, where string, args ...any) ([]Sandbox, error) {
	found, err := store.All(ctx, q, columns.Scan, `SELECT `+selected+` FROM sandboxes WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list sandboxes: %w", err)
	}
	return found, nil
}
