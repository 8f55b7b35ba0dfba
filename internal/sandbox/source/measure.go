package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// File is one regular file.
type File struct {
	Path  string `json:"path"` // slash-separated, relative to the root of the code
	Bytes int64  `json:"bytes"`
	Lines int    `json:"lines,omitempty"` // of a text; 0 for anything else
	Text  bool   `json:"text,omitempty"`  // no NUL in its first 8000 bytes, as git tells texts
}

// Class is a rough size, which may be told before the code may be seen.
type Class string

// The size classes, by tokens.
const (
	Small  Class = "small"  // up to 25,000 tokens: read at one go
	Medium Class = "medium" // up to 250,000 tokens
	Large  Class = "large"
)

// Size is how much code there is.
type Size struct {
	Files  int   `json:"files"`
	Bytes  int64 `json:"bytes"`  // of all files
	Tokens int64 `json:"tokens"` // what a model would read: see Tokens
	Class  Class `json:"class"`
}

const (
	bytesPerToken = 4
	smallTokens   = 25_000
	mediumTokens  = 250_000
	sniffBytes    = 8_000
)

// ClassOf is the class of so many tokens.
func ClassOf(tokens int64) Class {
	switch {
	case tokens <= smallTokens:
		return Small
	case tokens <= mediumTokens:
		return Medium
	default:
		return Large
	}
}

// Tokens estimates what a model reads of size bytes of text: four bytes a token.
func Tokens(size int64) int64 { return (size + bytesPerToken - 1) / bytesPerToken }

// sizeOf sums files up. Tokens count texts that people write: not binaries,
// lock files, minified files or folders of other people's code.
func sizeOf(files []File) Size {
	var size Size
	var text int64
	for _, f := range files {
		size.Files++
		size.Bytes += f.Bytes
		if f.Text && !generated(f.Path) {
			text += f.Bytes
		}
	}
	size.Tokens = Tokens(text)
	size.Class = ClassOf(size.Tokens)
	return size
}

var (
	vendored = []string{"node_modules", "vendor", "third_party", "bower_components", "Pods", ".yarn", "dist", ".git", ".venv", "venv", "site-packages", "Carthage"}
	locks    = []string{
		"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "deno.lock", "go.sum", "go.work.sum",
		"Cargo.lock", "poetry.lock", "uv.lock", "Pipfile.lock", "pdm.lock", "composer.lock", "Gemfile.lock", "mix.lock", "pubspec.lock",
		"packages.lock.json", "gradle.lockfile", "flake.lock", "Podfile.lock", "Package.resolved", "Cartfile.resolved", "conan.lock", "pixi.lock",
		".terraform.lock.hcl",
	}
	minified = []string{".min.js", ".min.css", ".map", ".svg"}
)

// generated reports whether a file is not worth reading for what the code does.
func generated(name string) bool {
	if slices.Contains(locks, path.Base(name)) {
		return true
	}
	if slices.ContainsFunc(minified, func(suffix string) bool { return strings.HasSuffix(name, suffix) }) {
		return true
	}
	return slices.ContainsFunc(strings.Split(path.Dir(name), "/"), func(dir string) bool { return slices.Contains(vendored, dir) })
}

var errNotRegular = errors.New("not a regular file")

// MeasureFile counts the lines of one file below root, of which it reads no more
// than so many bytes, and tells how many it read. It never blocks on what is no
// regular file. The buffer is for its use.
func MeasureFile(root *os.Root, name string, most int64, buffer []byte) (file File, read int64, err error) {
	f, file, err := openMeasured(root, name)
	if err != nil {
		return File{}, 0, err
	}
	defer func() { _ = f.Close() }()
	rest := &io.LimitedReader{R: f, N: most}
	err = countLines(rest, &file, buffer)
	return file, most - rest.N, err
}

// openMeasured opens a regular file, of which only the lines are not known yet.
func openMeasured(root *os.Root, name string) (*os.File, File, error) {
	f, err := root.OpenFile(filepath.FromSlash(name), os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, File{}, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%w", errNotRegular)
	}
	if err != nil {
		return nil, File{}, errors.Join(err, f.Close())
	}
	return f, File{Path: name, Bytes: info.Size(), Text: true}, nil
}

// countLines reads a text to its end, anything else only so far as to know.
func countLines(r io.Reader, file *File, buffer []byte) error {
	seen, last := 0, byte('\n')
	for {
		n, err := r.Read(buffer)
		chunk := buffer[:n]
		if seen < sniffBytes && bytes.IndexByte(chunk[:min(n, sniffBytes-seen)], 0) >= 0 {
			file.Text, file.Lines = false, 0
			return nil
		}
		seen += n
		file.Lines += bytes.Count(chunk, []byte("\n"))
		if n > 0 {
			last = chunk[n-1] //nolint:gosec // n is more than 0 and within chunk
		}
		if errors.Is(err, io.EOF) {
			if last != '\n' {
				file.Lines++
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// save keeps the baseline's file list beside its objects.
func (b Baseline) save(gitDir string) error {
	encoded, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(gitDir, manifestName), encoded, 0o644) //nolint:gosec // the sandbox's user may read it
}

// LoadBaseline reads the baseline that was kept in a git directory.
func LoadBaseline(gitDir string) (Baseline, error) {
	var b Baseline
	raw, err := os.ReadFile(filepath.Join(gitDir, manifestName)) //nolint:gosec // our own folder
	if err != nil {
		return b, fmt.Errorf("read baseline: %w", err)
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return b, fmt.Errorf("read baseline: %w", err)
	}
	return b, nil
}
