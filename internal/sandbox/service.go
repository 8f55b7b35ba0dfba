package sandbox

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/sandbox/volume"
	"aicity.dev/aicity/internal/store"
)

// Config is what the service works with. Backend, DB and Dir are required.
type Config struct {
	DB      *store.DB
	Backend Backend
	Fetcher *source.Fetcher
	Disk    volume.Size // of each workspace; nothing is no bounds
	Volume  volume.Kind // how it is bounded; "" is the best this machine allows
	Dir     string      // keeps the workspaces; one server at a time may use it
	Node    string      // names this server; "" is the name that Dir keeps
	Limits  Limits
	Max     int // sandboxes at once
	Queue   int // tasks that may wait for one
	Warm    int // unused sandboxes kept ready, as far as Max allows
	// WarmWorkshop keeps an unused workshop ready for the next repository or
	// archive, as far as Max allows; it gives way to a task.
	WarmWorkshop bool
	Execs        int   // commands at once in one sandbox; 0 is DefaultExecs
	Output       int64 // bytes a command may print before it is ended; 0 is DefaultOutput
	// ExecTime is how long a command may run; 0 is MaxTimeout.
	ExecTime time.Duration
	Life     time.Duration // a sandbox is destroyed this long after it was made
	Idle     time.Duration // it is stopped, its files kept, when unused this long; 0 is never
	Logger   *slog.Logger
}

// Service owns the sandboxes of this server. Who may use which is for the
// caller to decide: all methods are given the task.
type Service struct {
	cfg     Config
	fetcher source.Fetcher // that of cfg, with workshops of ours

	probing   chan struct{} // holds one token; who has it may probe
	probed    error         // guarded by the token
	probedAt  time.Time     // guarded by the token; zero before the first probe
	available chan struct{} // closed once a probe has succeeded
	volumes   *volume.Maker // set before available is closed

	rehearsals chan struct{} // holds a token for each rehearsal
	workshops  chan struct{} // holds a token for each workshop

	mu      sync.Mutex
	closed  bool               // guarded by mu
	lives   map[string]*live   // by task; guarded by mu
	flights map[string]*flight // provisionings under way, by task; guarded by mu
	queue   queue              // guarded by mu
	warm    []*warmBox         // ready to be used; guarded by mu
	warming int                // being made; guarded by mu
	shop    *workshop          // ready to be used, nil when there is none; guarded by mu
	// shopGone is closed when the workshop that is kept, is being made for that or
	// gives way, is no more, or somebody's; nil when there is none; guarded by mu.
	shopGone  chan struct{}
	spare     []string            // folders with an empty workspace; guarded by mu
	quiet     int                 // looks for work since a sandbox was asked for; guarded by mu
	work      sync.WaitGroup      // provisionings and warm sandboxes being made
	ends      sync.WaitGroup      // sandboxes being ended
	owed      map[string]cleaning // what could not be cleaned up, by sandbox; guarded by mu
	returning map[string]bool     // tasks whose sandboxes are being taken up after a restart; guarded by mu

	watchers  sync.WaitGroup
	patience  time.Duration // how long an end waits for each who holds it up
	patchTime time.Duration // how long a patch may take
}

// New returns the service. CleanOrphans must be called before it is used.
func New(cfg Config) (*Service, error) {
	dir, err := volume.Real(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("make sandbox folder: %w", err)
	}
	cfg.Dir = dir
	if cfg.Node == "" {
		if cfg.Node, err = nodeOf(cfg.Dir); err != nil {
			return nil, err
		}
	}
	cfg.Execs, cfg.Output, cfg.ExecTime = cmp.Or(cfg.Execs, DefaultExecs), cmp.Or(cfg.Output, DefaultOutput), cmp.Or(cfg.ExecTime, MaxTimeout)
	if cfg.Disk == (volume.Size{}) {
		cfg.Volume = volume.Folder
	}
	s := &Service{
		cfg: cfg, probing: make(chan struct{}, 1), available: make(chan struct{}),
		rehearsals: make(chan struct{}, maxRehearsals), workshops: make(chan struct{}, maxWorkshops),
		lives: map[string]*live{}, flights: map[string]*flight{}, queue: newQueue(), patience: patience, patchTime: PatchTimeout,
		owed: map[string]cleaning{}, returning: map[string]bool{},
	}
	s.fetcher = *cfg.Fetcher
	s.fetcher.Workshop = s.openWorkshop
	s.probing <- struct{}{}
	return s, nil
}

