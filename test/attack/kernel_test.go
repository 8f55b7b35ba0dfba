package attack

import (
	"os"
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/sandbox/namespace"
)

func kernelTheme() theme {
	return theme{name: "kernel", shared: true, attempts: []attempt{
		{"Load a BPF program", "`EPERM` or `ENOSYS`", tries("EPERM|ENOSYS", "bpf")},
		{"Performance counters", "`EPERM` or `ENODEV`", tries("EPERM|ENODEV|ENOSYS|EACCES|ENOENT", "perf")},
		{"A session keyring", "of gVisor's kernel, empty, or refused", tries("EPERM|ENOSYS|EACCES|done", "keyring")},
		{"Add a key", "`EPERM`, `EACCES` or `ENOSYS`", tries("EPERM|ENOSYS|EACCES", "add-key")},
		{"Load another kernel (kexec)", "`EPERM` or `ENOSYS`", tries("EPERM|ENOSYS", "kexec")},
		{"userfaultfd", "`EPERM` or `ENOSYS`", tries("EPERM|ENOSYS", "userfault")},
		{"io_uring", "`ENOSYS` or `EPERM`", tries("EPERM|ENOSYS", "io-uring")},
		{"Load a module", "`EPERM` or `ENOSYS`", tries("EPERM|ENOSYS", "module", inside)},
		{"Reboot", "`EPERM`", tries("EPERM|ENOSYS", "reboot")},
		{"Turn swap on", "`EPERM` or `ENOSYS`", tries("EPERM|ENOSYS", "swap")},
		{"Ports of the hardware", "`EPERM` or `ENOSYS`", tries("EPERM|ENOSYS", "ports")},
		{"Set the clock", "`EPERM`", tries("EPERM|ENOSYS", "clock")},
		{"Set the time of day", "`EPERM`", tries("EPERM|ENOSYS", "time-of-day")},
		{"Set the host's name", "`EPERM`", tries("EPERM", "host-name")},
		{"The kernel's log", "`EPERM`", tries("EPERM|ENOSYS", "kernel-log")},
		{"Process accounting", "`EPERM` or `ENOSYS`", tries("EPERM|ENOSYS", "accounting")},
		{"Disk quotas", "`EPERM` or `ENOSYS`", tries("EPERM|ENOSYS", "quota")},
		{"Watch all files (fanotify)", "`EPERM` or `ENOSYS`", tries("EPERM|ENOSYS", "fanotify")},
		{"Become root", "`EPERM`", becomeRoot},
		{"Take capabilities", "`EPERM`", tries("EPERM", "capabilities")},
		{"Take back \"no new privileges\"", "`EINVAL`", tries("EINVAL", "privileges")},
		{"Real-time scheduling", "`EPERM`, or without effect outside", tries("EPERM|ENOSYS|EINVAL", "realtime")},
		{"A higher priority", "gVisor's kernel notes it; nothing changes on the host", priority},
		{"Raise a limit", "`EPERM`", tries("EPERM", "limit")},
		{"Namespaces of its own (mount, PID, IPC, UTS, cgroup)", "`EPERM` or `EINVAL`", unshareAll},
		{"Enter the namespaces of the first process", "`EPERM`, `EINVAL` or `ENOENT`", tries("((EPERM|EINVAL|ENOENT|EACCES|ENOSYS) ?)*", "namespaces")},
		{"Magic SysRq", "`ENOENT`, `EACCES` or `EROFS`", tries(noWrite, "write", "/proc/sysrq-trigger", "b")},
		{"A core pattern that runs a program", "`ENOENT` or `EACCES`", tries(noWrite, "write", "/proc/sys/kernel/core_pattern", "|/home/user/x")},
		{"A module loader of its own", "`ENOENT` or `EACCES`", tries(noWrite, "write", "/proc/sys/kernel/modprobe", "/home/user/x")},
		{"A cgroup that runs a program at its end", "`ENOENT`", tries(noWrite, "write", "/sys/fs/cgroup/release_agent", "/home/user/x")},
		{"A helper for device events", "`ENOENT`", tries(noWrite, "write", "/sys/kernel/uevent_helper", "/home/user/x")},
		{"A format that runs an interpreter (binfmt_misc)", "`ENOENT`", tries(noWrite, "write", "/proc/sys/fs/binfmt_misc/register", ":x:M::x::/home/user/x:")},
		{"Its own cgroup's limits", "`ENOENT`", tries(noWrite, "write", "/sys/fs/cgroup/memory.max", "max")},
		{"Spare itself from the memory limit", "no effect outside, or `EACCES`", tries("done|EACCES|ENOENT|EPERM|EINVAL", "write", "/proc/self/oom_score_adj", "-1000")},
		{"Other user's id by a mapping", "`EPERM`, `EACCES` or `ENOENT`", tries(noWrite, "write", "/proc/self/uid_map", "0 0 4294967295")},
		{"The kernel's symbols", "none of the host's", kernelSymbols},
	}}
}

const noWrite = "ENOENT|EACCES|EPERM|EROFS|ENOTDIR|EINVAL|EIO"

func unshareAll(t *testing.T, s *scene) {
	// CLONE_NEWNS, NEWPID, NEWIPC, NEWUTS, NEWCGROUP
	for _, flag := range []string{"0x20000", "0x20000000", "0x8000000", "0x4000000", "0x2000000"} {
		tries("EPERM|EINVAL|ENOSYS", "unshare", flag)(t, s)
	}
}

func kernelSymbols(t *testing.T, s *scene) {
	got := s.sh(t, "head -c 300 /proc/kallsyms 2>/dev/null; cat /proc/version; uname -r")
	if strings.Contains(got, " T ") {
		t.Errorf("got %q", got)
	}
}

// priority asks for the best there is, and looks at what the host gives.
func priority(t *testing.T, s *scene) {
	before := s.hostPriorities(t)
	s.attack(t, "priority")
	if after := s.hostPriorities(t); !slices.Equal(before, after) || len(before) == 0 {
		t.Errorf("priorities on the host were %v and are %v", before, after)
	}
}

// hostPriorities are the distinct nice values of the sandbox's processes on the host.
func (s *scene) hostPriorities(t *testing.T) []string {
	t.Helper()
	var found []string
	for line := range strings.Lines(s.hostProcesses(t)) {
		pid, _, _ := strings.Cut(line, " ")
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		found = append(found, strings.Fields(rest)[16])
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// becomeRoot asks for user 0. Without root outside, the only user inside has that
// number already, and nothing comes with it.
func becomeRoot(t *testing.T, s *scene) {
	if namespace.Inside() {
		if held := s.must(t, "grep ^CapEff /proc/self/status"); strings.Trim(strings.TrimPrefix(held, "CapEff:"), " \t\n0") != "" {
			t.Errorf("user 0 holds capabilities: %s", held)
		}
		return
	}
	tries("EPERM", "root-user")(t, s)
}
