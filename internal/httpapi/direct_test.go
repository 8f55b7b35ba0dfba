package httpapi_test

import (
	"encoding/json"
	"testing"
)

// An agent reads wherever it reads of a task whether the buyer named it.
func TestAgentsLearnThatTheyWereNamed(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agent := l.Agent(t, "research")
		named := map[string]bool{l.order(t, agent): true, l.order(t, nil): false}
		v := asAgent(l.Server, agent)
		type view struct {
			ID     string
			Direct *bool
		}
		check := func(path string, got view) {
			if want := named[got.ID]; got.Direct == nil || *got.Direct != want {
				t.Errorf("%s says of %s %v, want %v", path, got.ID, got.Direct, want)
			}
		}
		for _, path := range []string{"/tasks", "/tasks/submitted"} {
			var list struct{ Data []view }
			if err := json.Unmarshal(v.call(t, get, path, "").body, &list); err != nil || len(list.Data) != len(named) {
				t.Errorf("%s: %+v, %v", path, list, err)
			}
			for _, got := range list.Data {
				check(path, got)
			}
		}
		for id := range named {
			var one struct{ Data view }
			if err := json.Unmarshal(v.call(t, get, "/tasks/"+id, "").body, &one); err != nil {
				t.Error(err)
			}
			check("/tasks/{id}", one.Data)
		}
	})
}
