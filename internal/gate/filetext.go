package gate

import (
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// fileText is a file that has been read. Most files are only searched for
// names, so what else is asked of them is worked out when it is.
type fileText struct {
	raw    string // without the last line break
	split  []string
	packed []string
	lookup map[string]bool
	joined string
	with   map[string]int
	loose  string
	values map[float64]bool // filled by figures
}

func (t *fileText) lines() []string {
	if t.split == nil {
		t.split = strings.Split(t.raw, "\n")
	}
	return t.split
}

// packs returns each line without white space.
func (t *fileText) packs() []string {
	if t.packed == nil {
		for _, l := range t.lines() {
			t.packed = append(t.packed, lex.Pack(l))
		}
	}
	return t.packed
}

// known reports whether a packed line that says something stands in the file.
func (t *fileText) known(packed string) bool {
	if !strings.Contains(t.whole(), packed) {
		return false
	}
	if t.lookup == nil {
		t.lookup = map[string]bool{}
		for _, p := range t.packs() {
			t.lookup[p] = lex.Meaningful(p)
		}
	}
	return t.lookup[packed]
}

// bare returns the file as quotes are compared with it.
func (t *fileText) bare() string {
	if t.loose == "" {
		t.loose = lex.Loose.Replace(t.whole())
	}
	return t.loose
}

// linesWith counts the lines that hold a word, whatever its case.
func (t *fileText) linesWith(word string) int {
	n, ok := t.with[word]
	if ok {
		return n
	}
	for _, l := range t.lines() {
		if strings.Contains(strings.ToLower(l), word) {
			n++
		}
	}
	if t.with == nil {
		t.with = map[string]int{}
	}
	t.with[word] = n
	return n
}

// whole returns all packed lines as one text.
func (t *fileText) whole() string {
	if t.joined == "" {
		t.joined = lex.Pack(t.raw)
	}
	return t.joined
}

// nameSet is a set of names of code in lower case, each of lex.MinName bytes or more.
type nameSet struct {
	all   map[string]int // name → its place in counts
	uses  []int
	heads pattern.Trigrams // how they begin
}

func (s *nameSet) add(name string) {
	if _, ok := s.all[name]; ok || len(name) < lex.MinName {
		return
	}
	s.all[name] = len(s.uses)
	s.uses = append(s.uses, 0)
	s.heads.Add(name[:lex.MinName-1])
}

// countNames counts how often the file uses each of the names.
func (t *fileText) countNames(names *nameSet) {
	var low []byte
	for i := 0; i < len(t.raw); i++ {
		if c := nameByte[t.raw[i]]; c == 0 || c >= '0' && c <= '9' {
			continue
		}
		start := i
		for i < len(t.raw) && nameByte[t.raw[i]] != 0 {
			i++
		}
		name := t.raw[start:i]
		if len(name) < lex.MinName {
			continue
		}
		if !names.heads.Has(nameByte[name[0]], nameByte[name[1]], nameByte[name[2]]) {
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

// nameByte maps the bytes that a match of identifier is made of to lower case,
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
