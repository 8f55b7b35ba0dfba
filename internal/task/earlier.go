package task

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"aicity.dev/aicity/internal/gate/similarity"
	"aicity.dev/aicity/internal/store"
)

// comparedDeliverables is how many of an agent's earlier results the gate compares.
const comparedDeliverables = 5

// compared are the tasks whose work is compared with that of another.
type compared struct {
	earlier []string // of the same agent, the latest
	alike   []string // whose sketches are likely to be like its own
}

// compare finds with what the gate compares work of a task.
func (s *Service) compare(ctx context.Context, t *Task, sketch similarity.Sketch) (compared, error) {
	args := []any{t.AgentID, t.ID, comparedDeliverables}
	query := `SELECT '', id FROM (SELECT id, delivered_at FROM tasks WHERE agent_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3) latest
		WHERE delivered_at IS NOT NULL`
	// Each band is a short walk of its index, whatever its size: the latest are taken
	// before any is passed over.
	var fresh []string
	for i, band := range sketch.Bands() {
		if i == 0 {
			args = append(args, sketchesPerBand, requestKey(t))
		}
		args = append(args, band)
		fresh = append(fresh, fmt.Sprintf("band%d = $%d", i+1, len(args)))
		query += fmt.Sprintf(` UNION ALL SELECT task_id, '' FROM (SELECT task_id, request FROM work_sketch_bands WHERE band = $%d AND task_id <> $2
			ORDER BY task_id DESC LIMIT $4) band%d WHERE request <> $5`, len(args), i)
	}
	if fresh != nil {
		query += ` UNION ALL SELECT task_id, '' FROM fresh_sketches WHERE task_id <> $2 AND request <> $5 AND (` + strings.Join(fresh, " OR ") + `)`
	}
	rows, err := s.DB.Read().Query(ctx, query, args...)
	if err != nil {
		return compared{}, fmt.Errorf("find work to compare: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var c compared
	for rows.Next() {
		var alike, earlier string
		if err := rows.Scan(&alike, &earlier); err != nil {
			return compared{}, fmt.Errorf("find work to compare: %w", err)
		}
		if earlier != "" {
			c.earlier = append(c.earlier, earlier)
		} else {
			c.alike = append(c.alike, alike)
		}
	}
	if err := rows.Err(); err != nil {
		return compared{}, fmt.Errorf("find work to compare: %w", err)
	}
	slices.Sort(c.alike)
	c.alike = slices.Compact(c.alike)
	return c, nil
}

// earlier are the runs of what was delivered for tasks. Most of them are
// remembered; the text of a deliverable never changes.
func (s *Service) earlier(ctx context.Context, ids []string) ([]similarity.Runs, error) {
	known, missing := s.delivered.look(ids)
	if len(missing) == 0 {
		return known, nil
	}
	texts, err := s.deliveredTexts(ctx, missing)
	if err != nil {
		return nil, err
	}
	for id, text := range texts {
		runs := similarity.RunsOf(text)
		s.delivered.keep(id, runs)
		known = append(known, runs)
	}
	return known, nil
}

// deliveredTexts reads what was delivered for a few tasks.
func (s *Service) deliveredTexts(ctx context.Context, ids []string) (map[string]string, error) {
	q := s.DB.Read()
	wanted, args := store.AnyOf(q, "task_id", 2, ids)
	rows, err := q.Query(ctx, `SELECT task_id, body FROM task_documents WHERE kind = $1 AND `+wanted, append([]any{docDeliverable}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read earlier deliverables: %w", err)
	}
	defer func() { _ = rows.Close() }()
	texts := map[string]string{}
	for rows.Next() {
		var id, body string
		var d Deliverable
		if err := rows.Scan(&id, &body); err != nil {
			return nil, fmt.Errorf("read earlier deliverables: %w", err)
		}
		if json.Unmarshal([]byte(body), &d) == nil {
			texts[id] = d.Result
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read earlier deliverables: %w", err)
	}
	return texts, nil
}

// maxRuns bounds what is remembered of delivered texts, in runs: 16 MB.
const maxRuns = 2 << 20

// runsMemo remembers the runs of the texts that were delivered or compared last.
// Its zero value is empty.
type runsMemo struct {
	mu sync.Mutex
	// Both are guarded by mu: what was used since the half was full, and before.
	young, old map[string]similarity.Runs
	n          int // runs in young
}

// look returns what is remembered of tasks, and the tasks of which nothing is.
func (m *runsMemo) look(ids []string) (known []similarity.Runs, missing []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		runs, ok := m.young[id]
		if !ok {
			if runs, ok = m.old[id]; ok {
				m.put(id, runs)
			}
		}
		if ok {
			known = append(known, runs)
		} else {
			missing = append(missing, id)
		}
	}
	return known, missing
}

func (m *runsMemo) keep(id string, runs similarity.Runs) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(id, runs)
}

// put needs mu. A full half becomes the old one, and what was old is forgotten.
func (m *runsMemo) put(id string, runs similarity.Runs) {
	const itself = 16 // what an entry takes beside its runs, in runs
	if m.young == nil || m.n+len(runs)+itself > maxRuns/2 {
		m.old, m.young, m.n = m.young, map[string]similarity.Runs{}, 0
	}
	if _, ok := m.young[id]; !ok {
		m.n += len(runs) + itself
	}
	m.young[id] = runs
}
