// Package sandbox gives each task a sealed place to work in: a workspace with
// the buyer's code, and programs that run on it without a network. Sandboxes
// themselves are run by a Backend; this package owns their life, their limits
// and all access to their files.
package sandbox

import (
	"context"
	"errors"
	"io"
	"time"

	"aicity.dev/aicity/internal/sandbox/workspace"
)

// Where things are inside every sandbox.
const (
	Home        = workspace.Home    // the workspace, writable
	RepoDir     = workspace.RepoDir // the buyer's code
	BaselineDir = "/run/baseline"   // git directory of the code as it was delivered, read-only
)

// UID is the user inside, and the owner of the workspace outside when the
// server is root. Otherwise that is the server's own user.
const UID = workspace.UID

// What a backend says of a sandbox that cannot serve; compare with errors.Is.
var (
	// ErrGone means that the sandbox does not run, or died while it was used.
	ErrGone = errors.New("sandbox is not running")
	// ErrOOM means that the sandbox died because it ran out of memory, or was ended since
	// something in it was killed for that.
	ErrOOM = errors.New("sandbox ran out of memory")
)

// Limits bound what one sandbox may use. A zero field is not limited.
type Limits struct {
	MemoryBytes int64   `json:"memoryBytes" doc:"Memory of all processes together"`
	CPUs        float64 `json:"cpus" doc:"Processor time, in cores"`
	Processes   int64   `json:"processes" doc:"Processes and threads"`
	TmpBytes    int64   `json:"tmpBytes" doc:"Size of /tmp, counted as memory"`
	FileBytes   int64   `json:"fileBytes" doc:"Size of one file"`
	OpenFiles   int64   `json:"openFiles" doc:"Open files of one process"`
	DiskBytes   int64   `json:"diskBytes" doc:"Size of /home/user; 0 is not limited"`
	DiskFiles   int64   `json:"diskFiles" doc:"Files, folders and links in it; 0 is not limited"`
}

// Spec says what to start.
type Spec struct {
	ID        string // unique on this machine
	Dir       string // existing private folder for the backend's own files
	Workspace string // folder of the host that becomes Home
	Baseline  string // folder of the host that becomes BaselineDir
	Limits    Limits
}

// Command is one program to run in a sandbox.
type Command struct {
	Argv    []string      // Argv[0] is looked up in the sandbox's PATH
	Dir     string        // absolute path in the sandbox
	Env     []string      // NAME=value, on top of the sandbox's own few
	Stdin   io.Reader     // nil is empty
	Timeout time.Duration // after it the program and all that it started are killed; 0 is none
}

// Exit is how a command ended.
type Exit struct {
	Code     int           // 128 plus the signal when one killed it
	TimedOut bool          // it was killed at its timeout
	Duration time.Duration // from start to end, as seen from outside
}

// Backend runs sandboxes. All methods may be called at the same time.
type Backend interface {
	// Name of the technique, for people.
	Name() string
	// Probe finds out, by starting one, whether sandboxes can run here. Its error
	// says in one sentence why not.
	Probe(ctx context.Context) error
	// Create starts a sandbox; nothing of it remains when it fails.
	Create(ctx context.Context, spec Spec) error
	// Exec runs a command until it ends, its timeout passes or ctx is done. None
	// of the processes it started outlives it. Output arrives while it runs, and
	// it is held up while a writer waits; a writer's error ends it. The two are
	// never written to at once.
	// Errors: ErrGone, ErrOOM.
	Exec(ctx context.Context, id string, cmd Command, stdout, stderr io.Writer) (Exit, error)
	// Done is closed when the sandbox does not run, or no more.
	Done(id string) <-chan struct{}
	// Destroy kills a sandbox and removes what the backend kept for it. It is
	// no error when there is none.
	Destroy(ctx context.Context, id string) error
	// List returns the ids of the sandboxes the backend knows, dead ones too.
	List(ctx context.Context) ([]string, error)
}
