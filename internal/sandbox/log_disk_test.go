package sandbox

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"aicity.dev/aicity/internal/sandbox/namespace"
)

// A disk that is full for a while spoils no entry but those that were refused.
func TestJournalOnFullDisk(t *testing.T) {
	t.Parallel()
	if !namespace.Root() {
		t.Skip("mounts a small disk")
	}
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=8k"); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 4<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	log, written := newAccessLog(dir), 0
	add := func() error {
		return log.add(Access{Op: OpRead, Target: "/home/user/repo/main.go", At: time.Unix(1, 0)})
	}
	for add() == nil {
		written++
	}
	if err := add(); err == nil {
		t.Fatal("the disk is not full")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := add(); err != nil {
			t.Fatal(err)
		}
		written++
	}
	found, unreadable, err := recoverLog(dir)
	if err != nil || len(found) != written || len(unreadable) > 0 {
		t.Errorf("got %d entries of %d, unreadable %q, %v", len(found), written, unreadable, err)
	}
	if err := log.close("", time.Unix(2, 0)); err != nil {
		t.Error(err)
	}
}
