package source

import (
	"container/list"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"aicity.dev/aicity/internal/city"
)

// Cache keeps fetched commits, so that the next clone of one copies files
// instead of fetching them. An entry is found only by the address and token that
// it was fetched with. The remote is asked for its refs all the same, so who is
// no longer let in gets nothing. It begins empty with every start of the server.
type Cache struct {
	dir   string
	limit int64
	key   []byte

	// files is held shared by who copies from an entry, alone by who removes one.
	files sync.RWMutex

	mu      sync.Mutex
	bytes   int64                    // guarded by mu
	entries map[string]*list.Element // guarded by mu
	recent  *list.List               // guarded by mu: *cached, the last used in front
}

// cached is an entry; all of it is fixed.
type cached struct {
	name     string // also of its folder
	bytes    int64
	baseline Baseline
}

// OpenCache returns an empty cache of at most limit bytes in dir, which is its own.
func OpenCache(dir string, limit int64) (*Cache, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it does not fail
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("clear cache: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make cache: %w", err)
	}
	return &Cache{dir: dir, limit: limit, key: key, entries: map[string]*list.Element{}, recent: list.New()}, nil
}

// name is where an object of a repository is kept; it tells neither.
func (c *Cache) name(repo Repo, object string) string {
	mac := hmac.New(sha256.New, c.key)
	_, _ = fmt.Fprintf(mac, "%d %s %d %s %s", len(repo.URL), repo.URL, len(repo.Token), repo.Token, object)
	return hex.EncodeToString(mac.Sum(nil))
}

// load copies an entry to dest; false when there is none.
func (c *Cache) load(ctx context.Context, name string, dest Dest) (Baseline, bool, error) {
	c.files.RLock()
	defer c.files.RUnlock()
	c.mu.Lock()
	element, ok := c.entries[name]
	if !ok {
		c.mu.Unlock()
		return Baseline{}, false, nil
	}
	c.recent.MoveToFront(element)
	entry := element.Value.(*cached)
	c.mu.Unlock()
	from := filepath.Join(c.dir, name)
	if err := copyTree(ctx, filepath.Join(from, "tree"), dest.Tree, ""); err != nil {
		return Baseline{}, false, fmt.Errorf("copy from cache: %w", err)
	}
	if err := copyTree(ctx, filepath.Join(from, "git"), dest.GitDir, ""); err != nil {
		return Baseline{}, false, fmt.Errorf("copy from cache: %w", err)
	}
	if err := share(filepath.Join(from, "delivered"), dest.Delivered); err != nil {
		return Baseline{}, false, fmt.Errorf("share with cache: %w", err)
	}
	return entry.baseline, true, nil
}

// share gives a file that nobody changes any more a second name, or copies it
// where that cannot be.
func share(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	source, err := os.OpenRoot(filepath.Dir(from))
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	target, err := os.OpenRoot(filepath.Dir(to))
	if err != nil {
		return err
	}
	defer func() { _ = target.Close() }()
	return copyFile(source, filepath.Base(from), target, filepath.Base(to))
}

// store keeps what was fetched to dest, before anybody works on it. Entries that
// were not used for longest make room.
func (c *Cache) store(ctx context.Context, name string, dest Dest, baseline Baseline) (err error) {
	const perFile = 4 << 10                                              // what a file takes beyond its content
	size := 3*baseline.Size.Bytes + int64(baseline.Size.Files+1)*perFile // the tree, the same in one file, and at most as much again in packs
	if size > c.limit {
		return nil
	}
	half := filepath.Join(c.dir, city.NewID("tmp"))
	defer func() {
		if err != nil {
			_ = os.RemoveAll(half)
		}
	}()
	for _, part := range []struct{ from, to, without string }{{dest.Tree, "tree", ".git"}, {dest.GitDir, "git", ""}} {
		to := filepath.Join(half, part.to)
		if err := os.MkdirAll(to, 0o700); err != nil {
			return fmt.Errorf("make cache entry: %w", err)
		}
		if err := copyTree(ctx, part.from, to, part.without); err != nil {
			return fmt.Errorf("copy to cache: %w", err)
		}
	}
	if err := share(dest.Delivered, filepath.Join(half, "delivered")); err != nil {
		return fmt.Errorf("share with cache: %w", err)
	}
	c.files.Lock()
	defer c.files.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[name] != nil {
		return os.RemoveAll(half) // somebody else was faster
	}
	for c.bytes+size > c.limit {
		oldest := c.recent.Back().Value.(*cached)
		if err := os.RemoveAll(filepath.Join(c.dir, oldest.name)); err != nil {
			return fmt.Errorf("make room in cache: %w", err)
		}
		c.recent.Remove(c.entries[oldest.name])
		delete(c.entries, oldest.name)
		c.bytes -= oldest.bytes
	}
	if err := os.Rename(half, filepath.Join(c.dir, name)); err != nil {
		return fmt.Errorf("keep in cache: %w", err)
	}
	c.entries[name] = c.recent.PushFront(&cached{name: name, bytes: size, baseline: baseline})
	c.bytes += size
	return nil
}

// copyTree copies what is in the folder from, but for the name without at its
// top, into the empty folder to: files, links and folders, with modes and times.
// Nobody else works in either.
func copyTree(ctx context.Context, from, to, without string) error {
	source, err := os.OpenRoot(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	target, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer func() { _ = target.Close() }()
	files, ctx := errgroup.WithContext(ctx)
	files.SetLimit(2 * runtime.GOMAXPROCS(0))
	err = fs.WalkDir(source.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case name == ".":
			return nil
		case name == without && entry.IsDir():
			return fs.SkipDir
		case entry.IsDir():
			return target.Mkdir(name, 0o755)
		case entry.Type()&fs.ModeSymlink != 0:
			link, err := source.Readlink(name)
			if err != nil {
				return err
			}
			return target.Symlink(link, name)
		case entry.Type().IsRegular():
			files.Go(func() error { return copyFile(source, name, target, name) })
			return nil
		default:
			return fmt.Errorf("%w: it cannot be copied", errNotRegular)
		}
	})
	if copied := files.Wait(); err == nil || copied != nil {
		return copied
	}
	return err
}

// copyFile copies one file inside the kernel where the file system can.
func copyFile(source *os.Root, from string, target *os.Root, name string) error {
	in, err := source.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := target.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil { // copy_file_range, in *os.File's ReadFrom
		_ = out.Close()
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	return target.Chtimes(name, info.ModTime(), info.ModTime())
}
