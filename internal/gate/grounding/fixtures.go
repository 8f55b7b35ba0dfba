package grounding

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/syntax"
	"aicity.dev/aicity/internal/gate/testcode"
)

// loads matches a line of code that names a module, which must be there.
var loads = regexp.MustCompile(`\brequire\(|^\s*(?:import|export|from)\b|\bfrom\s+['"]|\bimport\(|#include`)

// makesFile matches what makes a file, or an entry of an archive, with the name that
// stands behind it.
var makesFile = regexp.MustCompile(`(?i)write|creat|\bentry\b|mkdir|touch|symlink|mkdtemp|tempfile|addfile|\.file\(|echo .*>`)

// made reports whether code of the deliverable makes a file of a name, or tests hold the
// name as a text: it is a fixture of theirs or an entry of an archive, and nobody says
// that the repository has it.
func (r *resolver) made(cited string) bool {
	for _, b := range r.v.Doc.Blocks[:min(len(r.v.Doc.Blocks), maxFixtureBlocks)] {
		var tests, looked bool
		for _, l := range b.Proposed() {
			at := strings.Index(l, cited)
			if at <= 0 || !quotedName(l, at, at+len(cited)) || loads.MatchString(l) {
				continue
			}
			if !looked {
				tests, looked = testcode.Marked(strings.Join(b.Lines, "\n")), true
			}
			if tests || makesFile.MatchString(l) {
				return true
			}
		}
	}
	return false
}

// saidByFile reports whether the file last spoken of has a path in its text, as a workflow
// has that of a script which is not delivered with it.
func (r *resolver) saidByFile(cited string) bool {
	if r.last == "" || !strings.Contains(cited, "/") {
		return false
	}
	t := r.v.Index.Text(r.last)
	return t != nil && strings.Contains(t.Raw, strings.TrimPrefix(cited, "./"))
}

// maxFixtureBlocks bounds the blocks that are looked at for one name.
const maxFixtureBlocks = 40

// quotedName reports whether what stands in a line from one byte to another ends a text
// in quotes: "ok.txt", 'dir/ok.txt'.
func quotedName(line string, from, to int) bool {
	return to < len(line) && strings.IndexByte("'\"`", line[to]) >= 0 && strings.IndexByte("'\"`/", line[from-1]) >= 0
}

// namesBlockBefore reports whether a line right behind a block of code says in which new
// file the block belongs: it opens with the file, whose kind is the block's.
func (r *resolver) namesBlockBefore(at int, text string, c citation.Cite) bool {
	if strings.Contains(strings.Trim(text[:c.Start], " *_`(>-"), ". ") || c.Start > maxLead {
		return false
	}
	for _, b := range r.v.Doc.Blocks {
		if b.End > at {
			break
		}
		if at-b.End > 2 || b.Diff {
			continue
		}
		kind := strings.ToLower(syntax.Extension(c.Path))
		return b.Lang != "" && (b.Lang == kind || syntax.LanguageOf[b.Lang] != "" && syntax.LanguageOf[b.Lang] == syntax.LanguageOf[kind] || yamlName[b.Lang] && yamlName[kind])
	}
	return false
}

// maxLead is how many bytes may lead over to the name of the file.
const maxLead = 40

var yamlName = map[string]bool{"yml": true, "yaml": true}
