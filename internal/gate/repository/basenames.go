package repository

import (
	"path"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// baseNames finds files by their base name, whatever its case. Most names are there
// once, so that a list for each would cost more than all else that is done with them.
type baseNames struct {
	files []File
	first []int32 // the first file of each slot, from 1; names share a slot
	next  []int32 // behind each file the next one of its slot
}

func newBaseNames(files []File) *baseNames {
	slots := 1
	for slots < 2*len(files) {
		slots *= 2
	}
	b := &baseNames{files, make([]int32, slots), make([]int32, len(files))}
	for i := len(files) - 1; i >= 0; i-- { // so that a slot has them as they are listed
		slot := b.slot(baseName(files[i].Path))
		b.next[i], *slot = *slot, int32(i+1) //nolint:gosec // there are at most maxIndexFiles
	}
	return b
}

func (b *baseNames) slot(base string) *int32 {
	return &b.first[xxhash.Sum64String(base)&uint64(len(b.first)-1)] //nolint:gosec // a length is not negative
}

// of returns the paths that end in a base name in lower case.
func (b *baseNames) of(base string) []string {
	var all []string
	for i := *b.slot(base); i > 0; i = b.next[i-1] {
		if p := b.files[i-1].Path; baseName(p) == base {
			all = append(all, p)
		}
	}
	return all
}

// baseName is path.Base in lower case.
func baseName(p string) string { return strings.ToLower(path.Base(p)) }

// typings is how files of type declarations end, which is what a sole one is called.
const typings = ".d.ts"

// soleTypings is the only file of type declarations; false when there are none or more.
func (x *Index) soleTypings() (string, bool) {
	sole := ""
	for p := range x.Files {
		if strings.HasSuffix(p, typings) {
			if sole != "" {
				return "", false
			}
			sole = p
		}
	}
	return sole, sole != ""
}
