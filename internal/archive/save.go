package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// Save stores an upload, unless it cannot be used. What an owner has already is
// not kept twice: it has the id of the first, and its time begins again, so an
// upload may be repeated. Of what was spooled it takes the file. Errors:
// PAYLOAD_TOO_LARGE, ARCHIVE_QUOTA_EXCEEDED, RATE_LIMITED, and those of the check,
// ARCHIVE_INVALID and REPO_TOO_LARGE.
func (s *Service) Save(ctx context.Context, ownerID string, r io.Reader) (Archive, error) {
	o, leave, err := s.turns.enter(ownerID)
	if err != nil {
		return Archive{}, err
	}
	defer leave()
	a, file, err := s.arrive(r)
	if file != nil {
		defer discard(file)
	}
	if err != nil {
		return Archive{}, err
	}
	a.ID, a.OwnerID = city.NewID(city.PrefixArchive), ownerID
	if known, err := s.known(ctx, a); err != nil || known.ID != "" {
		return s.restored(known, file.Name(), err)
	}
	if err := s.examine(ctx, o, file, a.Size); err != nil {
		return Archive{}, err
	}
	return s.add(ctx, a, file)
}

// known finds what the owner has already, and has its time begin again. What
// there is no room for is refused here, before it costs more than its way.
func (s *Service) known(ctx context.Context, a Archive) (known Archive, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		if known, err = renewContent(ctx, tx, a.OwnerID, a.SHA256); err != nil || known.ID != "" {
			return err
		}
		return s.fits(ctx, tx, a)
	})
	return known, saveError(err)
}

// examine checks an upload when it is its turn.
func (s *Service) examine(ctx context.Context, o *owner, file io.ReaderAt, size int64) error {
	done, err := s.turns.take(ctx, o)
	if err != nil {
		return err
	}
	defer done()
	return s.check(ctx, file, size)
}

// fits reports whether the owner has room for an archive.
func (s *Service) fits(ctx context.Context, tx store.Tx, a Archive) error {
	has, err := kept(ctx, tx, a.OwnerID)
	if err != nil {
		return err
	}
	if size := inBlocks(a.Size); has+size > s.quota {
		return errQuota(has, size, s.quota)
	}
	return nil
}

func errQuota(has, size, quota int64) error {
	return city.Errorf(city.CodeArchiveQuota,
		"There is no room for this archive of %s: you keep %s of the %s that an owner may keep. Delete archives that you no longer need (Settings → Archives, DELETE /api/v1/archives/{id}, or aicity archive delete), or wait: each goes by itself %d days after its last upload.",
		city.Bytes(size), city.Bytes(has), city.Bytes(quota), int(keep.Hours()/24)).
		WithDetail("sizeBytes", size).WithDetail("keptBytes", has).WithDetail("quotaBytes", quota)
}

func inBlocks(size int64) int64 { return (size + block - 1) / block * block }

// add puts the file in its place and writes the row. The file is there first: a
// row without one would be an archive that cannot be had. The owner's uploads at
// once write one after the other, so they keep no more than the quota together,
// and the same content once.
func (s *Service) add(ctx context.Context, a Archive, file *os.File) (Archive, error) {
	if err := s.place(file.Name(), a.ID); err != nil {
		return Archive{}, err
	}
	var known Archive
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) (err error) {
		if err := lockOwner(ctx, tx, a.OwnerID); err != nil {
			return err
		}
		if known, err = renewContent(ctx, tx, a.OwnerID, a.SHA256); err != nil || known.ID != "" {
			return err
		}
		if err := s.fits(ctx, tx, a); err != nil {
			return err
		}
		a.CreatedAt = tx.Now()
		return insert(ctx, tx, a)
	})
	if err == nil && known.ID == "" {
		return a, nil
	}
	if _, refused := errors.AsType[*city.Error](err); err == nil || refused {
		known, err = s.restored(known, s.path(a.ID), err)
		return known, errors.Join(err, s.remove(a.ID))
	}
	// Whether it was written is not known: the file stays, and goes with the next
	// pruning when there is no row.
	return Archive{}, saveError(err)
}

// restored is a known archive whose file is there again, if it was lost.
func (s *Service) restored(known Archive, file string, err error) (Archive, error) {
	if err == nil {
		err = s.restore(known, file)
	}
	if err != nil {
		return Archive{}, err
	}
	return known, nil
}

// saveError says what was being done, but of our own errors.
func saveError(err error) error {
	if _, ours := errors.AsType[*city.Error](err); err == nil || ours {
		return err
	}
	return fmt.Errorf("save archive: %w", err)
}
