package aicity

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"sync"
	"time"
)

const (
	firstBackoff = 500 * time.Millisecond
	maxBackoff   = 8 * time.Second
	// maxRetryAfter is the longest a call waits by itself; when the city asks
	// for more, the caller gets the error and decides.
	maxRetryAfter = time.Minute
	// maxAnswer bounds what is read into memory of one answer.
	maxAnswer = 64 << 20
)

// credential says in whose name a call is made.
type credential int

const (
	asNobody credential = iota // public; a secret is sent when there is one
	asAgent
	asOwner
	asEither
)

// request is one call of the API.
type request struct {
	method, path string
	query        url.Values
	body         any    // sent as JSON
	raw          []byte // sent as it is instead
	as           credential
	keyed        bool          // gets an Idempotency-Key of its own, so that it can be repeated
	repeatable   bool          // harmless to repeat though it is a POST
	extra        time.Duration // time the city itself may take, on top of the timeout
	accept       string        // for answers that are not the JSON envelope
	header       http.Header
}

type idempotencyKey struct{}

// WithIdempotencyKey makes the mutating call done with the context carry key:
// the same key with the same input gets the first answer again. Use one key
// for one call.
func WithIdempotencyKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, idempotencyKey{}, key)
}

// call does r and decodes the data of its answer into out, unless out is nil.
func (c *Client) call(ctx context.Context, r request, out any) error {
	_, err := c.callPage(ctx, r, out)
	return err
}

func (c *Client) callPage(ctx context.Context, r request, out any) (Pagination, error) {
	answer, err := c.send(ctx, r)
	if err != nil {
		return Pagination{}, err
	}
	var envelope struct {
		Success    bool            `json:"success"`
		Data       json.RawMessage `json:"data"`
		Pagination Pagination      `json:"pagination"`
	}
	if err := json.Unmarshal(answer.body, &envelope); err != nil {
		return Pagination{}, badAnswer(r.op(), answer.status, err)
	}
	if !envelope.Success {
		return Pagination{}, badAnswer(r.op(), answer.status, errors.New("no success envelope"))
	}
	if out == nil {
		return envelope.Pagination, nil
	}
	if err := json.Unmarshal(envelope.Data, out); err != nil {
		return Pagination{}, badAnswer(r.op(), answer.status, err)
	}
	return envelope.Pagination, nil
}

// one is call for an answer that is one thing.
func one[T any](ctx context.Context, c *Client, r request) (*T, error) {
	var out T
	err := c.call(ctx, r, &out)
	return result(&out, err)
}

// list is call for an answer that is a page of many.
func list[T any](ctx context.Context, c *Client, r request) (*Page[T], error) {
	var page Page[T]
	var err error
	page.Pagination, err = c.callPage(ctx, r, &page.Items)
	return result(&page, err)
}

// result drops a half-filled value when there is an error.
func result[T any](value *T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return value, nil
}

// answer is a successful answer, read in full.
type answer struct {
	status int
	body   []byte
}

// send does r, again when that is safe and may help, and returns the answer or
// an [*Error], a [*NetworkError] or the context's error.
func (c *Client) send(ctx context.Context, r request) (*answer, error) {
	payload, err := r.payload()
	if err != nil {
		return nil, err
	}
	header, err := c.headers(ctx, r)
	if err != nil {
		return nil, err
	}
	for attempt := 0; ; attempt++ {
		got, err := c.attempt(ctx, r, header, payload)
		if err == nil {
			return got, nil
		}
		if attempt >= c.retries || !r.safe(header) || !temporary(err) {
			return nil, err
		}
		wait := backoff(attempt, err)
		if wait > maxRetryAfter {
			return nil, err
		}
		if sleep(ctx, wait) != nil {
			return nil, err
		}
	}
}

// attempt does r once within the timeout and reads the whole answer.
func (c *Client) attempt(ctx context.Context, r request, header http.Header, payload []byte) (*answer, error) {
	limited, cancel := context.WithTimeout(ctx, c.timeout+r.extra)
	defer cancel()
	res, err := c.open(limited, r, header, payload)
	if err != nil {
		return nil, callerFirst(ctx, r, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := readAll(res.Body)
	if err != nil {
		return nil, callerFirst(ctx, r, &NetworkError{Op: r.op(), Err: err})
	}
	if res.StatusCode >= 300 {
		return nil, errorOf(r, res, body)
	}
	return &answer{status: res.StatusCode, body: body}, nil
}

// open sends r and returns the open answer, whatever its status.
func (c *Client) open(ctx context.Context, r request, header http.Header, payload []byte) (*http.Response, error) {
	target := c.base + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, bytes.NewReader(payload))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.op(), err)
	}
	req.Header = header.Clone()
	res, err := c.http.Do(req)
	if err != nil {
		return nil, &NetworkError{Op: r.op(), Err: err}
	}
	return res, nil
}

