package gvisor

import (
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"aicity.dev/aicity/internal/sandbox"
)

const (
	// sandboxUID owns the workspace and runs the commands.
	sandboxUID = sandbox.UID
	searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
)

func bundleDir(dir string) string { return filepath.Join(dir, "bundle") }

func (b *Backend) writeBundle(spec sandbox.Spec) error {
	encoded, err := json.Marshal(b.bundle(spec))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(bundleDir(spec.Dir), 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(bundleDir(spec.Dir), "config.json"), encoded, 0o600)
}

func (b *Backend) bundle(spec sandbox.Spec) *specs.Spec {
	bundle := &specs.Spec{
		Version:  specs.Version,
		Hostname: "sandbox",
		Root:     &specs.Root{Path: b.rootfs(), Readonly: true},
		Process:  b.runnerProcess(spec.Limits),
		Mounts:   b.bundleMounts(spec),

		Annotations: mountHints(spec),
		Linux: &specs.Linux{
			Namespaces: []specs.LinuxNamespace{
				{Type: specs.PIDNamespace}, {Type: specs.NetworkNamespace}, {Type: specs.IPCNamespace},
				{Type: specs.UTSNamespace}, {Type: specs.MountNamespace},
			},
			CgroupsPath: b.cgroupPath(spec.ID),
			Resources:   resources(spec.Limits),
		},
	}
	if b.rootless {
		knowOneUser(bundle.Linux)
	}
	return bundle
}

// runnerDir is where the runner is inside, in a mount of its own.
const runnerDir = "/run/runner"

// runnerProcess is the first process. It becomes somebody else than the commands it
// starts, so that they cannot reach it, and may do what that takes, no more. Rootless,
// runsc knows no other user than theirs to start it as.
func (b *Backend) runnerProcess(limits sandbox.Limits) *specs.Process {
	powers := []string{
		"CAP_SETUID", "CAP_SETGID", // to become the user of a command
		"CAP_KILL",            // to end it
		"CAP_DAC_READ_SEARCH", // to find its folder and program
	}
	return &specs.Process{
		User:            specs.User{UID: sandboxUID, GID: sandboxUID},
		Args:            []string{path.Join(runnerDir, runnerName), strconv.Itoa(sandboxUID)},
		Cwd:             "/",
		Env:             []string{"PATH=" + searchPath, "GOMAXPROCS=2", "GOGC=50"},
		Capabilities:    &specs.LinuxCapabilities{Permitted: powers, Effective: powers, Inheritable: powers, Ambient: powers},
		NoNewPrivileges: true,
		Rlimits:         b.rlimits(limits),
	}
}

// environment is what every command finds, before its own.
func environment() []string {
	return []string{
		"PATH=" + searchPath, "HOME=" + sandbox.Home, "USER=user", "LOGNAME=user", "SHELL=/bin/sh",
		"LANG=C.UTF-8", "TERM=dumb", "TMPDIR=/tmp", "GIT_PAGER=cat", "PAGER=cat",
	}
}

// rlimits bound single processes. Without cgroups they also stand in for the
// limits of the whole, as far as they can.
func (b *Backend) rlimits(l sandbox.Limits) []specs.POSIXRlimit {
	limits := []specs.POSIXRlimit{rlimit("RLIMIT_CORE", 0)}
	add := func(name string, value int64) {
		if value > 0 {
			limits = append(limits, rlimit(name, uint64(value)))
		}
	}
	add("RLIMIT_NOFILE", l.OpenFiles)
	add("RLIMIT_FSIZE", l.FileBytes)
	add("RLIMIT_NPROC", l.Processes)
	if !b.cgroups {
		add("RLIMIT_DATA", l.MemoryBytes)
	}
	return limits
}

func rlimit(name string, value uint64) specs.POSIXRlimit {
	return specs.POSIXRlimit{Type: name, Soft: value, Hard: value}
}

// kernelTasks is how many threads of the host gVisor itself needs beside the
// one of each thread inside.
const kernelTasks = 256

func resources(l sandbox.Limits) *specs.LinuxResources {
	r := &specs.LinuxResources{}
	if l.MemoryBytes > 0 {
		r.Memory = &specs.LinuxMemory{Limit: &l.MemoryBytes, Swap: &l.MemoryBytes}
	}
	if l.CPUs > 0 {
		period, quota := uint64(bootPeriod), quotaOf(l.CPUs, bootPeriod)
		r.CPU = &specs.LinuxCPU{Period: &period, Quota: &quota}
	}
	if l.Processes > 0 {
		r.Pids = &specs.LinuxPids{Limit: 2*l.Processes + kernelTasks}
	}
	return r
}

func (b *Backend) bundleMounts(spec sandbox.Spec) []specs.Mount {
	tmp := []string{"nosuid", "nodev", "mode=1777"}
	if spec.Limits.TmpBytes > 0 {
		tmp = append(tmp, sizeOption(spec.Limits.TmpBytes))
	}
	mounts := []specs.Mount{
		{Destination: "/proc", Type: "proc", Source: "proc", Options: []string{"nosuid", "noexec", "nodev"}},
		{Destination: "/tmp", Type: "tmpfs", Source: "tmpfs", Options: tmp},
		{Destination: sandbox.Home, Type: "bind", Source: spec.Workspace, Options: []string{"bind", "rw", "nosuid", "nodev"}},
		{Destination: runnerDir, Type: "bind", Source: b.runnerFolder(), Options: []string{"bind", "ro", "nosuid", "nodev"}},
		{Destination: sandbox.BaselineDir, Type: "bind", Source: spec.Baseline, Options: []string{"bind", "ro", "nosuid", "nodev", "noexec"}},
	}
	for _, m := range b.mounts {
		mounts = append(mounts, specs.Mount{
			Destination: m.inside, Type: "bind", Source: m.outside, Options: []string{"rbind", "ro", "nosuid", "nodev"},
		})
	}
	return mounts
}

// mountHints except what the server writes to as well from what gVisor may
// remember of the mounts without asking the host again (--file-access-mounts).
func mountHints(spec sandbox.Spec) map[string]string {
	hints := map[string]string{}
	for i, source := range slices.Compact([]string{spec.Workspace, spec.Baseline}) {
		name := "dev.gvisor.spec.mount.shared" + strconv.Itoa(i)
		hints[name+".source"], hints[name+".type"], hints[name+".share"] = source, "bind", "shared"
	}
	return hints
}
