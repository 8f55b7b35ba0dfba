package repository

import "aicity.dev/aicity/internal/gate/lex"

// nameSet is a set of names of code in lower case, each of lex.MinName bytes or more.
type nameSet struct {
	all   map[string]int // name → its place in uses
	uses  []int
	marks [1 << 10]uint64 // tells most other names by their ends and their length
}

func (s *nameSet) add(name string) {
	if _, ok := s.all[name]; ok || len(name) < lex.MinName {
		return
	}
	s.all[name] = len(s.uses)
	s.uses = append(s.uses, 0)
	word, bit := markOf(name)
	s.marks[word] |= bit
}

// markOf is where the marks have a name, whatever its case.
func markOf(name string) (word uint32, bit uint64) {
	ends := uint32(nameByte[name[0]]) | uint32(nameByte[name[1]])<<8 | uint32(nameByte[name[2]])<<16 | uint32(nameByte[name[len(name)-1]])<<24
	h := (ends ^ uint32(len(name))<<12) * 0x9e3779b1 //nolint:gosec // any mix of the length does
	return h >> 22, 1 << (h >> 16 & 63)
}

// countNames counts how often the file uses each of the names.
func (t *Text) countNames(names *nameSet) {
	raw := t.Raw
	var low []byte
	for i := 0; i < len(raw); i++ {
		if c := nameByte[raw[i]]; c == 0 || c <= '9' && c >= '0' {
			continue
		}
		start := i
		for i++; i < len(raw) && nameByte[raw[i]] != 0; i++ {
		}
		name := raw[start:i]
		if len(name) < lex.MinName {
			continue
		}
		if word, bit := markOf(name); names.marks[word]&bit == 0 {
			continue
		}
		low = low[:0]
		for _, c := range []byte(name) {
			low = append(low, nameByte[c])
		}
		if at, ok := names.all[string(low)]; ok {
			names.uses[at]++
		}
	}
}

// nameByte maps the bytes that names of lex.Identifiers are made of to lower case,
// all others to 0.
var nameByte = func() (low [256]byte) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyz0123456789_$") {
		low[c] = c
		if c >= 'a' && c <= 'z' {
			low[c-'a'+'A'] = c
		}
	}
	return low
}()
