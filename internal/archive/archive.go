// Package archive keeps the work trees that buyers upload instead of naming a
// repository: as files in the data folder, each with a row that says whose it is.
package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
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
	CreatedAt time.Time // when it was uploaded last
}

// ExpiresAt is when it is forgotten, if it is not uploaded again.
func (a Archive) ExpiresAt() time.Time { return a.CreatedAt.Add(keep) }

// Page is a part of what an owner keeps, newest first.
type Page struct {
	Archives []Archive
	Next     string // the cursor of the next page, "" on the last
	Kept     int64  // bytes of all that the owner keeps, each archive in whole blocks
	Quota    int64  // bytes that the owner may keep
}

// Check reads an archive to its end and reports what is wrong with it.
type Check func(ctx context.Context, content io.ReaderAt, size int64) error

// Config is what a service needs.
type Config struct {
	Dir   string // where the files are; nodes may share it
	Quota int64  // bytes that one owner may keep
	Check Check  // what is refused by it is not kept
}

// Service keeps archives.
type Service struct {
	db    *store.DB
	dir   string
	quota int64
	check Check
	turns *turns
}

type pruneArgs struct{}

func (pruneArgs) Kind() string { return "archive_prune" }

// New returns a service, removes what broken off uploads left in its folder, and
// registers the job that forgets old archives.
func New(db *store.DB, queue *jobs.Queue, cfg Config) (*Service, error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make archive folder: %w", err)
	}
	s := &Service{db: db, dir: cfg.Dir, quota: cfg.Quota, check: cfg.Check, turns: newTurns()}
	if err := s.removeAbandoned(); err != nil {
		return nil, fmt.Errorf("clean archive folder: %w", err)
	}
	jobs.Handle(queue, func(ctx context.Context, _ pruneArgs, _ jobs.Attempt) error { return s.prune(ctx) })
	jobs.Every(queue, time.Hour, pruneArgs{})
	return s, nil
}

func errNotFound() error {
	return city.Errorf(city.CodeArchiveNotFound, "You have no such archive. Archives are kept for %d days.", int(keep.Hours()/24))
}

// Find returns an owner's archive. Errors: ARCHIVE_NOT_FOUND.
func (s *Service) Find(ctx context.Context, ownerID, id string) (Archive, error) {
	if !isID(id) {
		return Archive{}, errNotFound()
	}
	return found(find(ctx, s.db.Read(), ownerID, id, ""))
}

// FindTx is Find that keeps the archive from being deleted until tx ends.
func (s *Service) FindTx(ctx context.Context, tx store.Tx, ownerID, id string) (Archive, error) {
	return found(find(ctx, tx, ownerID, id, store.ForUpdate(tx)))
}

// isID reports whether an archive may have this id. PostgreSQL takes no text that
// is none, as one with a NUL.
func isID(id string) bool { return city.CheckID(city.PrefixArchive, id) == nil }

func found(a Archive, err error) (Archive, error) {
	if errors.Is(err, store.ErrNoRows) {
		return Archive{}, errNotFound()
	}
	if err != nil {
		return Archive{}, fmt.Errorf("find archive: %w", err)
	}
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

// List pages through what an owner keeps. The cursor is the id of the last one of
// the page before; a limit of 0 is 50, the most is 200. Errors: VALIDATION_ERROR.
func (s *Service) List(ctx context.Context, ownerID, cursor string, limit int) (Page, error) {
	if err := city.CheckCursor(city.PrefixArchive, cursor); err != nil {
		return Page{}, err
	}
	limit = store.PageLimit(limit)
	archives, err := list(ctx, s.db.Read(), ownerID, cursor, limit+1)
	if err != nil {
		return Page{}, fmt.Errorf("list archives: %w", err)
	}
	archives, more := store.Cut(archives, limit)
	p := Page{Archives: archives, Quota: s.quota}
	if p.Kept, err = kept(ctx, s.db.Read(), ownerID); err != nil {
		return Page{}, fmt.Errorf("list archives: %w", err)
	}
	if more {
		p.Next = archives[limit-1].ID
	}
	return p, nil
}

// Delete forgets an owner's archive at once, unless unused, which is asked in the
// same transaction, says why not. Errors: ARCHIVE_NOT_FOUND, those of unused.
func (s *Service) Delete(ctx context.Context, ownerID, id string, unused func(ctx context.Context, tx store.Tx) error) error {
	if !isID(id) {
		return errNotFound()
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		erased, err := erase(ctx, tx, ownerID, id)
		if err != nil {
			return fmt.Errorf("delete archive: %w", err)
		}
		if !erased {
			return errNotFound()
		}
		return unused(ctx, tx)
	})
	if err != nil {
		return err
	}
	return s.remove(id)
}

// prune forgets old archives, rows first: a file without a row is removed too.
func (s *Service) prune(ctx context.Context) error {
	var left map[string]bool
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) (err error) {
		left, err = eraseOld(ctx, tx, store.Micros(tx.Now().Add(-keep)))
		return err
	})
	if err != nil {
		return fmt.Errorf("prune archives: %w", err)
	}
	if err := s.removeAbandoned(); err != nil {
		return fmt.Errorf("prune archives: %w", err)
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("prune archives: %w", err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || left[entry.Name()] || isArriving(entry.Name()) || s.db.Clock().Now().Sub(info.ModTime()) < time.Hour {
			continue // of a young file the row may be about to come
		}
		if err := s.remove(entry.Name()); err != nil {
			return fmt.Errorf("prune archives: %w", err)
		}
	}
	return nil
}
