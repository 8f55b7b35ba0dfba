package gate

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// ecosystem is a language with the tools that build and test a project of it.
type ecosystem struct {
	name  string
	calls *regexp.Regexp  // of what only a project of its own can answer
	asked pattern.Pattern // says in a request that it is wanted
	files map[string]bool // by base name, or by extension
}

var ecosystems = []ecosystem{
	{"Node", regexp.MustCompile(`(?m)\b(?:npm|yarn|pnpm) (?:ci|test|run [\w:-]+|publish|pack|lint|build)\b|\b(?:npm|pnpm) (?:install|i)(?: --?[a-z][\w-]*)*\s*(?:$|&&|;)|\byarn install\b`),
		pattern.New(`(?i)\b(?:node(?:\.?js)?|npm|npx|yarn|pnpm|javascript|typescript|eslint|prettier|jest|frontend|website|semantic-release)\b`),
		lex.Set("package.json .js .mjs .cjs .ts .tsx .jsx")},
	{"Go", regexp.MustCompile(`\bgo (?:test|build|vet|generate|mod (?:tidy|download|verify|vendor))\b|\bgolangci-lint (?:run)?\b|\bgofmt -\w`),
		pattern.New(`(?i)\b(?:golang|go|gofmt|golangci)\b`), lex.Set("go.mod .go")},
	{"Python", regexp.MustCompile(`\bpip3? install (?:-r|-e|--editable|--requirement|\.)|\bpytest\b|\btox\b|\bpoetry (?:install|run|build)\b|\bpython3? -m (?:pytest|unittest|build)\b|\bpython3? setup\.py\b`),
		pattern.New(`(?i)\b(?:python|pip|pytest|tox|poetry|pypi|mkdocs|sphinx)\b`), lex.Set("pyproject.toml setup.py setup.cfg requirements.txt tox.ini .py")},
	{"Rust", regexp.MustCompile(`\bcargo (?:\+\w+ )?(?:test|build|clippy|fmt|check|publish|bench)\b`),
		pattern.New(`(?i)\b(?:rust|cargo|wasm)\b`), lex.Set("Cargo.toml .rs")},
	{"Java", regexp.MustCompile(`\bmvnw? (?:-\S+ )*(?:clean|verify|test|package|install|deploy)\b|\bgradlew? (?:-\S+ )*(?:build|test|check|assemble|publish)\b`),
		pattern.New(`(?i)\b(?:java|jdk|jvm|maven|mvn|gradle|kotlin|android)\b`), lex.Set("pom.xml build.gradle build.gradle.kts .java .kt .scala")},
	{"Ruby", regexp.MustCompile(`\bbundle (?:install|exec [\w-]+)\b|\brspec\b|\brake (?:test|spec|build)\b`),
		pattern.New(`(?i)\b(?:ruby|bundler?|rake|rspec|jekyll|gem)\b`), lex.Set("Gemfile Rakefile .rb .gemspec")},
}

// usedBy reports whether a repository has files of the ecosystem.
func (e *ecosystem) usedBy(files []RepoFile) bool {
	for _, f := range files {
		if e.files[path.Base(f.Path)] || e.files[path.Ext(f.Path)] {
			return true
		}
	}
	return false
}

// minCalls is how many different calls of tools make configuration one for them:
// a linter that comes from elsewhere takes one.
const minCalls = 2

var (
	// asksToBuild matches requests for what builds and tests the project.
	asksToBuild = pattern.New(`(?i)\b(?:ci|cd|workflows?|pipelines?|github actions?|gitlab|circleci|travis|jenkins\w*|dockerfile|docker|container\w*|makefile)\b`)
	// projectCalls matches what the repository itself says how it is built.
	projectCalls = regexp.MustCompile(`(?m)\bmake(?: -\S+)* [a-z][\w-]*\b|\bmake\s*$|\./(?:\w+/)*\w+(?:\.sh)?\b|\bbash \S+|\bsh \S+\.sh\b`)
)

