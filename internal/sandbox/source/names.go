package source

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// cleanName is the name below the root that an archive's name means; keep is
// false for what is left out. Errors: ARCHIVE_INVALID.
func cleanName(name string) (clean string, keep bool, err error) {
	switch {
	case len(name) > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "", false, errArchive("%q is not a usable name", shorten(name))
	case strings.ContainsFunc(name, ignorable):
		return "", false, errArchive("%q has invisible characters in its name", shorten(name))
	case strings.HasPrefix(name, "/") || strings.Contains(name, `\`) || filepath.VolumeName(name) != "":
		return "", false, errArchive("%q is not a relative path", shorten(name))
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return "", false, errArchive("%q leads out of the archive", shorten(name))
		}
		if part != "." && strings.TrimRight(part, ". ") != part {
			return "", false, errArchive("%q has a part that ends in a dot or a space", shorten(name))
		}
		if gitTrick(part) {
			return "", false, errArchive("%q is another name of .git", shorten(name))
		}
		if strings.EqualFold(part, ".git") {
			return "", false, nil
		}
	}
	clean = path.Clean(name)
	return clean, clean != ".", nil
}

// gitTrick reports whether a part of a path is another name of .git on some file
// system: its short name, or a stream of it.
func gitTrick(part string) bool {
	stem, _, stream := strings.Cut(part, ":")
	return strings.EqualFold(stem, "git~1") || stream && strings.EqualFold(stem, ".git")
}

// ignorable reports what file systems leave out when they compare names, and
// what turns the direction of what people read.
func ignorable(r rune) bool {
	switch {
	case r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff:
		return true
	default:
		return r >= 0x80 && r < 0xa0 // control characters of the second kind
	}
}

// folded is what all spellings of a name have in common that some file system
// takes for one name.
func folded(name string) string {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return norm.NFC.String(cases.Fold().String(norm.NFD.String(name)))
		}
	}
	return strings.ToLower(name)
}

// maxNames bounds what is remembered of an archive's names, in bytes: long names
// compress so well that a small archive could fill the memory.
const maxNames = 32 << 20

// seenName is how a name was spelt first.
type seenName struct {
	spelling string
	file     bool // it is no folder, so it may be there only once
}

// distinct refuses a name that is there already, or that differs from one only
// in its case or in how its letters are composed: which of the two wins would
// depend on who unpacks, and the agent might read another file than the buyer.
func (w *walker) distinct(name string, folder bool) error {
	for end := 0; end < len(name); {
		next := strings.IndexByte(name[end:], '/')
		last := next < 0
		if last {
			end = len(name)
		} else {
			end += next
		}
		if err := w.note(name[:end], last && !folder); err != nil {
			return err
		}
		end++
	}
	return nil
}

func (w *walker) note(name string, file bool) error {
	key := folded(name)
	before, known := w.seen[key]
	switch {
	case !known:
		if len(w.seen) >= w.limits.Files {
			return errTooManyFiles(w.limits.Files)
		}
		if w.names += len(key) + len(name); w.names > maxNames {
			return errTooLarge(fmt.Sprintf("the names in it are more than %d MiB", maxNames>>20))
		}
		w.seen[key] = seenName{spelling: name, file: file}
		return nil
	case before.spelling != name:
		return errArchive("%q and %q differ only in their case", shorten(before.spelling), shorten(name))
	case file && before.file:
		return errArchive("%q is in it twice", shorten(name))
	case file || before.file:
		return errArchive("%q is a file and a folder", shorten(name))
	default:
		return nil
	}
}
