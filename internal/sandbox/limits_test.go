package sandbox_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/namespace"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/sandbox/volume"
	"aicity.dev/aicity/internal/store/storetest"
)

// needVolumes skips where workspaces cannot be bounded.
func needVolumes(t *testing.T) {
	t.Helper()
	if !namespace.Root() && !namespace.Inside() {
		t.Skip("bounded workspaces need root or a namespace")
	}
}

// Each limit of a sandbox has its own code, and the agent can go on after it.
func TestLimitsHaveCodes(t *testing.T) {
	t.Parallel()
	needVolumes(t)
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) {
		c.Disk = volume.Size{Bytes: 32 << 20, Files: 400}
		c.Limits.Processes, c.Limits.FileBytes, c.Output, c.ExecTime = 24, 0, 8<<20, 20*time.Second
	})
	b.provision(t, goCode)
	for _, test := range []struct {
		name, command string
		timeout       time.Duration
		code, limit   city.Code // of the error, or told in the result
	}{
		{name: "bytes", command: "head -c 64000000 /dev/zero > big", limit: city.CodeSandboxDiskFull},
		{name: "bytes of a sparse file", command: "truncate -s 1G s && dd if=/dev/zero of=s bs=64K count=1000 conv=notrunc", limit: city.CodeSandboxDiskFull},
		{name: "files", command: "for i in $(seq 1000); do : > f$i || exit 1; done", limit: city.CodeSandboxDiskFull},
		{name: "folders", command: "for i in $(seq 1000); do mkdir d$i || exit 1; done", limit: city.CodeSandboxDiskFull},
		{name: "processes", command: "for i in $(seq 100); do sleep 100 & done", limit: city.CodeSandboxProcesses},
		{name: "output", command: "yes", code: city.CodeExecOutputLimit},
		{name: "output of both", command: "yes & yes >&2", code: city.CodeExecOutputLimit},
		{name: "time", command: "sleep 1000", timeout: time.Second, code: city.CodeExecTimeout},
		{name: "more time than there is", command: "true", timeout: time.Minute, code: city.CodeValidation},
	} {
		t.Run(test.name, func(t *testing.T) {
			result, err := b.Exec(t.Context(), b.task, sandbox.Request{Command: test.command, Timeout: test.timeout})
			if city.CodeOf(err) != test.code && (err != nil || test.code != "") || result.Limit != test.limit {
				t.Errorf("got %v and limit %q, exit code %d, %.200q; want %q, %q", err, result.Limit, result.ExitCode, result.Stderr, test.code, test.limit)
			}
			if got := b.sh(t, "rm -rf big s f* d*; echo on"); got != "on\n" {
				t.Errorf("after it: got %q", got)
			}
		})
	}
	big := strings.Repeat("x", 8<<20)
	var err error
	for i := range 5 {
		if _, err = b.WriteFile(t.Context(), b.task, fmt.Sprintf("%s/big%d", sandbox.Home, i), []byte(big)); err != nil {
			break
		}
	}
	citytest.WantCode(t, "writing through the API", err, city.CodeSandboxDiskFull)
}

func TestOpenCommandsAreLimited(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Execs = 1 })
	b.provision(t, goCode)
	running := make(chan struct{})
	var once sync.Once
	ended := make(chan error, 1)
	go func() {
		_, err := b.ExecStream(t.Context(), b.task, sandbox.Request{ID: "long", Command: "echo x; sleep 4321"}, func(sandbox.Stream, []byte) { once.Do(func() { close(running) }) })
		ended <- err
	}()
	<-running
	_, err := b.Exec(t.Context(), b.task, sandbox.Request{Command: "true"})
	citytest.WantCode(t, "one too many", err, city.CodeSandboxLimit)
	citytest.WantCode(t, "cancel another", b.CancelExec(t.Context(), b.task, "other"), city.CodeExecNotFound)
	if err := b.CancelExec(t.Context(), b.task, "long"); err != nil {
		t.Fatal(err)
	}
	citytest.WantCode(t, "the cancelled one", <-ended, city.CodeExecCancelled)
	citytest.WantCode(t, "cancel it again", b.CancelExec(t.Context(), b.task, "long"), city.CodeExecNotFound)
	if got := b.sh(t, "grep -l 43[2]1 /proc/[0-9]*/cmdline; echo none"); got != "none\n" {
		t.Errorf("after it: got %q", got)
	}
}

// What dies is noticed at once and replaced on the same files.
func TestOOMGoesOnWithTheFiles(t *testing.T) {
	t.Parallel()
	if !namespace.Root() {
		t.Skip("memory is limited by cgroups, which need root")
	}
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Limits.MemoryBytes = 128 << 20 })
	box := b.provision(t, goCode)
	b.sh(t, "echo kept > note")
	_, err := b.Exec(t.Context(), b.task, sandbox.Request{Command: "head -c 1000000000 /dev/zero | tail"})
	citytest.WantCode(t, "too much memory", err, city.CodeSandboxOOM)
	if got := b.sh(t, "cat note"); got != "kept\n" {
		t.Errorf("after it: got %q", got)
	}
	if err := b.Destroy(t.Context(), b.task); err != nil {
		t.Fatal(err)
	}
	sandboxtest.NothingLeft(t, box.ID)
}
