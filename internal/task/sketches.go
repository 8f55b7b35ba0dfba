package task

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"aicity.dev/aicity/internal/gate/similarity"
	"aicity.dev/aicity/internal/store"
)

const (
	// sketchesKept is how long a delivered text is known again in another's work.
	sketchesKept = 180 * 24 * time.Hour
	// sketchesPerBand and comparedSketches bound what one verdict looks at, however
	// often a text was delivered: the latest of each band, and of all of them.
	sketchesPerBand  = 25
	comparedSketches = 100
	// sketchesForgotten is how many are deleted in one transaction.
	sketchesForgotten = 200
	forgetEvery       = time.Hour
	// freshSketches is after how many deliveries those that are fresh are filed. A
	// look-up reads all of them, some fifty microseconds; the more there are, the
	// more of them share a page of the bands.
	freshSketches = 256
)

// saveSketch keeps the sketch of delivered work, in the transaction of the delivery.
func saveSketch(ctx context.Context, tx store.Tx, t *Task, sketch similarity.Sketch) error {
	bands := sketch.Bands()
	if len(bands) == 0 {
		return nil // too short to be known again
	}
	if store.GathersWrites(tx) {
		args := []any{t.ID, t.AgentID, requestKey(t), store.Micros(tx.Now()), sketch.Bytes()}
		for _, band := range bands {
			args = append(args, band)
		}
		return tx.Queue(ctx, "save sketch", `INSERT INTO fresh_sketches (task_id, agent_id, request, at, sketch, band1, band2, band3, band4, band5, band6, band7, band8)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, args...)
	}
	err := tx.Queue(ctx, "save sketch", `INSERT INTO work_sketches (task_id, agent_id, request, sketch, at) VALUES ($1, $2, $3, $4, $5)`,
		t.ID, t.AgentID, requestKey(t), sketch.Bytes(), store.Micros(tx.Now()))
	if err != nil {
		return err
	}
	args, rows := []any{t.ID, requestKey(t)}, make([]string, len(bands))
	for i, band := range bands {
		args = append(args, band)
		rows[i] = fmt.Sprintf("($%d, $1, $2)", i+3)
	}
	return tx.Queue(ctx, "save sketch's bands", `INSERT INTO work_sketch_bands (band, task_id, request) VALUES `+strings.Join(rows, ", "), args...)
}

// countFresh counts a delivery, and files what is fresh when there are enough.
func (s *Service) countFresh(ctx context.Context) {
	if !store.GathersWrites(s.DB.Read()) || s.fresh.Add(1)%freshSketches != 0 {
		return
	}
	ctx = context.WithoutCancel(ctx)
	s.background.Go(func() {
		if err := s.fileSketches(ctx); err != nil {
			s.Logger.WarnContext(ctx, "fresh sketches are left to the job", "error", err)
		}
	})
}

// fileSketches moves what is fresh to the sketches and their bands. Only where one
// transaction writes at a time is anything fresh: the statements see the same rows.
func (s *Service) fileSketches(ctx context.Context) error {
	var bands []string
	for i := range len(similarity.Sketch{1}.Bands()) {
		bands = append(bands, fmt.Sprintf(`SELECT band%d, task_id, request FROM fresh_sketches`, i+1))
	}
	return s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		for _, statement := range []string{
			`INSERT INTO work_sketches (task_id, agent_id, request, sketch, at) SELECT task_id, agent_id, request, sketch, at FROM fresh_sketches`,
			`INSERT INTO work_sketch_bands (band, task_id, request) ` + strings.Join(bands, " UNION ALL ") + ` ORDER BY 1`,
			`DELETE FROM fresh_sketches`,
		} {
			if err := tx.Queue(ctx, "file sketches", statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// requestKey tells requests apart.
func requestKey(t *Task) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.ToLower(strings.Join(strings.Fields(t.Description), " "))))
	return int64(h.Sum64()) //nolint:gosec // the same bits
}

// others are the sketches of work that other agents delivered for another
// request than the task's. Two agents may well say the same of the same: programs
// do.
func (s *Service) others(ctx context.Context, t *Task, alike []string) ([]similarity.Sketch, error) {
	if len(alike) == 0 {
		return nil, nil
	}
	// By their ids: a planner that joins may well read the table from one end.
	q := s.DB.Read()
	wanted, args := store.AnyOf(q, "task_id", 4, alike)
	wanted = ` WHERE agent_id <> $1 AND request <> $2 AND ` + wanted
	rows, err := q.Query(ctx, `SELECT sketch FROM (SELECT task_id, sketch FROM work_sketches`+wanted+`
		UNION ALL SELECT task_id, sketch FROM fresh_sketches`+wanted+`) known ORDER BY task_id DESC LIMIT $3`,
		append([]any{t.AgentID, requestKey(t), comparedSketches}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read sketches: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []similarity.Sketch
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return nil, fmt.Errorf("scan sketch: %w", err)
		}
		if other, ok := similarity.SketchFrom(raw); ok {
			all = append(all, other)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read sketches: %w", err)
	}
	return all, nil
}

// forgetSketches deletes those that are older than sketchesKept.
func (s *Service) forgetSketches(ctx context.Context) error {
	if err := s.fileSketches(ctx); err != nil {
		return err
	}
	for {
		n := 0
		err := s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
			old, err := oldSketches(ctx, tx, tx.Now().Add(-sketchesKept))
			if n = len(old); err != nil {
				return err
			}
			for id, sketch := range old {
				for _, band := range sketch.Bands() {
					if err := tx.Queue(ctx, "forget band", `DELETE FROM work_sketch_bands WHERE band = $1 AND task_id = $2`, band, id); err != nil {
						return err
					}
				}
				if err := tx.Queue(ctx, "forget sketch", `DELETE FROM work_sketches WHERE task_id = $1`, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n < sketchesForgotten {
			return err
		}
	}
}

func oldSketches(ctx context.Context, q store.Querier, before time.Time) (map[string]similarity.Sketch, error) {
	rows, err := q.Query(ctx, `SELECT task_id, sketch FROM work_sketches WHERE at < $1 ORDER BY at LIMIT $2`, store.Micros(before), sketchesForgotten)
	if err != nil {
		return nil, fmt.Errorf("list old sketches: %w", err)
	}
	defer func() { _ = rows.Close() }()
	old := map[string]similarity.Sketch{}
	for rows.Next() {
		var id string
		var raw []byte
		if err := rows.Scan(&id, &raw); err != nil {
			return nil, fmt.Errorf("scan sketch: %w", err)
		}
		old[id], _ = similarity.SketchFrom(raw)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list old sketches: %w", err)
	}
	return old, nil
}
