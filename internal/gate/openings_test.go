package gate_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// A fix may open with its place, in the code's words instead of the request's, and of
// a setting that the request gives its name may come back.
func TestFixThatOpensWithItsPlace(t *testing.T) {
	t.Parallel()
	const zoneFile = "package zone\n\nimport \"strings\"\n\n// Parse reads the zone of a spec.\nfunc Parse(spec string) string {\n\tif strings.HasPrefix(spec, \"TZ=\") {\n\t\ti := strings.Index(spec, \" \")\n\t\treturn spec[3:i]\n\t}\n\treturn \"\"\n}\n"
	report := gate.Judge(gate.Input{
		Request:     gate.Request{Category: city.BugFix, Description: "Our service crashes when a user enters \"TZ=Europe/Berlin\" without anything behind it. Fix with test."},
		Deliverable: gate.Deliverable{Result: "`zone.go:8` looks for the blank behind the zone, and line 9 slices with the result, `spec[3:i]`. No blank, so i is -1 and the slice expression panics.\n\n```diff\n--- a/zone.go\n+++ b/zone.go\n@@ -7,5 +7,8 @@\n \tif strings.HasPrefix(spec, \"TZ=\") {\n \t\ti := strings.Index(spec, \" \")\n+\t\tif i < 0 {\n+\t\t\treturn \"\"\n+\t\t}\n \t\treturn spec[3:i]\n \t}\n \treturn \"\"\n```\n\n`zone_test.go`:\n\n```go\npackage zone\n\nimport \"testing\"\n\nfunc TestZoneAlone(t *testing.T) {\n\tfor _, spec := range []string{\"TZ=UTC\", \"TZ=\"} {\n\t\tif got := Parse(spec); got != \"\" {\n\t\t\tt.Errorf(\"Parse(%q) = %q\", spec, got)\n\t\t}\n\t}\n}\n```\n\nThe test panics without the change and passes with it.\n"},
		Repo:        &gate.Repo{Files: []gate.RepoFile{{Path: "zone.go", Lines: 12}}, Source: memory{"zone.go": zoneFile}},
	})
	if report.Verdict != gate.Pass {
		t.Errorf("%d points: %v", report.Score, report.Advice)
	}
}
