package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

const walkCI = "name: ci\non: [push]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    timeout-minutes: 5\n    steps:\n      - uses: actions/checkout@v4\n      - run: go test ./...\n"

const (
	matrixDiff = "--- a/.github/workflows/ci.yml\n+++ b/.github/workflows/ci.yml\n@@ -4,3 +4,6 @@\n   build:\n-    runs-on: ubuntu-latest\n+    strategy:\n+      matrix:\n+        os: [ubuntu-latest, windows-latest, macos-latest]\n+    runs-on: ${{ matrix.os }}\n     timeout-minutes: 5\n"
	labelDiff  = "--- a/.github/workflows/ci.yml\n+++ b/.github/workflows/ci.yml\n@@ -3,4 +3,5 @@\n jobs:\n-  build:\n+  # for Windows and macOS\n+  test:\n     runs-on: ubuntu-latest\n     timeout-minutes: 5\n"
)

// Of the settings that a request wants of a workflow, most are in it.
func TestWantedSettingsAreThere(t *testing.T) {
	t.Parallel()
	const request = "Extend .github/workflows/ci.yml of walk so that the tests run on Windows and macOS as well, keep the timeout."
	for _, tt := range []struct {
		name, request, diff, also string
		missing                   string
	}{
		{"they are there", request, matrixDiff, "", ""},
		{"only a remark has them", request, labelDiff, "", "Windows, macOS"},
		{"they are not wanted", "Extend .github/workflows/ci.yml of walk by a name for the job, no Windows and without macOS.", labelDiff, "", ""},
		{"it says what is left out", request, labelDiff, "Windows and macOS are left out: the deps have no build for them.\n", ""},
		{"one may be a slip", "Extend .github/workflows/ci.yml of walk: add coverage, Windows and macOS.", matrixDiff, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			report := gate.Judge(gate.Input{
				Request: gate.Request{Category: city.DevOps, Description: tt.request},
				Repo: &gate.Repo{
					Files:  []gate.RepoFile{{Path: "walk.go"}, {Path: "go.mod"}, {Path: ".github/workflows/ci.yml"}},
					Source: memory{"walk.go": walkFile, "go.mod": "module example.com/walk\n", ".github/workflows/ci.yml": walkCI},
				},
				Deliverable: gate.Deliverable{Result: "The workflow (.github/workflows/ci.yml:5) is changed:\n\n```diff\n" + tt.diff + "```\n\n" + tt.also},
			})
			for _, s := range report.Signals {
				if s.Name == "patch applies" && s.Cap != nil {
					t.Fatalf("%+v", s)
				}
				if s.Name == "missing parts" && (strings.Join(s.Evidence, ", ") != tt.missing || (s.Cap != nil) != (tt.missing != "")) {
					t.Errorf("%+v", s)
				}
			}
		})
	}
}
