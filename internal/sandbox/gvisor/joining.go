package gvisor

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// joining shortens the start of sandboxes where cgroups are of version 1. There
// a process that joins one waits for all processors, ten milliseconds and more,
// unless another has just done so, and runsc joins and leaves one for each
// sandbox. So while sandboxes start we join, again and again, the one that we
// are in: whatever runsc does of itself then, somebody has waited already.
type joining struct {
	mu   sync.Mutex
	held int           // starts under way; guarded by mu
	stop chan struct{} // ends the joining when the last has ended; guarded by mu
}

// joinEvery is less than what the kernel takes to forget that somebody waited.
const joinEvery = 4 * time.Millisecond

// begin is called when a sandbox begins to start, release when it has.
func (j *joining) begin() (release func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.held++; j.held == 1 {
		j.stop = make(chan struct{})
		go join(j.stop)
	}
	return sync.OnceFunc(func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		if j.held--; j.held == 0 {
			close(j.stop)
		}
	})
}

// join joins the cgroup that this process is in until stop is closed. When it
// may not, starts take their time.
func join(stop <-chan struct{}) {
	group, err := os.OpenFile(filepath.Join(memoryRoot(), ownCgroup("memory"), "cgroup.procs"), os.O_WRONLY, 0)
	if err != nil {
		return
	}
	defer func() { _ = group.Close() }()
	again := time.NewTicker(joinEvery)
	defer again.Stop()
	for {
		if _, err := group.WriteString("0"); err != nil { // ourselves
			return
		}
		select {
		case <-stop:
			return
		case <-again.C:
		}
	}
}

// ownCgroup is the path of the cgroup of version 1 that this process is in.
func ownCgroup(controller string) string {
	list, err := os.Open("/proc/self/cgroup")
	if err != nil {
		return ""
	}
	defer func() { _ = list.Close() }()
	for scanner := bufio.NewScanner(list); scanner.Scan(); {
		// "<number>:<controllers>:<path>"
		if fields := strings.SplitN(scanner.Text(), ":", 3); len(fields) == 3 && fields[1] == controller {
			return fields[2]
		}
	}
	return ""
}
