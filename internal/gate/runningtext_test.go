package gate

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// Where code is not to be shown, a few names of it show that it was read.
func TestNamesInRunningText(t *testing.T) {
	t.Parallel()
	const text = "With configure the folder is kept, and options are left alone. Whoever calls save gets the value back through done, whatever the format says."
	for request, want := range map[string]bool{
		"A page on how oven works. Running text please, no code blocks.": false,
		"A page on how oven works.":                                      true,
	} {
		if s, _ := nothingShown(ovenView(city.ContentCreation, request, strings.NewReplacer("configure", "`configure`", "save", "`save`", "done", "`done`", "format", "`format`", "value", "`value`", "folder", "`folder`").Replace(text))); (s.Cap != nil) != want {
			t.Errorf("%q: %s", request, s.Reason)
		}
	}
}
