package task_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/task"
)

// taskEvent finds the name of a task's event in a source file.
var taskEvent = regexp.MustCompile(`"(task\.[a-z_]+)"`)

// Every event of a task that has a name is in the list, and with it in the API's document.
func TestEventTypesAreWhole(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "event", "type.go"))
	if err != nil {
		t.Fatal(err)
	}
	var named []event.Type
	for _, match := range taskEvent.FindAllStringSubmatch(string(text), -1) {
		named = append(named, event.Type(match[1]))
	}
	slices.Sort(named)
	if listed := slices.Sorted(slices.Values(task.EventTypes())); !slices.Equal(named, listed) {
		t.Errorf("event names %q, EventTypes lists %q", named, listed)
	}
}

// An event that is called by a bare text is in no list.
func TestEventsAreNamedInOnePlace(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{".", filepath.Join("..", "web")} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%d files in %s: %v", len(files), dir, err)
		}
		for _, name := range slices.DeleteFunc(files, isTest) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if bare := taskEvent.Find(text); bare != nil {
				t.Errorf("%s says %s: package event has a constant for it", name, bare)
			}
		}
	}
}

func isTest(name string) bool {
	matched, _ := filepath.Match("*_test.go", filepath.Base(name))
	return matched
}
