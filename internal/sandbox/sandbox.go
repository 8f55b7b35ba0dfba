package sandbox

import (
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/source"
)

// State is where a sandbox is in its life.
type State string

// The states of a sandbox. The last two are final.
const (
	Queued       State = "queued" // it waits for others to end; it has no row yet
	Provisioning State = "provisioning"
	Ready        State = "ready"
	Destroyed    State = "destroyed"
	Failed       State = "failed" // it could not be provisioned
)

// States lists the states.
func States() []State { return []State{Queued, Provisioning, Ready, Destroyed, Failed} }

// Sandbox is one task's place to work in.
type Sandbox struct {
	ID          string // sbx_…
	TaskID      string
	State       State
	Node        string // the server it lives on
	Limits      Limits
	Commit      string      // id of the code as it was delivered
	Size        source.Size // of the code as it was delivered
	CreatedAt   time.Time
	ReadyAt     *time.Time
	ExpiresAt   time.Time // when it is destroyed at the latest
	EndAsked    bool      // ExpiresAt is when somebody asked for its end
	DestroyedAt *time.Time
	FailCode    city.Code // why it ended, "" when it was to
}

// Source is where a task's code comes from: at most one of the three; none
// leaves the repository empty.
type Source struct {
	Repo    source.Repo // when its URL is set
	Code    string
	Archive *source.Archive
}

// DefaultLimits suit reading, building and testing a repository of usual size.
func DefaultLimits() Limits {
	return Limits{
		MemoryBytes: 1 << 30, CPUs: 1, Processes: 256, TmpBytes: 256 << 20, FileBytes: 512 << 20, OpenFiles: 4096,
	}
}
