package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// What builds and tests the project calls its tools; tools of others beside them, or
// alone where no project of theirs is meant, are fine.
func TestToolsOfTheProject(t *testing.T) {
	t.Parallel()
	repoOf := func(paths ...string) *gate.Repo {
		files := memory{}
		repo := &gate.Repo{}
		for _, p := range paths {
			files[p] = "nothing\n"
			repo.Files = append(repo.Files, gate.RepoFile{Path: p})
		}
		repo.Source = files
		return repo
	}
	inGo, inNode, both := repoOf("go.mod", "a.go", "Makefile"), repoOf("package.json", "index.js"), repoOf("go.mod", "a.go", "web/package.json")
	steps := func(all ...string) string {
		return "`.github/workflows/ci.yml`:\n\n```yaml\non: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: " + strings.Join(all, "\n      - run: ") + "\n```\n"
	}
	const ask = "Replace .travis.yml by GitHub Actions."
	for _, tt := range []struct {
		name    string
		repo    *gate.Repo
		ask     string
		result  string
		foreign bool
	}{
		{"npm for Go", inGo, ask, steps("npm ci", "npm run lint", "npm test -- --coverage"), true},
		{"steps that cannot fail", inNode, ask, steps("npm ci || true", "npm test || echo done"), true},
		{"steps that are let through", inNode, ask, steps("npm ci\n        continue-on-error: true", "npm test\n        continue-on-error: true"), true},
		{"a step that may fail", inNode, ask, steps("npm ci", "npm run lint || true", "npm test"), false},
		{"pytest for Node", inNode, ask, steps("pip install -r requirements.txt", "pytest -q"), true},
		{"cargo for Node", inNode, ask, steps("cargo build --release", "cargo test"), true},
		{"Go for Node", inNode, ask, steps("go vet ./...", "go test ./..."), true},
		{"Maven for Go, in an image", inGo, "Write a Dockerfile.", "```dockerfile\nFROM maven:3\nCOPY . .\nRUN mvn -B clean\nRUN mvn -B package\n```\n", true},
		{"its own", inGo, ask, steps("go vet ./...", "go test ./..."), false},
		{"its own, with a linter of another", inGo, ask, steps("npm ci", "npm test", "go test ./..."), false},
		{"a linter alone", inGo, "A workflow that checks the Markdown.", steps("npm install -g markdownlint-cli", "npx markdownlint ."), false},
		{"hooks alone", inGo, "A workflow for our hooks.", steps("pip install pre-commit", "pre-commit run -a"), false},
		{"tools that Go installs", inNode, "A workflow that scans for secrets.", steps("go install example.org/scan@latest", "scan ."), false},
		{"what was asked for", inGo, "A workflow that publishes the npm wrapper.", steps("npm ci", "npm publish"), false},
		{"a repository of two", both, ask, steps("npm ci", "npm test"), false},
		{"its Makefile", inGo, ask, steps("make test", "npm ci", "npm test"), false},
		{"what a diff takes away", inGo, ask, "```diff\n--- a/ci.yml\n+++ b/ci.yml\n@@ -1,3 +1,1 @@\n-run: npm ci\n-run: npm test\n+run: staticcheck\n```\n", false},
		{"a repository without code", repoOf("README.md"), ask, steps("npm ci", "npm test"), false},
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.DevOps, Description: tt.ask},
			Deliverable: gate.Deliverable{Result: "Done.\n\n" + tt.result}, Repo: tt.repo,
		})
		foreign := false
		for _, s := range report.Signals {
			foreign = foreign || s.Name == "tools of the project"
		}
		if foreign != tt.foreign {
			t.Errorf("%s: %v, want %v", tt.name, foreign, tt.foreign)
		}
	}
}
