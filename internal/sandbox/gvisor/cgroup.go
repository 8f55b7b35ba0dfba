package gvisor

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"aicity.dev/aicity/internal/sandbox"
)

const cgroupRoot = "/sys/fs/cgroup"

// cgroupPath is the cgroup of one sandbox. It has no parent of ours, so that
// removing it leaves nothing behind; its name tells whose it is.
func (b *Backend) cgroupPath(id string) string { return "/aicity-" + id + b.mark() }

// mark is the end of the names of this backend's cgroups: several cities may
// share a machine.
func (b *Backend) mark() string {
	sum := sha256.Sum256([]byte(b.stateDir()))
	return "." + hex.EncodeToString(sum[:6])
}

// cgroupsWritable reports whether cgroups are mounted where we may write.
func cgroupsWritable() bool {
	return unix.Access(memoryRoot(), unix.W_OK) == nil && !readOnly(memoryRoot())
}

func readOnly(dir string) bool {
	var fs unix.Statfs_t
	return unix.Statfs(dir, &fs) != nil || fs.Flags&unix.ST_RDONLY != 0
}

// memoryRoot is where memory is accounted: a hierarchy of its own in version
// 1, the only one in version 2.
func memoryRoot() string {
	if v2() {
		return cgroupRoot
	}
	return filepath.Join(cgroupRoot, "memory")
}

func v2() bool {
	_, err := os.Stat(filepath.Join(cgroupRoot, "cgroup.controllers"))
	return err == nil
}

// The periods in which a sandbox may use its share of processor time, in
// microseconds. Booting takes less than a share of the long one, so that no boot
// is held up in the middle; commands get the short one, whose pauses are shorter.
const (
	bootPeriod = 1_000_000
	period     = 100_000
)

func quotaOf(cpus float64, period int64) int64 { return int64(cpus * float64(period)) }

// bootEnded gives a sandbox that is ready the period for commands.
func (b *Backend) bootEnded(spec sandbox.Spec) error {
	if spec.Limits.CPUs <= 0 {
		return nil
	}
	quota, group := strconv.FormatInt(quotaOf(spec.Limits.CPUs, period), 10), b.cgroupPath(spec.ID)
	if v2() {
		return setCgroup(filepath.Join(cgroupRoot, group, "cpu.max"), quota+" "+strconv.Itoa(period))
	}
	dir := filepath.Join(cgroupRoot, "cpu", group)
	// In this order it never has more than its share.
	return errors.Join(setCgroup(filepath.Join(dir, "cpu.cfs_quota_us"), quota), setCgroup(filepath.Join(dir, "cpu.cfs_period_us"), strconv.Itoa(period)))
}

func setCgroup(file, value string) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0) //nolint:gosec // a cgroup of ours
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}

// oomKills is how many processes of a cgroup the kernel killed for want of memory.
func oomKills(cgroup string) (int, error) {
	name := "memory.oom_control"
	if v2() {
		name = "memory.events"
	}
	f, err := os.Open(filepath.Join(memoryRoot(), cgroup, name)) //nolint:gosec // a cgroup of ours
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	for scanner := bufio.NewScanner(f); scanner.Scan(); {
		if value, ok := strings.CutPrefix(scanner.Text(), "oom_kill "); ok {
			return strconv.Atoi(value)
		}
	}
	return 0, nil
}

// cgroupDirs are the folders that exist of cgroups of this name, a pattern.
func cgroupDirs(name string) ([]string, error) {
	if v2() {
		return filepath.Glob(filepath.Join(cgroupRoot, name))
	}
	return filepath.Glob(filepath.Join(cgroupRoot, "*", name))
}

// removeCgroup removes what runsc leaves behind when a sandbox died before it
// was deleted, or its start was cut off: then processes too. A killed process
// leaves its cgroup a moment after its end.
func removeCgroup(ctx context.Context, name string) error {
	dirs, err := cgroupDirs(name)
	if err != nil {
		return fmt.Errorf("list cgroups: %w", err)
	}
	for _, dir := range dirs {
		if err := removeWhenEmpty(ctx, dir); err != nil {
			return fmt.Errorf("remove cgroup: %w", err)
		}
	}
	return nil
}

func removeWhenEmpty(ctx context.Context, dir string) error {
	retry := time.NewTicker(5 * time.Millisecond)
	defer retry.Stop()
	for {
		err := os.Remove(dir)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if !errors.Is(err, syscall.EBUSY) {
			return err
		}
		if err := killMembers(dir); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-retry.C:
		}
	}
}

// killMembers kills every process of a cgroup.
func killMembers(dir string) error {
	list, err := os.ReadFile(filepath.Join(dir, "cgroup.procs")) //nolint:gosec // a cgroup of ours
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENODEV) {
		return err
	}
	for member := range strings.FieldsSeq(string(list)) {
		// Process 0 is one that we cannot see, and would mean ourselves.
		if pid, err := strconv.Atoi(member); err == nil && pid > 1 {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	return nil
}
