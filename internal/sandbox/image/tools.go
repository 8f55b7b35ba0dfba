package image

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"

	"aicity.dev/aicity/internal/sandbox"
)

// NetworkTools are the files below dir that are network tools: by their name in
// a program folder, by a link of such a name, or as a copy in a program folder
// under another name. Paths begin at dir, without a slash, links resolved. A
// program that is many in one, such as busybox, is none of them.
func NetworkTools(dir string) ([]string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	named, err := findTools(root)
	if err != nil {
		return nil, fmt.Errorf("look for network tools: %w", err)
	}
	files := slices.DeleteFunc(named, func(name string) bool {
		info, err := root.Lstat(name)
		return err != nil || !info.Mode().IsRegular() || info.Size() == 0
	})
	hashes, err := hashTools(root, files)
	if err != nil {
		return nil, err
	}
	files = slices.DeleteFunc(files, func(name string) bool { return !hashes.known(name) })
	err = eachProgram(root, func(at string, _ fs.DirEntry) error {
		same, err := hashes.match(root, at)
		if same {
			files = append(files, at)
		}
		return err
	})
	slices.Sort(files)
	return slices.Compact(files), err
}

// dropTools removes the network tools from a tree, with what they are links to
// and copies of them anywhere under other names, and returns the paths that
// went. There is no network to reach with them; this is the second wall.
func dropTools(root *os.Root) ([]string, error) {
	gone, err := findTools(root)
	if err != nil {
		return nil, fmt.Errorf("look for network tools: %w", err)
	}
	hashes, err := hashTools(root, gone)
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		same, err := hashes.match(root, name)
		if same {
			gone = append(gone, name)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for copies of network tools: %w", err)
	}
	slices.Sort(gone)
	gone = slices.Compact(gone)
	for _, name := range gone {
		if err := root.Remove(name); err != nil {
			return nil, err
		}
	}
	return gone, nil
}

// eachProgram calls do for what is in the program folders of a tree.
func eachProgram(root *os.Root, do func(at string, entry fs.DirEntry) error) error {
	var seen []string
	for _, folder := range sandbox.ProgramFolders() {
		dir, err := resolve(root, folder, false)
		if err != nil || slices.Contains(seen, dir) {
			continue // a tree need not have all of them, and some are links to others
		}
		seen = append(seen, dir)
		entries, err := fs.ReadDir(root.FS(), dir)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if err := do(path.Join(dir, entry.Name()), entry); err != nil {
				return err
			}
		}
	}
	return nil
}

// findTools are the files and links in the program folders that have the name
// of a network tool, and the files they lead to.
func findTools(root *os.Root) ([]string, error) {
	var found []string
	err := eachProgram(root, func(at string, entry fs.DirEntry) error {
		if !sandbox.IsBlockedTool(entry.Name()) || entry.IsDir() {
			return nil
		}
		found = append(found, at)
		target, err := resolve(root, at, false)
		if err != nil || target == at || sandbox.IsManyPrograms(path.Base(target)) {
			return nil //nolint:nilerr // a link to nothing is nothing to run
		}
		if info, err := root.Lstat(target); err == nil && info.Mode().IsRegular() {
			found = append(found, target)
		}
		return nil
	})
	return found, err
}

// contents are files known by what is in them.
type contents struct {
	sizes  map[int64]bool
	hashes map[string]bool
	names  map[string]bool
}

func (c contents) known(name string) bool { return c.names[name] }

// match reports whether a file has one of the contents.
func (c contents) match(root *os.Root, name string) (bool, error) {
	info, err := root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || !c.sizes[info.Size()] {
		return false, err
	}
	hash, err := hashFile(root, name)
	return c.hashes[hash], err
}

// hashTools reads the contents of tools. One with the content of the shell is
// one name of a program that is many, and not among them.
func hashTools(root *os.Root, tools []string) (contents, error) {
	c := contents{sizes: map[int64]bool{}, hashes: map[string]bool{}, names: map[string]bool{}}
	shell := shellHash(root)
	for _, tool := range tools {
		info, err := root.Lstat(tool)
		if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
			continue
		}
		hash, err := hashFile(root, tool)
		if err != nil {
			return c, fmt.Errorf("read network tool: %w", err)
		}
		if hash != shell {
			c.sizes[info.Size()], c.hashes[hash], c.names[tool] = true, true, true
		}
	}
	return c, nil
}

func shellHash(root *os.Root) string {
	at, err := resolve(root, "bin/sh", false)
	if err != nil {
		return ""
	}
	hash, err := hashFile(root, at)
	if err != nil {
		return ""
	}
	return hash
}
