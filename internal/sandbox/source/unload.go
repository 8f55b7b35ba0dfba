package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// unload takes over what a workshop has made: the tree, the objects and the
// index. It is read as any hostile folder is, after the workshop has ended: files,
// folders and links only, counted against the limits again. Everything else of
// the git directory is written by ourselves. The files' paths are returned.
func (b *bench) unload(ctx context.Context, dest Dest, commit string) ([]string, error) {
	if err := b.w.Stop(ctx); err != nil {
		return nil, errDied().WithCause(err)
	}
	root, err := os.OpenRoot(b.w.Dir())
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	tree, err := takeTree(ctx, root, filepath.Join(b.w.Dir(), shopTree), dest.Tree, &inventory{limits: b.limits, wanted: noGitDir, links: true})
	if err != nil {
		return nil, err
	}
	if err := makeGitDir(dest.GitDir); err != nil {
		return nil, err
	}
	// A pack is no longer than what was transferred, objects of files hardly
	// longer than they; an index is a line for each file.
	roomy := b.limits
	roomy.Bytes = 2*max(b.limits.Bytes, b.limits.Transfer) + int64(b.limits.Files)*maxName
	roomy.Files = 4*b.limits.Files + 1<<10
	if err := takeGit(ctx, root, dest.GitDir, &inventory{limits: roomy, wanted: objectOrIndex}); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dest.GitDir, "refs/heads/main"), []byte(commit+"\n"), 0o644); err != nil { //nolint:gosec // the sandbox's user reads it
		return nil, err
	}
	return tree.regular(), nil
}

// noGitDir wants everything of a tree; what goes by the name of git's own folder
// has no business in it.
func noGitDir(name string) (bool, error) {
	if strings.EqualFold(path.Base(name), ".git") {
		return false, errors.New("the tree has a .git")
	}
	return true, nil
}

// objects are the names of objects and packs below a git directory, and the
// folders they are in.
var objects = regexp.MustCompile(`^(index|objects|objects/pack|objects/[0-9a-f]{2}|objects/[0-9a-f]{2}/[0-9a-f]{38,62}|objects/pack/pack-[0-9a-f]{40,64}\.(pack|idx|rev))$`)

func objectOrIndex(name string) (bool, error) { return objects.MatchString(name), nil }

// inventory lists a folder that hostile programs have made, within limits.
type inventory struct {
	limits Limits
	wanted func(name string) (bool, error)
	links  bool // may be in it

	bytes   int64
	entries []listed // folders before what is in them
}

// listed is an entry of an inventory.
type listed struct {
	name string
	mode fs.FileMode
}

// regular are the paths of the files.
func (i *inventory) regular() []string {
	var paths []string
	for _, entry := range i.entries {
		if entry.mode.IsRegular() {
			paths = append(paths, entry.name)
		}
	}
	return paths
}

// folder lists what is in a folder and below.
func (i *inventory) folder(ctx context.Context, root *os.Root, name string) error {
	dir, err := root.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	for {
		children, err := dir.Readdirnames(256) // not all at once: there may be millions
		for _, child := range children {
			if err := i.entry(ctx, root, path.Join(name, child)); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (i *inventory) entry(ctx context.Context, root *os.Root, name string) error {
	if wanted, err := i.wanted(name); err != nil || !wanted {
		return err
	}
	info, err := root.Lstat(name)
	if err != nil {
		return err
	}
	switch {
	case len(name) > maxName:
		return errTooLarge("it has a file or folder whose path is too long")
	case len(i.entries) >= i.limits.Files:
		return errTooManyFiles(i.limits.Files)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	i.entries = append(i.entries, listed{name: name, mode: info.Mode()})
	switch {
	case info.IsDir():
		return i.folder(ctx, root, name)
	case info.Mode().IsRegular():
		if i.bytes += info.Size(); i.bytes > i.limits.Bytes {
			return errTooManyBytes(i.limits.Bytes)
		}
		return nil
	case i.links && info.Mode()&fs.ModeSymlink != 0:
		return nil
	default:
		return fmt.Errorf("%w: %s", errNotRegular, info.Mode().Type())
	}
}

// takeTree copies the tree, once all of it is known to be fit for that.
func takeTree(ctx context.Context, root *os.Root, from, to string, found *inventory) (*inventory, error) {
	source, err := root.OpenRoot(shopTree)
	if err != nil {
		return nil, err
	}
	defer func() { _ = source.Close() }()
	if err := found.folder(ctx, source, "."); err != nil {
		return nil, err
	}
	return found, copyTree(ctx, from, to, "", 0)
}

// takeGit copies what an inventory wants of the git directory.
func takeGit(ctx context.Context, root *os.Root, to string, found *inventory) error {
	source, err := root.OpenRoot(shopGit)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	if err := found.folder(ctx, source, "."); err != nil {
		return err
	}
	target, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer func() { _ = target.Close() }()
	for _, entry := range found.entries {
		if entry.mode.IsDir() {
			err = target.MkdirAll(entry.name, 0o755)
		} else {
			err = takeFile(source, target, entry.name)
		}
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
	}
	return nil
}

func takeFile(source, target *os.Root, name string) error {
	in, err := source.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := target.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
