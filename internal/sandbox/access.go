package sandbox

import (
	"context"
	"io"
)

// ListFiles lists a folder of the task's sandbox. Errors: SANDBOX_NOT_FOUND,
// PATH_NOT_ALLOWED, FILE_NOT_FOUND, NOT_A_DIRECTORY, VALIDATION_ERROR.
func (s *Service) ListFiles(ctx context.Context, taskID string, o ListOptions) (Page, error) {
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return Page{}, err
	}
	defer release()
	return l.workspace().list(ctx, o)
}

// Stat describes what is at a path, without following a link. Errors:
// SANDBOX_NOT_FOUND, PATH_NOT_ALLOWED, FILE_NOT_FOUND.
func (s *Service) Stat(ctx context.Context, taskID, path string) (Entry, error) {
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return Entry{}, err
	}
	defer release()
	return l.workspace().stat(path)
}

// ReadFile reads limit bytes of a file from offset on; limit 0 is all of it, up
// to MaxRead. Errors: SANDBOX_NOT_FOUND, PATH_NOT_ALLOWED, FILE_NOT_FOUND,
// NOT_A_FILE, FILE_TOO_LARGE, VALIDATION_ERROR.
func (s *Service) ReadFile(ctx context.Context, taskID, path string, offset, limit int64) (FileContent, error) {
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return FileContent{}, err
	}
	defer release()
	return l.workspace().read(path, offset, limit)
}

// OpenFile opens limit bytes of a regular file of any size from offset on for
// reading; limit 0 is all of it. The caller closes it. Errors: as ReadFile.
func (s *Service) OpenFile(ctx context.Context, taskID, path string, offset, limit int64) (io.ReadCloser, error) {
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return nil, err
	}
	defer release()
	return l.workspace().open(path, offset, limit)
}

// WriteFile replaces or creates a file, with the folders that lead to it.
// Errors: SANDBOX_NOT_FOUND, PATH_NOT_ALLOWED, NOT_A_FILE, NOT_A_DIRECTORY,
// FILE_TOO_LARGE.
func (s *Service) WriteFile(ctx context.Context, taskID, path string, content []byte) (Entry, error) {
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return Entry{}, err
	}
	defer release()
	return l.workspace().write(path, content)
}

// SearchFiles finds the lines below a path that match. Errors:
// SANDBOX_NOT_FOUND, VALIDATION_ERROR, PATH_NOT_ALLOWED, FILE_NOT_FOUND,
// NOT_A_FILE.
func (s *Service) SearchFiles(ctx context.Context, taskID string, o SearchOptions) (SearchResult, error) {
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return SearchResult{}, err
	}
	defer release()
	return l.workspace().search(ctx, o)
}

// MakeDirectory makes a folder, with those that lead to it; one that is there
// is fine. Errors: SANDBOX_NOT_FOUND, PATH_NOT_ALLOWED, NOT_A_DIRECTORY.
func (s *Service) MakeDirectory(ctx context.Context, taskID, path string) (Entry, error) {
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return Entry{}, err
	}
	defer release()
	return l.workspace().mkdir(path)
}

// MoveFile renames a file or folder. Errors: SANDBOX_NOT_FOUND,
// PATH_NOT_ALLOWED, FILE_NOT_FOUND, NOT_A_DIRECTORY, FILE_EXISTS.
func (s *Service) MoveFile(ctx context.Context, taskID, from, to string, overwrite bool) (Entry, error) {
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return Entry{}, err
	}
	defer release()
	return l.workspace().move(from, to, overwrite)
}

// DeleteFile deletes a file, a link or a folder, and reports how many entries
// went. Errors: SANDBOX_NOT_FOUND, PATH_NOT_ALLOWED, FILE_NOT_FOUND,
// DIRECTORY_NOT_EMPTY, SANDBOX_LIMIT.
func (s *Service) DeleteFile(ctx context.Context, taskID, path string, recursive bool) (removed int, err error) {
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return 0, err
	}
	defer release()
	return l.workspace().remove(ctx, path, recursive)
}
