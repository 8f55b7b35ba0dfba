// Package image keeps root file systems for sandboxes: it makes them from
// Debian packages or from a container's file system, lists them, and tells
// whether one is still what it was. An image is a folder with three things in
// it: rootfs, the tree; manifest, a line for each file of it with its hash; and
// image.json, which says where it came from and what the manifest hashes to.
package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
)

// Image describes a root file system.
type Image struct {
	Name      string    `json:"name"`
	Source    string    `json:"source"` // where it came from, for people
	Tree      string    `json:"tree"`   // SHA-256 of the manifest, in hex: equal trees have equal hashes
	Files     int       `json:"files"`  // regular files, links and folders
	Bytes     int64     `json:"bytes"`  // of all regular files
	LeftOut   []string  `json:"leftOut,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
}

// Store is the folder that holds the images.
type Store struct {
	Dir   string
	Clock city.Clock
}

// Folder is where the images are, in a city's data folder.
const Folder = "images"

const (
	treeName     = "rootfs"
	manifestName = "manifest"
	factsName    = "image.json"
)

var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// CheckName says what a name of an image looks like.
func CheckName(name string) error {
	if !validName.MatchString(name) {
		return fmt.Errorf("%.80q is no name for an image: lower-case letters, digits, dots, dashes and underscores, at most 64", name)
	}
	return nil
}

// Root is the folder of the host to use as the root of sandboxes, for what an
// operator wrote: the name of an image, or a path when there is a slash in it.
func (s Store) Root(value string) (string, error) {
	if value == "" || strings.ContainsRune(value, filepath.Separator) {
		return value, nil
	}
	if _, err := s.Find(value); err != nil {
		return "", err
	}
	return filepath.Join(s.Dir, value, treeName), nil
}

// Find reads what an image says of itself.
func (s Store) Find(name string) (Image, error) {
	if err := CheckName(name); err != nil {
		return Image{}, err
	}
	raw, err := os.ReadFile(filepath.Join(s.Dir, name, factsName)) //nolint:gosec // the name is checked
	if errors.Is(err, fs.ErrNotExist) {
		return Image{}, fmt.Errorf("there is no image %q in %s; `aicity sandbox image list` shows those that are", name, s.Dir)
	}
	if err != nil {
		return Image{}, fmt.Errorf("read image: %w", err)
	}
	var found Image
	if err := json.Unmarshal(raw, &found); err != nil {
		return Image{}, fmt.Errorf("read image %s: %w", name, err)
	}
	found.Name = name // a renamed folder is a renamed image
	return found, nil
}

// List returns all images by name.
func (s Store) List() ([]Image, error) {
	entries, err := os.ReadDir(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list images: %w", err)
	}
	var images []Image
	for _, entry := range entries {
		if !entry.IsDir() || CheckName(entry.Name()) != nil {
			continue // one that is being made
		}
		found, err := s.Find(entry.Name())
		if err != nil {
			return nil, err
		}
		images = append(images, found)
	}
	return images, nil
}

// add makes an image: fill writes the tree, and what it became is noted. It
// appears under its name when it is whole, and not at all otherwise.
func (s Store) add(ctx context.Context, name, source string, fill func(ctx context.Context, tree string) error) (made Image, err error) {
	if err := CheckName(name); err != nil {
		return made, err
	}
	final := filepath.Join(s.Dir, name)
	if _, err := os.Lstat(final); err == nil {
		return made, fmt.Errorf("there is an image %q already: remove %s, or choose another name", name, final)
	}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil { //nolint:gosec // the sandbox's user reaches its root through it
		return made, fmt.Errorf("make image folder: %w", err)
	}
	dir, err := os.MkdirTemp(s.Dir, ".making-")
	if err != nil {
		return made, fmt.Errorf("make image folder: %w", err)
	}
	defer func() { err = errors.Join(err, removeTree(dir)) }() // nothing is there once it has its name
	tree := filepath.Join(dir, treeName)
	if err := errors.Join(os.Chmod(dir, 0o755), os.Mkdir(tree, 0o755), os.Chmod(tree, 0o755)); err != nil { //nolint:gosec // as above
		return made, fmt.Errorf("make image folder: %w", err)
	}
	if err := fill(ctx, tree); err != nil {
		return made, err
	}
	made = Image{Name: name, Source: source, CreatedAt: s.Clock.Now()}
	if made.LeftOut, err = settle(tree); err != nil {
		return made, fmt.Errorf("finish image: %w", err)
	}
	if err := note(ctx, dir, &made); err != nil {
		return made, fmt.Errorf("note what the image holds: %w", err)
	}
	if err := os.Rename(dir, final); err != nil {
		return made, fmt.Errorf("name image: %w", err)
	}
	return made, nil
}

// note writes the manifest and the facts.
func note(ctx context.Context, dir string, made *Image) error {
	entries, err := scan(ctx, filepath.Join(dir, treeName))
	if err != nil {
		return err
	}
	manifest := encodeManifest(entries)
	made.Tree, made.Files = treeHash(manifest), len(entries)
	for _, e := range entries {
		made.Bytes += e.size
	}
	facts, err := json.MarshalIndent(made, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, manifestName), manifest, 0o644),         //nolint:gosec // no secret
		os.WriteFile(filepath.Join(dir, factsName), append(facts, '\n'), 0o644)) //nolint:gosec // no secret
}

// removeTree removes a folder, also one whose folders we may not write to.
func removeTree(dir string) error {
	err := os.RemoveAll(dir)
	if err == nil || os.Geteuid() == 0 {
		return err
	}
	_ = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, _ error) error {
		if entry != nil && entry.IsDir() {
			_ = os.Chmod(name, 0o700) //nolint:gosec // about to be removed
		}
		return nil
	})
	return os.RemoveAll(dir)
}

// components orders paths as a walk through the tree meets them.
func components(a, b string) int {
	return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/"))
}
