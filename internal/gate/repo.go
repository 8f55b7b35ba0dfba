package gate

import (
	"path"
	"slices"
	"strings"
)

// Repo is the buyer's repository as the gate may see it.
type Repo struct {
	Files  []RepoFile
	Source Source // nil when only the file list is known
}

// RepoFile is one file of the repository.
type RepoFile struct {
	Path  string // slash-separated, relative to the root of the repository
	Lines int    // 0 when unknown; the gate then counts them if it reads the file
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
	repo   *Repo
	files  map[string]RepoFile
	byBase map[string][]string // lower-case base name → paths
	dirs   map[string]bool
	langs  map[string]int // language → files
	texts  map[string]*fileText
	budget int
	idents map[string]bool
	where  map[string][]string // packed line → files that have it
}

// fileText is a file that has been read.
type fileText struct {
	lines []string
	packs []string        // each line without white space
	known map[string]bool // the packed lines
	whole string          // all packed lines
}

func newIndex(repo *Repo) *index {
	x := &index{
		repo: repo, files: map[string]RepoFile{}, byBase: map[string][]string{}, dirs: map[string]bool{},
		langs: map[string]int{}, texts: map[string]*fileText{}, budget: maxReadBytes,
	}
	for i, f := range repo.Files {
		if i == maxIndexFiles {
			break
		}
		x.files[f.Path] = f
		base := strings.ToLower(path.Base(f.Path))
		x.byBase[base] = append(x.byBase[base], f.Path)
		for dir := path.Dir(f.Path); dir != "." && dir != "/" && !x.dirs[dir]; dir = path.Dir(dir) {
			x.dirs[dir] = true
		}
		if lang := languageOfFile(f.Path); lang != "" {
			x.langs[lang]++
		}
	}
	return x
}

// find resolves a cited path to a file of the repository. Citations may be
// short ("http.js" for "lib/http.js") or carry the checkout's name in front.
func (x *index) find(cited string) (string, bool) {
	if _, ok := x.files[cited]; ok {
		return cited, true
	}
	candidates := x.byBase[strings.ToLower(path.Base(cited))]
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
	if dir, base, ok := strings.Cut(low, "/"); ok && !strings.Contains(base, "/") && !x.dirs[dir] {
		for _, c := range candidates {
			if strings.ToLower(c) == base && (dir == "repo" || dir == "package") {
				return c, true
			}
		}
	}
	return "", false
}

// lines returns how many lines a file has, 0 when that cannot be known.
func (x *index) lines(p string) int {
	if n := x.files[p].Lines; n > 0 {
		return n
	}
	if t := x.text(p); t != nil {
		return len(t.lines)
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
	if !ok || len(raw) > maxFileBytes || slices.Contains(raw[:min(len(raw), 8000)], 0) {
		return nil
	}
	x.budget -= len(raw)
	t := &fileText{lines: strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n"), known: map[string]bool{}}
	for _, l := range t.lines {
		p := pack(l)
		t.packs = append(t.packs, p)
		if meaningful(p) {
			t.known[p] = true
		}
	}
	t.whole = strings.Join(t.packs, "")
	x.texts[p] = t
	return t
}

// sources returns the paths of the repository's files that are worth reading,
// the nearest to the root first.
func (x *index) sources() []string {
	var all []string
	for p := range x.files {
		if languageOfFile(p) != "" || documentExt[strings.ToLower(path.Ext(p))] {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b string) int {
		if d := strings.Count(a, "/") - strings.Count(b, "/"); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return all
}

// identifiers returns the names used in the repository, lower case.
func (x *index) identifiers() map[string]bool {
	if x.idents != nil {
		return x.idents
	}
	x.idents = map[string]bool{}
	for _, p := range x.sources() {
		t := x.text(p)
		if t == nil {
			continue
		}
		for _, l := range t.lines {
			for _, id := range identifier.FindAllString(l, -1) {
				x.idents[strings.ToLower(id)] = true
			}
		}
	}
	return x.idents
}

// maxHomes is how many files are remembered for a line; one that stands in
// more says nothing about where a quote is from.
const maxHomes = 6

// homes returns the files that have a packed line, at most maxHomes.
func (x *index) homes(packed string) []string {
	if x.where == nil {
		x.where = map[string][]string{}
		for _, p := range x.sources() {
			t := x.text(p)
			if t == nil {
				continue
			}
			for _, l := range t.packs {
				if at := x.where[l]; meaningful(l) && len(at) < maxHomes && (len(at) == 0 || at[len(at)-1] != p) {
					x.where[l] = append(at, p)
				}
			}
		}
	}
	return x.where[packed]
}

// closest returns the file that has most of the lines, and how many it has.
func (x *index) closest(lines []string) (file string, same int) {
	votes := map[string]int{}
	for _, l := range lines {
		homes := x.homes(pack(l))
		if len(homes) == 0 {
			homes = x.homes(strings.TrimSuffix(pack(l), ";"))
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

// pack removes white space, so that quotes survive re-indentation.
func pack(line string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, line)
}
