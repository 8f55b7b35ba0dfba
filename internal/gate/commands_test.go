package gate

import (
	"testing"

	"aicity.dev/aicity/internal/city"
)

// A command with which a change is applied is no configuration.
func TestCommandsAreNoConfiguration(t *testing.T) {
	t.Parallel()
	const fence = "```"
	for text, want := range map[string]int{
		"Apply it:\n\n" + fence + "sh\nsed -i s/done/cb/ lib/oven.js\n" + fence + "\n":                      0,
		"Run it:\n\n" + fence + "sh\nset -e\nnpm ci\nnpm run build\nnpm test\nnpm publish\n" + fence + "\n": 5,
		"Run it:\n\n" + fence + "yaml\non: push\n" + fence + "\n":                                           1,
	} {
		if _, _, config, _ := ovenView(city.BugFix, "It hangs.", text).codeByKind(); config != want {
			t.Errorf("%q: %d lines of configuration", text, config)
		}
	}
}
