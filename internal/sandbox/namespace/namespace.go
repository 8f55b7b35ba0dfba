// Package namespace gives a server that is not root a place of its own where it
// may mount: a user and a mount namespace, in which it is the only user.
package namespace

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
)

// Inside reports whether this process is root only in a namespace whose single
// user is the one that started it: it may mount, but not be or make anybody else.
func Inside() bool {
	if os.Geteuid() != 0 {
		return false
	}
	users, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		return false
	}
	fields := strings.Fields(string(users))
	return len(fields) == 3 && fields[2] == "1"
}

// Root reports whether this process may give files to other users.
func Root() bool { return os.Geteuid() == 0 && !Inside() }

// Wrapper is the command that runs another in a namespace of its own. What is
// unmounted outside goes inside too, where the machine shares its mounts, as
// systemd has it: else copies of another city's volumes would stay as long as we
// do. What is mounted inside is not seen outside.
func Wrapper() []string {
	return []string{"unshare", "--user", "--map-root-user", "--mount", "--propagation", "slave", "--"}
}

// Enter starts this program anew in a namespace of its own, in the same process.
// It returns nil when there is no need, for root and inside one, and an error
// when the machine does not allow it; then all is as before.
func Enter(ctx context.Context) error {
	if os.Geteuid() == 0 {
		return nil
	}
	wrapper := Wrapper()
	unshare, err := exec.LookPath(wrapper[0])
	if err != nil {
		return fmt.Errorf("find %s: %w", wrapper[0], err)
	}
	flags := wrapper[1:]
	// Once it replaces this process there is no way back.
	if out, err := exec.CommandContext(ctx, unshare, append(slices.Clone(flags), "mount", "-t", "tmpfs", "tmpfs", "/tmp")...).CombinedOutput(); err != nil { //nolint:gosec // fixed arguments
		return fmt.Errorf("make a namespace: %w: %s", err, strings.TrimSpace(string(out)))
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	argv := append(slices.Concat(wrapper, []string{self}), os.Args[1:]...)
	return syscall.Exec(unshare, argv, os.Environ()) //nolint:gosec,forbidigo // ourselves, with all we were given
}
