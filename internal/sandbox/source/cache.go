package source

import (
	"container/list"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sync"

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
	found   map[string]string        // guarded by mu: the entry that was found last, by what was asked for
}

// cached is an entry; all of it but its image is fixed.
type cached struct {
	name     string // also of its folder
	bytes    int64
	baseline Baseline
	image    imageState    // guarded by the cache's mu
	branch   string        // that the image has, or will have; guarded by the cache's mu
	made     chan struct{} // closed when the image that is claimed is ready, or cannot be made; guarded by the cache's mu
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
	return &Cache{dir: dir, limit: limit, key: key, entries: map[string]*list.Element{}, recent: list.New(), found: map[string]string{}}, nil
}

// name is where an object of a repository is kept; it tells neither.
func (c *Cache) name(repo Repo, object string) string {
	mac := hmac.New(sha256.New, c.key)
	_, _ = fmt.Fprintf(mac, "%d %s %d %s %s", len(repo.URL), repo.URL, len(repo.Token), repo.Token, object)
	return hex.EncodeToString(mac.Sum(nil))
}

// find is an entry, nil when there is none. c.files must be held.
func (c *Cache) find(name string) *cached {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.entries[name]
	if !ok {
		return nil
	}
	c.recent.MoveToFront(element)
	return element.Value.(*cached)
}

// load copies an entry to dest; false when there is none. A tree that is there
// already, from the entry's image, stays as it is.
func (c *Cache) load(ctx context.Context, name, branch string, dest Dest) (Baseline, bool, error) {
	c.files.RLock()
	defer c.files.RUnlock()
	entry := c.find(name)
	if entry == nil {
		return Baseline{}, false, nil
	}
	from := filepath.Join(c.dir, name)
	if dest.Holds == "" {
		if err := c.copyTo(ctx, entry, branch, dest); err != nil {
			return Baseline{}, false, err
		}
	}
	if err := copyTree(ctx, filepath.Join(from, "git"), dest.GitDir, "", 0); err != nil {
		return Baseline{}, false, fmt.Errorf("copy from cache: %w", err)
	}
	if err := share(filepath.Join(from, "delivered"), dest.Delivered); err != nil {
		return Baseline{}, false, fmt.Errorf("share with cache: %w", err)
	}
	return entry.baseline, true, nil
}

// copyTo copies an entry's files and gives the copy its .git.
func (c *Cache) copyTo(ctx context.Context, entry *cached, branch string, dest Dest) error {
	from, dot := filepath.Join(c.dir, entry.name), filepath.Join(dest.Tree, ".git")
	if err := copyTree(ctx, filepath.Join(from, "tree"), dest.Tree, "", dest.Owner); err != nil {
		return fmt.Errorf("copy from cache: %w", err)
	}
	err := sealTree(dot, filepath.Join(from, "git"), dest.Objects, entry.baseline.Commit, branch)
	if err == nil && dest.Owner != 0 {
		err = giveAll(dot, dest.Owner)
	}
	if err != nil {
		return fmt.Errorf("write .git: %w", err)
	}
	return nil
}

// entrySize is what an entry takes of the cache, in bytes: the tree, the same in one
// file, and at most as much again in packs; of a large one its image, too.
func entrySize(s Size) int64 {
	const perFile = 4 << 10 // what a file takes beyond its content
	extra := int64(s.Files+1) * perFile
	size := 3*s.Bytes + extra
	if large(s) {
		size += s.Bytes + extra
	}
	return size
}

// makeRoomLocked drops the entries that were not used for longest until so many
// bytes fit; guarded by files and mu.
func (c *Cache) makeRoomLocked(size int64) error {
	for c.bytes+size > c.limit {
		oldest := c.recent.Back().Value.(*cached)
		if err := os.RemoveAll(filepath.Join(c.dir, oldest.name)); err != nil {
			return err
		}
		c.recent.Remove(c.entries[oldest.name])
		delete(c.entries, oldest.name)
		c.bytes -= oldest.bytes
	}
	return nil
}

// store keeps what was fetched to dest, before anybody works on it. Entries that
// were not used for longest make room.
func (c *Cache) store(ctx context.Context, name string, dest Dest, baseline Baseline) (err error) {
	size := entrySize(baseline.Size)
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
		if err := copyTree(ctx, part.from, to, part.without, 0); err != nil {
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
	if err := c.makeRoomLocked(size); err != nil {
		return fmt.Errorf("make room in cache: %w", err)
	}
	if err := os.Rename(half, filepath.Join(c.dir, name)); err != nil {
		return fmt.Errorf("keep in cache: %w", err)
	}
	c.entries[name] = c.recent.PushFront(&cached{name: name, bytes: size, baseline: baseline})
	c.bytes += size
	return nil
}
