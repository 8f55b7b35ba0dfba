package reputation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/column"
)

// columns are those of a standing beside its agent's id.
var columns = slices.Concat(
	averageColumns("outcome", func(s *Standing) *Average { return &s.Outcome }),
	averageColumns("relationship", func(s *Standing) *Average { return &s.Relationship }),
	averageColumns("economic", func(s *Standing) *Average { return &s.Economic }),
	averageColumns("reliability", func(s *Standing) *Average { return &s.Reliability }),
	averageColumns("offers", func(s *Standing) *Average { return &s.Offers }),
	column.List[Standing]{
		column.Number("completed", func(s *Standing) *int { return &s.Completed }),
		column.Number("failed", func(s *Standing) *int { return &s.Failed }),
		column.Number("consecutive_failures", func(s *Standing) *int { return &s.ConsecutiveFailures }),
	},
)

var (
	observeInsertSQL = columns.Insert("reputations", "agent_id", "score_before") + ` ON CONFLICT (agent_id) DO UPDATE SET ` + observeSQL
	openSQL          = columns.Insert("reputations", "agent_id") + ` ON CONFLICT (agent_id) DO NOTHING`
	selectSQL        = `SELECT ` + columns.Selected("") + ` FROM reputations WHERE agent_id = $1`
	saveSQL          = `UPDATE reputations SET ` + columns.Set(2) + ` WHERE agent_id = $1`
)

func averageColumns(name string, field func(*Standing) *Average) column.List[Standing] {
	return column.List[Standing]{
		column.Plain(name+"_sum", func(s *Standing) *float64 { return &field(s).Sum }),
		column.Plain(name+"_weight", func(s *Standing) *float64 { return &field(s).Weight }),
	}
}

// Change is a stored change of an agent's score.
type Change struct {
	Seq    int64
	TaskID string // "" when no task caused it
	Cause  Cause
	Before int
	After  int
	At     time.Time
}

// Record applies in to the agent's standing in tx and stores the change with
// its cause. It returns the new standing and whether anything of it shows:
// taking an offer is only counted. The agent's row is locked until commit.
func Record(ctx context.Context, tx store.Tx, agentID, taskID string, in Input) (after Standing, shows bool, err error) {
	before, err := lock(ctx, tx, agentID)
	if err != nil {
		return Standing{}, false, err
	}
	after = before.Apply(in)
	if err := save(ctx, tx, agentID, after); err != nil {
		return Standing{}, false, err
	}
	if in.Cause == CauseStarted {
		return after, false, nil
	}
	return after, true, tx.Queue(ctx, "store reputation change", `INSERT INTO reputation_changes
		(agent_id, seq, task_id, cause, score_before, score_after, created_at) VALUES ($1, `+nextChangeSQL+`, $2, $3, $4, $5, $6)`,
		agentID, taskID, string(in.Cause), before.Score(), after.Score(), store.Micros(tx.Now()))
}

// nextChangeSQL numbers the next change of the agent $1, whose row is locked.
const nextChangeSQL = `(SELECT COALESCE(MAX(seq), 0) + 1 FROM reputation_changes WHERE agent_id = $1)`

// Blind reports whether a cause can be recorded without reading the standing
// first: it suspends nobody and counts the same whatever was before.
func (c Cause) Blind() bool { return c == CauseStarted || c == CausePassed }

// RecordBlind is Record for a blind cause. Nothing waits for an answer, so the
// agent's row is locked no longer than the commit takes, and the tasks of one
// agent do not wait for each other.
func RecordBlind(ctx context.Context, tx store.Tx, agentID, taskID string, in Input) error {
	if err := observe(ctx, tx, agentID, Standing{}.Apply(in)); err != nil || in.Cause == CauseStarted {
		return err
	}
	return tx.QueueLast(ctx, "store reputation change", `INSERT INTO reputation_changes
		(agent_id, seq, task_id, cause, score_before, score_after, created_at)
		SELECT agent_id, `+nextChangeSQL+`, $2, $3, score_before, `+scoreSQL+`, $4 FROM reputations WHERE agent_id = $1`,
		agentID, taskID, string(in.Cause), store.Micros(tx.Now()))
}

// observe adds what is observed once to what is there: as Average.with does, and
// only in the dimensions that one has seen.
func observe(ctx context.Context, tx store.Tx, agentID string, one Standing) error {
	return tx.QueueLast(ctx, "store reputation", observeInsertSQL, append(columns.Values(&one), agentID, Standing{}.Score())...)
}

