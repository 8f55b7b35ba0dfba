package task

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

var (
	// selected names the columns that scan reads.
	selected = columns.Selected("")
	// insertSQL takes the values of all columns and the idempotency key.
	insertSQL = columns.Insert("tasks", "idempotency_key")
	// changing are the columns that can change after a task's submission.
	changing = columns.Changing()
)

// insert writes a new task; a key that the buyer used before is an error that
// repeatedKey knows.
func insert(ctx context.Context, tx store.Tx, t *Task, idempotencyKey string) error {
	var key *string
	if idempotencyKey != "" {
		key = &idempotencyKey
	}
	return tx.Queue(ctx, "insert task", insertSQL, append(columns.Values(t), key)...)
}

func repeatedKey(err error) bool {
	return store.IsUnique(err, "tasks", "buyer_id", "idempotency_key")
}

// update writes what has changed in a task since changing had these values, and
// nothing when that is nothing.
func update(ctx context.Context, tx store.Tx, t *Task, before []any) error {
	set, args := changing.SetChanged(2, before, changing.Values(t))
	if set == "" {
		return nil
	}
	return tx.Queue(ctx, "update task", `UPDATE tasks SET `+set+` WHERE id = $1`, append([]any{t.ID}, args...)...)
}

// encode is v as JSON; the types stored here cannot fail to encode.
func encode(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// scan reads the columns that selected names.
func scan(row store.Row) (*Task, error) {
	t, err := columns.Scan(row)
	if err != nil {
		return nil, err
	}
	return &t, nil
}

// find reads a task; locked until commit when lock is store.ForUpdate.
// Errors: TASK_NOT_FOUND.
func find(ctx context.Context, q store.Querier, id, lock string) (*Task, error) {
	if city.CheckID(city.PrefixTask, id) != nil {
		return nil, errTaskNotFound(id)
	}
	t, err := scan(q.QueryRow(ctx, `SELECT `+selected+` FROM tasks WHERE id = $1`+lock, id))
	if errors.Is(err, store.ErrNoRows) {
		return nil, errTaskNotFound(id)
	}
	if err != nil {
		return nil, fmt.Errorf("find task: %w", err)
	}
	return t, nil
}

func list(ctx context.Context, q store.Querier, where string, args ...any) ([]*Task, error) {
	tasks, err := store.All(ctx, q, scan, `SELECT `+selected+` FROM tasks WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list tasks: %w", err)
	}
	return tasks, nil
}

// wipeTokens wipes the tokens of tasks that have ended: a node of an earlier
// version, while the city is updated, leaves them. usedToken is written out, as in
// the condition of the index, which is used for nothing else.
func wipeTokens(ctx context.Context, tx store.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE tasks SET sealed_token = $1 WHERE sealed_token <> '' AND sealed_token <> 'used'
		AND status IN ('completed', 'refund_review', 'failed', 'cancelled', 'refunded')`, usedToken)
	if err != nil {
		return fmt.Errorf("wipe tokens of ended tasks: %w", err)
	}
	return nil
}

// dueTask names a task that is due, and its place in the order of those.
type dueTask struct {
	at int64
	id string
}

// listDue lists up to limit tasks that are due at now and come after from.
func listDue(ctx context.Context, q store.Querier, now time.Time, from dueTask, limit int) ([]dueTask, error) {
	due, err := store.All(ctx, q, scanDue, `SELECT due_at, id FROM tasks WHERE due_at <= $1 AND (due_at, id) > ($2, $3) ORDER BY due_at, id LIMIT $4`,
		store.Micros(now), from.at, from.id, limit)
	if err != nil {
		return nil, fmt.Errorf("list due tasks: %w", err)
	}
	return due, nil
}

func scanDue(row store.Row) (dueTask, error) {
	var t dueTask
	err := row.Scan(&t.at, &t.id)
	return t, err
}

// loads counts the live tasks of each agent that has any.
func loads(ctx context.Context, q store.Querier) (map[string]int, error) {
	rows, err := q.Query(ctx, `SELECT agent_id, count(*) FROM tasks
		WHERE status IN ('submitted', 'executing', 'quality_check') AND agent_id <> '' GROUP BY agent_id`)
	if err != nil {
		return nil, fmt.Errorf("count live tasks: %w", err)
	}
	defer func() { _ = rows.Close() }()
	counts := map[string]int{}
	for rows.Next() {
		var id string
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return nil, fmt.Errorf("scan live tasks: %w", err)
		}
		counts[id] = n
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count live tasks: %w", err)
	}
	return counts, nil
}

func saveDocument(ctx context.Context, tx store.Tx, taskID, kind, body string) error {
	return tx.Queue(ctx, "save "+kind, `INSERT INTO task_documents (task_id, kind, body) VALUES ($1, $2, $3)
		ON CONFLICT (task_id, kind) DO UPDATE SET body = excluded.body`, taskID, kind, body)
}

// document reads a document of a task; ok is false when it has none of that kind.
func document(ctx context.Context, q store.Querier, taskID, kind string) (body string, ok bool, err error) {
	err = q.QueryRow(ctx, `SELECT body FROM task_documents WHERE task_id = $1 AND kind = $2`, taskID, kind).Scan(&body)
	if errors.Is(err, store.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read %s: %w", kind, err)
	}
	return body, true, nil
}
