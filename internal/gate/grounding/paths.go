package grounding

import (
	"path"
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/syntax"
)

// CitesIn returns the citations of one line of prose, those of files without an
// extension too.
func (r *Reading) CitesIn(text string) []citation.Cite {
	if r.Index == nil {
		return citation.In(text)
	}
	if !strings.ContainsAny(text, `/\`) {
		return r.proseCites(text, citation.In(text))
	}
	slashed := r.slashed(text)
	all := append(citation.In(slashed), citation.Of(slashed, r.Index.PlainFiles())...)
	for i, c := range all {
		if c.Text == slashed[c.Start:c.Fin] {
			all[i].Text = text[c.Start:c.Fin]
		}
	}
	return r.proseCites(text, all)
}

// backslashed matches a path with the separators of Windows.
var backslashed = regexp.MustCompile(`(?:[\w.@-]+\\)+[\w.@-]+`)

// slashed writes the paths of the repository's files with its own separators. What
// else has backslashes is left: an escape, or a path on the buyer's machine.
func (r *Reading) slashed(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	return backslashed.ReplaceAllStringFunc(text, func(p string) string {
		s := strings.ReplaceAll(p, `\`, "/")
		cited := citation.Clean(strings.TrimRight(s, "."))
		first, _, inside := strings.Cut(cited, "/")
		if _, there := r.Index.Find(cited); there || inside && r.Index.HasFolder(first) {
			return s
		}
		return p
	})
}

// drivePath matches what leads to the name of a file on a machine with Windows.
var drivePath = regexp.MustCompile(`\b[A-Za-z]:\\(?:[^\s\\]+\\)*$`)

// argument reports whether the path is what an example gives to the project's own
// command: `flat config.json`.
func (r *resolver) argument(text string, c citation.Cite) bool {
	before := text[:c.Start]
	if strings.Count(before, "`")%2 == 0 {
		return false
	}
	command, _, _ := strings.Cut(strings.TrimSpace(before[strings.LastIndexByte(before, '`')+1:]), " ")
	return command != "" && (r.v.Index.Project()[strings.ToLower(command)] || r.v.Index.HasCommand(command))
}

// noNames are what files of examples are called by.
var noNames = lex.Set(`foo bar baz qux foobar evil`)

// yours matches a folder or a file that is the reader's: my-app/a.js.
var yours = regexp.MustCompile(`(?i)^(?:my|your|our|some|mon|votre|mein|mi|tu|meu)-\w+/|^(?:package|project|app|module)-name/`)

// mediaType matches the type of a content that looks like a file: model/vnd.mts.
var mediaType = regexp.MustCompile(`^(?:application|audio|font|image|message|model|multipart|text|video)/(?:x-|vnd\.|prs\.)`)

// ofDemo matches a file that is called by a letter in a folder for trying things: demo/x.ts.
var ofDemo = regexp.MustCompile(`^(?:demo|example|sample|tmp)s?/\w\.\w+$`)

// standIn reports whether a name is an example's: a.ts, x.js, a/b/c.js, .xrc.json, foo.md.
func standIn(p string) bool {
	stem, _, _ := strings.Cut(strings.TrimPrefix(p, "."), ".")
	if noNames[stem] || yours.MatchString(p) || mediaType.MatchString(p) || ofDemo.MatchString(p) {
		return true
	}
	stem = strings.TrimSuffix(stem, "rc")
	return len(strings.ReplaceAll(stem, "/", "")) == strings.Count(stem, "/")+1
}

// asExample matches sentences that name a file as one of many, or to compare with it.
var asExample = regexp.MustCompile(`(?i)\b(?:your|e\.g|such as|like|unlike|for (?:example|instance)|called|named|run|say|imagine)\b`)

// sample reports whether a bare name that the repository does not have is an example's:
// one of a program in a language of which there is no file, of which one is told as of many,
// or one that is called by a letter. Where findings are located, and where the product is
// code, it is none.
func (r *resolver) sample(p, text string, c citation.Cite) bool {
	if r.v.Want.Config || r.v.Want.Code || r.v.Want.Findings {
		return false
	}
	if base, _, _ := strings.Cut(path.Base(p), "."); len(base) == 1 {
		return true
	}
	lang := syntax.LanguageOfFile(p)
	other := lang != "" && !strings.Contains(p, "/") && r.v.Index.Langs[lang] == 0 || strings.HasPrefix(p, ".")
	return other && (document.TableRow.Matches(text) || asExample.MatchString(sentenceAround(text, c)))
}
