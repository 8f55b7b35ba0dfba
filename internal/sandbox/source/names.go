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

// place is a name in a folder, the same for all spellings of the name.
type place struct {
	folder int // its number; 0 is the root
	name   string
}

// seenName is how a name was spelt first.
type seenName struct {
	spelling string
	number   int  // of a folder, in the order they came
	file     bool // it is no folder, so it may be there only once
}

// distinct refuses a name that is there already, or that differs from one only
// in its case or in how its letters are composed: which of the two wins would
// depend on who unpacks, and the agent might read another file than the buyer.
// Each part is folded once: a path may have two thousand.
func (w *walker) distinct(name string, folder bool) error {
	for in, end := 0, 0; end < len(name); end++ {
		begin := end
		if next := strings.IndexByte(name[begin:], '/'); next >= 0 {
			end = begin + next
		} else {
			end = len(name)
		}
		known, err := w.note(in, name[:end], name[begin:end], end == len(name) && !folder)
		if err != nil {
			return err
		}
		in = known.number
	}
	return nil
}

// note remembers the last part of a path, which is in the folder of that number.
func (w *walker) note(folder int, whole, part string, file bool) (seenName, error) {
	at := place{folder: folder, name: folded(part)}
	before, known := w.seen[at]
	switch {
	case !known:
		if len(w.seen) >= w.limits.Files {
			return before, errTooManyFiles(w.limits.Files)
		}
		if w.names += len(at.name) + len(part); w.names > maxNames {
			return before, errTooLarge(fmt.Sprintf("the names in it are more than %d MiB", maxNames>>20))
		}
		// Copies: the whole path need not stay.
		at.name = strings.Clone(at.name)
		now := seenName{spelling: strings.Clone(part), number: len(w.seen) + 1, file: file}
		w.seen[at] = now
		return now, nil
	case before.spelling != part:
		return before, errArchive("%q and %q differ only in their case", shorten(whole[:len(whole)-len(part)]+before.spelling), shorten(whole))
	case file && before.file:
		return before, errArchive("%q is in it twice", shorten(whole))
	case file || before.file:
		return before, errArchive("%q is a file and a folder", shorten(whole))
	default:
		return before, nil
	}
}