func (s *Service) now() time.Time { return s.cfg.DB.Clock().Now() }

// reprobe is how long a failed probe is believed.
const reprobe = 30 * time.Second

// Available reports whether sandboxes can run here, by trying one. Errors:
// SANDBOX_UNAVAILABLE, with the reason as its cause.
func (s *Service) Available(ctx context.Context) error {
	select {
	case <-s.available:
		return nil
	default:
	}
	select {
	case <-s.probing:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { s.probing <- struct{}{} }()
	select {
	case <-s.available: // someone else has just found out
		return nil
	default:
	}
	if s.probedAt.IsZero() || s.now().Sub(s.probedAt) >= reprobe {
		err := s.probe(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.probed, s.probedAt = err, s.now()
		if err == nil {
			close(s.available)
		}
	}
	if s.probed != nil {
		return errUnavailable(s.probed)
	}
	return nil
}

// probe tries a sandbox and a workspace.
func (s *Service) probe(ctx context.Context) error {
	if err := s.cfg.Backend.Probe(ctx); err != nil {
		return err
	}
	volumes, passedOver, err := volume.NewMaker(ctx, filepath.Join(s.cfg.Dir, "volumes"), s.cfg.Volume, s.cfg.Disk, UID)
	if err != nil {
		return err
	}
	if volumes.Kind() == volume.Folder && s.cfg.Volume != volume.Folder {
		s.cfg.Logger.WarnContext(ctx, "workspaces are not bounded: a task can fill the disk", "cause", passedOver)
	}
	s.volumes = volumes
	return nil
}

// Find is the task's sandbox, or the last it had. Errors: SANDBOX_NOT_FOUND.
func (s *Service) Find(ctx context.Context, taskID string) (Sandbox, error) {
	return findLatest(ctx, s.cfg.DB.Read(), taskID)
}

// use returns the task's sandbox for as long as the caller needs it; release
// must be called. Errors: SANDBOX_NOT_FOUND, SANDBOX_UNAVAILABLE when it is on
// another server.
func (s *Service) use(ctx context.Context, taskID string) (l *live, release func(), err error) {
	s.mu.Lock()
	l = s.lives[taskID]
	if l != nil && l.ended.Err() == nil {
		l.users.Add(1)
		s.mu.Unlock()
		l.used(s.now())
		return l, l.users.Done, nil
	}
	s.mu.Unlock()
	box, err := s.Find(ctx, taskID)
	if err != nil {
		return nil, nil, err
	}
	if box.State == Ready && box.Node != s.cfg.Node {
		return nil, nil, errElsewhere()
	}
	if box.FailCode == city.CodeSandboxExpired {
		return nil, nil, errExpired(box.ExpiresAt.Sub(box.CreatedAt))
	}
	return nil, nil, errNotFound()
}

func (s *Service) all() []*live {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*live, 0, len(s.lives))
	for _, l := range s.lives {
		all = append(all, l)
	}
	return all
}

// unused are the warm sandboxes, which are nobody's any more.
func (s *Service) unused() []*warmBox {
	s.mu.Lock()
	defer s.mu.Unlock()
	unused := s.warm
	if s.shop != nil {
		unused = append(unused, &warmBox{s.shop.id, s.shop.dir})
		s.shopLeftLocked()
	}
	s.warm, s.shop = nil, nil
	return unused
}
