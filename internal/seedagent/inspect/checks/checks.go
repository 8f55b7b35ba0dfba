// Package checks knows which checks a repository calls for: those of its languages
// and the one of its manifests. A language that the agents learn gets a row here.
package checks

import (
	"aicity.dev/aicity/internal/seedagent/inspect"
	"aicity.dev/aicity/internal/seedagent/inspect/gocheck"
	"aicity.dev/aicity/internal/seedagent/inspect/jscheck"
	"aicity.dev/aicity/internal/seedagent/inspect/manifest"
	"aicity.dev/aicity/internal/seedagent/inspect/pycheck"
)

// Apply runs the checks and hands what each found to add, with the rules that it
// went by. Rules of languages that the repository does not have are not applied.
func Apply(repo *inspect.Repo, add func(found inspect.Analysis, rules []*inspect.Rule)) {
	if len(repo.Of(inspect.Go)) > 0 {
		add(gocheck.Check(repo), gocheck.Rules())
	}
	if len(repo.Of(inspect.JavaScript, inspect.TypeScript)) > 0 {
		add(jscheck.Check(repo), jscheck.Rules())
	}
	if len(repo.Of(inspect.Python)) > 0 {
		add(pycheck.Check(repo), pycheck.Rules())
	}
	add(manifest.Check(repo), manifest.Rules())
}
