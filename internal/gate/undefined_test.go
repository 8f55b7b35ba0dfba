package gate_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

const lampFile = "package lamp\n\nimport \"os\"\n\n// Lamp is one.\ntype Lamp struct{ path string }\n\n// On reports whether it burns.\nfunc (l *Lamp) On() bool {\n\t_, err := os.Stat(l.path)\n\treturn err == nil\n}\n"

// A change that uses what nobody declares cannot be built.
func TestChangesUseWhatIsThere(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, added, said string
		fails             bool
	}{
		{"a package that is not imported", "return strconv.Itoa(len(l.path))", "", true},
		{"a name of nothing", "return errNoLamp.Error()", "", true},
		{"a function of nothing", "return nameOf(l)", "", true},
		{"an import that goes is told", "return strconv.Itoa(len(l.path))", "The import is not necessary any more.", true},
		{"the import is told in a list", "return strconv.Itoa(len(l.path))", "Imports: strconv.", false},
		{"one import comes and one goes", "return strconv.Itoa(len(l.path))", "It needs a new import, `strconv`. The old import can go.", false},
		{"the import is told", "return strconv.Itoa(len(l.path))", "It needs the import of strconv.", false},
		{"what another file declares", "return shortName(l)", "", false},
		{"what another file declares, with a field", "return defaults.name", "", false},
		{"what is there", "name := l.path; return os.ExpandEnv(name)", "", false},
		{"what the function declares", "defer func() { recover() }(); type pair struct{ a string }; return pair{a: l.path}.a", "", false},
	} {
		diff := "--- a/lamp.go\n+++ b/lamp.go\n@@ -10,3 +10,8 @@\n \t_, err := os.Stat(l.path)\n \treturn err == nil\n }\n+\n+// Name is what the lamp is called.\n+func (l *Lamp) Name() string {\n+\t" + tt.added + "\n+}\n"
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.CodeGeneration, Description: "lamp.go: Lamp needs a method Name."},
			Repo: &gate.Repo{
				Files:  []gate.RepoFile{{Path: "lamp.go"}, {Path: "names.go"}},
				Source: memory{"lamp.go": lampFile, "names.go": "package lamp\n\nvar defaults = struct{ name string }{\"lamp\"}\n\nfunc shortName(l *Lamp) string { return l.path }\n"},
			},
			Deliverable: gate.Deliverable{Result: "Name stands behind On (lamp.go:9). " + tt.said + "\n\n```diff\n" + diff + "```\n"},
		})
		fails, seen := false, false
		for _, s := range report.Signals {
			seen = seen || s.Name == "undefined names"
			fails = fails || s.Name == "undefined names" && s.Cap != nil
		}
		if fails != tt.fails || !seen {
			t.Errorf("%s: %+v", tt.name, report.Signals)
		}
	}
}
