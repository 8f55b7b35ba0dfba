// Package namespace gives a server that is not root a place of its own where it
// may mount: a user and a mount namespace, in which it is the only user.
package namespace

import (
	"context"
	"fmt"
	"os"
	"os/exec"
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

// Enter starts this program anew in a namespace of its own, in the same process.
// It returns nil when there is no need, for root and inside one, and an error
// when the machine does not allow it; then all is as before.
func Enter(ctx context.Context) error {
	if os.Geteuid() == 0 {
		return nil
	}
	unshare, err := exec.LookPath("unshare")
	if err != nil {
		return fmt.Errorf("find unshare: %w", err)
	}
	flags := []string{"--user", "--map-root-user", "--mount", "--"}
	// Once it replaces this process there is no way back.
	if out, err := exec.CommandContext(ctx, unshare, append(flags, "mount", "-t", "tmpfs", "tmpfs", "/tmp")...).CombinedOutput(); err != nil { //nolint:gosec // fixed arguments
		return fmt.Errorf("make a namespace: %w: %s", err, strings.TrimSpace(string(out)))
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	argv := append(append([]string{unshare}, flags...), self)
	return syscall.Exec(unshare, append(argv, os.Args[1:]...), os.Environ()) //nolint:gosec,forbidigo // ourselves, with all we were given
}
