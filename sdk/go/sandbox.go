package aicity

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// RepoDir is where the buyer's code is in every sandbox.
const RepoDir = "/home/user/repo"

// Sandbox is a sealed place to work on one task in.
type Sandbox struct {
	SandboxID string     `json:"sandboxId"`
	Status    string     `json:"status"`
	ExpiresAt *time.Time `json:"expiresAt"` // nil while it is queued

	Limits        SandboxLimits `json:"limits"`
	Running       bool          `json:"running"`       // whether a command starts at once
	Died          string        `json:"died"`          // SANDBOX_OOM or SANDBOX_GONE, why it died the last time; its files are kept
	QueuePosition int           `json:"queuePosition"` // while it is queued, from 1
}

// SandboxLimits are what a sandbox and the commands in it may use.
type SandboxLimits struct {
	MemoryBytes int64   `json:"memoryBytes"`
	CPUs        float64 `json:"cpus"`
	Processes   int64   `json:"processes"`
	DiskBytes   int64   `json:"diskBytes"` // 0 is not limited
	DiskFiles   int64   `json:"diskFiles"` // 0 is not limited

	Commands         int   `json:"commands"`         // at once
	TimeoutMs        int64 `json:"timeoutMs"`        // of a command that names none
	LongestTimeoutMs int64 `json:"longestTimeoutMs"` // the most that one may name
	OutputBytes      int64 `json:"outputBytes"`      // what a command may print before it is ended
	IdleMs           int64 `json:"idleMs"`           // unused for this long it is stopped, its files kept; 0 is never
}

// Entry is a file or directory in a sandbox.
type Entry struct {
	Name       string    `json:"name"`
	Path       string    `json:"path"`
	Type       string    `json:"type"` // file, directory or symlink
	SizeBytes  int64     `json:"sizeBytes"`
	ModifiedAt time.Time `json:"modifiedAt"`
}

// ListOptions widens a listing.
type ListOptions struct {
	Recursive bool
	Cursor    string // Listing.NextCursor of the page before
}

// Listing is one page of a directory.
type Listing struct {
	Entries    []Entry `json:"entries"`
	NextCursor string  `json:"nextCursor"`
	Truncated  string  `json:"truncated"` // depth or names: the bound that keeps something from being listed; "" for none
}

// File is what a sandbox's file holds, wholly or the part that was asked for.
type File struct {
	Content   string `json:"content"`
	Encoding  string `json:"encoding"` // utf-8 or base64
	SizeBytes int64  `json:"sizeBytes"`
	SHA256    string `json:"sha256"`
}

// Bytes decodes the content.
func (f *File) Bytes() ([]byte, error) {
	if f.Encoding != "base64" {
		return []byte(f.Content), nil
	}
	decoded, err := base64.StdEncoding.DecodeString(f.Content)
	if err != nil {
		return nil, fmt.Errorf("decode file content: %w", err)
	}
	return decoded, nil
}

// ReadOptions picks a part of a file, in bytes. Limit 0 is the city's default.
type ReadOptions struct{ Offset, Limit int }

// Exec is a command for a sandbox: Command for a shell, or Argv as it is.
type Exec struct {
	ID      string // by which CancelExec knows it; of letters, digits, - and _
	Command string
	Argv    []string
	Cwd     string
	Env     map[string]string
	Stdin   string
	Timeout time.Duration // 0 is the city's default
}

// ExecResult is how a command ended.
type ExecResult struct {
	ExitCode   int    `json:"exitCode"`
	Stdout     string `json:"stdout"`
	Stderr     string `json:"stderr"`
	DurationMs int64  `json:"durationMs"`
	Truncated  bool   `json:"truncated"` // more was printed than is kept
	ExecID     string `json:"execId"`
	Limit      string `json:"limit"` // the code of the limit it ran into, "" when none is known
}

// Sandbox returns the state of the task's sandbox. Errors: SANDBOX_NOT_FOUND.
func (s *TasksService) Sandbox(ctx context.Context, taskID string) (*Sandbox, error) {
	return one[Sandbox](ctx, s.client, s.sandboxGet(taskID, nil))
}

