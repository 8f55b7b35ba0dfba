package gate

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/syntax"
)

// What has the form of a file that builds and ships code, whoever wrote it.
var (
	makeText     = regexp.MustCompile(`(?m)^[+ ]?(?:\.PHONY|[\w./%-]+)[ \t]*:(?:[^=\n][^\n]*)?\n[+ ]?\t\S`)
	manifestJSON = regexp.MustCompile(`"(?:scripts|dependencies|devDependencies|engines|exports|files|bin|main|type)"\s*:|\bnpm pkg set\b`)
)

// configFile reports whether a path is of a file that configures, builds or
// ships, rather than of code or prose.
func configFile(p string) bool {
	base := path.Base(p)
	ext := strings.ToLower(syntax.Extension(base))
	switch {
	case base == "go.mod", base == "go.sum", base == "Makefile", base == "Dockerfile", base == "Jenkinsfile", base == "Procfile":
		return true
	case strings.HasPrefix(base, ".") && len(base) > 1:
		return true
	}
	return ext != "sh" && ext != "bash" && configBlock[ext] || ext == "lock" || strings.Contains(base, ".config.")
}

// workedOn are the files that the deliverable cites, changes or proposes.
func (v *view) workedOn() []string { return slices.Concat(v.proposed, v.all.touched) }

// wroteOrCited reports whether the deliverable cites, changes or proposes a file of
// one of some names, or shows code of its form.
func (v *view) wroteOrCited(form *regexp.Regexp, names ...string) bool {
	for _, p := range v.workedOn() {
		for _, n := range names {
			if strings.EqualFold(path.Base(p), n) {
				return true
			}
		}
	}
	return form.MatchString(v.allCode())
}

// namedConfig are the files of configuration that a request for work on them
// names, by their base names; a request that names code as well is about that.
func (v *view) namedConfig() []string {
	if v.in.Request.Category != city.DevOps || !v.produces() {
		return nil
	}
	var names []string
	for line := range strings.Lines(v.in.Request.Description) {
		for _, c := range citation.In(line) {
			if c.Path == "" {
				continue
			}
			if !configFile(c.Path) {
				return nil
			}
			names = append(names, path.Base(citation.Clean(c.Path)))
		}
	}
	return names
}

// leavesConfig reports whether the request is for work on files of configuration
// and the deliverable neither cites nor changes any of those that it names, nor
// brings one that takes their place.
func (v *view) leavesConfig() bool {
	names := v.namedConfig()
	if len(names) == 0 || v.Index == nil {
		return false
	}
	for _, n := range names {
		if strings.Contains(v.Doc.Low.Text, strings.ToLower(n)) {
			return false
		}
	}
	for _, p := range v.workedOn() {
		if configFile(p) {
			return false
		}
	}
	code := v.allCode()
	return !workflowText.MatchString(code) && !dockerText.MatchString(code) && !makeText.MatchString(code) && !manifestJSON.MatchString(code)
}
