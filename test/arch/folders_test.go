package arch

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

// The tables of docs/architecture.md name every folder that has code, and the
// packages import each other in the order that they tell.
func TestFoldersAreAsTheDocsTellThem(t *testing.T) {
	t.Parallel()
	_, doc, _ := strings.Cut(string(read(t, "docs/architecture.md")), "\n## Folders\n")
	doc, _, _ = strings.Cut(doc, "\n## ")
	whole, gate, ok := strings.Cut(doc, "\n### Inside the gate\n")
	if !ok {
		t.Fatal("docs/architecture.md does not tell the folders")
	}
	rows := folderRows(t, whole, "")
	for _, file := range goFiles(t) {
		if _, ok := longest(rows, file.dir); !ok {
			t.Errorf("%s lies in no folder that docs/architecture.md names", file.path)
		}
	}
	last := rows["internal/city"] // what comes behind is for tests and clients
	checkArrows(t, rows, func(from, to int) bool { return from <= to || from > last })
	checkArrows(t, folderRows(t, gate, "internal/gate/"), func(from, to int) bool { return to <= from })
}

var (
	folderRow  = regexp.MustCompile("(?m)^\\| (`.*?) \\| .* \\|$")
	folderName = regexp.MustCompile("`([^`]+)`")
)

// folderRows gives each folder of a table its row. A name is a path, or continues
// that of the folder which the row begins with; "/…" is what lies in a folder.
func folderRows(t *testing.T, table, below string) map[string]int {
	t.Helper()
	folders := map[string]bool{}
	for _, name := range files(t) {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			folders[dir] = true
		}
	}
	rows := map[string]int{}
	for n, row := range folderRow.FindAllStringSubmatch(table, -1) {
		prefix := below
		for _, name := range folderName.FindAllStringSubmatch(row[1], -1) {
			folder, inside := strings.CutSuffix(name[1], "/…")
			if first, _, deep := strings.Cut(folder, "/"); !folders[folder] {
				folder = prefix + folder
			} else if deep {
				prefix = first + "/"
			}
			if !folders[folder] {
				t.Errorf("docs/architecture.md names a folder %s, and there is none", name[1])
			}
			if !inside {
				rows[folder] = n
				continue
			}
			for other := range folders {
				if path.Dir(other) == folder {
					rows[other] = n
				}
			}
		}
	}
	return rows
}

// checkArrows demands of each import between the folders of two rows that it may be.
// A part may know the whole that it belongs to.
func checkArrows(t *testing.T, rows map[string]int, may func(from, to int) bool) {
	t.Helper()
	for _, file := range goFiles(t) {
		from, ok := longest(rows, file.dir)
		if file.test || !ok {
			continue
		}
		for _, imported := range file.imports {
			name, ours := strings.CutPrefix(imported, module+"/")
			to, ok := longest(rows, name)
			if ours && ok && !may(rows[from], rows[to]) && !below(from, to) {
				t.Errorf("%s imports %s, against the order in docs/architecture.md", file.path, name)
			}
		}
	}
}