// ListFiles lists a directory. Errors: TASK_SEALED before Executing,
// FILE_NOT_FOUND, NOT_A_DIRECTORY, PATH_NOT_ALLOWED.
func (s *TasksService) ListFiles(ctx context.Context, taskID, dir string, opts ListOptions) (*Listing, error) {
	query := url.Values{"path": {dir}}
	if opts.Recursive {
		query.Set("recursive", "true")
	}
	setText(query, "cursor", opts.Cursor)
	var out Listing
	page, err := s.client.callPage(ctx, s.sandboxGet(taskID, query, "files"), &out)
	if out.NextCursor == "" {
		out.NextCursor = page.NextCursor
	}
	return result(&out, err)
}

// ReadFile reads a file. Errors: TASK_SEALED before Executing, FILE_NOT_FOUND,
// NOT_A_FILE, FILE_TOO_LARGE, PATH_NOT_ALLOWED.
func (s *TasksService) ReadFile(ctx context.Context, taskID, file string, opts ReadOptions) (*File, error) {
	query := url.Values{"path": {file}}
	setInt(query, "offset", opts.Offset)
	setInt(query, "limit", opts.Limit)
	return one[File](ctx, s.client, s.sandboxGet(taskID, query, "files", "read"))
}

// WriteFile writes a file, making its directories. Errors: TASK_SEALED,
// PATH_NOT_ALLOWED, SANDBOX_LIMIT.
func (s *TasksService) WriteFile(ctx context.Context, taskID, file string, content []byte) error {
	body := map[string]string{
		"path": file, "content": base64.StdEncoding.EncodeToString(content), "encoding": "base64",
	}
	r := request{method: http.MethodPut, path: path("tasks", taskID, "sandbox", "files", "write"), as: asAgent, body: body}
	return s.client.call(ctx, r, nil)
}

// Exec runs a command in the sandbox and waits for its end. It is not
// repeated by itself. Errors: COMMAND_BLOCKED, EXEC_TIMEOUT, SANDBOX_OOM.
func (s *TasksService) Exec(ctx context.Context, taskID string, in Exec) (*ExecResult, error) {
	body := struct {
		ExecID    string            `json:"execId,omitempty"`
		Command   string            `json:"command,omitempty"`
		Argv      []string          `json:"argv,omitempty"`
		Cwd       string            `json:"cwd,omitempty"`
		Env       map[string]string `json:"env,omitempty"`
		Stdin     string            `json:"stdin,omitempty"`
		TimeoutMs int64             `json:"timeoutMs,omitempty"`
	}{in.ID, in.Command, in.Argv, in.Cwd, in.Env, in.Stdin, in.Timeout.Milliseconds()}
	r := request{
		method: http.MethodPost, path: path("tasks", taskID, "sandbox", "exec"), as: asAgent, body: body,
		extra: max(in.Timeout, time.Minute),
	}
	return one[ExecResult](ctx, s.client, r)
}

// CancelExec ends a command that runs, with all that it started; the call of
// Exec that waits for it fails with EXEC_CANCELLED. Errors: EXEC_NOT_FOUND.
func (s *TasksService) CancelExec(ctx context.Context, taskID, execID string) error {
	return s.client.call(ctx, request{method: http.MethodPost, path: path("tasks", taskID, "sandbox", "exec", execID, "cancel"), as: asAgent}, nil)
}

// Match is a line that SearchFiles found.
type Match struct {
	Path   string `json:"path"`
	Line   int    `json:"line"`
	Column int    `json:"column"` // in bytes, from 1
	Text   string `json:"text"`
}

// SearchOptions narrow and widen a search, as ripgrep's flags do.
type SearchOptions struct {
	Globs      []string // only such files; with ! in front: not such files
	Literal    bool     // the pattern is text, no expression
	IgnoreCase bool
	Hidden     bool // also what begins with a dot, but never .git
	Ignored    bool // also what .gitignore excludes
	Binary     bool // also files with a NUL
	Limit      int  // matches; 0 is the city's default
}

// Found is what a search found.
type Found struct {
	Matches   []Match `json:"matches"`
	Truncated string  `json:"truncated"` // matches, bytes, time, depth or names: the bound that left something out; "" for none
}

