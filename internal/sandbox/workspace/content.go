package workspace

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/namespace"
)

// FileContent is a file or a part of it.
type FileContent struct {
	Path      string `json:"path" doc:"Absolute path in the sandbox"`
	Content   string `json:"content"`
	Encoding  string `json:"encoding" enum:"utf-8,base64" doc:"base64 for what is no UTF-8 text"`
	SizeBytes int64  `json:"sizeBytes" doc:"Of the whole file"`
	Offset    int64  `json:"offset" doc:"Where the content begins in the file"`
	SHA256    string `json:"sha256" doc:"Of the bytes of content, in hex"`
	More      bool   `json:"more" doc:"Whether the file goes on after it"`

	Bytes int64 `json:"-"` // of content
}

const (
	// MaxRead bounds what one read returns, in bytes.
	MaxRead = 8 << 20
	// MaxWrite bounds what one write takes, in bytes.
	MaxWrite = 8 << 20
)

// Read returns limit bytes of a file from offset on; limit 0 is all of it.
// Errors: PATH_NOT_ALLOWED, FILE_NOT_FOUND, NOT_A_FILE, FILE_TOO_LARGE.
func (w Dir) Read(abs string, offset, limit int64) (content FileContent, err error) {
	if offset < 0 || limit < 0 || limit > MaxRead {
		return content, city.InvalidField("limit", "between 0 and %d, from an offset that is not negative", MaxRead)
	}
	err = w.in(abs, func(root *os.Root, rel string) error {
		f, info, err := OpenRegular(root, rel)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		size := info.Size()
		if limit == 0 {
			if size-offset > MaxRead {
				return errTooLarge(size, MaxRead)
			}
			limit = MaxRead
		}
		raw, err := io.ReadAll(io.NewSectionReader(f, offset, limit))
		if err != nil {
			return err
		}
		content = encodeContent(raw)
		content.Path, content.SizeBytes, content.Offset = path.Join(Home, rel), size, offset
		content.More = offset+int64(len(raw)) < size
		return nil
	})
	return content, err
}

func encodeContent(raw []byte) FileContent {
	sum := sha256.Sum256(raw)
	c := FileContent{Encoding: "utf-8", SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(raw))}
	if utf8.Valid(raw) && bytes.IndexByte(raw, 0) < 0 {
		c.Content = string(raw)
		return c
	}
	c.Encoding, c.Content = "base64", base64.StdEncoding.EncodeToString(raw)
	return c
}

// Write replaces or creates a file, with the folders that lead to it. Readers
// see the old or the new content, never a half. Errors: PATH_NOT_ALLOWED,
// NOT_A_FILE, NOT_A_DIRECTORY, FILE_TOO_LARGE.
func (w Dir) Write(abs string, content []byte) (entry Entry, err error) {
	if len(content) > MaxWrite {
		return entry, city.Errorf(city.CodeFileTooLarge, "At most %d bytes can be written at once.", MaxWrite)
	}
	err = w.in(abs, func(root *os.Root, rel string) error {
		if err := makeFolders(root, path.Dir(rel)); err != nil {
			return err
		}
		perm := fs.FileMode(0o644)
		if info, err := root.Lstat(rel); err == nil {
			if !info.Mode().IsRegular() && info.Mode()&fs.ModeSymlink == 0 {
				return errNotAFile()
			}
			if info.Mode().IsRegular() {
				perm = info.Mode().Perm()
			}
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := w.replace(root, rel, content, perm); err != nil {
			return err
		}
		info, err := root.Lstat(rel)
		if err != nil {
			return err
		}
		entry = describe(rel, info)
		return nil
	})
	return entry, err
}

// give hands a file or folder to the sandbox's user. Only root can, and only
// then it is someone else.
func give(f *os.File) error {
	if !namespace.Root() {
		return nil
	}
	return f.Chown(UID, UID)
}

// makeFolders makes the folders that are missing, each owned by the sandbox's user.
func makeFolders(root *os.Root, rel string) error {
	if rel == "." {
		return nil
	}
	info, err := root.Stat(rel)
	if err == nil && !info.IsDir() {
		return errNotADirectory()
	}
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makeFolders(root, path.Dir(rel)); err != nil {
		return err
	}
	if err := root.Mkdir(rel, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	dir, err := openDir(root, rel)
	if err != nil {
		return err
	}
	return errors.Join(give(dir), dir.Close())
}

// Open opens limit bytes of a regular file from offset on for streaming; limit
// 0 is all that is there. Size is how many bytes come; a file that is cut off
// meanwhile has fewer.
func (w Dir) Open(abs string, offset, limit int64) (r io.ReadCloser, size int64, err error) {
	if offset < 0 || limit < 0 {
		return nil, 0, city.InvalidField("offset", "offset and limit are not negative")
	}
	err = w.in(abs, func(root *os.Root, rel string) error {
		f, info, err := OpenRegular(root, rel)
		if err != nil {
			return err
		}
		size = max(0, info.Size()-offset)
		if limit > 0 {
			size = min(size, limit)
		}
		r = part{io.NewSectionReader(f, offset, size), f}
		return nil
	})
	return r, size, err
}

// part is a section of a file that closes it.
type part struct {
	io.Reader
	io.Closer
}

func isEOF(err error) bool { return errors.Is(err, io.EOF) }

// encodeCursor and decodeCursor carry the names that lead to a page's last
// entry; NUL is the one byte that no name has.
func encodeCursor(at []string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(at, "\x00")))
}

func decodeCursor(cursor string) ([]string, error) {
	if cursor == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) == 0 {
		return nil, city.NotACursor()
	}
	return strings.Split(string(raw), "\x00"), nil
}
