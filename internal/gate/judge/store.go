package judge

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/store"
)

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

// stored is the book of a city: in its database, which all nodes share.
type stored struct{ db *store.DB }

// Stored returns a book in a database.
func Stored(db *store.DB) Book { return stored{db} }

// Calls implements [Book].
func (b stored) Calls(ctx context.Context, taskID string) ([]Call, error) {
	return Calls(ctx, b.db.Read(), taskID)
}

// Reserve implements [Book].
func (b stored) Reserve(ctx context.Context, taskID string, c Call, budget int) (Call, error) {
	err := b.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		c.AskedAt = tx.Now()
		taken, err := tx.Exec(ctx, `INSERT INTO judge_days (day, calls) VALUES ($1, 1)
			ON CONFLICT (day) DO UPDATE SET calls = judge_days.calls + 1 WHERE judge_days.calls < $2`, tx.Now().UTC().Format(time.DateOnly), budget)
		if err != nil {
			return fmt.Errorf("take from the judge's budget: %w", err)
		}
		if taken == 0 {
			return ErrSpent
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

// Keep implements [Book].
func (b stored) Keep(ctx context.Context, taskID string, c Call) error {
	opinion := ""
	if c.State == Answered || c.State == Unusable {
		text, err := json.Marshal(c.Opinion)
		if err != nil {
			return fmt.Errorf("encode opinion: %w", err)
		}
		opinion = string(text)
	}
	return b.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE judge_calls SET state = $3, opinion = $4, failure = $5, input_tokens = $6, output_tokens = $7, answered_at = $8
			WHERE task_id = $1 AND number = $2`, taskID, c.Number, string(c.State), opinion, c.Failure, c.InputTokens, c.OutputTokens, store.Micros(tx.Now()))
		if err != nil {
			return fmt.Errorf("keep judge call: %w", err)
		}
		return nil
	})
}
