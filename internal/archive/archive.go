// Package archive keeps the work trees that buyers upload instead of naming a
// repository: as files in the data folder, each with a row that says whose it is.
package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
)

// Format of an archive.
const (
	TarGz = "tar.gz"
	Zip   = "zip"
)

// MaxBytes bounds an upload.
const MaxBytes = 50 << 20

// keep is how long an archive is kept: long enough for its task to start.
const keep = 7 * 24 * time.Hour

// Archive is an uploaded work tree.
type Archive struct {
	ID        string // arc_…
	OwnerID   string
	Format    string
	Size      int64
	SHA256    string
	CreatedAt time.Time
}

// checksAtOnce bounds how many uploads are read through at a time: each keeps a
// processor busy.
const checksAtOnce = 2

// Check reads an archive to its end and reports what is wrong with it.
type Check func(ctx context.Context, content io.ReaderAt, size int64) error

// Service keeps archives.
type Service struct {
	db     *store.DB
	dir    string
	check  Check
	checks chan struct{} // one for each check that runs
}

type pruneArgs struct{}

func (pruneArgs) Kind() string { return "archive_prune" }

// New returns a service that keeps its files in dir, when check finds nothing
// wrong with them, and registers the job that forgets old ones.
func New(db *store.DB, queue *jobs.Queue, dir string, check Check) (*Service, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make archive folder: %w", err)
	}
	s := &Service{db: db, dir: dir, check: check, checks: make(chan struct{}, checksAtOnce)}
	jobs.Handle(queue, func(ctx context.Context, _ pruneArgs, _ jobs.Attempt) error { return s.prune(ctx) })
	jobs.Every(queue, time.Hour, pruneArgs{})
	return s, nil
}

// Save stores an upload, unless it cannot be used. What an owner has already is
// not kept twice: it has the id of the first, and its time begins again, so an
// upload may be repeated. Errors: PAYLOAD_TOO_LARGE, and those of the check,
// ARCHIVE_INVALID and REPO_TOO_LARGE.
func (s *Service) Save(ctx context.Context, ownerID string, r io.Reader) (_ Archive, err error) {
	a := Archive{ID: city.NewID(city.PrefixArchive), OwnerID: ownerID}
	file, err := os.OpenFile(s.path(a.ID), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return Archive{}, fmt.Errorf("save archive: %w", err)
	}
	kept := false
	defer func() {
		err = errors.Join(err, file.Close())
		if !kept {
			_ = os.Remove(file.Name())
		}
	}()
	if err := a.write(file, r); err != nil {
		return Archive{}, err
	}
	if known, err := s.renew(ctx, a); known.ID != "" || err != nil {
		return known, err
	}
	if err := s.examine(ctx, file, a.Size); err != nil {
		return Archive{}, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		a.CreatedAt = tx.Now()
		_, err := tx.Exec(ctx, `INSERT INTO archives (id, owner_id, format, size_bytes, sha256, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			a.ID, a.OwnerID, a.Format, a.Size, a.SHA256, store.Micros(a.CreatedAt))
		return err
	})
	if err != nil {
		return Archive{}, fmt.Errorf("save archive: %w", err)
	}
	kept = true
	return a, nil
}

// write streams the upload into its file and fills in what it turns out to be.
func (a *Archive) write(file *os.File, r io.Reader) error {
	head := make([]byte, 4) // enough to tell the format
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return readError(err)
	}
	if a.Format = formatOf(head[:n]); a.Format == "" {
		return city.Errorf(city.CodeArchiveInvalid, "The upload is neither a tar.gz nor a zip archive.")
	}
	sum := sha256.New()
	a.Size, err = io.Copy(io.MultiWriter(file, sum), io.LimitReader(io.MultiReader(bytes.NewReader(head[:n]), r), MaxBytes+1))
	if err != nil {
		return readError(err)
	}
	if a.Size > MaxBytes {
		return city.Errorf(city.CodePayloadTooLarge, "The archive is larger than %d MiB.", MaxBytes>>20)
	}
	a.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return file.Sync()
}

// renew finds what the owner has already, and has its time begin again.
func (s *Service) renew(ctx context.Context, a Archive) (known Archive, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		known = a
		known.CreatedAt = tx.Now()
		err := tx.QueryRow(ctx, `UPDATE archives SET created_at = $1 WHERE id =
			(SELECT id FROM archives WHERE owner_id = $2 AND sha256 = $3 ORDER BY created_at DESC LIMIT 1) RETURNING id`,
			store.Micros(known.CreatedAt), a.OwnerID, a.SHA256).Scan(&known.ID)
		if errors.Is(err, store.ErrNoRows) {
			known = Archive{}
			return nil
		}
		return err
	})
	if err != nil {
		return Archive{}, fmt.Errorf("find archive: %w", err)
	}
	return known, nil
}

// examine checks an upload when it is its turn.
func (s *Service) examine(ctx context.Context, file io.ReaderAt, size int64) error {
	select {
	case s.checks <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.checks }()
	return s.check(ctx, file, size)
}

func readError(err error) error { return fmt.Errorf("read upload: %w", err) }

// formatOf tells an archive by its first bytes.
func formatOf(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return TarGz
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return Zip
	default:
		return ""
	}
}

// Find returns an owner's archive. Errors: ARCHIVE_NOT_FOUND.
func (s *Service) Find(ctx context.Context, ownerID, id string) (Archive, error) {
	a := Archive{ID: id, OwnerID: ownerID}
	var at int64
	err := s.db.Read().QueryRow(ctx, `SELECT format, size_bytes, sha256, created_at FROM archives WHERE id = $1 AND owner_id = $2`, id, ownerID).
		Scan(&a.Format, &a.Size, &a.SHA256, &at)
	if errors.Is(err, store.ErrNoRows) {
		return Archive{}, city.Errorf(city.CodeArchiveNotFound, "You have no such archive. Archives are kept for %d days.", int(keep.Hours()/24))
	}
	if err != nil {
		return Archive{}, fmt.Errorf("find archive: %w", err)
	}
	a.CreatedAt = store.FromMicros(at)
	return a, nil
}

// Open returns the content of an owner's archive. Errors: ARCHIVE_NOT_FOUND.
func (s *Service) Open(ctx context.Context, ownerID, id string) (io.ReadCloser, Archive, error) {
	a, err := s.Find(ctx, ownerID, id)
	if err != nil {
		return nil, Archive{}, err
	}
	file, err := os.Open(s.path(a.ID)) // the id was found in the database: it is no path
	if err != nil {
		return nil, Archive{}, fmt.Errorf("open archive: %w", err)
	}
	return file, a, nil
}

func (s *Service) path(id string) string { return filepath.Join(s.dir, id) }

// prune forgets old archives, rows first: a file without a row is removed too.
func (s *Service) prune(ctx context.Context) error {
	var kept map[string]bool
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM archives WHERE created_at < $1`, store.Micros(tx.Now().Add(-keep))); err != nil {
			return err
		}
		var err error
		kept, err = ids(ctx, tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("prune archives: %w", err)
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("prune archives: %w", err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || kept[entry.Name()] || s.db.Clock().Now().Sub(info.ModTime()) < time.Hour {
			continue // young files may be uploads that are not finished
		}
		if err := os.Remove(s.path(entry.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("prune archives: %w", err)
		}
	}
	return nil
}

func ids(ctx context.Context, tx store.Tx) (map[string]bool, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM archives`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	found := map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		found[id] = true
	}
	return found, rows.Err()
}
