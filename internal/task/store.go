package task

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

const columns = `id, buyer_id, submitter_id, direct_id, agent_id, agent_owner_id, category, status, description, tags,
	max_budget, deadline_us, acceptance, repo, ref, sealed_token, has_code, archive_id, size_class, quote, routing,
	passed_over, sandbox_id, fail_code, fail_reason, gate_score, charge, fee, thumbs, rating, reason, comment, feedback_at,
	created_at, assigned_at, accept_by, started_at, deadline_at, delivered_at, ended_at, refund_until, released_at,
	buyer_completed, buyer_refunded, feedback_criterion, refund_review, fee_percent, recheck`

// insert writes a new task; a key that the buyer used before is an error that
// repeatedKey knows.
func insert(ctx context.Context, tx store.Tx, t *Task, idempotencyKey string) error {
	var key *string
	if idempotencyKey != "" {
		key = &idempotencyKey
	}
	return tx.Queue(ctx, "insert task", `INSERT INTO tasks (`+columns+`, idempotency_key, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
		$11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33,
		$34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50)`, append(values(t), key, store.MicrosPtr(t.due()))...)
}

func repeatedKey(err error) bool {
	return store.IsUnique(err, "tasks", "buyer_id", "idempotency_key")
}

// changing are the columns of a task that can change after its submission.
var changing = []string{
	"agent_id", "agent_owner_id", "status", "sealed_token", "size_class", "quote", "routing", "passed_over", "sandbox_id", "fail_code",
	"fail_reason", "gate_score", "charge", "fee", "thumbs", "rating", "reason", "comment", "feedback_at", "assigned_at", "accept_by",
	"started_at", "deadline_at", "delivered_at", "ended_at", "refund_until", "released_at", "due_at", "feedback_criterion", "refund_review", "recheck",
}

// state is what these columns hold.
func state(t *Task) []any {
	return []any{
		t.AgentID, t.AgentOwner, string(t.Status), t.Source.SealedToken, t.Size, encode(t.Quote), encode(t.Routing), encode(t.PassedOver), t.SandboxID, string(t.FailCode),
		t.FailReason, t.GateScore, int64(t.Charge), int64(t.Fee), t.Feedback.Thumbs, t.Feedback.Rating, t.Feedback.Reason, t.Feedback.Comment,
		store.MicrosPtr(t.Feedback.At), store.MicrosPtr(t.AssignedAt), store.MicrosPtr(t.AcceptBy),
		store.MicrosPtr(t.StartedAt), store.MicrosPtr(t.DeadlineAt), store.MicrosPtr(t.DeliveredAt), store.MicrosPtr(t.EndedAt),
		store.MicrosPtr(t.RefundUntil), store.MicrosPtr(t.ReleasedAt), store.MicrosPtr(t.due()), t.Feedback.Criterion, encodeReview(t.Review), encodeRecheck(t.Recheck),
	}
}

// update writes what has changed in a task since its state was before, and
// nothing when that is nothing: SQLite writes to each index of a column that is
// named, changed or not.
func update(ctx context.Context, tx store.Tx, t *Task, before []any) error {
	var set strings.Builder
	args := []any{t.ID}
	for i, value := range state(t) {
		if !reflect.DeepEqual(before[i], value) {
			args = append(args, value)
			fmt.Fprintf(&set, ", %s = $%d", changing[i], len(args))
		}
	}
	if len(args) == 1 {
		return nil
	}
	return tx.Queue(ctx, "update task", `UPDATE tasks SET `+strings.TrimPrefix(set.String(), ", ")+` WHERE id = $1`, args...)
}

func values(t *Task) []any {
	return []any{
		t.ID, t.BuyerID, t.SubmitterID, t.DirectID, t.AgentID, t.AgentOwner, string(t.Category), string(t.Status), t.Description,
		encode(t.Tags), int64(t.MaxBudget), t.Deadline.Microseconds(), encode(t.Acceptance), t.Source.Repo, t.Source.Ref,
		t.Source.SealedToken, t.Source.HasCode, t.Source.ArchiveID, t.Size, encode(t.Quote), encode(t.Routing), encode(t.PassedOver),
		t.SandboxID, string(t.FailCode), t.FailReason, t.GateScore, int64(t.Charge), int64(t.Fee), t.Feedback.Thumbs,
		t.Feedback.Rating, t.Feedback.Reason, t.Feedback.Comment, store.MicrosPtr(t.Feedback.At), store.Micros(t.CreatedAt),
		store.MicrosPtr(t.AssignedAt), store.MicrosPtr(t.AcceptBy), store.MicrosPtr(t.StartedAt), store.MicrosPtr(t.DeadlineAt),
		store.MicrosPtr(t.DeliveredAt), store.MicrosPtr(t.EndedAt), store.MicrosPtr(t.RefundUntil), store.MicrosPtr(t.ReleasedAt),
		t.Buyer.Completed, t.Buyer.Refunded, t.Feedback.Criterion, encodeReview(t.Review), t.FeePercent, encodeRecheck(t.Recheck),
	}
}

