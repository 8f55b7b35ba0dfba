package sandbox

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/sandbox/volume"
)

// spares is how many empty workspaces are mounted ahead. Mounting one takes some
// milliseconds of each start.
const spares = 2

// prepareNext makes what the next tasks will need, when nobody has asked for a
// sandbox for a moment: what boots takes the processors from an agent that has
// just got one. An empty pool cannot wait.
func (s *Service) prepareNext(ctx context.Context) {
	s.mu.Lock()
	s.quiet++
	quiet, idle, empty := s.quiet > 1, len(s.flights) == 0, len(s.warm)+s.warming == 0
	s.mu.Unlock()
	if quiet || empty {
		s.warmUp(ctx)
	}
	if !idle {
		return
	}
	if err := s.makeSpare(); err != nil {
		s.cfg.Logger.WarnContext(ctx, "make a workspace ahead", "error", err)
	}
}

// aheadDir is where workspaces and images are made that no sandbox has yet. A
// spare is the folder of a sandbox, which gets its name when it is taken.
func (s *Service) aheadDir() string { return filepath.Join(s.cfg.Dir, "ahead") }

// removeAhead removes what was made ahead.
func (s *Service) removeAhead() error {
	return errors.Join(volume.Unmount(s.aheadDir()), os.RemoveAll(s.aheadDir()))
}

// makeSpare makes an empty workspace ahead when there are too few.
func (s *Service) makeSpare() error {
	select {
	case <-s.available:
	default:
		return nil
	}
	s.mu.Lock()
	enough := s.closed || len(s.spare) >= spares || s.volumes.Kind() == volume.Folder
	if !enough {
		s.work.Add(1) // Close waits for it
		defer s.work.Done()
	}
	s.mu.Unlock()
	if enough {
		return nil
	}
	dir := filepath.Join(s.aheadDir(), city.NewID("spare"))
	if err := s.makeDirs(dir, s.emptyVolume); err != nil {
		return errors.Join(err, removeDirs(dir))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spare = append(s.spare, dir)
	return nil
}

// takeSpare gives a workspace that was made ahead the name dir, for good; false
// when there is none.
func (s *Service) takeSpare(dir string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.spare) == 0 {
		return false
	}
	spare := s.spare[0]
	s.spare = s.spare[1:]
	return os.Rename(spare, dir) == nil // else it goes with the folder
}

// guess names the image that has the source's code, as far as is known; "" is none.
func (s *Service) guess(src Source) string {
	if src.Repo.URL == "" || !s.volumes.Images() {
		return ""
	}
	return s.fetcher.Guess(src.Repo)
}

// imageComes is closed when the image that guess will name is made, or cannot
// be; nil when nobody makes one.
func (s *Service) imageComes(src Source) <-chan struct{} {
	if src.Repo.URL == "" || !s.volumes.Images() {
		return nil
	}
	return s.fetcher.ImageComes(src.Repo)
}

// prepareDirs makes the folders of a sandbox. What its workspace holds already
// is only a guess. An image that is being made is waited for: it is there sooner
// than the same files, copied beside it.
func (s *Service) prepareDirs(ctx context.Context, dir string, src Source) (holds string, err error) {
	if comes := s.imageComes(src); comes != nil {
		select {
		case <-comes:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	if holds = s.guess(src); holds != "" {
		err := s.makeDirs(dir, func(work string) error {
			return s.fetcher.CopyImage(holds, func(image string) error { return s.volumes.MakeFrom(work, image) })
		})
		if !errors.Is(err, source.ErrMoved) {
			return holds, err
		}
		if err := removeDirs(dir); err != nil {
			return "", err
		}
	}
	if s.takeSpare(dir) {
		return "", nil
	}
	return "", s.makeDirs(dir, s.emptyVolume)
}

// claimImage undertakes to make an image of the code that was just fetched, for
// the next who asks for the same, when that is worth it; keep must be called.
func (s *Service) claimImage(ctx context.Context, src Source) (keep func()) {
	var image *source.Image
	if src.Repo.URL != "" && s.volumes.Images() {
		image = s.fetcher.ClaimImage(src.Repo)
	}
	if image == nil {
		return func() {}
	}
	return func() {
		if err := s.keepImage(ctx, image); err != nil {
			s.cfg.Logger.WarnContext(ctx, "keep the image of a workspace", "error", err)
		}
	}
}

func (s *Service) keepImage(ctx context.Context, image *source.Image) error {
	work := filepath.Join(s.aheadDir(), city.NewID("image"))
	return image.Make(ctx, owner(), objectsDir, func(to string, fill func(string) error) error {
		if err := os.MkdirAll(s.aheadDir(), 0o700); err != nil {
			return err
		}
		return s.volumes.Image(to, work, func(dir string) error {
			if err := makeRepo(dir); err != nil {
				return err
			}
			return fill(repoDir(dir))
		})
	})
}
