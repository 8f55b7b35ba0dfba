package archive

import (
	"context"
	"errors"
	"time"

	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/column"
)

var (
	columns = column.List[Archive]{
		column.Text("id", func(a *Archive) *string { return &a.ID }),
		column.Text("owner_id", func(a *Archive) *string { return &a.OwnerID }),
		column.Text("format", func(a *Archive) *string { return &a.Format }),
		column.Number("size_bytes", func(a *Archive) *int64 { return &a.Size }),
		column.Text("sha256", func(a *Archive) *string { return &a.SHA256 }),
		column.Time("created_at", func(a *Archive) *time.Time { return &a.CreatedAt }),
	}
	selected  = columns.Selected("")
	insertSQL = columns.Insert("archives")
)

// block is what an archive's size is rounded up to when it is counted: the disk
// does so too, and many small ones cost as rows.
const block = 4096

// lockOwner has whoever keeps an archive for the owner wait until tx ends.
func lockOwner(ctx context.Context, tx store.Tx, ownerID string) error {
	_, err := tx.Exec(ctx, `INSERT INTO archive_owners (owner_id) VALUES ($1) ON CONFLICT (owner_id) DO UPDATE SET owner_id = excluded.owner_id`, ownerID)
	return err
}

// renewContent begins the time of the owner's archive of this content again; the
// archive has no id when there is none.
func renewContent(ctx context.Context, tx store.Tx, ownerID, sum string) (Archive, error) {
	known, err := columns.Scan(tx.QueryRow(ctx, `UPDATE archives SET created_at = $1 WHERE id =
		(SELECT id FROM archives WHERE owner_id = $2 AND sha256 = $3 ORDER BY created_at DESC LIMIT 1) RETURNING `+selected,
		store.Micros(tx.Now()), ownerID, sum))
	if errors.Is(err, store.ErrNoRows) {
		return Archive{}, nil
	}
	return known, err
}

func insert(ctx context.Context, tx store.Tx, a Archive) error {
	_, err := tx.Exec(ctx, insertSQL, columns.Values(&a)...)
	return err
}

// kept is how much an owner keeps, in bytes of whole blocks.
func kept(ctx context.Context, q store.Querier, ownerID string) (int64, error) {
	var bytes int64
	err := q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM((size_bytes + $2) / $3 * $3), 0) AS BIGINT) FROM archives WHERE owner_id = $1`, ownerID, block-1, block).Scan(&bytes)
	return bytes, err
}

// find reads an owner's archive; locked until commit when lock is store.ForUpdate.
func find(ctx context.Context, q store.Querier, ownerID, id, lock string) (Archive, error) {
	return columns.Scan(q.QueryRow(ctx, `SELECT `+selected+` FROM archives WHERE id = $1 AND owner_id = $2`+lock, id, ownerID))
}

// list reads an owner's archives, newest first, from behind the id before.
func list(ctx context.Context, q store.Querier, ownerID, before string, limit int) ([]Archive, error) {
	return store.All(ctx, q, columns.Scan, `SELECT `+selected+` FROM archives WHERE owner_id = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3`, ownerID, before, limit)
}

// erase removes an owner's archive and says whether there was one.
func erase(ctx context.Context, tx store.Tx, ownerID, id string) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM archives WHERE id = $1 AND owner_id = $2`, id, ownerID)
	return n > 0, err
}

// eraseOld removes what is older than a time, in microseconds, and says what is left.
func eraseOld(ctx context.Context, tx store.Tx, before int64) (map[string]bool, error) {
	if _, err := tx.Exec(ctx, `DELETE FROM archives WHERE created_at < $1`, before); err != nil {
		return nil, err
	}
	ids, err := store.Texts(ctx, tx, `SELECT id FROM archives`)
	left := map[string]bool{}
	for _, id := range ids {
		left[id] = true
	}
	return left, err
}
