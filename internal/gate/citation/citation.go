// Package citation reads the files and lines that prose cites: "a/b.go:12",
// "lines 3 to 5", in the ways and languages that people write them.
package citation

import (
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/syntax"
)

// Cite is a path or line as it stands in a line of text.
type Cite struct {
	Text       string
	Path       string // "" for a bare line number
	Line, End  int
	Start, Fin int
}

// In returns the citations of one line of prose, in order.
func In(text string) []Cite {
	if strings.Contains(text, "://") {
		text = urlText.ReplaceAllStringFunc(text, func(u string) string { return strings.Repeat(" ", len(u)) })
	}
	var all []Cite
	if !marksFile(text) {
		return lineCites(text, nil)
	}
	for _, m := range pathsIn(text) {
		if m[0] > 0 && text[m[0]-1] == '%' {
			continue // "%5Cevil.com/index.html" is no path of a tree
		}
		for m[0] < m[1] && text[m[0]] == '*' { // **bold/path.go**
			m[0]++
		}
		c := Cite{Text: text[m[0]:m[1]], Path: text[m[0]:m[1]], Start: m[0], Fin: m[1]}
		if m[2] >= 0 {
			c.Path = strings.TrimRight(text[m[0]:m[2]], "(:#L")
			if strings.HasSuffix(text[m[0]:m[2]], "#L") {
				c.Path = text[m[0] : m[2]-2]
			}
			c.Line = lex.Number(text[m[2]:m[3]])
			if m[4] >= 0 {
				c.End = lex.Number(text[m[4]:m[5]])
			}
		}
		if IsFile(c.Path) && !called(text, c) {
			all = append(all, c)
		}
	}
	return lineCites(text, all)
}

// marksFile reports whether text has what every file name has: an extension of
// citedExt behind a dot, or one of CitedNames.
func marksFile(text string) bool {
	rest := text
	for {
		_, behind, ok := strings.Cut(rest, ".")
		if !ok {
			break
		}
		n := 0
		for n < len(behind) && lex.Alphanumeric(behind[n]) {
			n++
		}
		ext := behind[:n]
		if citedExt[strings.ToLower(ext)] || citedExt[strings.ToLower(strings.TrimRight(ext, "L"))] { // In drops an L before a line number
			return true
		}
		rest = behind
	}
	if !strings.ContainsAny(text, "DMJPGRVCL") {
		return false // no beginning of CitedNames
	}
	for name := range CitedNames {
		if strings.Contains(text, name) {
			return true
		}
	}
	return false
}

// marksLine reports whether text has a number behind the end of one of the
// words of lineText.
func marksLine(text string) bool {
	for i := 1; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			continue
		}
		before := strings.TrimRight(text[:i], " \t\n\f\r") // what \s matches
		before = strings.TrimSuffix(before, ".")
		if before == "" {
			continue
		}
		if last := before[len(before)-1]; last >= utf8.RuneSelf || strings.IndexByte("seanldSEANLD", last) >= 0 {
			return true
		}
	}
	return false
}

// pathsIn returns the matches of pathText that can be file names.
func pathsIn(text string) [][]int {
	if len(text) > maxCitesInLine { // as many as are looked at may stand before the first file
		return pathText.FindAllStringSubmatchIndex(text, maxCitesInLine)
	}
	var all [][]int
	for end, rest := 0, text; rest != ""; rest = text[end:] { // no path holds a blank
		start := end
		if end = start + strings.IndexByte(rest, ' ') + 1; end == start {
			end = len(text)
		}
		if !marksFile(text[start:end]) {
			continue
		}
		for _, m := range pathText.FindAllStringSubmatchIndex(text[start:end], -1) {
			for i := range m {
				if m[i] >= 0 {
					m[i] += start
				}
			}
			all = append(all, m)
		}
	}
	return all
}

// maxCitesInLine bounds the pairs of files and line numbers in one line.
const maxCitesInLine = 200

