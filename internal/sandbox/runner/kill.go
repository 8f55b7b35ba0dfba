package runner

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// killRest ends every process of the command. It goes on until none is left:
// one that forks while it is looked for is found in the next round. The host
// ends the whole sandbox when that takes too long.
func (e *execution) killRest() {
	for pause := time.Duration(0); !e.server.reaper.childless() && e.killRound(); pause = min(pause+time.Millisecond, 20*time.Millisecond) {
		time.Sleep(pause)
	}
}

// killRound kills the processes of the command that it finds, and reports
// whether there were any.
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
	found, self, tag := false, os.Getpid(), strconv.FormatUint(uint64(e.tag()), 10)
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil || pid == self {
			continue
		}
		if member(pid, tag) {
			found = true
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	return found
}

// member reports whether a living process has the group.
func member(pid int, group string) bool {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(status)) {
		if state, ok := strings.CutPrefix(line, "State:"); ok && strings.HasPrefix(strings.TrimSpace(state), "Z") {
			return false
		}
		groups, ok := strings.CutPrefix(line, "Groups:")
		if !ok {
			continue
		}
		for g := range strings.FieldsSeq(groups) {
			if g == group {
				return true
			}
		}
		return false
	}
	return false
}
