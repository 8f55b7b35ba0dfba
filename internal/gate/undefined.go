package gate

import (
	"path"
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/code"
)

// undefinedNames takes the verdict where the product is a change that cannot be built:
// it uses names of Go that no file of the package and no change declares, or packages
// that the file does not import. Where it was built, that tells.
func undefinedNames(v *view) (Signal, bool) {
	s := Signal{Name: "undefined names", Reason: "The changed code uses what is there."}
	if v.Index == nil || !v.Want.Code || v.in.Executed != nil || !v.Index.Whole() {
		return s, false
	}
	c := v.changes()
	if c.Fault > 0 || len(c.Changed) == 0 || c.Creates() {
		return s, false
	}
	remakes := makesCode.MatchString(v.Doc.Text)
	for _, f := range wholeChanges(c.Changed) {
		if path.Ext(f.Path) != ".go" || remakes && v.packageHas(f.Path, generatedCode) {
			continue
		}
		names, packages := code.UndefinedGo(f.Before, f.After)
		for _, name := range names {
			if !v.packageHas(f.Path, regexp.MustCompile(`\b`+name+`\b`)) && !v.Declares(name) {
				s.Evidence = append(s.Evidence, name+" in "+f.Path)
			}
		}
		for _, name := range packages {
			if !v.packageHas(f.Path, regexp.MustCompile(`(?m)^(?:(?:func|var|const|type) `+name+`\b|\t`+name+`\b(?:[^.(]|$))`)) && !v.Declares(name) && !v.tellsImport() {
				s.Evidence = append(s.Evidence, name+", not imported by "+f.Path)
			}
		}
	}
	if len(s.Evidence) == 0 {
		return s, true
	}
	s.Points, s.Cap = -costPatch, new(capPatch)
	s.Reason = "The changed code cannot be built: it uses names that nothing declares."
	s.advice = "Declare or import all that the change uses, and build it before you deliver."
	s.Evidence = few(s.Evidence, 8)
	return s, true
}

// makesCode matches a text that tells to make code anew, and generatedCode the head of a
// file that is made: what it will declare is not in the change.
var (
	makesCode     = regexp.MustCompile(`(?i)\bgo generate\b|\bre-?generat\w+|\b(?:make|run)[\w -]* generate\b`)
	generatedCode = regexp.MustCompile(`(?m)^// Code generated `)
)

// What texts say of imports: those that a change lacks may be told in words, and one
// that is taken away is not missed by who says so.
var (
	saysImport   = regexp.MustCompile(`(?i)import`)
	takesImport  = regexp.MustCompile(`(?i)\bimports?\b[^.;\n]{0,30}\b(?:not necessary|unnecessary|not needed|no longer|can go|removed|dropped)\b`)
	addsToImport = regexp.MustCompile(`(?i)\b(?:add\w*|needs?|new)\b[^.;\n]{0,60}\bimports?\b`)
)

// tellsImport reports whether the text tells of an import that its changes lack.
func (v *view) tellsImport() bool {
	text := v.Doc.Text
	return saysImport.MatchString(text) && (!takesImport.MatchString(text) || addsToImport.MatchString(text))
}

// wholeChanges are the files as they were before the first change and behind the last.
func wholeChanges(all []change.File) []change.File {
	var whole []change.File
	at := map[string]int{}
	for _, f := range all {
		if i, ok := at[f.Path]; ok {
			whole[i].After = f.After
			continue
		}
		at[f.Path] = len(whole)
		whole = append(whole, f)
	}
	return whole
}

// packageHas reports whether another file in the folder of one matches, or cannot
// be read.
func (v *view) packageHas(file string, what *regexp.Regexp) bool {
	for p := range v.Index.Files {
		if p == file || path.Dir(p) != path.Dir(file) || !strings.HasSuffix(p, ".go") {
			continue
		}
		if t := v.Index.Text(p); t == nil || what.MatchString(t.Raw) {
			return true
		}
	}
	return false
}