// lineCites adds "line 12" and "lines 3 to 5, 9" to the paths of a line.
func lineCites(text string, all []Cite) []Cite {
	for _, c := range all {
		if c.Line > 0 { // "a.go#L7" has its line already
			text = text[:c.Start] + strings.Repeat(" ", c.Fin-c.Start) + text[c.Fin:]
		}
	}
	var found [][]int
	if marksLine(text) {
		found = lineText.FindAllStringSubmatchIndex(text, maxCitesInLine)
	}
	if strings.Contains(text, "行目") || strings.Contains(text, "줄") || strings.Contains(text, "행") || strings.Contains(text, "satır") {
		for _, m := range linePost.FindAllStringSubmatchIndex(text, maxCitesInLine) {
			if !strings.HasSuffix(strings.TrimRight(text[:m[0]], " "), "第") { // lineText's
				found = append(found, append(m, -1, -1))
			}
		}
	}
	for _, m := range found {
		if m[4] >= 0 {
			continue // "lines 100 %" is a measure
		}
		for _, n := range lineSpan.FindAllStringSubmatchIndex(text[m[2]:m[3]], -1) {
			list := text[m[2]:m[3]]
			c := Cite{Text: strings.TrimSpace(text[m[0]:m[3]]), Line: lex.Number(list[n[2]:n[3]]), Start: m[2] + n[0], Fin: m[2] + n[1]}
			if n[4] >= 0 {
				c.End = lex.Number(list[n[4]:n[5]])
				// "3 and 9" is two lines, "3 to 9" a range.
				if joint := strings.ToLower(strings.TrimSpace(list[n[3]:n[4]])); joint == "and" || joint == "und" || joint == "e" || joint == "y" || joint == "et" || joint == "or" {
					all = append(all, Cite{Text: c.Text, Line: c.Line, Start: c.Start, Fin: m[2] + n[3]})
					c.Line, c.End, c.Start = c.End, 0, m[2]+n[4]
				}
			}
			all = append(all, c)
		}
	}
	return all
}

// called reports whether the name is the left side of a call or an index
// rather than a file: res.json(…), opts.env[…].
func called(text string, c Cite) bool {
	if c.Line > 0 || strings.Contains(c.Path, "/") {
		return false
	}
	stem, ext, _ := strings.Cut(c.Path, ".")
	if objectNames[strings.ToLower(stem)] && citedExt[ext] && syntax.LanguageOf[ext] == "" {
		return true
	}
	if c.Fin < len(text) && strings.ContainsRune("([=", rune(text[c.Fin])) {
		return true
	}
	return c.Start > 0 && strings.ContainsRune("$.'\"<", rune(text[c.Start-1])) && c.Fin < len(text) && text[c.Fin] != '`'
}

// IsFile reports whether a word names a file.
func IsFile(p string) bool {
	if len(p) < 3 || len(p) > 300 || strings.ContainsAny(p, "*{}$") || productNames[strings.ToLower(p)] {
		return false
	}
	base := path.Base(p)
	if CitedNames[base] {
		return true
	}
	if base[0] == '-' || base == p && strings.LastIndexByte(p, '@') > 0 {
		return false // the rest of "*-test.js", an address of mail
	}
	written := syntax.Extension(base)
	ext := strings.ToLower(written)
	if written != ext && written != strings.ToUpper(ext) {
		return false // Group.Go is a method
	}
	if len(written) == 1 && written != ext && !strings.Contains(p, "/") {
		return false // timer.C is a field
	}
	if !citedExt[ext] && (ext != "map" || !sourceMap(p, base)) || strings.HasPrefix(p, "@") {
		return false
	}
	name := strings.TrimSuffix(base, path.Ext(base))
	if name == "" {
		return dotNames[ext] // .gitignore, not ".html files"
	}
	if kindsOfFiles[name] || strings.Trim(name, ".") == "" {
		return false
	}
	// "e.g" and "i.c" are abbreviations, "a.go" is a file.
	return len(name) > 1 || len(ext) > 1 || strings.Contains(p, "/")
}

// sourceMap reports whether a name that ends in .map is one of a file: axios.min.js.map
// or one in a folder, not the method in "array.map" or "R.filter/R.map".
func sourceMap(p, base string) bool {
	dir := strings.TrimLeft(strings.TrimSuffix(p, base), "./")
	return citedExt[strings.ToLower(syntax.Extension(strings.TrimSuffix(base, ".map")))] || base != p && !strings.Contains(dir, ".")
}

// kindsOfFiles are what stands before an extension where no file is meant, but all of a
// kind: ".d.ts", ".config.js".
var kindsOfFiles = lex.Set(`.d .config .test .spec .min`)

// citedExt are the extensions that make a word with a dot a file name.
var citedExt = lex.Set(`go js mjs cjs jsx ts tsx mts cts vue svelte py pyi ipynb rb rs java kt kts scala php cs swift c h cc cpp hpp cxx
ex exs lua dart hs pl json jsonl yml yaml toml ini cfg conf env xml md markdown mdx rst txt lock mod sum gradle properties proto graphql
tf tfvars sql html htm css scss sass less csv tsv sh bash zsh ps1 bat cmake mk templ tmpl tpl ejs hbs pug erb jinja j2 svg ` + dotFiles)

// dotFiles are names of files that are a dot and one word, dotNames the same as a set.
const dotFiles = `gitignore dockerignore editorconfig npmrc nvmrc eslintrc prettierrc babelrc npmignore nycrc gitattributes gitmodules`

var dotNames = lex.Set(dotFiles)

