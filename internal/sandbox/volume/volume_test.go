package volume_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"aicity.dev/aicity/internal/sandbox/namespace"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/sandbox/volume"
)

const owner = 61_000

// maker makes small volumes of a kind, where this machine allows them.
func maker(t *testing.T, kind volume.Kind) (*volume.Maker, string) {
	t.Helper()
	dir := sandboxtest.Dir(t)
	m, _, err := volume.NewMaker(t.Context(), filepath.Join(dir, "volumes"), kind, volume.Size{Bytes: 16 << 20, Files: 512}, owner)
	if err != nil {
		if os.Getenv("CI") != "" && namespace.Root() {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	t.Cleanup(func() { clean(t, dir) })
	return m, filepath.Join(dir, "work")
}

// clean asserts that nothing is mounted and no loop device is in use.
func clean(t *testing.T, dir string) {
	t.Helper()
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(mounts), dir) {
		t.Error("mounts left")
	}
	sandboxtest.NoDevice(t, dir)
}

func each(t *testing.T, f func(t *testing.T, work string)) {
	t.Helper()
	for _, kind := range []volume.Kind{volume.Ext4, volume.Tmpfs} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			m, work := maker(t, kind)
			if err := m.Make(work); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := volume.Remove(work); err != nil {
					t.Error(err)
				}
			})
			f(t, work)
		})
	}
}

func TestNewVolumeIsEmpty(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, work string) {
		entries, err := os.ReadDir(work)
		if err != nil || len(entries) != 0 {
			t.Errorf("got %v, %v", entries, err)
		}
		info, err := os.Stat(work)
		if err != nil {
			t.Fatal(err)
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); namespace.Root() && (!ok || stat.Uid != owner) || info.Mode().Perm() != 0o700 {
			t.Errorf("got owner %d, mode %v", stat.Uid, info.Mode())
		}
	})
}

func TestBytesAreBounded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, work string) {
		err := os.WriteFile(filepath.Join(work, "big"), make([]byte, 32<<20), 0o600)
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("one big file: got %v, want ENOSPC", err)
		}
		if err := os.Remove(filepath.Join(work, "big")); err != nil {
			t.Fatal(err)
		}
		// A sparse file may be longer than the volume, but not hold more.
		sparse, err := os.Create(filepath.Join(work, "sparse"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = sparse.Close() }()
		if err := sparse.Truncate(1 << 30); err != nil {
			t.Fatal(err)
		}
		block := make([]byte, 64<<10)
		var written int64
		for at := int64(0); at < 1<<30; at += 1 << 20 {
			n, writeErr := sparse.WriteAt(block, at)
			written += int64(n)
			if err = writeErr; err != nil {
				break
			}
		}
		if !errors.Is(err, syscall.ENOSPC) || written > 16<<20 {
			t.Errorf("filling a sparse file: %d bytes, %v; want ENOSPC", written, err)
		}
	})
}

func TestFilesAreBounded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, work string) {
		var err error
		made := 0
		for ; made < 2_000 && err == nil; made++ {
			err = os.WriteFile(filepath.Join(work, fmt.Sprintf("f%d", made)), nil, 0o600)
		}
		if !errors.Is(err, syscall.ENOSPC) || made > 600 {
			t.Errorf("%d empty files: %v; want ENOSPC", made, err)
		}
	})
}

func TestVolumesComeBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, work string) {
		if err := os.WriteFile(filepath.Join(work, "kept"), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := volume.Suspend(work); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := volume.Open(work); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(filepath.Join(work, "kept")); err != nil || string(got) != "x" {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestLostVolume(t *testing.T) {
	t.Parallel()
	_, work := maker(t, volume.Tmpfs)
	if err := os.Mkdir(work, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := volume.Open(work); !errors.Is(err, volume.ErrLost) {
		t.Errorf("got %v, want ErrLost", err)
	}
}

func TestUnmountFindsLeftovers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, work string) {
		if err := volume.Unmount(filepath.Dir(work)); err != nil {
			t.Fatal(err)
		}
		clean(t, work)
	})
}

// A volume from an image holds what the image holds, within the same bounds, and
// changes nothing of it.
func TestImage(t *testing.T) {
	t.Parallel()
	m, work := maker(t, volume.Ext4)
	image := work + ".image"
	if err := m.Image(image, work, func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "file"), []byte("content"), 0o644)
	}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := m.MakeFrom(work, image); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(work, "file"))
		if err != nil || string(content) != "content" {
			t.Errorf("from the image: %q, %v", content, err)
		}
		err = os.WriteFile(filepath.Join(work, "file"), make([]byte, 32<<20), 0o644)
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("more than the volume holds: %v", err)
		}
		if err := volume.Remove(work); err != nil {
			t.Fatal(err)
		}
	}
	failed := errors.New("failed")
	if err := m.Image(image+"2", work, func(string) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("an image that is not filled: %v", err)
	}
	if _, err := os.Stat(image + "2"); !os.IsNotExist(err) {
		t.Errorf("it is there: %v", err)
	}
}

// A volume whose mount lives on as a copy in another namespace is the same when it
// is opened again, not a second file system on the same file.
func TestCopiedMountIsShared(t *testing.T) { // not parallel: it copies the mounts of others
	m, work := maker(t, volume.Ext4)
	if err := m.Make(work); err != nil {
		t.Fatal(err)
	}
	elsewhere := exec.Command("unshare", "--mount", "--propagation", "private", "sh", "-c", "echo ready; exec cat")
	stdin, err := elsewhere.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := elsewhere.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := elsewhere.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(stdout, make([]byte, len("ready\n"))); err != nil {
		t.Fatal(err)
	}
	note := filepath.Join(work, "note")
	if err := os.WriteFile(note, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(volume.Suspend(work), volume.Open(work)); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(note); err != nil || string(got) != "kept" {
		t.Errorf("got %q, %v", got, err)
	}
	if err := errors.Join(volume.Remove(work), stdin.Close(), elsewhere.Wait()); err != nil {
		t.Error(err)
	}
}
