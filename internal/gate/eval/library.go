package eval

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate"
)

// Library finds the repositories of samples: in a folder, in the module cache
// of Go, or by fetching them.
type Library struct {
	// Dir holds a folder for each repository and keeps what npm packs. A folder
	// that is there already is taken as it is.
	Dir   string
	known map[Repo]*gate.Repo
}

// Repository returns a sample's repository as the gate sees it, nil when the
// sample has none.
func (l *Library) Repository(ctx context.Context, r Repo) (*gate.Repo, error) {
	if r.Name == "" {
		return nil, nil
	}
	if repo, ok := l.known[r]; ok {
		return repo, nil
	}
	dir, err := l.folder(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("repository %s: %w", r, err)
	}
	repo, err := Tree(dir)
	if err != nil {
		return nil, fmt.Errorf("repository %s: %w", r, err)
	}
	if l.known == nil {
		l.known = map[Repo]*gate.Repo{}
	}
	l.known[r] = repo
	return repo, nil
}

// published matches names and versions of modules and packages; what it
// matches is safe as an argument and, with folderOf, as a name of a folder.
var published = regexp.MustCompile(`^@?[A-Za-z0-9][A-Za-z0-9._~/+-]*$`)

// majorVersion matches the end of a module's path that is no name.
var majorVersion = regexp.MustCompile(`/v\d+$`)

func (l *Library) folder(ctx context.Context, r Repo) (string, error) {
	if !published.MatchString(r.Name) || !published.MatchString(r.Version) || strings.Contains(r.Name+r.Version, "..") {
		return "", errors.New("the name or version is not that of a published package")
	}
	for _, name := range []string{folderOf(r.Name) + "@" + r.Version, path.Base(majorVersion.ReplaceAllString(r.Name, "")) + "@" + r.Version} {
		dir := filepath.Join(l.Dir, name)
		if info, err := os.Stat(dir); l.Dir != "" && err == nil && info.IsDir() {
			return dir, nil
		}
	}
	if r.Kind == "go" {
		return goModule(ctx, r)
	}
	if l.Dir == "" {
		return "", errors.New("name a folder to keep npm packages in")
	}
	return l.npmPackage(ctx, r)
}

func folderOf(name string) string {
	return strings.ReplaceAll(strings.TrimPrefix(name, "@"), "/", "-")
}

// goModule asks go for the folder of a module, which downloads it when it is
// not in the cache.
func goModule(ctx context.Context, r Repo) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", r.Name+"@"+r.Version) //nolint:gosec // both are checked by folder
	cmd.Dir = os.TempDir()                                                                  // outside of any module
	out, err := cmd.Output()
	var module struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &module); jsonErr == nil && module.Error != "" {
		return "", errors.New(module.Error)
	}
	if err != nil {
		return "", fmt.Errorf("go mod download: %w", err)
	}
	if module.Dir == "" {
		return "", errors.New("go mod download names no folder")
	}
	return module.Dir, nil
}

// npmPackage packs a package and unpacks it into the library's folder.
func (l *Library) npmPackage(ctx context.Context, r Repo) (string, error) {
	if err := os.MkdirAll(l.Dir, 0o750); err != nil {
		return "", err
	}
	temp, err := os.MkdirTemp(l.Dir, ".npm-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	cmd := exec.CommandContext(ctx, "npm", "pack", r.Name+"@"+r.Version, "--silent", "--pack-destination", temp) //nolint:gosec // both are checked by folder
	var stderr bytes.Buffer
	cmd.Dir, cmd.Stderr = temp, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("npm pack: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	packed, err := filepath.Glob(filepath.Join(temp, "*.tgz"))
	if err != nil || len(packed) != 1 {
		return "", errors.New("npm pack wrote no archive")
	}
	tree := filepath.Join(temp, "tree")
	if err := os.Mkdir(tree, 0o750); err != nil {
		return "", err
	}
	if err := unpack(packed[0], tree); err != nil {
		return "", fmt.Errorf("unpack: %w", err)
	}
	dir := filepath.Join(l.Dir, folderOf(r.Name)+"@"+r.Version)
	return dir, os.Rename(tree, dir)
}

// maxPackedFile bounds one file of a package.
const maxPackedFile = 64 << 20

// unpack extracts the regular files of a package, without the folder that
// holds them all.
func unpack(archive, dir string) error {
	f, err := os.Open(archive) //nolint:gosec // found in a folder of our own
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	zip, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	files := tar.NewReader(zip)
	for {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		_, name, inside := strings.Cut(path.Clean(head.Name), "/")
		if head.Typeflag != tar.TypeReg || !inside {
			continue
		}
		if err := root.MkdirAll(path.Dir(name), 0o750); err != nil {
			return err
		}
		content, err := io.ReadAll(io.LimitReader(files, maxPackedFile))
		if err != nil {
			return err
		}
		if err := root.WriteFile(name, content, 0o640); err != nil {
			return err
		}
	}
}
