package source

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
)

// ErrMoved means that a ref names something else than it did.
var ErrMoved = errors.New("the ref has moved")

// A tree of many files takes longer to copy than a sandbox takes to boot. So the
// cache also keeps a large one as the image of a file system that holds it,
// which is copied as one file. A volume has to be there before its sandbox
// boots, and what a ref names is known only afterwards: the volume is made from
// what it named the last time, for the same credentials, and thrown away when
// the remote says otherwise.

// imageState is what there is of an entry's image.
type imageState int

const (
	noImage      imageState = iota
	imageClaimed            // somebody makes it
	imageFailed             // somebody tried to
	imageReady
)

const (
	largeFiles = 500
	largeBytes = 8 << 20
	// maxFound bounds how many questions are remembered.
	maxFound = 10_000
)

// large reports whether a tree is worth an image.
func large(size Size) bool { return size.Files >= largeFiles || size.Bytes >= largeBytes }

// question is under what the answer to a repository's ref is remembered.
func (c *Cache) question(repo Repo) string { return c.name(repo, "ref "+repo.Ref) }

// remember notes what a repository's ref names.
func (c *Cache) remember(repo Repo, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.found) >= maxFound {
		clear(c.found)
	}
	c.found[c.question(repo)] = name
}

// recall is the entry that a repository's ref named the last time, nil when
// there is none. c.mu must be held.
func (c *Cache) recall(repo Repo) *cached {
	if element, ok := c.entries[c.found[c.question(repo)]]; ok {
		return element.Value.(*cached)
	}
	return nil
}

// Guess is what Clone will probably find, for Dest.Holds: an entry of which
// there is an image. "" is none.
func (f *Fetcher) Guess(repo Repo) (holds string) {
	if f.Cache == nil {
		return ""
	}
	f.Cache.mu.Lock()
	defer f.Cache.mu.Unlock()
	if entry := f.Cache.recall(repo); entry != nil && entry.image == imageReady && entry.branch == branch(repo.Ref) {
		return entry.name
	}
	return ""
}

// CopyImage calls use with the image of an entry that was guessed. Errors:
// ErrMoved when it is no more.
func (f *Fetcher) CopyImage(holds string, use func(image string) error) error {
	f.Cache.files.RLock()
	defer f.Cache.files.RUnlock()
	if f.Cache.find(holds) == nil {
		return ErrMoved
	}
	return use(f.Cache.imageOf(holds))
}

func (c *Cache) imageOf(name string) string { return filepath.Join(c.dir, name, "image") }

// Image is the image of a commit that somebody has undertaken to make.
type Image struct {
	cache *Cache
	entry *cached
}

// ClaimImage returns the image of what was cloned last, when it is large and has
// none; nil otherwise. It is tried once. Make must be called: others wait for it.
func (f *Fetcher) ClaimImage(repo Repo) *Image {
	if f.Cache == nil {
		return nil
	}
	f.Cache.mu.Lock()
	defer f.Cache.mu.Unlock()
	entry := f.Cache.recall(repo)
	if entry == nil || entry.image != noImage || !large(entry.baseline.Size) {
		return nil
	}
	entry.image, entry.branch, entry.made = imageClaimed, branch(repo.Ref), make(chan struct{})
	return &Image{f.Cache, entry}
}

// Make makes it. Write writes a file system to a file, once fill has put the
// tree into a folder of it. Owner and objects are as in Dest.
func (i *Image) Make(ctx context.Context, owner int, objects string, write func(to string, fill func(tree string) error) error) error {
	c, state := i.cache, imageFailed
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		i.entry.image = state
		close(i.entry.made)
	}()
	c.files.RLock()
	defer c.files.RUnlock()
	if c.find(i.entry.name) != i.entry {
		return nil // others needed its room
	}
	err := write(c.imageOf(i.entry.name), func(tree string) error {
		return c.copyTo(ctx, i.entry, i.entry.branch, Dest{Tree: tree, Owner: owner, Objects: objects})
	})
	if err != nil {
		return fmt.Errorf("make image: %w", err)
	}
	state = imageReady
	return nil
}

// ImageComes returns a channel that is closed when the image that Guess will
// name is made, or cannot be; nil when nobody makes one.
func (f *Fetcher) ImageComes(repo Repo) <-chan struct{} {
	if f.Cache == nil {
		return nil
	}
	f.Cache.mu.Lock()
	defer f.Cache.mu.Unlock()
	if entry := f.Cache.recall(repo); entry != nil && entry.image == imageClaimed && entry.branch == branch(repo.Ref) {
		return entry.made
	}
	return nil
}
