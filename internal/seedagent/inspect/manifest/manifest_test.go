package manifest_test

import (
	"testing"

	"aicity.dev/aicity/internal/seedagent/inspect/inspecttest"
	"aicity.dev/aicity/internal/seedagent/inspect/manifest"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	inspecttest.Finds(t, manifest.Check, manifest.Rules(), []inspecttest.Case{
		{Name: "npm", Files: inspecttest.Files{"package.json": `{
  "private": true,
  "scripts": { "test": "echo none && exit 0" },
  "dependencies": {
    "lodash": "4.17.15",
    "minimist": "^1.2.5",
    "express": "4.18.2"
  }
}`}, Want: []string{"dep-no-lock:6", "dep-vulnerable:5", "no-tests:3"}},
		{Name: "npm with a lock file", Files: inspecttest.Files{"package-lock.json": "{}", "package.json": `{"private": true, "scripts": {"test": "node --test"}, "dependencies": {"lodash": "^4.17.15"}}`}, Want: []string{}},
		{Name: "pip", Files: inspecttest.Files{"requirements.txt": "# x\nPyYAML==5.3.1\nrequests[socks] == 2.30.0 # y\nflask>=1\nurllib3==2.0.0\n"}, Want: []string{"dep-vulnerable:2", "dep-vulnerable:3"}},
		{Name: "go", Files: inspecttest.Files{"go.mod": "module m\n\nrequire golang.org/x/net v0.16.0\n\nrequire (\n\tgolang.org/x/text v0.14.0\n\tgithub.com/dgrijalva/jwt-go v3.2.0+incompatible\n)\n"}, Want: []string{"dep-vulnerable:3", "dep-vulnerable:7"}},
		{Name: "docker", Files: inspecttest.Files{"Dockerfile": "FROM golang:latest AS build\nRUN go build\n\nFROM debian\nCOPY --from=build /x /x\n"}, Want: []string{"docker-latest:1", "docker-latest:4", "docker-root:4"}},
		{Name: "docker done well", Files: inspecttest.Files{"Dockerfile": "FROM golang:1.26 AS build\nFROM build AS test\nFROM gcr.io/distroless/static:nonroot\n", "b/Dockerfile": "FROM debian:12.5\nUSER app\nCMD x\n"}, Want: []string{}},
	})
	if got := manifest.Check(inspecttest.Load(t, inspecttest.Files{"package.json": "{"})); len(got.Unparsed) != 1 {
		t.Errorf("broken JSON: %v", got.Unparsed)
	}
}
