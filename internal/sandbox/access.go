package sandbox

import (
	"context"
	"io"
	"os"
	"sync/atomic"

	"aicity.dev/aicity/internal/sandbox/workspace"
)

// All of these are logged: see Access. Those that change something end, or answer
// INVALID_STATE, while the patch is made.

// ListFiles lists a folder of the task's sandbox. Errors: SANDBOX_NOT_FOUND,
// PATH_NOT_ALLOWED, FILE_NOT_FOUND, NOT_A_DIRECTORY, VALIDATION_ERROR.
func (s *Service) ListFiles(ctx context.Context, taskID string, o workspace.ListOptions) (workspace.Page, error) {
	a := Access{Op: OpList, Target: o.Path}
	if o.Recursive {
		a.Detail = "with all below"
	}
	return logged(ctx, s, taskID, a, func(l *live, _ *Access) (workspace.Page, error) { return l.workspace().List(ctx, o) })
}

// Stat describes what is at a path, without following a link. Errors:
// SANDBOX_NOT_FOUND, PATH_NOT_ALLOWED, FILE_NOT_FOUND.
func (s *Service) Stat(ctx context.Context, taskID, path string) (workspace.Entry, error) {
	return logged(ctx, s, taskID, Access{Op: OpStat, Target: path}, func(l *live, _ *Access) (workspace.Entry, error) { return l.workspace().Stat(path) })
}

// ReadFile reads limit bytes of a file from offset on; limit 0 is all of it, up
// to workspace.MaxRead. Errors: SANDBOX_NOT_FOUND, PATH_NOT_ALLOWED, FILE_NOT_FOUND,
// NOT_A_FILE, FILE_TOO_LARGE, VALIDATION_ERROR.
func (s *Service) ReadFile(ctx context.Context, taskID, path string, offset, limit int64) (workspace.FileContent, error) {
	return logged(ctx, s, taskID, Access{Op: OpRead, Target: path}, func(l *live, a *Access) (workspace.FileContent, error) {
		content, err := l.workspace().Read(path, offset, limit)
		a.Bytes = content.Bytes
		return content, err
	})
}

// SearchFiles finds the lines below a path that match. Errors:
// SANDBOX_NOT_FOUND, VALIDATION_ERROR, PATH_NOT_ALLOWED, FILE_NOT_FOUND,
// NOT_A_FILE.
func (s *Service) SearchFiles(ctx context.Context, taskID string, o workspace.SearchOptions) (workspace.SearchResult, error) {
	return logged(ctx, s, taskID, Access{Op: OpSearch, Target: o.Path, Detail: o.Query}, func(l *live, a *Access) (workspace.SearchResult, error) {
		found, err := l.workspace().Search(ctx, o)
		a.Bytes = found.Bytes
		return found, err
	})
}

// WriteFile replaces or creates a file, with the folders that lead to it.
// Errors: SANDBOX_NOT_FOUND, PATH_NOT_ALLOWED, NOT_A_FILE, NOT_A_DIRECTORY,
// FILE_TOO_LARGE.
func (s *Service) WriteFile(ctx context.Context, taskID, path string, content []byte) (workspace.Entry, error) {
	a := Access{Op: OpWrite, Target: path, Bytes: int64(len(content))}
	return changed(ctx, s, taskID, a, func(_ context.Context, w workspace.Dir) (workspace.Entry, error) { return w.Write(path, content) })
}

// MakeDirectory makes a folder, with those that lead to it; one that is there
// is fine. Errors: SANDBOX_NOT_FOUND, PATH_NOT_ALLOWED, NOT_A_DIRECTORY.
func (s *Service) MakeDirectory(ctx context.Context, taskID, path string) (workspace.Entry, error) {
	return changed(ctx, s, taskID, Access{Op: OpMkdir, Target: path}, func(_ context.Context, w workspace.Dir) (workspace.Entry, error) { return w.MakeFolder(path) })
}

// MoveFile renames a file or folder. Errors: SANDBOX_NOT_FOUND,
// PATH_NOT_ALLOWED, FILE_NOT_FOUND, NOT_A_DIRECTORY, FILE_EXISTS.
func (s *Service) MoveFile(ctx context.Context, taskID, from, to string, overwrite bool) (workspace.Entry, error) {
	a := Access{Op: OpMove, Target: from, Detail: to}
	return changed(ctx, s, taskID, a, func(_ context.Context, w workspace.Dir) (workspace.Entry, error) { return w.Move(from, to, overwrite) })
}

// DeleteFile deletes a file, a link or a folder, and reports how many entries
// went. Errors: SANDBOX_NOT_FOUND, PATH_NOT_ALLOWED, FILE_NOT_FOUND,
// DIRECTORY_NOT_EMPTY, SANDBOX_LIMIT.
func (s *Service) DeleteFile(ctx context.Context, taskID, path string, recursive bool) (removed int, err error) {
	a := Access{Op: OpDelete, Target: path}
	if recursive {
		a.Detail = "with all below"
	}
	return changed(ctx, s, taskID, a, func(ctx context.Context, w workspace.Dir) (int, error) { return w.Remove(ctx, path, recursive) })
}

// OpenFile opens limit bytes of a regular file of any size from offset on for
// reading; limit 0 is all of it. Size is how many bytes that is; fewer come when
// the file is cut off or the sandbox ends meanwhile. The caller closes it. It is
// logged before the first byte, and what was read when it is closed. Errors: as
// ReadFile.
func (s *Service) OpenFile(ctx context.Context, taskID, path string, offset, limit int64) (content io.ReadCloser, size int64, err error) {
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return nil, 0, err
	}
	defer release()
	a := Access{Op: OpRead, Target: path, At: s.now()}
	file, size, err := l.workspace().Open(path, offset, limit)
	if err != nil {
		a.Duration, a.Code = s.now().Sub(a.At), codeOf(err)
		if err := l.log.add(a); err != nil {
			return nil, 0, err
		}
		return nil, 0, err
	}
	entry, err := l.log.begin(a)
	if err != nil {
		_ = file.Close()
		return nil, 0, err
	}
	return &loggedFile{ReadCloser: file, service: s, live: l, entry: entry}, size, nil
}

// loggedFile counts what is read of a file. It ends when its sandbox does.
type loggedFile struct {
	io.ReadCloser
	service *Service
	live    *live
	entry   *Access
	bytes   atomic.Int64
}

func (f *loggedFile) Read(p []byte) (int, error) {
	if f.live.ended.Err() != nil {
		return 0, os.ErrClosed
	}
	n, err := f.ReadCloser.Read(p)
	f.bytes.Add(int64(n))
	return n, err
}

func (f *loggedFile) Close() error {
	err := f.ReadCloser.Close()
	ended := f.live.log.end(f.entry, func(a *Access) { a.Bytes, a.Duration = f.bytes.Load(), f.service.now().Sub(a.At) })
	if err == nil {
		err = ended
	}
	return err
}
