package aicity_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	aicity "aicity.dev/aicity/sdk/go"
	"github.com/google/go-cmp/cmp"
)

// TestEventsResume cuts the stream in the middle of an event and expects every
// event once, in order, and the end when the task has ended.
func TestEventsResume(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/tasks/tsk_1", func(w http.ResponseWriter, _ *http.Request) {
		ok(w, map[string]any{"id": "tsk_1", "status": "completed"})
	})
	var resumed []string
	mux.HandleFunc("GET /api/v1/tasks/tsk_1/events", func(w http.ResponseWriter, r *http.Request) {
		resumed = append(resumed, r.Header.Get("Last-Event-ID"))
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		_, _ = fmt.Fprint(w, ": hello\nretry: 1\n\n")
		switch connections.Add(1) {
		case 1:
			_, _ = fmt.Fprint(w, "id: 5\nevent: task.submitted\ndata: {\"at\":\"2026-01-02T03:04:05Z\",\"data\":{\"a\":1}}\n\nid: 6\nevent: task.assigned\ndata: {")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		case 2:
			_, _ = fmt.Fprint(w, "id: 6\nevent: task.assigned\ndata: {\"data\":\ndata: 2}\n\nid: 7\r\nevent: task.completed\r\ndata: {\"data\":3}\r\n\r\n")
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	c := aicity.New(aicity.Options{OwnerToken: "o", BaseURL: server.URL})
	var got []string
	for event, err := range c.Tasks.Events(t.Context(), "tsk_1", "4") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %s %s", event.ID, event.Type, event.Data))
	}
	want := []string{`5 task.submitted {"a":1}`, "6 task.assigned 2", "7 task.completed 3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"4", "5", "7"}, resumed); diff != "" {
		t.Errorf("Last-Event-ID: %s", diff)
	}
}

func TestEventsStopWithTheReaderAndWithAnError(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/tasks/tsk_1/events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprint(w, "id: 1\nevent: task.submitted\ndata: {}\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("GET /api/v1/tasks/tsk_2/events", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, 404, aicity.CodeTaskNotFound)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	c := aicity.New(aicity.Options{OwnerToken: "o", BaseURL: server.URL})
	for _, err := range c.Tasks.Events(t.Context(), "tsk_1", "") {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	seen := 0
	for _, err := range c.Tasks.Events(t.Context(), "tsk_2", "") {
		seen++
		if aicity.ErrorCode(err) != aicity.CodeTaskNotFound {
			t.Errorf("got %v, want TASK_NOT_FOUND", err)
		}
	}
	if seen != 1 {
		t.Errorf("%d elements, want the error alone", seen)
	}
}
