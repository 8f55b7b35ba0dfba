package task_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/task"
)

// An event is never called what the list, and with it the API's document, does not have.
func TestEventTypesAreWhole(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	named, found := regexp.MustCompile(`"task\.[a-z_]+"`), 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, event := range named.FindAllString(string(text), -1) {
			found++
			if !slices.Contains(task.EventTypes(), strings.Trim(event, `"`)) {
				t.Errorf("%s: %s is not in EventTypes", name, event)
			}
		}
	}
	if found < len(task.EventTypes()) {
		t.Errorf("found %d names in the source, fewer than there are types", found)
	}
}
