// Package repository reads the files of a repository lazily and within bounds, and
// answers what stands in them: names, lines, quotes.
package repository

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/syntax"
)

// Repo is the buyer's repository as the gate may see it.
type Repo struct {
	Files  []File
	Source Source // nil when only the file list is known
	Left   string // a sentence on what of it was not looked at, "" for nothing
}

// File is one file of the repository.
type File struct {
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

// Index answers questions about the repository.
type Index struct {
	repo    *Repo
	Files   map[string]int   // path → number of lines, 0 when unknown
	Sources []string         // the paths worth reading, the nearest to the root first
	Langs   map[string]int   // language → files
	Texts   map[string]*Text // those that were read, nil for one that could not be
	Read    map[string]int   // language → bytes of its files that were read
	budget  int
	skipped bool            // a source could not be read
	names   *nameSet        // filled by count
	called  map[string]bool // the project's own name, filled by project
	stems   map[string]bool // the words of the request that files of code are called by, filled by count
	Scanned int             // bytes that were searched for names

	roots   map[string]bool // the folders at the root, and those in cmd/
	folders map[string]bool // folder → whether it has a file, filled by HasFolder

	plain  []string            // filled by PlainFiles
	byBase *baseNames          // filled by named
	shared map[string][]string // cited path → files, filled by Namesakes
	asked  map[string]bool     // the packed lines that homes may be asked for
	where  map[string][]string // packed line → files that have it, filled by homes
}

// NewIndex returns the index of a repository; asked are the packed lines that homes
// may be asked for.
func NewIndex(repo *Repo, asked map[string]bool) *Index {
	x := &Index{
		repo: repo, asked: asked, Files: make(map[string]int, len(repo.Files)),
		Langs: map[string]int{}, Read: map[string]int{}, Texts: make(map[string]*Text, min(len(repo.Files), maxReadFiles)), budget: maxReadBytes, folders: map[string]bool{},
	}
	var deep [][]string // the sources of each depth
	kinds := map[string]*fileKind{}
	for _, f := range x.listed() {
		before := len(x.Files)
		if x.Files[f.Path] = f.Lines; len(x.Files) == before {
			continue // listed twice
		}
		ext := path.Ext(f.Path)
		kind := kinds[ext]
		if kind == nil {
			kind = kindOf(ext)
			kinds[ext] = kind
		}
		if kind.files++; !kind.source && !isProgram(f.Path) {
			continue
		}
		depth := strings.Count(f.Path, "/")
		for len(deep) <= depth {
			deep = append(deep, nil)
		}
		deep[depth] = append(deep[depth], f.Path)
	}
	x.Sources = make([]string, 0, len(x.Files))
	for _, all := range deep {
		slices.Sort(all)
		x.Sources = append(x.Sources, all...)
	}
	for _, kind := range kinds {
		if kind.lang != "" {
			x.Langs[kind.lang] += kind.files
		}
	}
	return x
}

// isProgram reports whether a file is a program by where it lies: such have no extension.
func isProgram(p string) bool {
	return strings.HasPrefix(p, "bin/") && strings.Count(p, "/") == 1 && !strings.Contains(p, ".")
}

// fileKind is what is known of the files with an extension.
type fileKind struct {
	lang   string
	source bool // worth reading
	files  int
}

func kindOf(ext string) *fileKind {
	ext = strings.ToLower(ext)
	lang := syntax.LanguageOf[strings.TrimPrefix(ext, ".")]
	return &fileKind{lang: lang, source: lang != "" || documentExt[ext]}
}

// listed returns the files of the repository that are looked at.
func (x *Index) listed() []File {
	return x.repo.Files[:min(len(x.repo.Files), maxIndexFiles)]
}

// named returns the paths that end in a base name in lower case.
func (x *Index) named(base string) []string {
	if x.byBase == nil {
		x.byBase = newBaseNames(x.listed())
	}
	return x.byBase.of(base)
}

// besideSource matches files that are not what a repository is about.
var besideSource = regexp.MustCompile(`(?i)(?:^|/)(?:tests?|__tests__|spec|bench(?:mark)?s?|examples?|docs?|scripts?|fixtures)(?:/|[.-])|[._-](?:test|spec|min|bench|config)\.`)

// SoleSource is the source file of a repository that has only one: whose lines
// people cite without its name.
func (x *Index) SoleSource() string {
	sole := ""
	for _, p := range x.Sources {
		if syntax.LanguageOfFile(p) == "" || besideSource.MatchString(p) || strings.HasSuffix(p, ".d.ts") {
			continue
		}
		if sole != "" {
			return ""
		}
		sole = p
	}
	return sole
}

// Find resolves a cited path to a file of the repository. Citations may be
// short ("http.js" for "lib/http.js") or carry the checkout's name in front.
func (x *Index) Find(cited string) (string, bool) {
	if _, ok := x.Files[cited]; ok {
		return cited, true
	}
	if all := x.Namesakes(cited); len(all) > 0 {
		return all[0], true
	}
	candidates := x.named(strings.ToLower(path.Base(cited)))
	low := strings.ToLower(cited)
	if low == typings[1:] {
		return x.soleTypings()
	}
	for _, c := range candidates {
		if strings.Contains(c, "/") && strings.HasSuffix(low, "/"+strings.ToLower(c)) {
			return c, true
		}
	}
	// "package/index.js" for a file at the root: one leading folder is the checkout.
	dir, base, _ := strings.Cut(low, "/")
	dir, _, _ = strings.Cut(dir, "@") // and maybe its version
	if dir != "repo" && dir != "package" && !x.Project()[dir] {
		return "", false
	}
	for _, c := range candidates {
		if strings.ToLower(c) == base && !strings.Contains(base, "/") && !x.HasFolder(dir) {
			return c, true
		}
	}
	return "", false
}

// Namesakes are the files that a path which may be short stands for: the one at
// the root, those that people write, and then those that a build makes of them.
func (x *Index) Namesakes(cited string) []string {
	if all, known := x.shared[cited]; known {
		return all
	}
	low := strings.ToLower(cited)
	var all []string
	for _, c := range x.named(strings.ToLower(path.Base(cited))) {
		if lc := strings.ToLower(c); lc == low || strings.HasSuffix(lc, "/"+low) {
			all = append(all, c)
		}
	}
	if len(all) > 1 {
		rank := func(p string) int {
			switch {
			case len(p) == len(cited):
				return 0
			case built(p):
				return 2
			}
			return 1
		}
		slices.SortStableFunc(all, func(a, b string) int { return rank(a) - rank(b) })
	}
	if x.shared == nil {
		x.shared = map[string][]string{}
	}
	x.shared[cited] = all
	return all
}

// built reports whether a file lies where builds put what they make.
func built(p string) bool {
	return slices.ContainsFunc(strings.Split(path.Dir(p), "/"), func(dir string) bool { return buildDirs[dir] })
}

var buildDirs = lex.Set("dist build out umd amd cjs esm bundle bundles vendor node_modules third_party")

// Lines returns how many lines a file has, 0 when that cannot be known.
func (x *Index) Lines(p string) int {
	if n := x.Files[p]; n > 0 {
		return n
	}
	if t := x.Text(p); t != nil {
		return len(t.Lines())
	}
	return 0
}

// Text reads a file, nil when it cannot be read or the budget is spent.
func (x *Index) Text(p string) *Text {
	if t, ok := x.Texts[p]; ok {
		return t
	}
	if x.repo.Source == nil || x.budget <= 0 || len(x.Texts) >= maxReadFiles {
		return nil
	}
	raw, ok := x.repo.Source.ReadFile(p)
	if !ok || len(raw) > maxFileBytes || bytes.IndexByte(raw[:min(len(raw), 8000)], 0) >= 0 {
		x.Texts[p] = nil
		x.skipped = x.skipped || syntax.LanguageOfFile(p) != ""
		return nil
	}
	x.budget -= len(raw)
	t := &Text{Raw: strings.TrimSuffix(string(raw), "\n")}
	x.Texts[p] = t
	x.Read[syntax.LanguageOfFile(p)] += len(t.Raw)
	return t
}

// Spent reports whether nothing more may be read.
func (x *Index) Spent() bool { return x.budget <= 0 }

// Whole reports whether all that is worth reading has been, or can be, read: only
// then does something stand in no file. It holds after count.
func (x *Index) Whole() bool {
	return x.repo.Source != nil && x.repo.Left == "" && x.budget > 0 && len(x.Texts) < maxReadFiles && !x.skipped && len(x.repo.Files) <= maxIndexFiles
}

// maxMore bounds the words that are counted beside the names.
const maxMore = 480

// Count counts how often the repository uses names and words of the request;
// uses tells.
func (x *Index) Count(names map[string]bool, more []string) {
	x.names = &nameSet{all: make(map[string]int, len(names)+len(more))}
	for name := range names {
		x.names.add(name)
	}
	for _, word := range more[:min(len(more), maxMore)] {
		x.names.add(word)
	}
	x.stems = map[string]bool{}
	asked := make(map[string]bool, len(more))
	for _, word := range more {
		asked[word] = len(word) > 1
	}
	for _, p := range x.Sources {
		if stem := strings.ToLower(stemOf(p)); asked[stem] && syntax.LanguageOfFile(p) != "" {
			x.stems[stem] = true
		}
	}
	for _, p := range x.Sources {
		if t := x.Text(p); t != nil {
			x.Scanned += len(t.Raw)
			t.countNames(x.names)
		}
	}
}

// stemOf is the base name of a path without its extension.
func stemOf(p string) string {
	base := p[strings.LastIndexByte(p, '/')+1:]
	if dot := strings.LastIndexByte(base, '.'); dot >= 0 {
		return base[:dot]
	}
	return base
}

// Uses returns how often the repository uses a name that was counted.
func (x *Index) Uses(name string) int {
	if at, ok := x.names.all[name]; ok {
		return x.names.uses[at]
	}
	return 0
}

// UsesOf is uses for a word as written; nothing is used without a repository.
func (x *Index) UsesOf(word string) int {
	if x == nil {
		return 0
	}
	return x.Uses(strings.ToLower(word))
}

// maxHomes is how many files are remembered for a line; one that stands in
// more says nothing about where a quote is from.
const maxHomes = 6

// Homes returns the files that have a packed line of the deliverable's code, at
// most maxHomes.
func (x *Index) Homes(packed string) []string {
	if x.where == nil {
		x.where = map[string][]string{}
		for _, p := range x.Sources {
			if t := x.Text(p); t != nil {
				x.settle(p, t)
			}
		}
	}
	return x.where[packed]
}

// settle notes a file as a home of those of its lines that are asked for.
func (x *Index) settle(p string, t *Text) {
	var packed []byte
	for l := range strings.SplitSeq(t.Raw, "\n") {
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

// Closest returns the file that has most of the lines, and how many it has.
func (x *Index) Closest(lines []string) (file string, same int) {
	votes := map[string]int{}
	for _, l := range lines {
		homes := x.Homes(lex.Pack(l))
		if len(homes) == 0 {
			homes = x.Homes(strings.TrimSuffix(lex.Pack(l), ";"))
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

// Document returns the file of documentation at the root that is called by a name
// without its extension: README for README.md.
func (x *Index) Document(stem string) (string, bool) {
	for _, ext := range []string{".md", ".markdown", ".rst", ".txt", ""} {
		for _, p := range x.named(strings.ToLower(stem) + ext) {
			if !strings.Contains(p, "/") {
				return p, true
			}
		}
	}
	return "", false
}

// PlainFiles are the files of which only the repository tells that they are some: in
// folders those whose names have no extension, as programs in bin/, and anywhere those
// whose names begin with a dot, as .covignore.
func (x *Index) PlainFiles() []string {
	if x.plain == nil {
		x.plain = []string{}
		for _, f := range x.listed() {
			base := path.Base(f.Path)
			if len(x.plain) < maxPlainFiles && plainFile(base, base != f.Path) {
				x.plain = append(x.plain, f.Path)
			}
		}
	}
	return x.plain
}

// plainFile reports whether only the repository tells that a name is one of a file. Most
// names are told apart by their dot, which costs nothing.
func plainFile(base string, inFolder bool) bool {
	switch {
	case len(base) < 2:
		return false
	case base[0] == '.':
		return len(base) > 3 && !strings.Contains(base[1:], ".") && !citation.IsFile(base) && !citation.IsFile("a"+base) // ".env" is said of all of a kind
	}
	return inFolder && (!strings.Contains(base, ".") || manPage(base)) && !citation.CitedNames[base]
}

// manPage reports whether a file is a page of a manual: git.1.
func manPage(base string) bool {
	name, section, _ := strings.Cut(base, ".")
	return len(section) == 1 && section >= "1" && section <= "9" && name != ""
}

// maxPlainFiles bounds the files without an extension that are looked for by name.
const maxPlainFiles = 40

// Project returns the words that the project is called by.
func (x *Index) Project() map[string]bool {
	if x.called == nil {
		x.called = map[string]bool{}
		for _, file := range []string{"go.mod", "package.json", "Cargo.toml", "pyproject.toml"} {
			t := (*Text)(nil)
			if _, ok := x.Files[file]; ok {
				t = x.Text(file)
			}
			if t == nil {
				continue
			}
			if m := manifestName.FindStringSubmatch(t.Raw[:min(len(t.Raw), 4000)]); m != nil {
				name := strings.ToLower(lex.First(m[1:]...))
				x.called[name] = true
				for _, part := range lex.Words(name) {
					x.called[part] = true
				}
				for _, part := range strings.Split(name, "/") {
					x.called[part] = true
				}
				x.called[strings.ReplaceAll(path.Base(name), "-", "")] = true
			}
		}
	}
	return x.called
}

// manifestName matches the name of the project in the manifests of the usual
// package managers.
var manifestName = regexp.MustCompile(`(?m)^[\s{]*(?:module\s+(\S+)|"name":\s*"([^"]+)"|name\s*=\s*"([^"]+)")`)

// NamesFile reports whether a word of the request is the stem of a file of
// code: "the raw parser" of parsers/raw.js. Files that many repositories have
// do not tell.
func (x *Index) NamesFile(word string) bool {
	return x != nil && x.stems[word] && !lex.CommonNames[word] && !usualFiles[word] && !x.Project()[word]
}

// usualFiles are the stems of files that many repositories have.
var usualFiles = lex.Set(`index util utils helper helpers common doc docs setup init version types build lib src app api core base tool tools example
examples internal misc shared global globals constants const defaults settings server client debug bench benchmark license readme changelog`)

// HoldsName reports whether a name is a part of what stands in a file.
func (x *Index) HoldsName(name string) bool {
	for _, t := range x.Texts {
		if t != nil && strings.Contains(t.Raw, name) {
			return true
		}
	}
	return false
}

// documentExt are files that fit any repository: data, shells,
// configuration, markup.
var documentExt = map[string]bool{
	".md": true, ".markdown": true, ".txt": true, ".json": true, ".yml": true, ".yaml": true, ".toml": true,
	".mod": true, ".cfg": true, ".ini": true, ".html": true, ".css": true, ".sql": true, ".sh": true, ".rst": true,
}
