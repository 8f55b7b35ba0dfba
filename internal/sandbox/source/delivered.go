package source

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Delivered reads the files of a baseline as they were delivered, whatever has
// become of the tree since. They are kept in one file of ours, one after the
// other in the order of their paths, so that nothing hostile is parsed to read
// them again. It is for one reader at a time.
type Delivered struct {
	file  *os.File
	spans map[string]span
}

// span is where a file's content is.
type span struct{ at, bytes int64 }

// MaxObject bounds a file that is kept, in bytes.
const MaxObject = 8 << 20

// OpenDelivered opens what was kept of a baseline's files at path; Close ends it.
func OpenDelivered(path string, b Baseline) (*Delivered, error) {
	file, err := os.Open(path) //nolint:gosec // our own file
	if err != nil {
		return nil, fmt.Errorf("open delivered files: %w", err)
	}
	d := &Delivered{file: file, spans: make(map[string]span, len(b.Files))}
	end := int64(0)
	for _, f := range b.Files {
		if f.Bytes <= MaxObject {
			d.spans[f.Path] = span{at: end, bytes: f.Bytes}
			end += f.Bytes
		}
	}
	info, err := file.Stat()
	if err == nil && info.Size() != end {
		err = fmt.Errorf("it has %d bytes, not %d", info.Size(), end)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open delivered files: %w", err), file.Close())
	}
	return d, nil
}

// ReadFile returns a file of the baseline by its path from the root of the
// code; false when there is none, or it is too large or no regular file.
func (d *Delivered) ReadFile(path string) ([]byte, bool) {
	found, ok := d.spans[path]
	if !ok {
		return nil, false
	}
	content := make([]byte, found.bytes)
	if _, err := d.file.ReadAt(content, found.at); err != nil {
		return nil, false
	}
	return content, true
}

// Close ends the reading.
func (d *Delivered) Close() error { return d.file.Close() }

// keep measures the files of a tree and keeps their content at path, as Delivered
// reads it. What is missing or no regular file is left out.
func keep(ctx context.Context, tree string, paths []string, path string) (_ []File, err error) {
	root, err := os.OpenRoot(tree)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	kept, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // our own file
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	slices.SortFunc(paths, strings.Compare)
	out, buffer := bufio.NewWriterSize(kept, 256<<10), make([]byte, 64<<10)
	files := make([]File, 0, len(paths))
	for _, name := range paths {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		file, err := measureFile(root, name, buffer, out)
		if errors.Is(err, errNotRegular) || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, out.Flush()
}

// measureFile measures a file as MeasureFile does, and writes its content to
// keep when it is small enough.
func measureFile(root *os.Root, name string, buffer []byte, keep io.Writer) (File, error) {
	f, file, err := openMeasured(root, name)
	if err != nil {
		return File{}, err
	}
	defer func() { _ = f.Close() }()
	if file.Bytes > MaxObject {
		return file, countLines(f, &file, buffer)
	}
	content := &counter{w: keep}
	rest := io.TeeReader(io.LimitReader(f, file.Bytes), content)
	if err := countLines(rest, &file, buffer); err != nil {
		return File{}, err
	}
	if _, err := io.CopyBuffer(io.Discard, onlyReader{rest}, buffer); err != nil { // what follows in a binary
		return File{}, err
	}
	if content.n != file.Bytes {
		return File{}, fmt.Errorf("a file has %d bytes, not %d: it changed while it was read", content.n, file.Bytes)
	}
	return file, nil
}

// onlyReader keeps io.CopyBuffer to the buffer it is given.
type onlyReader struct{ io.Reader }

// counter counts what is written.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