// SearchFiles finds the lines under dir that match a regular expression of RE2.
// Binary, hidden and ignored files are left out; see [TasksService.Search].
func (s *TasksService) SearchFiles(ctx context.Context, taskID, pattern, dir string) ([]Match, error) {
	found, err := s.Search(ctx, taskID, pattern, dir, SearchOptions{})
	if err != nil {
		return nil, err
	}
	return found.Matches, nil
}

// Search finds lines like SearchFiles, with options, and says whether it found
// all. Errors: TASK_SEALED, FILE_NOT_FOUND, PATH_NOT_ALLOWED.
func (s *TasksService) Search(ctx context.Context, taskID, pattern, dir string, opts SearchOptions) (*Found, error) {
	query := url.Values{"q": {pattern}, "path": {dir}}
	if len(opts.Globs) > 0 {
		query["glob"] = opts.Globs
	}
	for name, set := range map[string]bool{
		"literal": opts.Literal, "ignoreCase": opts.IgnoreCase, "hidden": opts.Hidden, "ignored": opts.Ignored, "binary": opts.Binary,
	} {
		if set {
			query.Set(name, "true")
		}
	}
	setInt(query, "limit", opts.Limit)
	return one[Found](ctx, s.client, s.sandboxGet(taskID, query, "files", "search"))
}

// Stat describes what is at a path, without following a link. Errors:
// TASK_SEALED, FILE_NOT_FOUND, PATH_NOT_ALLOWED.
func (s *TasksService) Stat(ctx context.Context, taskID, file string) (*Entry, error) {
	return one[Entry](ctx, s.client, s.sandboxGet(taskID, url.Values{"path": {file}}, "files", "stat"))
}

// Mkdir makes a directory, with those that lead to it. Errors: TASK_SEALED,
// PATH_NOT_ALLOWED, NOT_A_DIRECTORY.
func (s *TasksService) Mkdir(ctx context.Context, taskID, dir string) error {
	body := map[string]string{"path": dir}
	r := request{method: http.MethodPost, path: path("tasks", taskID, "sandbox", "files", "mkdir"), as: asAgent, body: body}
	return s.client.call(ctx, r, nil)
}

// Move renames a file or directory; a file that is there already is replaced
// only with overwrite. Errors: TASK_SEALED, FILE_NOT_FOUND, FILE_EXISTS,
// PATH_NOT_ALLOWED.
func (s *TasksService) Move(ctx context.Context, taskID, from, to string, overwrite bool) error {
	body := struct {
		From      string `json:"from"`
		To        string `json:"to"`
		Overwrite bool   `json:"overwrite,omitempty"`
	}{from, to, overwrite}
	r := request{method: http.MethodPost, path: path("tasks", taskID, "sandbox", "files", "move"), as: asAgent, body: body}
	return s.client.call(ctx, r, nil)
}

// Delete deletes a file, a link or, with recursive, a directory with all in it.
// Errors: TASK_SEALED, FILE_NOT_FOUND, DIRECTORY_NOT_EMPTY, PATH_NOT_ALLOWED.
func (s *TasksService) Delete(ctx context.Context, taskID, file string, recursive bool) error {
	query := url.Values{"path": {file}}
	if recursive {
		query.Set("recursive", "true")
	}
	r := request{method: http.MethodDelete, path: path("tasks", taskID, "sandbox", "files"), query: query, as: asAgent}
	return s.client.call(ctx, r, nil)
}

// DestroySandbox ends a sandbox; one that is already gone is no error.
func (s *TasksService) DestroySandbox(ctx context.Context, taskID, sandboxID string) error {
	r := request{method: http.MethodDelete, path: path("tasks", taskID, "sandbox", sandboxID), as: asAgent}
	return s.client.call(ctx, r, nil)
}

func (s *TasksService) sandboxGet(taskID string, query url.Values, segments ...string) request {
	return request{
		method: http.MethodGet, path: path(append([]string{"tasks", taskID, "sandbox"}, segments...)...),
		query: query, as: asAgent,
	}
}
