package task

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// A refusal names what its caller may call instead: calls that there are, of its own
// side of the task.
func TestPossibleCalls(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status  city.TaskStatus
		refused Trigger
		want    string
	}{
		{city.TaskPendingApproval, giveFeedback, "approve cancel"},
		{city.TaskSubmitted, giveFeedback, "cancel"},
		{city.TaskSubmitted, Deliver, "decline sandbox/provision executing"},
		{city.TaskExecuting, Decline, "sandbox/provision complete fail"},
		{city.TaskExecuting, Cancel, ""},
		{city.TaskQualityCheck, Deliver, ""},
		{city.TaskCompleted, Cancel, "feedback"},
		{city.TaskCompleted, readSandbox, ""},
		{city.TaskCancelled, Start, ""},
	} {
		got := possibleCalls(c.status, c.refused)
		for i := range got {
			got[i] = strings.TrimPrefix(got[i], "POST /tasks/{id}/")
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s after %s: %v, want %s", c.status, c.refused, got, c.want)
		}
	}
	wantHints(t)
	text, err := os.ReadFile("../../docs/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]any
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	for _, c := range sideCalls {
		method, path, _ := strings.Cut(c.call, " ")
		if doc.Paths["/api/v1"+path][strings.ToLower(method)] == nil || !slices.Contains(Parties(), c.by) {
			t.Errorf("%s: there is no such call for %q", c.call, c.by)
		}
	}
}

// wantHints fails when a refusal names a call that is not possible, or none where
// one is.
func wantHints(t *testing.T) {
	t.Helper()
	for _, c := range []struct {
		status  city.TaskStatus
		refused Trigger
		hint    string
	}{
		{city.TaskSubmitted, Deliver, "/executing"},
		{city.TaskSubmitted, GiveUp, "/decline"},
		{city.TaskExecuting, Decline, "/fail"},
		{city.TaskFailed, Deliver, ""},
		{city.TaskCompleted, GiveUp, ""},
		{city.TaskCancelled, Decline, ""},
		{city.TaskCompleted, Cancel, ""},
	} {
		said := errInvalidState(&Task{Status: c.status}, c.refused).Error()
		if strings.Contains(said, "POST ") != (c.hint != "") || !strings.Contains(said, c.hint) {
			t.Errorf("%s after %s: %q, want the hint %q", c.status, c.refused, said, c.hint)
		}
	}
}
