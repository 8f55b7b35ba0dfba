// Package manifest checks what surrounds the code: declared dependencies
// against a small table of well-known advisories, test scripts, lock files and
// container files. It works offline; the table is a floor, not a database.
package manifest

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"aicity.dev/aicity/internal/seedagent/inspect"
)

var (
	ruleVulnerable = &inspect.Rule{ID: "dep-vulnerable", Severity: inspect.High, CWE: "CWE-1395", Checks: "pinned dependencies with a well-known advisory (a short offline table)",
		Why:    "The fault is public, and so are working exploits; scanners try them on every host they find.",
		Topics: []string{"dependencies"}}
	ruleNoLock = &inspect.Rule{ID: "dep-no-lock", Severity: inspect.Low, Checks: "version ranges without a lock file",
		Why:    "Two installations on two days give two programs; a broken or hijacked release arrives by itself.",
		Topics: []string{"dependencies"}}
	ruleNoTests = &inspect.Rule{ID: "no-tests", Severity: inspect.Medium, Checks: "test scripts that test nothing",
		Why:    "The pipeline is green whatever the code does.",
		Topics: []string{"tests"}}
	ruleLatest = &inspect.Rule{ID: "docker-latest", Severity: inspect.Low, Checks: "container images without a fixed version",
		Why:    "The same Dockerfile builds something else next month, and nobody can rebuild what runs today.",
		Topics: []string{"dependencies", "structure"}}
	ruleRoot = &inspect.Rule{ID: "docker-root", Severity: inspect.Medium, CWE: "CWE-250", Checks: "containers that run as root",
		Why:    "A fault in the program is then a fault with root's rights in the container, one kernel bug away from the host.",
		Topics: []string{"security"}}
)

// Rules lists what Check looks for.
func Rules() []*inspect.Rule {
	return []*inspect.Rule{ruleVulnerable, ruleNoLock, ruleNoTests, ruleLatest, ruleRoot}
}

// Check looks at the manifests of the repository.
func Check(repo *inspect.Repo) inspect.Analysis {
	c := &checker{repo: repo}
	for _, s := range repo.Sources {
		if s.Test {
			continue
		}
		switch base := path.Base(s.Path); {
		case base == "package.json":
			c.npm(s)
		case strings.HasPrefix(base, "requirements") && strings.HasSuffix(base, ".txt"):
			c.pip(s)
		case base == "go.mod":
			c.goMod(s)
		case s.Lang == "Dockerfile":
			c.docker(s)
		}
	}
	return c.out
}

type checker struct {
	repo *inspect.Repo
	out  inspect.Analysis
}

func (c *checker) hit(s inspect.Source, line int, rule *inspect.Rule, claim, fix string) {
	c.out.Hits = append(c.out.Hits, inspect.Hit{Rule: rule, File: s.Path, Line: line, Claim: claim, Fix: fix})
}

// lineOf returns the first line that contains all parts, 1 when none does.
func lineOf(s inspect.Source, parts ...string) int {
	for i, l := range s.Lines {
		if !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(l, p) }) {
			return i + 1
		}
	}
	return 1
}

func (c *checker) npm(s inspect.Source) {
	var pkg struct {
		Scripts         map[string]string `json:"scripts"`
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
		Private         bool              `json:"private"`
	}
	if err := json.Unmarshal(s.Text, &pkg); err != nil {
		c.out.Unparsed = append(c.out.Unparsed, fmt.Sprintf("`%s`: no valid JSON", s.Path))
		return
	}
	ranges := ""
	names := make([]string, 0, len(pkg.Dependencies))
	for name := range pkg.Dependencies {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		version := pkg.Dependencies[name]
		c.advise(s, "npm", name, version, `"`+name+`"`)
		if ranges == "" && strings.ContainsAny(version, "^~*x>") {
			ranges = name
		}
	}
	if ranges != "" && c.repo.Skipped["lock file"] == 0 && pkg.Private {
		c.hit(s, lineOf(s, `"`+ranges+`"`), ruleNoLock, "version ranges such as `"+pkg.Dependencies[ranges]+"` of "+ranges+" and no lock file in the repository",
			"Commit the lock file that `npm install` writes, and install with `npm ci`.")
	}
	if test, ok := pkg.Scripts["test"]; ok && (strings.HasPrefix(test, "echo ") || test == "true" || strings.HasSuffix(test, "exit 0")) {
		c.hit(s, lineOf(s, `"test"`), ruleNoTests, "`npm test` runs `"+test+"` and tests nothing", "Node has a runner: `\"test\": \"node --test\"`; begin with one test for each bug above.")
	}
}

var pinned = regexp.MustCompile(`^\s*([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*==\s*([0-9][A-Za-z0-9.]*)`)

func (c *checker) pip(s inspect.Source) {
	for i, l := range s.Lines {
		if m := pinned.FindStringSubmatch(l); m != nil {
			c.adviseAt(s, i+1, "pip", strings.ToLower(m[1]), m[2])
		}
	}
}

var required = regexp.MustCompile(`^\s*(?:require\s+)?([a-z0-9.-]+\.[a-z]+/\S+)\s+v(\S+)`)

func (c *checker) goMod(s inspect.Source) {
	for i, l := range s.Lines {
		if m := required.FindStringSubmatch(l); m != nil {
			c.adviseAt(s, i+1, "go", m[1], m[2])
		}
	}
}

func (c *checker) advise(s inspect.Source, kind, name, version, quoted string) {
	c.adviseAt(s, lineOf(s, quoted, version), kind, name, version)
}

// adviseAt compares one pinned version with the table. Ranges such as ^1.2.3
// resolve to something newer and are left alone.
func (c *checker) adviseAt(s inspect.Source, line int, kind, name, version string) {
	v, err := semver.NewVersion(version)
	if err != nil {
		return
	}
	for _, a := range advisories {
		if a.kind != kind || a.name != name {
			continue
		}
		affected, err := semver.NewConstraint(a.affected)
		if err != nil || !affected.Check(v) {
			continue
		}
		c.hit(s, line, ruleVulnerable, fmt.Sprintf("%s %s has %s (%s)", name, version, a.id, a.what), "Upgrade to "+a.fixed+" or newer, and let a scanner with a full database watch the rest.")
	}
}

// docker checks the last stage: that is the one that runs.
func (c *checker) docker(s inspect.Source) {
	stage, user := 0, false
	stages := map[string]bool{}
	for i, l := range s.Lines {
		f := strings.Fields(l)
		if len(f) < 2 {
			continue
		}
		switch strings.ToUpper(f[0]) {
		case "FROM":
			stage, user = i+1, false
			image := f[1]
			if len(f) > 3 && strings.EqualFold(f[2], "as") {
				stages[strings.ToLower(f[3])] = true
			}
			tag := image[strings.LastIndex(image, "/")+1:]
			if (strings.HasSuffix(tag, ":latest") || !strings.ContainsAny(tag, ":@$")) && image != "scratch" && !stages[strings.ToLower(image)] {
				c.hit(s, i+1, ruleLatest, "`"+image+"` names no version", "Name one, better with its digest: `FROM "+strings.TrimSuffix(image, ":latest")+":<version>@sha256:…`.")
			}
		case "USER":
			user = f[1] != "root" && f[1] != "0"
		}
	}
	if stage > 0 && !user && !strings.Contains(strings.ToLower(s.Lines[stage-1]), "nonroot") {
		c.hit(s, stage, ruleRoot, "the image never leaves root", "Before the CMD: `RUN useradd --system app` and `USER app`.")
	}
}
