package aicity

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// streamIdle is how long a stream may be silent before it counts as lost; the
// city sends a sign of life much more often.
const streamIdle = 90 * time.Second

// maxEventLine bounds one line of a stream.
const maxEventLine = 4 << 20

// Event is one thing that happened to a task.
type Event struct {
	ID   string          `json:"id"`   // resumes a stream after this event
	Type string          `json:"type"` // EventTaskAssigned, EventTaskCompleted, …
	At   time.Time       `json:"at"`   // when it happened
	Data json.RawMessage `json:"data"` // what is to know about it
}

// Events yields what happens to a task: all that has happened, or what came
// after the event with id after, then what happens from now on. A broken stream
// is taken up where it broke. The sequence ends when the task has ended and the
// city closes the stream, with the context, or with an error as its last element.
func (s *TasksService) Events(ctx context.Context, taskID, after string) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		stream := eventStream{tasks: s, taskID: taskID, last: after, retry: firstBackoff}
		for failures := 0; ; {
			news, err := stream.follow(ctx, func(e Event) bool { return yield(e, nil) })
			if errors.Is(err, errStopped) {
				return
			}
			if news > 0 {
				failures = 0
			}
			ended := false
			if err == nil { // the city closed the stream
				ended, err = stream.ended(ctx)
			}
			if ended && news == 0 {
				return // nothing was missed
			}
			if ended {
				continue
			}
			if err != nil {
				failures++
			}
			if err = stream.pause(ctx, err, failures); err != nil {
				yield(Event{}, err)
				return
			}
		}
	}
}

// pause waits before the next connection. It returns what ends the sequence: the
// context, or an error that came too often or that will not pass.
func (s *eventStream) pause(ctx context.Context, err error, failures int) error {
	if err != nil && (ctx.Err() != nil || !temporary(err) || failures > s.tasks.client.retries) {
		return err
	}
	return sleep(ctx, s.retry)
}

// Timeline returns what has happened to a task, oldest first, at most 500 things
// after the event with id after; "" for the first. Errors: TASK_NOT_FOUND.
func (s *TasksService) Timeline(ctx context.Context, taskID, after string) ([]Event, error) {
	query := url.Values{}
	setText(query, "after", after)
	var out []struct {
		Seq  int64           `json:"seq"`
		Type string          `json:"type"`
		At   time.Time       `json:"at"`
		Data json.RawMessage `json:"data"`
	}
	err := s.client.call(ctx, request{method: http.MethodGet, path: path("tasks", taskID, "timeline"), query: query, as: asEither}, &out)
	events := make([]Event, len(out))
	for i, e := range out {
		events[i] = Event{ID: strconv.FormatInt(e.Seq, 10), Type: e.Type, At: e.At, Data: e.Data}
	}
	return events, err
}

// errStopped says that the reader of a sequence wants no more.
var errStopped = errors.New("stopped")

type eventStream struct {
	tasks  *TasksService
	taskID string
	last   string        // id of the last event seen
	retry  time.Duration // how long to wait before the next connection
}

func (s *eventStream) ended(ctx context.Context) (bool, error) {
	task, err := s.tasks.Get(ctx, s.taskID)
	if err != nil {
		return false, err
	}
	return task.Ended(), nil
}

// follow reads one connection to its end and reports how many events it gave.
func (s *eventStream) follow(ctx context.Context, yield func(Event) bool) (news int, err error) {
	r := request{
		method: http.MethodGet, path: path("tasks", s.taskID, "events"), as: asEither,
		accept: "text/event-stream", header: http.Header{},
	}
	if s.last != "" {
		r.header.Set("Last-Event-ID", s.last)
	}
	header, err := s.tasks.client.headers(ctx, r)
	if err != nil {
		return 0, err
	}
	alive, cancel := context.WithCancel(ctx)
	defer cancel()
	idle := time.AfterFunc(s.tasks.client.timeout, cancel)
	defer idle.Stop()
	res, err := s.tasks.client.open(alive, r, header, nil)
	if err != nil {
		return 0, callerFirst(ctx, r, err)
	}
	defer func() { _ = res.Body.Close() }()
	if err := checkStream(r, res); err != nil {
		return 0, err
	}
	idle.Reset(streamIdle)
	body := &watched{Reader: res.Body, seen: func() { idle.Reset(streamIdle) }}
	err = s.parse(body, func(e Event) bool {
		news++
		return yield(e)
	})
	if err != nil && !errors.Is(err, errStopped) {
		err = callerFirst(ctx, r, &NetworkError{Op: r.op(), Err: err})
	}
	return news, err
}

func checkStream(r request, res *http.Response) error {
	if res.StatusCode >= 300 {
		body, err := readAll(res.Body)
		if err != nil {
			return &NetworkError{Op: r.op(), Err: err}
		}
		return errorOf(r, res, body)
	}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if kind != "text/event-stream" {
		return badAnswer(r.op(), res.StatusCode, fmt.Errorf("content type %q is no event stream", kind))
	}
	return nil
}

// parse reads server-sent events until the stream ends; an unfinished event at
// its end is dropped, as the format wants it.
func (s *eventStream) parse(body io.Reader, yield func(Event) bool) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, maxEventLine)
	id, kind := s.last, ""
	var data []string
	for lines.Scan() {
		if lines.Text() == "" {
			// Only a finished event moves the place to resume at.
			s.last = id
			if len(data) > 0 {
				event, err := newEvent(id, kind, strings.Join(data, "\n"))
				if err != nil {
					return err
				}
				if !yield(event) {
					return errStopped
				}
			}
			kind, data = "", nil
			continue
		}
		field, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "id":
			id = value
		case "event":
			kind = value
		case "data":
			data = append(data, value)
		case "retry":
			if ms, err := strconv.Atoi(value); err == nil {
				s.retry = min(time.Duration(ms)*time.Millisecond, maxBackoff)
			}
		}
	}
	return lines.Err()
}

func newEvent(id, kind, data string) (Event, error) {
	var body struct {
		At   time.Time       `json:"at"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal([]byte(data), &body); err != nil {
		return Event{}, fmt.Errorf("decode event %s: %w", kind, err)
	}
	return Event{ID: id, Type: kind, At: body.At, Data: body.Data}, nil
}

// watched tells of every read that brought something.
type watched struct {
	io.Reader
	seen func()
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if n > 0 {
		w.seen()
	}
	return n, err
}
