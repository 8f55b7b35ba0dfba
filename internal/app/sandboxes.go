package app

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/gvisor"
	"aicity.dev/aicity/internal/sandbox/image"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/sandbox/volume"
)

// repoCache is how much of fetched commits is kept, in bytes.
const repoCache = 1 << 30

func (a *App) fetcher() (*source.Fetcher, error) {
	limits := source.DefaultLimits()
	limits.Bytes, limits.Files = a.cfg.RepoMaxMB<<20, a.cfg.RepoMaxFiles
	cache, err := source.OpenCache(filepath.Join(a.cfg.Data, "repo-cache"), repoCache)
	if err != nil {
		return nil, err
	}
	return &source.Fetcher{Limits: limits, AllowPrivate: a.cfg.AllowPrivateRepos, Cache: cache}, nil
}

func (a *App) buildSandboxes(fetcher *source.Fetcher) (*sandbox.Service, error) {
	limits := sandbox.DefaultLimits()
	limits.MemoryBytes, limits.CPUs, limits.Processes = a.cfg.SandboxMemoryMB<<20, a.cfg.SandboxCPUs, a.cfg.SandboxPIDs
	rootfs, err := image.Store{Dir: filepath.Join(a.cfg.Data, image.Folder)}.Root(a.cfg.SandboxRootfs)
	if err != nil {
		return nil, fmt.Errorf("--sandbox-rootfs: %w", err)
	}
	a.rootfs = rootfs
	dir := filepath.Join(a.cfg.Data, "sandboxes")
	a.backend = gvisor.New(gvisor.Options{
		Runsc: a.cfg.Runsc, Rootfs: rootfs, Dir: filepath.Join(dir, "gvisor"), Clock: a.DB.Clock(), Logger: a.logger,
	})
	return sandbox.New(sandbox.Config{
		DB: a.DB, Backend: a.backend, Fetcher: fetcher, Dir: dir,
		Disk:   volume.Size{Bytes: a.cfg.SandboxDiskMB << 20, Files: a.cfg.SandboxFiles},
		Volume: volumeKind(a.cfg.SandboxVolume),
		Limits: limits, Max: a.cfg.SandboxMax, Life: a.cfg.SandboxLifetime, Idle: a.cfg.SandboxIdle,
		Warm: a.cfg.SandboxWarm, WarmWorkshop: a.cfg.SandboxWarmGit, Queue: a.cfg.SandboxQueue, Execs: a.cfg.SandboxExecs, ExecTime: a.cfg.SandboxExecTime, Output: a.cfg.SandboxOutputMB << 20, Logger: a.logger,
	})
}

// checkSandboxes says in the log what sandboxes cannot do here.
func (a *App) checkSandboxes(ctx context.Context) {
	if err := a.Sandboxes.Available(ctx); err != nil {
		a.logger.WarnContext(ctx, "no sandbox can run here: provisioning answers SANDBOX_UNAVAILABLE", "error", city.CauseOf(err))
	}
	for _, lack := range image.Lacks(cmp.Or(a.rootfs, "/")) {
		a.logger.WarnContext(ctx, "the sandboxes' root file system lacks "+lack.String(), "root", cmp.Or(a.rootfs, "this machine's programs"))
	}
}

// volumeKind is the kind that is asked for; "auto" leaves it to the machine.
func volumeKind(name string) volume.Kind {
	if name == "auto" {
		return ""
	}
	return volume.Kind(name)
}
