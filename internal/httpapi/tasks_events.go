package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"aicity.dev/aicity/internal/event"
)

// TaskEvent is one entry of a task's timeline.
type TaskEvent struct {
	ID   string          `json:"id" doc:"The event's id"`
	Seq  int64           `json:"seq" doc:"Grows with every event; send it as Last-Event-ID to resume"`
	Type string          `json:"type" doc:"What happened"`
	At   time.Time       `json:"at"`
	Data json.RawMessage `json:"data" doc:"What is to know about it"`
}

// heartbeat keeps proxies from closing a quiet stream, and notices a caller
// that may no longer see the task.
const heartbeat = 15 * time.Second

func (s *server) registerTaskEvents() {
	add(s, route{method: http.MethodGet, path: "/tasks/{id}/timeline", id: "listTaskEvents", tag: "Tasks", who: byAnyone,
		summary: "Read a task's timeline"}, s.listTaskEvents)
	add(s, route{method: http.MethodGet, path: "/tasks/{id}/events", id: "streamTaskEvents", tag: "Tasks", who: byAnyone,
		summary: "Follow a task live as server-sent events"}, s.streamTaskEvents)
}

func (s *server) listTaskEvents(ctx context.Context, in *struct {
	TaskPath
	After int64 `query:"after" minimum:"0" doc:"Only events after this seq"`
}) (*Out[[]TaskEvent], error) {
	t, _, err := s.visibleTask(ctx, callerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	events, err := s.Tasks.Timeline(ctx, t.ID, in.After)
	if err != nil {
		return nil, err
	}
	views := make([]TaskEvent, len(events))
	for i, e := range events {
		views[i] = eventView(e)
	}
	return ok(views), nil
}

func eventView(e event.Event) TaskEvent {
	return TaskEvent{ID: e.ID, Seq: e.Seq, Type: string(e.Type), At: e.At, Data: e.Data}
}

func (s *server) streamTaskEvents(ctx context.Context, in *struct {
	TaskPath
	LastEventID string `header:"Last-Event-ID" doc:"Resume after this event"`
	After       int64  `query:"after" minimum:"0" doc:"Resume after this seq"`
}) (*huma.StreamResponse, error) {
	after, err := event.ParseSeq("Last-Event-ID", in.LastEventID)
	if err != nil {
		return nil, err
	}
	if in.LastEventID == "" {
		after = in.After
	}
	if _, _, err := s.visibleTask(ctx, callerOf(ctx), in.ID); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hctx huma.Context) { s.stream(hctx, in.ID, after) }}, nil
}

// stream writes the events of a task as they happen, until the caller leaves,
// may no longer see the task, or nothing more can happen.
func (s *server) stream(hctx huma.Context, taskID string, after int64) {
	ctx, stop := s.untilStop(hctx.Context())
	defer stop()
	hctx.SetHeader("Content-Type", "text/event-stream")
	hctx.SetHeader("X-Accel-Buffering", "no")
	s.Events.Follow(ctx, taskID, heartbeat, func() (enough bool) {
		for {
			last, settled, err := s.writeNews(ctx, hctx, taskID, after)
			if err != nil || settled && last == after {
				return true
			}
			if after = last; !settled {
				return false
			}
			// The last events may have come meanwhile.
		}
	})
}

// writeNews writes the events of a task after a seq, or that the stream lives. It
// returns the seq of the last one, and whether nothing more can happen to the task.
func (s *server) writeNews(ctx context.Context, hctx huma.Context, taskID string, after int64) (last int64, settled bool, err error) {
	events, err := s.Tasks.Timeline(ctx, taskID, after)
	if err != nil {
		return after, false, err
	}
	// A secret that was taken back ends its streams too. It is looked at last: what
	// is about to be written came before.
	c, err := s.identify(ctx, hctx.Header("X-API-Key"), hctx.Header("Authorization"))
	if err != nil {
		return after, false, err
	}
	t, _, err := s.visibleTask(ctx, c, taskID)
	if err != nil {
		return after, false, err
	}
	w, settled := hctx.BodyWriter(), t.Settled()
	switch {
	case len(events) > 0:
		for _, e := range events {
			if err := writeEvent(w, e); err != nil {
				return after, settled, err
			}
			after = e.Seq
		}
	case settled:
		return after, settled, nil
	default:
		if _, err := io.WriteString(w, ": waiting\n\n"); err != nil {
			return after, settled, err
		}
	}
	flush(w)
	return after, settled, nil
}

// flush sends what was written to a stream. Whether anybody took it is told by the
// next write, and by the request's context.
func flush(w io.Writer) {
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}

func writeEvent(w io.Writer, e event.Event) error {
	body, err := json.Marshal(eventView(e))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", e.Seq, e.Type, body)
	return err
}