// foreignTools is the ecosystem that delivered configuration is made for, with what it
// calls, when the repository has nothing of it, has another one that nothing calls, and
// nobody asked for it.
func (v *view) foreignTools() (theirs, ours string, calls []string) {
	if v.Index == nil || !v.Want.Config && !(v.produces() && asksToBuild.MatchString(v.Description)) {
		return "", "", nil
	}
	code := v.proposedLines(func(l string) bool { return !strings.HasPrefix(strings.TrimSpace(l), "#") })
	if projectCalls.MatchString(code) {
		return "", "", nil
	}
	for i := range ecosystems {
		e := &ecosystems[i]
		found := distinct(e.calls.FindAllString(code, 40))
		switch used := e.usedBy(v.in.Repo.Files); {
		case used && len(found) > 0:
			return "", "", nil
		case used:
			ours = e.name
		case len(found) >= minCalls && !e.asked.MatchString(v.Request):
			theirs, calls = e.name, found
		}
	}
	if ours == "" {
		return "", "", nil
	}
	return theirs, ours, calls
}

// callsOwnTools reports whether delivered configuration calls what builds and tests the
// repository.
func (v *view) callsOwnTools() bool {
	code := v.proposedLines(func(l string) bool { return !strings.HasPrefix(strings.TrimSpace(l), "#") })
	for i := range ecosystems {
		if e := &ecosystems[i]; e.calls.MatchString(code) && e.usedBy(v.in.Repo.Files) {
			return true
		}
	}
	return false
}

// swallowed matches a command whose failure is kept from whoever runs it, and the settings
// beside it that do the same or skip it.
var (
	swallowed  = regexp.MustCompile(`\|\|\s*(?:true|:|echo\b|exit 0)|;\s*(?:true|exit 0)\s*$`)
	letThrough = regexp.MustCompile(`^\s*-?\s*(?:continue-on-error:\s*true|allow_failure:\s*true|if:\s*(?:false|\$\{\{\s*false\s*\}\}))\s*$`)
)

// besideStep is how many lines from a command its settings may stand.
const besideStep = 2

// cannotFail are the calls of tools in delivered configuration when each of them, of two
// or more, passes whatever happens; nil when one can fail.
func (v *view) cannotFail() []string {
	if v.Index == nil || !v.Want.Config {
		return nil
	}
	var steps []string
	lines := strings.Split(v.proposedLines(func(string) bool { return true }), "\n")
	for i, l := range lines {
		if strings.HasPrefix(strings.TrimSpace(l), "#") || !slices.ContainsFunc(ecosystems, func(e ecosystem) bool { return e.calls.MatchString(l) }) {
			continue
		}
		beside := lines[max(0, i-besideStep):min(len(lines), i+besideStep+1)]
		if !swallowed.MatchString(l) && !slices.ContainsFunc(beside, letThrough.MatchString) {
			return nil
		}
		steps = append(steps, strings.TrimSpace(l))
	}
	if len(steps) < minCalls {
		return nil
	}
	return steps
}

// distinct are the strings of a list, each once.
func distinct(all []string) []string {
	var kept []string
	seen := map[string]bool{}
	for _, one := range all {
		if one = strings.Join(strings.Fields(one), " "); !seen[one] {
			seen[one] = true
			kept = append(kept, one)
		}
	}
	return kept
}

// toolsFit takes the verdict where what builds and tests the project is made for one
// of another language.
func toolsFit(v *view) (Signal, bool) {
	if steps := v.cannotFail(); steps != nil {
		return Signal{
			Name: "tools of the project", Points: -costForeignTools, Cap: new(capNoConfig), Evidence: few(steps, 8),
			Reason: "Nothing in what is delivered can fail: each call of a tool is followed by what makes it pass, or never runs.",
			advice: "Let a step fail when what it runs fails.",
		}, true
	}
	theirs, ours, calls := v.foreignTools()
	if theirs == "" {
		return Signal{}, false
	}
	return Signal{
		Name: "tools of the project", Points: -costForeignTools, Cap: new(capNoConfig), Evidence: few(calls, 8),
		Reason: "What is delivered builds and tests a project of " + theirs + "; the repository is one of " + ours + " and has no file for that.",
		advice: "Call the tools that build and test this repository.",
	}, true
}