func (c *Client) headers(ctx context.Context, r request) (http.Header, error) {
	h := http.Header{}
	h.Set("User-Agent", userAgent())
	h.Set("Accept", "application/json")
	if r.accept != "" {
		h.Set("Accept", r.accept)
	}
	if r.body != nil {
		h.Set("Content-Type", "application/json")
	}
	if r.raw != nil {
		h.Set("Content-Type", "application/octet-stream")
	}
	maps.Copy(h, r.header)
	if key, _ := ctx.Value(idempotencyKey{}).(string); key != "" && r.method != http.MethodGet {
		h.Set("Idempotency-Key", key)
	} else if r.keyed {
		h.Set("Idempotency-Key", crand.Text())
	}
	return h, c.identify(h, r.as)
}

// identify sets the one secret that fits the call. With only the other kind
// at hand that one is sent: who may call what is the city's to say.
func (c *Client) identify(h http.Header, as credential) error {
	ownerFirst := as == asOwner || as == asNobody
	switch {
	case c.ownerToken != "" && (ownerFirst || c.apiKey == ""):
		h.Set("Authorization", "Bearer "+c.ownerToken)
	case c.apiKey != "":
		h.Set("X-API-Key", c.apiKey)
	case as != asNobody:
		return missingCredential(as)
	}
	return nil
}

func (r request) op() string { return r.method + " " + r.path }

func (r request) payload() ([]byte, error) {
	if r.body == nil {
		return r.raw, nil
	}
	encoded, err := json.Marshal(r.body)
	if err != nil {
		return nil, fmt.Errorf("encode the body of %s: %w", r.op(), err)
	}
	return encoded, nil
}

// safe reports whether doing r twice is the same as doing it once.
func (r request) safe(h http.Header) bool {
	switch r.method {
	case http.MethodGet, http.MethodPut, http.MethodDelete:
		return true
	default:
		return r.repeatable || h.Get("Idempotency-Key") != ""
	}
}

// callerFirst gives the caller's own cancellation precedence over how it
// looked from the connection.
func callerFirst(ctx context.Context, r request, err error) error {
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("%s: %w", r.op(), cause)
	}
	return err
}

func readAll(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if len(body) > maxAnswer {
		return nil, fmt.Errorf("answer is larger than %d bytes", maxAnswer)
	}
	return body, nil
}

// errorOf reads the city's error out of an answer; a proxy's answer keeps its status.
func errorOf(r request, res *http.Response, body []byte) error {
	var envelope struct {
		Error struct {
			Code      string         `json:"code"`
			Message   string         `json:"message"`
			Details   map[string]any `json:"details"`
			RequestID string         `json:"requestId"`
		} `json:"error"`
	}
	e := &Error{Status: res.StatusCode, RetryAfter: retryAfter(res.Header)}
	if json.Unmarshal(body, &envelope) == nil && envelope.Error.Code != "" {
		e.Code, e.Message = envelope.Error.Code, envelope.Error.Message
		e.Details, e.RequestID = envelope.Error.Details, envelope.Error.RequestID
	} else {
		e.Message = fmt.Sprintf("%s answered %s", r.op(), res.Status)
	}
	if e.RequestID == "" {
		e.RequestID = res.Header.Get("X-Request-Id")
	}
	return e
}

// retryAfter reads the header, given in seconds or as a date.
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// backoff is how long to wait before the attempt after the given one: what the
// city asks for, else exponential with jitter, so that many clients that failed
// together do not come back together.
func backoff(attempt int, err error) time.Duration {
	var e *Error
	if errors.As(err, &e) && e.RetryAfter > 0 {
		return e.RetryAfter
	}
	ceiling := min(maxBackoff, firstBackoff<<min(attempt, 10))
	return ceiling/2 + rand.N(ceiling/2) //nolint:gosec // jitter, no secret
}

// sleep waits for d or until ctx ends, and returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// now is the machine's time; the library stands alone and has no city.Clock.
func now() time.Time { return time.Now() } //nolint:forbidigo // the one place

// userAgent names the SDK's version, which takes some parsing to find.
var userAgent = sync.OnceValue(func() string {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	return "aicity-go/" + version
})
