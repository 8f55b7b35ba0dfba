package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/workspace"
	"aicity.dev/aicity/internal/store"
)

const (
	// saveEvery is how often the entries of the access logs go to the database.
	saveEvery = 250 * time.Millisecond
	// KeepAccesses is how long the database keeps an entry; see its trigger.
	KeepAccesses = 180 * 24 * time.Hour
	// forgetAfter is how much later entries go, for clocks that differ.
	forgetAfter = 24 * time.Hour
	forgetEvery = time.Hour
	// forgetAtOnce bounds one deletion of old entries.
	forgetAtOnce = 5_000
)

// AccessPage is a part of a task's access log.
type AccessPage struct {
	Entries []Access
	Next    string // the next page's cursor, "" when this is the last
}

// AccessLog is what was looked at and done in the task's sandboxes, in order,
// after the cursor. What waits on this server is saved first. Errors:
// VALIDATION_ERROR for a bad cursor.
func (s *Service) AccessLog(ctx context.Context, taskID, cursor string, limit int) (AccessPage, error) {
	box, seq, err := accessCursor(cursor)
	if err != nil {
		return AccessPage{}, err
	}
	if err := s.SaveLog(ctx, taskID); err != nil {
		return AccessPage{}, err
	}
	found, err := listAccesses(ctx, s.cfg.DB.Read(), taskID, box, seq, limit+1)
	if err != nil {
		return AccessPage{}, err
	}
	entries, more := store.Cut(found, limit)
	page := AccessPage{Entries: entries}
	if more {
		last := entries[limit-1]
		page.Next = fmt.Sprintf("%s.%d", last.SandboxID, last.Seq)
	}
	return page, nil
}

func accessCursor(cursor string) (box string, seq int64, err error) {
	if cursor == "" {
		return "", 0, nil
	}
	box, number, _ := strings.Cut(cursor, ".")
	seq, err = strconv.ParseInt(number, 10, 64)
	if err != nil || city.CheckID(city.PrefixSandbox, box) != nil {
		return "", 0, city.NotACursor()
	}
	return box, seq, nil
}

// SaveLog writes what waits of the task's access log to the database. It does
// nothing for a sandbox of another server, which does so itself.
func (s *Service) SaveLog(ctx context.Context, taskID string) error {
	s.mu.Lock()
	l := s.lives[taskID]
	s.mu.Unlock()
	if l == nil {
		return nil
	}
	return s.saveLog(ctx, l)
}

func (s *Service) saveLog(ctx context.Context, l *live) error {
	return l.log.save(func(entries []Access) error {
		return s.cfg.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
			return insertAccesses(ctx, tx, l.box.TaskID, l.box.ID, entries)
		})
	})
}

// closeLog ends a sandbox's log and saves it.
func (s *Service) closeLog(ctx context.Context, l *live) error {
	if err := l.log.close(city.CodeSandboxGone, s.now()); err != nil {
		return fmt.Errorf("close access log: %w", err)
	}
	return s.saveLog(ctx, l)
}

// recoverLog saves what an earlier life of the server left of a sandbox's log,
// and returns the log to go on with.
func (s *Service) recoverLog(ctx context.Context, box Sandbox, dir string) (*accessLog, error) {
	left, unreadable, err := recoverLog(dir)
	if err != nil {
		return nil, err
	}
	if len(unreadable) > 0 {
		if err := s.keepAside(ctx, box.ID, unreadable); err != nil {
			return nil, err
		}
	}
	if len(left) > 0 {
		err = s.cfg.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
			return insertAccesses(ctx, tx, box.TaskID, box.ID, left)
		})
		if err != nil {
			return nil, err
		}
	}
	if err := os.Remove(journalOf(dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("remove access log: %w", err)
	}
	last, err := lastAccess(ctx, s.cfg.DB.Read(), box.TaskID, box.ID)
	if err != nil {
		return nil, err
	}
	log := newAccessLog(dir)
	log.next = last + 1
	return log, nil
}

// keepAside keeps what cannot be read of a sandbox's log for people to look at.
func (s *Service) keepAside(ctx context.Context, id string, lines []byte) error {
	aside := filepath.Join(s.cfg.Dir, "unreadable", id+".log")
	if err := os.MkdirAll(filepath.Dir(aside), 0o700); err != nil {
		return fmt.Errorf("keep an access log aside: %w", err)
	}
	f, err := os.OpenFile(aside, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600) //nolint:gosec // a file of ours
	if err != nil {
		return fmt.Errorf("keep an access log aside: %w", err)
	}
	_, err = f.Write(lines)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keep an access log aside: %w", err)
	}
	s.cfg.Logger.ErrorContext(ctx, "a part of an access log cannot be read, and was kept aside", "sandbox", id, "bytes", len(lines), "file", aside)
	return nil
}

// ForgetAccesses deletes entries that are older than KeepAccesses.
func (s *Service) ForgetAccesses(ctx context.Context) error {
	for {
		var gone int64
		err := s.cfg.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) (err error) {
			gone, err = deleteAccesses(ctx, tx, tx.Now().Add(-KeepAccesses-forgetAfter), forgetAtOnce)
			return err
		})
		if err != nil || gone < forgetAtOnce {
			return err
		}
	}
}

// logged runs do on the task's sandbox and logs it. The agent gets its answer
// when the entry is written. Errors: SANDBOX_NOT_FOUND, SANDBOX_UNAVAILABLE,
// those of do.
func logged[T any](ctx context.Context, s *Service, taskID string, a Access, do func(l *live, a *Access) (T, error)) (T, error) {
	var nothing T
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return nothing, err
	}
	defer release()
	a.At = s.now()
	result, err := do(l, &a)
	a.Duration, a.Code = s.now().Sub(a.At), codeOf(err)
	if err := l.log.add(a); err != nil {
		return nothing, err
	}
	return result, err
}

// changed is logged for what changes the workspace. Errors: those of logged,
// INVALID_STATE.
func changed[T any](ctx context.Context, s *Service, taskID string, a Access, do func(ctx context.Context, w workspace.Dir) (T, error)) (T, error) {
	return logged(ctx, s, taskID, a, func(l *live, _ *Access) (result T, err error) {
		ctx, settle, err := l.stir(ctx)
		if err != nil {
			return result, err
		}
		defer settle()
		result, err = do(ctx, l.workspace())
		if err != nil && wasStopped(ctx) {
			err = errHandingIn()
		}
		return result, err
	})
}

// codeOf is why something failed, "" when it did not.
func codeOf(err error) city.Code {
	if err == nil {
		return ""
	}
	return city.CodeOf(err)
}
