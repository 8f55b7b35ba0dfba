package sandbox

import (
	"time"

	"aicity.dev/aicity/internal/city"
)

func errUnavailable(cause error) *city.Error {
	return city.Errorf(city.CodeSandboxUnavailable, "No sandbox can run on this server at the moment; the operator's log says why.").WithCause(cause)
}

func errElsewhere() *city.Error {
	return city.Errorf(city.CodeSandboxUnavailable, "The task's sandbox lives on another server of the city; try again there.")
}

func errReturning() *city.Error {
	return city.Errorf(city.CodeSandboxUnavailable, "The task's sandbox is being taken up after a restart of the server; try again in a moment.")
}

func errCapacity(limit int) *city.Error {
	return city.Errorf(city.CodeSandboxCapacity, "All %d sandboxes are in use; try again in a minute.", limit).WithDetail("limit", limit)
}

func errNotFound() *city.Error {
	return city.Errorf(city.CodeSandboxNotFound, "The task has no sandbox; provision one first.")
}

func errGone(cause error) *city.Error {
	return city.Errorf(city.CodeSandboxGone, "The sandbox ended while the command ran. Its files are kept: the next command gets a fresh one.").WithCause(cause)
}

func errInterrupted() *city.Error {
	return city.Errorf(city.CodeSandboxGone, "The sandbox was destroyed while it was being made.")
}

func errOOM(limit int64) *city.Error {
	return city.Errorf(city.CodeSandboxOOM,
		"The sandbox ran out of its %d MiB of memory and was ended. Its files are kept: the next command gets a fresh one.", limit>>20).
		WithDetail("memoryBytes", limit)
}

func errBusy(limit int) *city.Error {
	return city.Errorf(city.CodeSandboxLimit, "%d commands already run in this sandbox; wait for one to end.", limit).WithDetail("limit", limit)
}

func errExpired(life time.Duration) *city.Error {
	return city.Errorf(city.CodeSandboxExpired, "The sandbox has lived its %s and was destroyed with its files; provision another.", life)
}

// errNoRoom means that the code does not fit into a workspace.
func errNoRoom(cause error) *city.Error {
	return city.Errorf(city.CodeRepoTooLarge, "The code does not fit into a sandbox's workspace.").WithCause(cause)
}

func errQueued(position, length int) *city.Error {
	return city.Errorf(city.CodeSandboxQueued,
		"All sandboxes are in use; the task is number %d in the queue. Ask again soon to keep its place.", position).
		WithDetail("position", position).WithDetail("length", length)
}

func errNoCommand() *city.Error {
	return city.Errorf(city.CodeExecNotFound, "No command with this id runs in the sandbox; it may have ended.")
}

// errHandingIn means that the patch is being made of the workspace as it is.
func errHandingIn() *city.Error {
	return city.Errorf(city.CodeInvalidState, "The work is being handed in: nothing in the workspace can be changed meanwhile.")
}

// errCancelled and errOutput carry what the command printed until then.
func errCancelled(r Result) *city.Error {
	return city.Errorf(city.CodeExecCancelled, "The command was cancelled and killed with all it had started.").
		WithDetail("stdout", lastOf(r.Stdout)).WithDetail("stderr", lastOf(r.Stderr))
}

func errOutput(limit int64, r Result) *city.Error {
	return city.Errorf(city.CodeExecOutputLimit,
		"The command printed more than %d MiB and was killed with all it had started. Write to a file instead.", limit>>20).
		WithDetail("outputBytes", limit).
		WithDetail("stdout", lastOf(r.Stdout)).WithDetail("stderr", lastOf(r.Stderr))
}

// errTimeout carries what the command printed until then.
func errTimeout(timeout time.Duration, r Result) *city.Error {
	return city.Errorf(city.CodeExecTimeout, "The command did not end within %s and was killed with all it had started.", timeout).
		WithDetail("timeoutMs", timeout.Milliseconds()).
		WithDetail("stdout", lastOf(r.Stdout)).WithDetail("stderr", lastOf(r.Stderr))
}