// CitedNames are file names without an extension.
var CitedNames = lex.Set(`Dockerfile Makefile Jenkinsfile Procfile Gemfile Rakefile Vagrantfile Caddyfile LICENSE PATENTS COPYING NOTICE AUTHORS CODEOWNERS`)

// objectNames are the usual left sides of a method call that looks like a file
// name: res.json, response.sh, app.conf.
var objectNames = lex.Set(`res req ctx app response request reply this self obj opts options config cfg process module exports window document
console math json object array string number e err event r w c t s db tx client server router http https fs path util utils data body args argv params it`)

// productNames end in .js or the like and are no files.
var productNames = lex.Set(`node.js express.js vue.js react.js next.js nuxt.js angular.js three.js d3.js ember.js backbone.js socket.io
moment.js chart.js deno.js bun.js discord.js koa.js nest.js alpine.js electron.js handlebars.js p5.js require.js knockout.js asp.net
vuejs.org nodejs.org go.dev pkg.go.dev`)

// Home is where the repository is in a sandbox.
const Home = "/home/user/repo/"

// checkouts are folders at the root that a repository is put into.
var checkouts = lex.Set("repo repository package workspace work checkout sandbox code")

// Checkout reports whether an absolute path is one of a file in such a folder.
func Checkout(p string) bool {
	dir, _, _ := strings.Cut(strings.TrimPrefix(p, "/"), "/")
	return strings.HasPrefix(p, "/") && checkouts[dir]
}

// Clean makes a cited path relative to the repository.
func Clean(p string) string {
	if Checkout(p) {
		_, p, _ = strings.Cut(p[1:], "/")
	}
	for _, lead := range []string{Home, Home[1:], "./", "~/repo/"} {
		p = strings.TrimPrefix(p, lead)
	}
	for strings.HasPrefix(p, "../") {
		p = p[3:]
	}
	return strings.TrimPrefix(p, "/")
}

// plainLines matches the lines behind the name of a file.
var plainLines = regexp.MustCompile(`^(?::|#L)(\d{1,7})(?:-L?(\d{1,7}))?`)

var urlText = regexp.MustCompile(`\b[a-z][a-z0-9+.-]{1,12}://[^\s)>\]"'` + "`" + `]+`)

var pathText = regexp.MustCompile(`/?(?:[A-Za-z0-9_@.~$*{}+-]+/)*[A-Za-z0-9_@.$+-]*[A-Za-z0-9_@$+-](?:(?::|#L|\()(\d{1,7})(?:(?:-L?|–|:)(\d{1,7}))?)?`)

var lineText = regexp.MustCompile(`(?i)(?:\b(?:lines?|linhas?|l[ií]neas?|zeilen?|lignes?|righe|riga|regels?|rad|ln)\.?\s*|\bL|` +
	`строк[аиуеой]*\s*|第\s*)(\d{1,7}(?:\s*(?:-|–|to|until|bis|a|à|through|по|до|到|至|〜|` +
	`~)\s*\d{1,7})?(?:\s*(?:,|;|and|und|e|y|et|or|&|и|、|和)\s*(?:lines?\s+)?\d{1,7}(?:\s*(?:-|–|to|bis|a|` +
	`through)\s*\d{1,7})?)*)(\s*%)?`)

// linePost is the number before its word: 12 行目, 12 번째 줄, 12. satır.
var linePost = regexp.MustCompile(`(\d{1,7}(?:\s*(?:-|–|〜|~|～|から|부터)\s*\d{1,7})?(?:\s*(?:,|、|と|및)\s*\d{1,7}(?:\s*(?:-|–|〜|~|～)\s*\d{1,7})?)*)\s*(?:行目|번째\s*줄|번\s*줄|행|\.\s*satır)`)

var lineSpan = regexp.MustCompile(`(\d{1,7})(?:\s*(?:-|–|[A-Za-zà]+|по|до|到|至|〜|~|～|から|부터)\s*(\d{1,7}))?`)

// Of returns the citations of files whose names have no extension, which
// only a repository tells.
func Of(text string, files []string) []Cite {
	var all []Cite
	for _, p := range files {
		for from := 0; ; {
			at := strings.Index(text[from:], p)
			if at < 0 {
				break
			}
			start := from + at
			from = start + len(p)
			if start > 0 && (lex.Alphanumeric(text[start-1]) || strings.IndexByte("/_-.", text[start-1]) >= 0) || from < len(text) && (lex.Alphanumeric(text[from]) || strings.IndexByte("/_-", text[from]) >= 0) {
				continue
			}
			c := Cite{Text: text[start:from], Path: p, Start: start, Fin: from}
			if m := plainLines.FindStringSubmatch(text[from:]); m != nil {
				c.Line, c.End, c.Fin = lex.Number(m[1]), lex.Number(m[2]), from+len(m[0])
				c.Text = text[start:c.Fin]
			}
			all = append(all, c)
		}
	}
	return all
}
