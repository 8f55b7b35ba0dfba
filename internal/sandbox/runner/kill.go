package runner

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// killRound kills the processes of the command that it finds, and reports
// whether there may be more. A process born after the listing has an ancestor
// in it; so one that ended before it was looked at, buried or not, may have
// left a child behind.
func (e *execution) killRound() bool {
	proc, err := os.Open("/proc")
	if err != nil {
		return false
	}
	names, err := proc.Readdirnames(-1)
	_ = proc.Close()
	if err != nil {
		return false
	}
	more, self, tag := false, os.Getpid(), strconv.FormatUint(uint64(e.tag()), 10)
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil || pid == self {
			continue
		}
		ours, err := member(pid, tag)
		more = more || ours || err != nil
		if ours {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	return more
}

// member reports whether a process, alive or not yet buried, has the group; an
// error means that there is no such process any more.
func member(pid int, group string) (bool, error) {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(string(status)) {
		if groups, ok := strings.CutPrefix(line, "Groups:"); ok {
			return slices.Contains(strings.Fields(groups), group), nil
		}
	}
	return false, nil
}
