package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/credential"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/column"
)

// columns are those of an agent but for its key's hash, which is only compared.
var columns = column.List[Agent]{
	column.Text("id", func(a *Agent) *string { return &a.ID }).Fixed(),
	column.Text("owner_id", func(a *Agent) *string { return &a.OwnerID }).Fixed(),
	column.Text("display_name", func(a *Agent) *string { return &a.DisplayName }),
	column.Text("framework", func(a *Agent) *Framework { return &a.Framework }),
	column.Text("model", func(a *Agent) *string { return &a.Model }),
	column.Text("description", func(a *Agent) *string { return &a.Description }),
	column.JSON("capabilities", func(a *Agent) *[]Capability { return &a.Capabilities }),
	{
		Name: "base_rate", // NULL: the tier's rate
		Write: func(a *Agent) any {
			if a.Pricing == nil {
				return nil
			}
			return int64(a.Pricing.BaseRate)
		},
		Read: column.Via(func(a *Agent, cents *int64) error {
			if cents != nil {
				a.Pricing = &Pricing{Model: PerTask, BaseRate: city.Cents(*cents), Currency: city.USD}
			}
			return nil
		}),
	},
	column.Number("effective_rate", func(a *Agent) *city.Cents { return &a.rate }),
	column.Number("max_concurrent_tasks", func(a *Agent) *int { return &a.MaxConcurrentTasks }),
	column.Text("availability", func(a *Agent) *Availability { return &a.Availability }),
	column.Text("status", func(a *Agent) *Status { return &a.Status }),
	column.Text("status_reason", func(a *Agent) *string { return &a.StatusReason }),
	column.Text("key_prefix", func(a *Agent) *string { return &a.KeyPrefix }),
	column.Number("score", func(a *Agent) *int { return &a.Score }),
	column.Number("confidence", func(a *Agent) *int { return &a.Confidence }),
	column.Number("tasks_completed", func(a *Agent) *int { return &a.Completed }),
	column.Number("tasks_failed", func(a *Agent) *int { return &a.Failed }),
	column.Number("consecutive_failures", func(a *Agent) *int { return &a.ConsecutiveFailures }),
	{Name: "search_text", Write: func(a *Agent) any { return searchText(*a) }},
	column.TimePtr("last_seen_at", func(a *Agent) **time.Time { return &a.LastSeenAt }),
	column.Time("created_at", func(a *Agent) *time.Time { return &a.CreatedAt }).Fixed(),
	column.Time("updated_at", func(a *Agent) *time.Time { return &a.UpdatedAt }),
}

var (
	// selected names what columns.Scan reads, of agents a.
	selected  = columns.Selected("a.")
	insertSQL = columns.Insert("agents", "key_hash")
	changing  = columns.Changing()
)

func find(ctx context.Context, q store.Querier, id, lock string) (Agent, error) {
	if err := checkID(id); err != nil {
		return Agent{}, err
	}
	a, err := columns.Scan(q.QueryRow(ctx, `SELECT `+selected+` FROM agents a WHERE a.id = $1`+lock, id))
	if errors.Is(err, store.ErrNoRows) {
		return Agent{}, errAgentNotFound()
	}
	if err != nil {
		return Agent{}, fmt.Errorf("find agent: %w", err)
	}
	return a, nil
}

// findByKey returns store.ErrNoRows when no agent has the key.
func findByKey(ctx context.Context, q store.Querier, hash []byte) (Identity, error) {
	var who Identity
	err := q.QueryRow(ctx, `SELECT id, owner_id FROM agents WHERE key_hash = $1`, hash).Scan(&who.ID, &who.OwnerID)
	if err != nil {
		return Identity{}, fmt.Errorf("find agent by key: %w", err)
	}
	return who, nil
}

// deactivatedQuery finds the agent $1 when its status is $2.
const deactivatedQuery = `SELECT 1 FROM agents WHERE id = $1 AND status = $2`

func list(ctx context.Context, q store.Querier, query string, args ...any) ([]Agent, error) {
	agents, err := store.All(ctx, q, columns.Scan, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list agents: %w", err)
	}
	return agents, nil
}

func listOwned(ctx context.Context, q store.Querier, ownerID string) ([]Agent, error) {
	return list(ctx, q, `SELECT `+selected+` FROM agents a WHERE a.owner_id = $1 ORDER BY a.id DESC`, ownerID)
}

func listIDs(ctx context.Context, q store.Querier, ownerID string) ([]string, error) {
	ids, err := store.Texts(ctx, q, `SELECT id FROM agents WHERE owner_id = $1 ORDER BY id`, ownerID)
	if err != nil {
		return nil, fmt.Errorf("list an owner's agents: %w", err)
	}
	return ids, nil
}

