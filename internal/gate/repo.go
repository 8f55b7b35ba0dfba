package gate

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
)

// Repo is the buyer's repository as the gate may see it.
type Repo struct {
	Files  []RepoFile
	Source Source // nil when only the file list is known
	Left   string // a sentence on what of it was not looked at, "" for nothing
}

// RepoFile is one file of the repository.
type RepoFile struct {
	Path  string // slash-separated, relative to the root of the repository
	Lines int    // 0 when unknown; the gate then counts them if it reads the file
	Added bool   // the agent made it
}

// Source reads a file of the repository; false when there is none or it
// cannot be read. The gate asks for few files and each at most once.
type Source interface {
	ReadFile(path string) ([]byte, bool)
}

// Bounds on what is read from a repository for one verdict.
const (
	maxFileBytes  = 512 << 10
	maxReadBytes  = 6 << 20
	maxReadFiles  = 600
	maxIndexFiles = 200_000
)

// index answers questions about the repository.
type index struct {
	repo    *Repo
	files   map[string]int // path → number of lines, 0 when unknown
	sources []string       // the paths worth reading, the nearest to the root first
	langs   map[string]int // language → files
	texts   map[string]*fileText
	budget  int
	skipped bool            // a source could not be read
	names   *nameSet        // filled by count
	called  map[string]bool // the project's own name, filled by project
	stems   map[string]bool // the words of the request that files of code are called by, filled by count
	scanned int             // bytes that were searched for names

	folders map[string]bool // folder → whether it has a file, filled by hasFolder

	plain  []string            // filled by plainFiles
	byBase map[string][]string // lower-case base name → paths, filled by named
	asked  map[string]bool     // the packed lines that homes may be asked for
	where  map[string][]string // packed line → files that have it, filled by homes
}

func newIndex(repo *Repo) *index {
	x := &index{
		repo: repo, files: make(map[string]int, len(repo.Files)),
		langs: map[string]int{}, texts: map[string]*fileText{}, budget: maxReadBytes, folders: map[string]bool{},
	}
	var deep [][]string // the sources of each depth
	for _, f := range x.listed() {
		_, twice := x.files[f.Path]
		if x.files[f.Path] = f.Lines; twice {
			continue
		}
		ext := strings.ToLower(path.Ext(f.Path))
		lang := languageOf[strings.TrimPrefix(ext, ".")]
		if lang != "" {
			x.langs[lang]++
		}
		if lang == "" && !documentExt[ext] {
			continue
		}
		depth := strings.Count(f.Path, "/")
		for len(deep) <= depth {
			deep = append(deep, nil)
		}
		deep[depth] = append(deep[depth], f.Path)
	}
	for _, all := range deep {
		slices.Sort(all)
		x.sources = append(x.sources, all...)
	}
	return x
}

// listed returns the files of the repository that are looked at.
func (x *index) listed() []RepoFile {
	return x.repo.Files[:min(len(x.repo.Files), maxIndexFiles)]
}

// named returns the paths that end in a base name in lower case.
func (x *index) named(base string) []string {
	if x.byBase == nil {
		x.byBase = make(map[string][]string, len(x.files))
		for _, f := range x.listed() {
			b := strings.ToLower(path.Base(f.Path))
			x.byBase[b] = append(x.byBase[b], f.Path)
		}
	}
	return x.byBase[base]
}

// hasFolder reports whether a folder at the root has a file.
func (x *index) hasFolder(dir string) bool {
	has, known := x.folders[dir]
	if !known {
		has = slices.ContainsFunc(x.listed(), func(f RepoFile) bool { return strings.HasPrefix(f.Path, dir+"/") })
		x.folders[dir] = has
	}
	return has
}

// besideSource matches files that are not what a repository is about.
var besideSource = regexp.MustCompile(`(?i)(?:^|/)(?:tests?|__tests__|spec|bench(?:mark)?s?|examples?|docs?|scripts?|fixtures)(?:/|[.-])|[._-](?:test|spec|min|bench|config)\.`)

// soleSource is the source file of a repository that has only one: whose lines
// people cite without its name.
func (x *index) soleSource() string {
	sole := ""
	for _, p := range x.sources {
		if languageOfFile(p) == "" || besideSource.MatchString(p) || strings.HasSuffix(p, ".d.ts") {
			continue
		}
		if sole != "" {
			return ""
		}
		sole = p
	}
	return sole
}

