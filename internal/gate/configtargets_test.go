package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// Work on a file of configuration that the request names cites it, changes it or
// brings what takes its place.
func TestNamedConfigurationIsWorkedOn(t *testing.T) {
	t.Parallel()
	const (
		lockIssues = "The release is slow because of the code. lib/orders.js:5 waits for `db.query` inside of `findOrders`, lib/orders.js:16 loops up to `i <= lines.length`.\n\n```sh\nnode --prof lib/server.js\nnode --prof-process isolate*.log\n```\n\nlib/server.js should be started with `--max-old-space-size=512` as well."
		scripts    = "The `test` script only echoes (package.json:7). With node's own runner:\n\n```json\n{\n  \"scripts\": {\n    \"start\": \"node lib/server.js\",\n    \"test\": \"node --test\",\n    \"lint\": \"eslint lib\"\n  }\n}\n```\n\n`npm run lint` fails the build on the first error; `start` stays as it is in line 6."
		makefile   = "Targets for what package.json does today: `start` (package.json:6) and `test` (package.json:7), plus a clean install.\n\n```make\n.PHONY: test start\n\ninstall:\n\tnpm ci\n\ntest: install\n\tnode --test\n\nstart:\n\tnode lib/server.js\n```\n\n`make test` installs first, so a fresh clone works; lodash 4.17.15 comes from the lock file."
	)
	for _, tt := range []struct {
		name, request, result string
		missing               string // what the report misses
	}{
		{"the scripts", "Please improve the npm scripts of the shop: a real test script and a lint script.", scripts, ""},
		{"something else for the scripts", "Please improve the npm scripts of the shop: a real test script and a lint script.", lockIssues, "package.json"},
		{"the Makefile", "Write a Makefile for the shop with install, test and start.", makefile, ""},
		{"something else for the Makefile", "Write a Makefile for the shop with install, test and start.", lockIssues, "a Makefile"},
		{"a file by its name", "Add a lint step to package.json, please.", scripts, ""},
		{"something else for a file by its name", "Create .npmrc and .nvmrc for the shop so that installs repeat.", lockIssues, "work on .npmrc, .nvmrc"},
		{"what takes its place", "Replace .travis.yml, which we want to drop, and give us the new setup.", "`npm test` only echoes today (package.json:7), `start` runs lib/server.js.\n\n```yaml\nname: ci\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: npm ci && npm test\n```\n", ""},
		{"a request about code that names it, too", "Make the port of lib/server.js configurable, package.json must still start it.", lockIssues, ""},
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.DevOps, Description: tt.request},
			Deliverable: gate.Deliverable{Result: tt.result}, Repo: shop(t),
		})
		for _, s := range report.Signals {
			if s.Name != "missing parts" {
				continue
			}
			if said := strings.Join(s.Evidence, ", "); tt.missing == "" && said != "" || !strings.Contains(said, tt.missing) {
				t.Errorf("%s: missing %q, %d points", tt.name, said, report.Score)
			}
			if (s.Cap != nil) != (tt.missing != "") {
				t.Errorf("%s: %+v", tt.name, s)
			}
		}
	}
}

// Configuration that calls the project's own tools refers to it without naming a file, and
// what GitLab runs before a job is a workflow.
func TestOwnToolsRefer(t *testing.T) {
	t.Parallel()
	for result, refers := range map[string]bool{
		"```yaml\ndefault:\n  before_script:\n    - go vet ./...\n    - go test ./...\n```\n": true,
		"```yaml\ndefault:\n  before_script:\n    - echo begins\n    - echo done\n```\n":      false,
	} {
		report := pressReport(city.DevOps, "Our GitLab should vet and test the press.", result)
		if s := signalOf(report, "references"); (s.Points > 0) != refers {
			t.Errorf("%q: %+v", result, s)
		}
		if s := signalOf(report, "missing parts"); s != nil && s.Points < 0 {
			t.Errorf("%q: no workflow: %+v", result, s)
		}
	}
}