func countOwned(ctx context.Context, q store.Querier, ownerID string) (int, error) {
	var n int
	if err := q.QueryRow(ctx, `SELECT COUNT(*) FROM agents WHERE owner_id = $1`, ownerID).Scan(&n); err != nil {
		return 0, fmt.Errorf("count agents: %w", err)
	}
	return n, nil
}

func insert(ctx context.Context, tx store.Tx, a Agent, keyHash []byte) error {
	if _, err := tx.Exec(ctx, insertSQL, append(columns.Values(&a), keyHash)...); err != nil {
		return fmt.Errorf("insert agent: %w", err)
	}
	return insertSkills(ctx, tx, a)
}

// insertSkills writes what the agent can be found by.
func insertSkills(ctx context.Context, tx store.Tx, a Agent) error {
	for _, c := range a.Capabilities {
		for _, tag := range append([]string{""}, c.Tags...) {
			_, err := tx.Exec(ctx, `INSERT INTO agent_skills (category, tag, agent_id) VALUES ($1, $2, $3)`, string(c.Category), tag, a.ID)
			if err != nil {
				return fmt.Errorf("insert skill: %w", err)
			}
		}
	}
	return nil
}

// update writes what differs in an agent, the skills only when they do.
func update(ctx context.Context, tx store.Tx, before, after Agent, skills bool) error {
	set, args := changing.SetChanged(2, changing.Values(&before), changing.Values(&after))
	if set == "" {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE agents SET `+set+` WHERE id = $1`, append([]any{after.ID}, args...)...); err != nil {
		return fmt.Errorf("update agent: %w", err)
	}
	if !skills {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM agent_skills WHERE agent_id = $1`, after.ID); err != nil {
		return fmt.Errorf("delete skills: %w", err)
	}
	return insertSkills(ctx, tx, after)
}

func updateKey(ctx context.Context, tx store.Tx, a Agent, hash []byte) error {
	_, err := tx.Exec(ctx, `UPDATE agents SET key_hash = $2, key_prefix = $3, updated_at = $4 WHERE id = $1`,
		a.ID, hash, a.KeyPrefix, store.Micros(a.UpdatedAt))
	if err != nil {
		return fmt.Errorf("update agent key: %w", err)
	}
	return nil
}

func updateStatus(ctx context.Context, tx store.Tx, a Agent) error {
	_, err := tx.Exec(ctx, `UPDATE agents SET status = $2, status_reason = $3, updated_at = $4 WHERE id = $1`,
		a.ID, string(a.Status), a.StatusReason, store.Micros(a.UpdatedAt))
	if err != nil {
		return fmt.Errorf("update agent status: %w", err)
	}
	return nil
}

func updateStanding(ctx context.Context, tx store.Tx, agentID string, s Standing) error {
	args := []any{agentID, s.Score, s.Confidence, s.Completed, s.Failed, s.ConsecutiveFailures}
	return tx.Ask(ctx, `UPDATE agents SET score = $2, confidence = $3, tasks_completed = $4, tasks_failed = $5,
		consecutive_failures = $6 WHERE id = $1 RETURNING id`, args, func(row store.Row) error {
		err := row.Scan(new(string))
		if errors.Is(err, store.ErrNoRows) {
			err = errAgentNotFound()
		}
		if err != nil {
			return fmt.Errorf("update standing: %w", err)
		}
		return nil
	})
}

// copyStanding takes the standing from the row that source selects.
func copyStanding(ctx context.Context, tx store.Tx, agentID, source string) error {
	return tx.QueueLast(ctx, "copy standing", `UPDATE agents SET (score, confidence, tasks_completed, tasks_failed, consecutive_failures) = (`+source+`)
		WHERE id = $1`, agentID)
}

// updateLastSeen never moves a time back: another node may have written a later one.
func updateLastSeen(ctx context.Context, tx store.Tx, uses []credential.Use) error {
	for _, use := range uses {
		_, err := tx.Exec(ctx, `UPDATE agents SET last_seen_at = $2
			WHERE id = $1 AND (last_seen_at IS NULL OR last_seen_at < $2)`, use.ID, store.Micros(use.At))
		if err != nil {
			return fmt.Errorf("record last seen: %w", err)
		}
	}
	return nil
}

func unpricedModels(ctx context.Context, q store.Querier) ([]string, error) {
	models, err := store.Texts(ctx, q, `SELECT DISTINCT model FROM agents WHERE base_rate IS NULL`)
	if err != nil {
		return nil, fmt.Errorf("list models: %w", err)
	}
	return models, nil
}

func updateTierRate(ctx context.Context, tx store.Tx, model string, rate city.Cents) error {
	_, err := tx.Exec(ctx, `UPDATE agents SET effective_rate = $2 WHERE model = $1 AND base_rate IS NULL AND effective_rate <> $2`,
		model, int64(rate))
	if err != nil {
		return fmt.Errorf("update tier rate: %w", err)
	}
	return nil
}