// observeSQL changes a row by the one that was to be inserted, and remembers the
// score before.
var observeSQL = func() string {
	var b strings.Builder
	for _, name := range append(DimensionNames(), "offers") {
		for _, column := range []Dimension{name + "_sum", name + "_weight"} {
			fmt.Fprintf(&b, "%s = reputations.%[1]s * CASE WHEN excluded.%s_weight > 0 THEN %g ELSE 1 END + excluded.%[1]s, ", column, name, decay)
		}
	}
	return b.String() + `completed = reputations.completed + excluded.completed, failed = reputations.failed + excluded.failed,
		consecutive_failures = CASE WHEN excluded.completed > 0 THEN 0 ELSE reputations.consecutive_failures + excluded.consecutive_failures END,
		score_before = ` + scoreSQL
}()

// scoreSQL is Standing.Score of a row.
var scoreSQL = func() string {
	parts := make([]string, len(weights))
	for i, w := range weights {
		parts[i] = fmt.Sprintf("%g * ((reputations.%[2]s_sum + %[3]g) / (reputations.%[2]s_weight + %[4]d))", w.Share, w.Name, priorWeight*priorValue, priorWeight)
	}
	return "CAST(FLOOR(1000 * (" + strings.Join(parts, " + ") + ") + 0.5) AS BIGINT)"
}()

// StandingSQL selects an agent's score, confidence, completed and failed tasks
// and failures in a row; the agent is $1.
var StandingSQL = fmt.Sprintf(`SELECT %s, CASE WHEN completed + failed >= %[2]d THEN 100 ELSE (completed + failed) * 100 / %[2]d END,
	completed, failed, consecutive_failures FROM reputations WHERE agent_id = $1`, scoreSQL, tasksToCertainty)

// lock finds an agent's standing and locks its row until commit. The row must
// exist to be locked: two first changes at once would lose one.
func lock(ctx context.Context, tx store.Tx, agentID string) (Standing, error) {
	s, err := find(ctx, tx, agentID, store.ForUpdate(tx))
	if !errors.Is(err, store.ErrNoRows) {
		return s, err
	}
	if err := open(ctx, tx, agentID); err != nil {
		return Standing{}, err
	}
	return find(ctx, tx, agentID, store.ForUpdate(tx))
}

// ForgiveFailures ends a run of failures: the owner has taken the agent up again.
func ForgiveFailures(ctx context.Context, tx store.Tx, agentID string) error {
	_, err := tx.Exec(ctx, `UPDATE reputations SET consecutive_failures = 0 WHERE agent_id = $1`, agentID)
	if err != nil {
		return fmt.Errorf("forgive failures: %w", err)
	}
	return nil
}

// Find returns an agent's standing; that of a new agent when nothing is known yet.
func Find(ctx context.Context, q store.Querier, agentID string) (Standing, error) {
	s, err := find(ctx, q, agentID, "")
	if errors.Is(err, store.ErrNoRows) {
		return Standing{}, nil
	}
	return s, err
}

func find(ctx context.Context, q store.Querier, agentID, lock string) (Standing, error) {
	s, err := columns.Scan(q.QueryRow(ctx, selectSQL+lock, agentID))
	if err != nil {
		return Standing{}, fmt.Errorf("find reputation: %w", err)
	}
	return s, nil
}

// open creates the agent's row when it is not there.
func open(ctx context.Context, tx store.Tx, agentID string) error {
	_, err := tx.Exec(ctx, openSQL, append(columns.Values(&Standing{}), agentID)...)
	if err != nil {
		return fmt.Errorf("open reputation: %w", err)
	}
	return nil
}

func save(ctx context.Context, tx store.Tx, agentID string, s Standing) error {
	return tx.Queue(ctx, "store reputation", saveSQL, append([]any{agentID}, columns.Values(&s)...)...)
}

// Changes returns an agent's latest changes, newest first, before the given
// sequence number (0 for the newest).
func Changes(ctx context.Context, q store.Querier, agentID string, before int64, limit int) ([]Change, error) {
	changes, err := store.All(ctx, q, scanChange, `SELECT seq, task_id, cause, score_before, score_after, created_at FROM reputation_changes
		WHERE agent_id = $1 AND ($2 = 0 OR seq < $2) ORDER BY seq DESC LIMIT $3`, agentID, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list reputation changes: %w", err)
	}
	return changes, nil
}

func scanChange(row store.Row) (Change, error) {
	var c Change
	var at int64
	err := row.Scan(&c.Seq, &c.TaskID, &c.Cause, &c.Before, &c.After, &at)
	c.At = store.FromMicros(at)
	return c, err
}
