package change

import (
	"path"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
)

// Split splits a diff of git's into those of its files.
func Split(patch string) []string {
	var all []string
	for strings.TrimSpace(patch) != "" {
		one := patch
		if next := strings.Index(patch[1:], "\ndiff --git "); next >= 0 {
			one = patch[:next+2]
		}
		all, patch = append(all, one), patch[len(one):]
	}
	return all
}

// ChangesCode reports whether a change of a file makes code different, as far as
// that shows without a parser: in something else than comments and white space.
func ChangesCode(change string) bool {
	name := strings.TrimPrefix(strings.TrimPrefix(document.NewName(change), "\n+++ "), "b/")
	if name == "/dev/null" || strings.Contains(change, "\nGIT binary patch\n") || strings.Contains(change, "\nrename ") {
		return true
	}
	if ProseFile(name) {
		return false
	}
	marks := commentMarks(name)
	balance := map[string]int{}
	_, body, _ := strings.Cut(change, "\n@@")
	for l := range strings.Lines(body) {
		if l[0] != '+' && l[0] != '-' {
			continue
		}
		code := withoutComment(l[1:], marks)
		if code == "" {
			continue
		}
		if l[0] == '+' {
			balance[code]++
		} else {
			balance[code]--
		}
	}
	for _, n := range balance {
		if n != 0 {
			return true
		}
	}
	return false
}

// ProseFile reports whether a file holds text for people.
func ProseFile(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".txt", ".rst", ".adoc", ".org":
		return true
	}
	base := strings.ToUpper(path.Base(name))
	return base == "LICENSE" || base == "CHANGELOG" || base == "NOTES" || base == "AUTHORS"
}

// commentMarks are what comments of a file begin with, the first at the end of a
// line of code too.
func commentMarks(name string) []string {
	switch strings.ToLower(path.Ext(name)) {
	case ".py", ".rb", ".sh", ".bash", ".yml", ".yaml", ".toml", ".tf", ".pl", ".r", ".cfg", ".conf", ".ini", "":
		return []string{"#", ";"}
	case ".sql", ".lua", ".hs", ".elm":
		return []string{"--"}
	case ".html", ".xml", ".vue", ".svelte":
		return []string{"<!--", "-->"}
	}
	return []string{"//", "/*", "*/", "* "}
}

// withoutComment is the code of a line, without its white space.
func withoutComment(line string, marks []string) string {
	code := strings.TrimSpace(line)
	for _, m := range marks {
		if strings.HasPrefix(code, m) || code == strings.TrimSpace(m) {
			return ""
		}
	}
	code, _, _ = strings.Cut(code, " "+marks[0]+" ")
	return strings.Join(strings.Fields(code), "")
}

// Written lists the files that a git diff writes.
func Written(patch string) []string {
	var files []string
	for l := range strings.Lines(patch) {
		if p, ok := strings.CutPrefix(strings.TrimRight(l, "\r\n"), "+++ "); ok && p != "/dev/null" {
			files = append(files, strings.TrimPrefix(strings.TrimPrefix(p, "b/"), "a/"))
		}
	}
	return files
}
