package httpapi_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/task"
	aicity "aicity.dev/aicity/sdk/go"
)

// A key that is taken back ends its open streams: what happens next is not told.
func TestStreamEndsWithItsKey(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agent := l.Agent(t, "research")
		id := l.order(t, agent)
		res, err := asAgent(l.Server, agent).open(t.Context(), get, "/api/v1/tasks/"+id+"/events", "")
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%v, %v", res, err)
		}
		defer func() { _ = res.Body.Close() }()
		var told strings.Builder
		for part := make([]byte, 1<<10); !strings.Contains(told.String(), "task.assigned"); {
			n, err := res.Body.Read(part)
			told.Write(part[:n])
			if err != nil {
				t.Fatalf("%s: %v", told.String(), err)
			}
		}
		if _, err := agent.Owner.Agents.RotateKey(t.Context(), agent.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := l.buyer.Tasks.Cancel(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		rest, err := io.ReadAll(res.Body)
		if err != nil || strings.Contains(string(rest), "task.cancelled") {
			t.Errorf("after the rotation: %s, %v", rest, err)
		}
	})
}

// Who follows a task finds each type of event by a name of the SDK's.
func TestTheSDKNamesEveryEvent(t *testing.T) {
	t.Parallel()
	named := []string{
		aicity.EventTaskSubmitted,
		aicity.EventTaskApprovalAsked,
		aicity.EventTaskApproved,
		aicity.EventTaskRouting,
		aicity.EventTaskAssigned,
		aicity.EventTaskDeclined,
		aicity.EventTaskPassedOver,
		aicity.EventTaskProvisioned,
		aicity.EventTaskExecuting,
		aicity.EventTaskDelivered,
		aicity.EventTaskCompleted,
		aicity.EventTaskFailed,
		aicity.EventTaskCancelled,
		aicity.EventTaskFeedback,
		aicity.EventTaskReleased,
		aicity.EventTaskRefunded,
		aicity.EventTaskRefundAsked,
		aicity.EventTaskRefundDenied,
		aicity.EventTaskRecheckAsked,
		aicity.EventTaskRecheckDecided,
		aicity.EventTaskVerdictOverturned,
	}
	var told []string
	for _, kind := range task.EventTypes() {
		told = append(told, string(kind))
	}
	slices.Sort(named)
	slices.Sort(told)
	if diff := cmp.Diff(told, named); diff != "" {
		t.Errorf("types of events, and those of the SDK (+):\n%s", diff)
	}
}
