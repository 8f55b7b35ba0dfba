package judge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/store"
)

// State is how far a call has come.
type State string

// The states of a call.
const (
	Asked    State = "asked"    // it may have been paid; its answer is not here
	Answered State = "answered" // with a usable opinion
	Unusable State = "unusable" // with something else
	Failed   State = "failed"   // without an answer
)

// Call is one call to the model, as it is kept.
type Call struct {
	Number       int
	Model        string
	State        State
	Opinion      gate.Opinion
	Failure      string
	InputTokens  int
	OutputTokens int
	AskedAt      time.Time
	AnsweredAt   *time.Time
}

// Calls lists the calls about a task, in their order.
func Calls(ctx context.Context, q store.Querier, taskID string) ([]Call, error) {
	rows, err := q.Query(ctx, `SELECT number, model, state, opinion, failure, input_tokens, output_tokens, asked_at, answered_at
		FROM judge_calls WHERE task_id = $1 ORDER BY number`, taskID)
	if err != nil {
		return nil, fmt.Errorf("list judge calls: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var calls []Call
	for rows.Next() {
		var c Call
		var state, opinion string
		var asked int64
		var answered *int64
		if err := rows.Scan(&c.Number, &c.Model, &state, &opinion, &c.Failure, &c.InputTokens, &c.OutputTokens, &asked, &answered); err != nil {
			return nil, fmt.Errorf("scan judge call: %w", err)
		}
		if opinion != "" {
			if err := json.Unmarshal([]byte(opinion), &c.Opinion); err != nil {
				return nil, fmt.Errorf("decode opinion: %w", err)
			}
		}
		c.State, c.AskedAt, c.AnsweredAt = State(state), store.FromMicros(asked), store.FromMicrosPtr(answered)
		calls = append(calls, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list judge calls: %w", err)
	}
	return calls, nil
}

// errSpent says that the day's budget has no call left.
var errSpent = errors.New("the day's budget is spent")

// reserve takes a call from the day's budget and writes it down, before it is
// made. Errors: errSpent.
func reserve(ctx context.Context, db *store.DB, taskID string, c Call, budget int) (Call, error) {
	err := db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		c.AskedAt = tx.Now()
		taken, err := tx.Exec(ctx, `INSERT INTO judge_days (day, calls) VALUES ($1, 1)
			ON CONFLICT (day) DO UPDATE SET calls = judge_days.calls + 1 WHERE judge_days.calls < $2`, tx.Now().UTC().Format(time.DateOnly), budget)
		if err != nil {
			return fmt.Errorf("take from the judge's budget: %w", err)
		}
		if taken == 0 {
			return errSpent
		}
		_, err = tx.Exec(ctx, `INSERT INTO judge_calls (task_id, number, model, state, opinion, failure, input_tokens, output_tokens, asked_at)
			VALUES ($1, $2, $3, $4, '', '', 0, 0, $5)`, taskID, c.Number, c.Model, string(Asked), store.Micros(c.AskedAt))
		if err != nil {
			return fmt.Errorf("write judge call: %w", err)
		}
		return nil
	})
	return c, err
}

// keep writes what came of a call.
func keep(ctx context.Context, db *store.DB, taskID string, c Call) error {
	opinion := ""
	if c.State == Answered || c.State == Unusable {
		b, err := json.Marshal(c.Opinion)
		if err != nil {
			return fmt.Errorf("encode opinion: %w", err)
		}
		opinion = string(b)
	}
	return db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE judge_calls SET state = $3, opinion = $4, failure = $5, input_tokens = $6, output_tokens = $7, answered_at = $8
			WHERE task_id = $1 AND number = $2`, taskID, c.Number, string(c.State), opinion, c.Failure, c.InputTokens, c.OutputTokens, store.Micros(tx.Now()))
		if err != nil {
			return fmt.Errorf("keep judge call: %w", err)
		}
		return nil
	})
}
