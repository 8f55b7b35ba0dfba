package image

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// entry is one line of a manifest: a folder, a regular file or a link.
type entry struct {
	path string
	kind byte        // 'd', 'f' or 'l'; '?' is what no image holds
	mode fs.FileMode // of folders and files: permissions with setuid, setgid and sticky
	size int64       // of a file
	hash string      // of a file's content
	link string      // target of a link
}

// String is the entry's line. Names are quoted, so that none can forge a line
// or speak to a terminal.
func (e entry) String() string {
	switch e.kind {
	case 'f':
		return fmt.Sprintf("f %04o %d %s %s", unixMode(e.mode), e.size, e.hash, strconv.QuoteToASCII(e.path))
	case 'l':
		return fmt.Sprintf("l %s %s", strconv.QuoteToASCII(e.path), strconv.QuoteToASCII(e.link))
	default:
		return fmt.Sprintf("%c %04o %s", e.kind, unixMode(e.mode), strconv.QuoteToASCII(e.path))
	}
}

func unixMode(m fs.FileMode) uint32 {
	mode := uint32(m.Perm())
	for bit, value := range map[fs.FileMode]uint32{fs.ModeSetuid: 0o4000, fs.ModeSetgid: 0o2000, fs.ModeSticky: 0o1000} {
		if m&bit != 0 {
			mode |= value
		}
	}
	return mode
}

// scan describes a tree, in the order of a walk.
func scan(ctx context.Context, tree string) ([]entry, error) {
	root, err := os.OpenRoot(tree)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	var entries []entry
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil || name == "." {
			return err
		}
		e, err := describe(root, name, d)
		entries = append(entries, e)
		return err
	})
	return entries, err
}

func describe(root *os.Root, name string, d fs.DirEntry) (e entry, err error) {
	e = entry{path: name, kind: '?'}
	info, err := d.Info()
	if err != nil {
		return e, err
	}
	e.mode = info.Mode()
	switch e.mode.Type() {
	case fs.ModeDir:
		e.kind = 'd'
	case fs.ModeSymlink:
		e.kind = 'l'
		e.link, err = root.Readlink(name)
	case 0:
		e.kind, e.size = 'f', info.Size()
		e.hash, err = hashFile(root, name)
	}
	return e, err
}

func hashFile(root *os.Root, name string) (string, error) {
	f, err := root.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func encodeManifest(entries []entry) []byte {
	var b bytes.Buffer
	for _, e := range entries {
		b.WriteString(e.String())
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func treeHash(manifest []byte) string {
	sum := sha256.Sum256(manifest)
	return hex.EncodeToString(sum[:])
}

// DifferenceError is the first thing in which an image is not what it was.
type DifferenceError struct{ What string }

func (e *DifferenceError) Error() string { return e.What }

func differs(format string, args ...any) error {
	return &DifferenceError{What: fmt.Sprintf(format, args...)}
}

// Verify compares an image with its manifest, and the manifest with the hash
// that was noted for it. A *DifferenceError names the first that differs.
func (s Store) Verify(ctx context.Context, name string) (Image, error) {
	found, err := s.Find(name)
	if err != nil {
		return found, err
	}
	manifest, err := os.ReadFile(filepath.Join(s.Dir, name, manifestName)) //nolint:gosec // the name is checked
	if err != nil {
		return found, fmt.Errorf("read manifest: %w", err)
	}
	if got := treeHash(manifest); got != found.Tree {
		return found, differs("the manifest was changed: it hashes to %s, noted was %s", got, found.Tree)
	}
	entries, err := scan(ctx, filepath.Join(s.Dir, name, treeName))
	if err != nil {
		return found, fmt.Errorf("read image: %w", err)
	}
	return found, compare(strings.Split(strings.TrimSuffix(string(manifest), "\n"), "\n"), entries)
}

// compare names the first difference between a manifest's lines and a tree.
func compare(lines []string, entries []entry) error {
	for i, e := range entries {
		if i >= len(lines) {
			return differs("/%s is not in the manifest", quotable(e.path))
		}
		if lines[i] == e.String() {
			continue
		}
		want, err := parseLine(lines[i])
		if err != nil {
			return err
		}
		switch order := components(e.path, want.path); {
		case order < 0:
			return differs("/%s is not in the manifest", quotable(e.path))
		case order > 0:
			return differs("/%s is missing", quotable(want.path))
		}
		return differs("/%s is %s, the manifest says %s", quotable(e.path), e.facts(), want.facts())
	}
	if len(lines) > len(entries) && lines[len(entries)] != "" {
		want, err := parseLine(lines[len(entries)])
		if err != nil {
			return err
		}
		return differs("/%s is missing", quotable(want.path))
	}
	return nil
}

// facts is an entry in words.
func (e entry) facts() string {
	switch e.kind {
	case 'd':
		return fmt.Sprintf("a folder of mode %04o", unixMode(e.mode))
	case 'f':
		return fmt.Sprintf("a file of mode %04o with %d bytes of SHA-256 %.16s…", unixMode(e.mode), e.size, e.hash)
	case 'l':
		return "a link to " + strconv.QuoteToASCII(e.link)
	default:
		return "a device, pipe or socket"
	}
}

func quotable(path string) string {
	quoted := strconv.QuoteToASCII(path)
	return quoted[1 : len(quoted)-1]
}

// parseLine is the reverse of String, as far as compare needs it.
func parseLine(line string) (e entry, err error) {
	bad := fmt.Errorf("the manifest has a line that is none: %.80q", line)
	at := strings.IndexByte(line, '"')
	if at < 0 || line == "" {
		return e, bad
	}
	quoted, err := strconv.QuotedPrefix(line[at:])
	if err != nil {
		return e, bad
	}
	e.kind = line[0]
	e.path, _ = strconv.Unquote(quoted)
	fields := strings.Fields(line[:at])
	if len(fields) > 1 {
		mode, _ := strconv.ParseUint(fields[1], 8, 32)
		e.mode = goMode(uint32(mode))
	}
	if len(fields) > 3 {
		e.size, _ = strconv.ParseInt(fields[2], 10, 64)
		e.hash = fields[3]
	}
	if e.kind == 'l' {
		e.link, err = strconv.Unquote(strings.TrimSpace(line[at+len(quoted):]))
		if err != nil {
			return e, bad
		}
	}
	return e, nil
}

func goMode(m uint32) fs.FileMode {
	mode := fs.FileMode(m & 0o777)
	for bit, value := range map[fs.FileMode]uint32{fs.ModeSetuid: 0o4000, fs.ModeSetgid: 0o2000, fs.ModeSticky: 0o1000} {
		if m&value != 0 {
			mode |= bit
		}
	}
	return mode
}
