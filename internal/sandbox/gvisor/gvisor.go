// Package gvisor runs sandboxes with gVisor's runsc: a kernel of their own in
// user space, no network, a read-only file system made of the host's programs.
//
// It shells out to the runsc binary. As root it limits memory, processor and
// processes by cgroups; otherwise, and where cgroups cannot be written, by the
// limits of each process.
package gvisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/namespace"
	"aicity.dev/aicity/internal/sandbox/volume"
)

// Options say how to run sandboxes.
type Options struct {
	// Runsc is the path of the runsc binary; "" looks next to the running
	// binary, then in $PATH.
	Runsc string
	// Runner is the path of aicity-runner; "" looks next to runsc and where runsc is looked for.
	Runner string
	// Dir keeps the state of the sandboxes. One process at a time may use it.
	Dir string
	// Rootfs is the folder that becomes the read-only root of every sandbox; ""
	// makes one of the host's /usr and its like.
	Rootfs string
	Clock  city.Clock
	Logger *slog.Logger
}

// Backend is a sandbox.Backend on top of runsc.
type Backend struct {
	opts     Options
	rootless bool
	found    string // runsc, as New found it
	runsc    string // by what path it is run; set by Probe
	runner   string // found by New
	missing  error  // why it cannot work at all
	helpers  string // runsc's folder of helpers, "" for its own; set by Probe
	cgroups  bool   // set by Probe, before anything else is called
	mounts   []mount
	reaped   sync.Once // before the first probe
	joining  joining

	unmetered sync.Once // that memory cannot be measured was said

	mu    sync.Mutex
	boxes map[string]*box // that run, by id; guarded by mu
}

var _ sandbox.Backend = (*Backend)(nil)

// New returns a backend. It never fails: Probe tells whether it can work.
func New(opts Options) *Backend {
	var err error
	b := &Backend{opts: opts, rootless: !namespace.Root(), boxes: map[string]*box{}}
	b.found, b.missing = Find(opts.Runsc)
	b.runsc = b.found
	b.runner, err = findRunner(opts.Runner, b.found)
	b.missing = errors.Join(b.missing, err)
	// runsc changes its folder, so every path it is given must be absolute; and its
	// processes are found again by the folder's one name without links.
	b.opts.Dir, err = volume.Real(b.opts.Dir)
	b.missing = errors.Join(b.missing, err)
	if b.opts.Rootfs != "" {
		b.opts.Rootfs, err = filepath.Abs(b.opts.Rootfs)
		b.missing = errors.Join(b.missing, err)
	}
	return b
}

// Name implements sandbox.Backend.
func (b *Backend) Name() string {
	if b.rootless {
		return "gVisor (rootless)"
	}
	return "gVisor"
}

// Probe starts a sandbox, runs a program in it and destroys it, with cgroups
// where they can be had. It must have succeeded before Create is called.
func (b *Backend) Probe(ctx context.Context) error {
	if b.missing != nil {
		return b.missing
	}
	if err := os.MkdirAll(b.stateDir(), 0o700); err != nil {
		return fmt.Errorf("make state folder: %w", err)
	}
	if err := b.reap(ctx); err != nil {
		return fmt.Errorf("remove what an earlier life left: %w", err)
	}
	if err := b.placeProgram(); err != nil {
		return fmt.Errorf("place runsc: %w", err)
	}
	if err := b.placeRunner(); err != nil {
		return fmt.Errorf("place the runner: %w", err)
	}
	if err := b.prepareRootfs(); err != nil {
		return fmt.Errorf("prepare root file system: %w", err)
	}
	if err := b.placePrewarmer(ctx); err != nil {
		return fmt.Errorf("place the prewarmer: %w", err)
	}
	err := b.tryWays(ctx)
	if err != nil && b.helpers != "" {
		b.helpers = ""
		if again := b.tryWays(ctx); again == nil {
			b.opts.Logger.WarnContext(ctx, "sandboxes start without the prewarmer, which takes them longer", "cause", err)
			return nil
		}
	}
	return err
}

// tryWays runs one sandbox from start to end, with cgroups or without.
func (b *Backend) tryWays(ctx context.Context) error {
	b.cgroups = !b.rootless && cgroupsWritable()
	err := b.try(ctx)
	if err != nil && b.cgroups {
		b.cgroups = false
		if again := b.try(ctx); again == nil {
			b.opts.Logger.WarnContext(ctx, "sandboxes run without cgroups: their memory is watched, their processor time is not limited", "cause", err)
			return nil
		}
	}
	return err
}

// try runs one sandbox from start to end.
func (b *Backend) try(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp(b.opts.Dir, "probe-")
	if err != nil {
		return fmt.Errorf("make probe folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	id := city.NewID(city.PrefixSandbox)
	if err := b.Create(ctx, sandbox.Spec{ID: id, Dir: dir, Workspace: dir, Baseline: dir}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Destroy(context.WithoutCancel(ctx), id)) }()
	out := &tail{}
	exit, err := b.Exec(ctx, id, sandbox.Command{Argv: []string{"true"}, Dir: "/", Timeout: startTimeout}, out, out)
	if err != nil {
		return fmt.Errorf("run a program in a sandbox: %w", err)
	}
	if exit.Code != 0 || exit.TimedOut {
		return fmt.Errorf("run a program in a sandbox: exit code %d: %s", exit.Code, out)
	}
	return nil
}

// Create implements sandbox.Backend.
func (b *Backend) Create(ctx context.Context, spec sandbox.Spec) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, b.Destroy(context.WithoutCancel(ctx), spec.ID))
		}
	}()
	if b.cgroups && !v2() {
		defer b.joining.begin()()
	}
	if err := b.writeBundle(spec); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	started, err := b.start(ctx, spec)
	if started != nil {
		b.add(spec.ID, started)
	}
	if err != nil {
		return fmt.Errorf("start sandbox: %w", err)
	}
	if b.cgroups {
		if err := b.bootEnded(spec); err != nil {
			return fmt.Errorf("limit sandbox: %w", err)
		}
	}
	return nil
}

// Destroy implements sandbox.Backend.
func (b *Backend) Destroy(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, destroyTimeout)
	defer cancel()
	adopted := b.forget(id)
	if err := b.remove(ctx, id); err != nil {
		return fmt.Errorf("destroy sandbox: %w", err)
	}
	return errors.Join(bury(ctx, adopted), b.removeState("*"+id+"*"), removeCgroup(ctx, b.cgroupPath(id)))
}

// remove has runsc kill and forget a sandbox. Whoever kills runsc meanwhile, the
// kernel short of memory say, does not leave the sandbox behind, nor does a note
// that runsc can read no more.
func (b *Backend) remove(ctx context.Context, id string) (err error) {
	for range removeTries {
		if err = b.run(ctx, "delete", "--force", id); err == nil || ctx.Err() != nil {
			return err
		}
	}
	if b.torn(id) {
		return killAll(ctx, func() ([]int, error) { return b.processesOf(id) })
	}
	return err
}

// List implements sandbox.Backend. It reads the names of the state files, so
// it also finds what runsc itself can no longer load.
func (b *Backend) List(context.Context) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(b.stateDir(), "*_sandbox:*.state"))
	if err != nil {
		return nil, fmt.Errorf("list sandboxes: %w", err)
	}
	ids := make([]string, 0, len(files))
	for _, file := range files {
		ids = append(ids, idOfState(filepath.Base(file)))
	}
	return ids, nil
}

func (b *Backend) stateDir() string { return filepath.Join(b.opts.Dir, "runsc") }