// find resolves a cited path to a file of the repository. Citations may be
// short ("http.js" for "lib/http.js") or carry the checkout's name in front.
func (x *index) find(cited string) (string, bool) {
	if _, ok := x.files[cited]; ok {
		return cited, true
	}
	candidates := x.named(strings.ToLower(path.Base(cited)))
	low := strings.ToLower(cited)
	for _, c := range candidates {
		if lc := strings.ToLower(c); lc == low || strings.HasSuffix(lc, "/"+low) {
			return c, true
		}
	}
	for _, c := range candidates {
		if strings.Contains(c, "/") && strings.HasSuffix(low, "/"+strings.ToLower(c)) {
			return c, true
		}
	}
	// "package/index.js" for a file at the root: one leading folder is the checkout.
	dir, base, _ := strings.Cut(low, "/")
	if dir != "repo" && dir != "package" && !x.project()[dir] {
		return "", false
	}
	for _, c := range candidates {
		if strings.ToLower(c) == base && !strings.Contains(base, "/") && !x.hasFolder(dir) {
			return c, true
		}
	}
	return "", false
}

// lines returns how many lines a file has, 0 when that cannot be known.
func (x *index) lines(p string) int {
	if n := x.files[p]; n > 0 {
		return n
	}
	if t := x.text(p); t != nil {
		return len(t.lines())
	}
	return 0
}

// text reads a file, nil when it cannot be read or the budget is spent.
func (x *index) text(p string) *fileText {
	if t, ok := x.texts[p]; ok {
		return t
	}
	if x.repo.Source == nil || x.budget <= 0 || len(x.texts) >= maxReadFiles {
		return nil
	}
	x.texts[p] = nil
	raw, ok := x.repo.Source.ReadFile(p)
	if !ok || len(raw) > maxFileBytes || bytes.IndexByte(raw[:min(len(raw), 8000)], 0) >= 0 {
		x.skipped = x.skipped || languageOfFile(p) != ""
		return nil
	}
	x.budget -= len(raw)
	t := &fileText{raw: strings.TrimSuffix(string(raw), "\n")}
	x.texts[p] = t
	return t
}

// whole reports whether all that is worth reading has been, or can be, read: only
// then does something stand in no file. It holds after count.
func (x *index) whole() bool {
	return x.repo.Source != nil && x.repo.Left == "" && x.budget > 0 && len(x.texts) < maxReadFiles && !x.skipped && len(x.repo.Files) <= maxIndexFiles
}

// count counts how often the repository uses names and words of the request;
// uses tells.
func (x *index) count(names map[string]bool, more []string) {
	x.names = &nameSet{all: make(map[string]int, len(names)+len(more))}
	for name := range names {
		x.names.add(name)
	}
	for _, word := range more[:min(len(more), 4*maxWishes)] {
		x.names.add(word)
	}
	x.stems = map[string]bool{}
	asked := make(map[string]bool, len(more))
	for _, word := range more {
		asked[word] = len(word) > 1
	}
	for _, p := range x.sources {
		if base := path.Base(p); asked[strings.ToLower(strings.TrimSuffix(base, path.Ext(base)))] && languageOfFile(p) != "" {
			x.stems[strings.ToLower(strings.TrimSuffix(base, path.Ext(base)))] = true
		}
	}
	for _, p := range x.sources {
		if t := x.text(p); t != nil {
			x.scanned += len(t.raw)
			t.countNames(x.names)
		}
	}
}

// uses returns how often the repository uses a name that was counted.
func (x *index) uses(name string) int {
	if at, ok := x.names.all[name]; ok {
		return x.names.uses[at]
	}
	return 0
}

// usesOf is uses for a word as written; nothing is used without a repository.
func (x *index) usesOf(word string) int {
	if x == nil {
		return 0
	}
	return x.uses(strings.ToLower(word))
}

// maxHomes is how many files are remembered for a line; one that stands in
// more says nothing about where a quote is from.
const maxHomes = 6

// homes returns the files that have a packed line of the deliverable's code, at
// most maxHomes.
func (x *index) homes(packed string) []string {
	if x.where == nil {
		x.where = map[string][]string{}
		for _, p := range x.sources {
			if t := x.text(p); t != nil {
				x.settle(p, t)
			}
		}
	}
	return x.where[packed]
}

// settle notes a file as a home of those of its lines that are asked for.
func (x *index) settle(p string, t *fileText) {
	var packed []byte
	for l := range strings.SplitSeq(t.raw, "\n") {
		packed = lex.AppendPacked(packed[:0], l)
		if !x.asked[string(packed)] {
			continue
		}
		l = string(packed)
		if at := x.where[l]; len(at) < maxHomes && (len(at) == 0 || at[len(at)-1] != p) {
			x.where[l] = append(at, p)
		}
	}
}

// closest returns the file that has most of the lines, and how many it has.
func (x *index) closest(lines []string) (file string, same int) {
	votes := map[string]int{}
	for _, l := range lines {
		homes := x.homes(lex.Pack(l))
		if len(homes) == 0 {
			homes = x.homes(strings.TrimSuffix(lex.Pack(l), ";"))
		}
		for _, p := range homes {
			votes[p]++
			if n := votes[p]; n > same || n == same && p < file {
				file, same = p, n
			}
		}
	}
	return file, same
}