// encode is v as JSON; the types stored here cannot fail to encode.
func encode(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func scan(row store.Row) (*Task, error) {
	var t Task
	var tags, acceptance, quote, routing, passedOver, review, recheck string
	var deadline, createdAt int64
	var times [9]*int64
	err := row.Scan(&t.ID, &t.BuyerID, &t.SubmitterID, &t.DirectID, &t.AgentID, &t.AgentOwner, &t.Category, &t.Status,
		&t.Description, &tags, &t.MaxBudget, &deadline, &acceptance, &t.Source.Repo, &t.Source.Ref, &t.Source.SealedToken,
		&t.Source.HasCode, &t.Source.ArchiveID, &t.Size, &quote, &routing, &passedOver, &t.SandboxID, &t.FailCode, &t.FailReason,
		&t.GateScore, &t.Charge, &t.Fee, &t.Feedback.Thumbs, &t.Feedback.Rating, &t.Feedback.Reason, &t.Feedback.Comment, &times[0],
		&createdAt, &times[1], &times[2], &times[3], &times[4], &times[5], &times[6], &times[7], &times[8],
		&t.Buyer.Completed, &t.Buyer.Refunded, &t.Feedback.Criterion, &review, &t.FeePercent, &recheck)
	if err != nil {
		return nil, err
	}
	err = errors.Join(json.Unmarshal([]byte(tags), &t.Tags), json.Unmarshal([]byte(acceptance), &t.Acceptance),
		json.Unmarshal([]byte(quote), &t.Quote), json.Unmarshal([]byte(routing), &t.Routing),
		json.Unmarshal([]byte(passedOver), &t.PassedOver))
	if err != nil {
		return nil, fmt.Errorf("decode task %s: %w", t.ID, err)
	}
	if t.Recheck, err = decodeRecheck(recheck); err != nil {
		return nil, fmt.Errorf("decode task %s: %w", t.ID, err)
	}
	if t.Review, err = decodeReview(review); err != nil {
		return nil, fmt.Errorf("decode task %s: %w", t.ID, err)
	}
	t.Deadline, t.CreatedAt = time.Duration(deadline)*time.Microsecond, store.FromMicros(createdAt)
	for i, field := range []**time.Time{
		&t.Feedback.At, &t.AssignedAt, &t.AcceptBy, &t.StartedAt, &t.DeadlineAt, &t.DeliveredAt, &t.EndedAt, &t.RefundUntil, &t.ReleasedAt,
	} {
		*field = store.FromMicrosPtr(times[i])
	}
	return &t, nil
}

// find reads a task; locked until commit when lock is store.ForUpdate.
// Errors: TASK_NOT_FOUND.
func find(ctx context.Context, q store.Querier, id, lock string) (*Task, error) {
	if city.CheckID(city.PrefixTask, id) != nil {
		return nil, errTaskNotFound(id)
	}
	t, err := scan(q.QueryRow(ctx, `SELECT `+columns+` FROM tasks WHERE id = $1`+lock, id))
	if errors.Is(err, store.ErrNoRows) {
		return nil, errTaskNotFound(id)
	}
	if err != nil {
		return nil, fmt.Errorf("find task: %w", err)
	}
	return t, nil
}

func list(ctx context.Context, q store.Querier, where string, args ...any) ([]*Task, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM tasks WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list tasks: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var tasks []*Task
	for rows.Next() {
		t, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("scan task: %w", err)
		}
		tasks = append(tasks, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list tasks: %w", err)
	}
	return tasks, nil
}

// wipeTokens wipes the tokens of tasks that have ended: a node of an earlier
// version, while the city is updated, leaves them.
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
	rows, err := q.Query(ctx, `SELECT due_at, id FROM tasks WHERE due_at <= $1 AND (due_at, id) > ($2, $3) ORDER BY due_at, id LIMIT $4`,
		store.Micros(now), from.at, from.id, limit)
	if err != nil {
		return nil, fmt.Errorf("list due tasks: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var due []dueTask
	for rows.Next() {
		var t dueTask
		if err := rows.Scan(&t.at, &t.id); err != nil {
			return nil, fmt.Errorf("scan due task: %w", err)
		}
		due = append(due, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list due tasks: %w", err)
	}
	return due, nil
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
