package gvisor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"aicity.dev/aicity/internal/sandbox"
)

// gVisor looks for helpers of its own in a folder beside runsc, or where the
// environment says. Of two we have better use: what is run ahead of a sandbox's
// kernel is ours, and the kernel it is told to run is runsc by its real name, for
// "/proc/self/exe", its own, would be the helper itself.
const (
	helperFolder  = "gvisor-bin"
	helperSetting = "GVISOR_SIDECAR_BINARIES_DIR"
	helperAhead   = "gvisor-sentry-prewarmer"
	helperKernel  = "gvisor_sentry"
)

// prewarmerName is the program that starts the kernel of a sandbox.
const prewarmerName = "aicity-prewarmer"

// prewarmedMemory is what a sandbox must have at least for its kernel to be
// prewarmed. It is then collected less often, and what it has of a small sandbox's
// memory is missed.
const prewarmedMemory = 512 << 20

// prewarms reports whether a sandbox's kernel is started by the prewarmer.
func (b *Backend) prewarms(l sandbox.Limits) bool {
	return b.helpers != "" && (l.MemoryBytes == 0 || l.MemoryBytes >= prewarmedMemory)
}

// placePrewarmer makes the folder of helpers for runsc. A gVisor that was installed
// with its own keeps them, and without a prewarmer beside the runner sandboxes do
// without, and start slower.
func (b *Backend) placePrewarmer(ctx context.Context) error {
	b.helpers = ""
	if _, err := os.Stat(filepath.Join(filepath.Dir(b.found), helperFolder)); err == nil {
		return nil
	}
	prewarmer := filepath.Join(filepath.Dir(b.runner), prewarmerName)
	if _, err := os.Stat(prewarmer); err != nil {
		b.opts.Logger.InfoContext(ctx, "sandboxes would start faster with the prewarmer", "missing", prewarmer)
		return nil
	}
	folder := filepath.Join(b.opts.Dir, helperFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for name, program := range map[string]string{helperAhead: prewarmer, helperKernel: b.runsc} {
		link := filepath.Join(folder, name)
		if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := os.Symlink(program, link); err != nil {
			return err
		}
	}
	b.helpers = folder
	return nil
}
