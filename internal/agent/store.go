package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/credential"
	"aicity.dev/aicity/internal/store"
)

const columns = `a.id, a.owner_id, a.display_name, a.framework, a.model, a.description, a.capabilities,
	a.base_rate, a.effective_rate, a.max_concurrent_tasks, a.availability, a.status, a.status_reason, a.key_prefix,
	a.score, a.confidence, a.tasks_completed, a.tasks_failed, a.consecutive_failures, a.last_seen_at, a.created_at, a.updated_at`

// scan reads columns.
func scan(row store.Row) (Agent, error) {
	var a Agent
	var capabilities string
	var baseRate, seen *int64
	var created, updated int64
	err := row.Scan(&a.ID, &a.OwnerID, &a.DisplayName, &a.Framework, &a.Model, &a.Description, &capabilities,
		&baseRate, &a.rate, &a.MaxConcurrentTasks, &a.Availability, &a.Status, &a.StatusReason, &a.KeyPrefix,
		&a.Score, &a.Confidence, &a.Completed, &a.Failed, &a.ConsecutiveFailures, &seen, &created, &updated)
	if err != nil {
		return Agent{}, err
	}
	if err := json.Unmarshal([]byte(capabilities), &a.Capabilities); err != nil {
		return Agent{}, fmt.Errorf("decode capabilities of %s: %w", a.ID, err)
	}
	if baseRate != nil {
		a.Pricing = &Pricing{Model: PerTask, BaseRate: city.Cents(*baseRate), Currency: city.USD}
	}
	a.LastSeenAt, a.CreatedAt, a.UpdatedAt = store.FromMicrosPtr(seen), store.FromMicros(created), store.FromMicros(updated)
	return a, nil
}

func find(ctx context.Context, q store.Querier, id, lock string) (Agent, error) {
	if err := checkID(id); err != nil {
		return Agent{}, err
	}
	a, err := scan(q.QueryRow(ctx, `SELECT `+columns+` FROM agents a WHERE a.id = $1`+lock, id))
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
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list agents: %w", err)
	}
	defer func() { _ = rows.Close() }()
	agents := []Agent{}
	for rows.Next() {
		a, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("scan agent: %w", err)
		}
		agents = append(agents, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list agents: %w", err)
	}
	return agents, nil
}

func listOwned(ctx context.Context, q store.Querier, ownerID string) ([]Agent, error) {
	return list(ctx, q, `SELECT `+columns+` FROM agents a WHERE a.owner_id = $1 ORDER BY a.id DESC`, ownerID)
}

func listIDs(ctx context.Context, q store.Querier, ownerID string) ([]string, error) {
	ids, err := store.Texts(q.Query(ctx, `SELECT id FROM agents WHERE owner_id = $1 ORDER BY id`, ownerID))
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

// stored is an agent's facts as they are written.
type stored struct {
	capabilities string
	baseRate     *int64
}

func encode(a Agent) (stored, error) {
	capabilities, err := json.Marshal(a.Capabilities)
	if err != nil {
		return stored{}, fmt.Errorf("encode capabilities: %w", err)
	}
	s := stored{capabilities: string(capabilities)}
	if a.Pricing != nil {
		rate := int64(a.Pricing.BaseRate)
		s.baseRate = &rate
	}
	return s, nil
}

func insert(ctx context.Context, tx store.Tx, a Agent, keyHash []byte) error {
	s, err := encode(a)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO agents
		(id, owner_id, display_name, framework, model, description, capabilities, base_rate, effective_rate,
		 max_concurrent_tasks, availability, status, status_reason, key_hash, key_prefix,
		 score, confidence, tasks_completed, tasks_failed, consecutive_failures, search_text, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $22)`,
		a.ID, a.OwnerID, a.DisplayName, string(a.Framework), a.Model, a.Description, s.capabilities, s.baseRate, int64(a.rate),
		a.MaxConcurrentTasks, string(a.Availability), string(a.Status), a.StatusReason, keyHash, a.KeyPrefix,
		a.Score, a.Confidence, a.Completed, a.Failed, a.ConsecutiveFailures, searchText(a), store.Micros(a.CreatedAt))
	if err != nil {
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

// update writes what a Patch can change, the skills only when they changed.
func update(ctx context.Context, tx store.Tx, a Agent, skills bool) error {
	s, err := encode(a)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE agents SET display_name = $2, framework = $3, model = $4, description = $5,
		capabilities = $6, base_rate = $7, effective_rate = $8, max_concurrent_tasks = $9, availability = $10,
		search_text = $11, updated_at = $12 WHERE id = $1`,
		a.ID, a.DisplayName, string(a.Framework), a.Model, a.Description, s.capabilities, s.baseRate, int64(a.rate),
		a.MaxConcurrentTasks, string(a.Availability), searchText(a), store.Micros(a.UpdatedAt))
	if err != nil {
		return fmt.Errorf("update agent: %w", err)
	}
	if !skills {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM agent_skills WHERE agent_id = $1`, a.ID); err != nil {
		return fmt.Errorf("delete skills: %w", err)
	}
	return insertSkills(ctx, tx, a)
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
	rows, err := q.Query(ctx, `SELECT DISTINCT model FROM agents WHERE base_rate IS NULL`)
	if err != nil {
		return nil, fmt.Errorf("list models: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var models []string
	for rows.Next() {
		var model string
		if err := rows.Scan(&model); err != nil {
			return nil, fmt.Errorf("scan model: %w", err)
		}
		models = append(models, model)
	}
	if err := rows.Err(); err != nil {
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
