package httpapi

import (
	"bytes"
	"context"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/idempotency"
	"aicity.dev/aicity/internal/store"
)

// limited bounds how often each caller may ask: a known secret by itself, all
// others by their address.
func (s *server) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := "ip/" + s.clientIP(r)
		if id := callerOf(r.Context()).id(); id != "" {
			key = id
		}
		state := s.Limits.Allow(key)
		seconds := int(math.Ceil(state.RetryAfter.Seconds()))
		if state.Remaining == 0 {
			seconds = max(1, seconds)
		}
		w.Header().Set("RateLimit-Limit", strconv.Itoa(state.Limit))
		w.Header().Set("RateLimit-Remaining", strconv.Itoa(state.Remaining))
		w.Header().Set("RateLimit-Reset", strconv.Itoa(seconds))
		if !state.Allowed {
			s.writeError(w, r, city.Errorf(city.CodeRateLimited, "Too many requests. Try again in %d s.", seconds).WithDetail("retryAfterSeconds", seconds))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// idempotent answers a repeated call with an Idempotency-Key by the first answer.
// The body is part of what is compared: nothing of it is read for a caller whom
// the route does not take.
func (s *server) idempotent(next *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, caller := r.Header.Get("Idempotency-Key"), callerOf(r.Context()).id()
		if key == "" || caller == "" || !takesKey(r.Method, r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		_, pattern := next.Handler(r)
		asked, known := s.routes[pattern]
		if !known {
			next.ServeHTTP(w, r)
			return
		}
		if err := asked.admit(r); err != nil {
			s.writeError(w, r, err)
			return
		}
		sum := idempotency.NewHash(r.Method, r.URL.RequestURI())
		body, done, err := s.again(w, r, asked, sum)
		if err != nil {
			s.writeError(w, r, err)
			return
		}
		defer done()
		r.Body = body
		claim := idempotency.Claim{Caller: caller, Key: key, Hash: sum.String(), Anew: asked.keyed}
		if asked.keepsAnswer {
			s.answerOnce(w, r, next, claim)
			return
		}
		earlier, err := s.Idempotency.Begin(r.Context(), claim)
		if err != nil || earlier != nil {
			s.replay(w, r, earlier, err)
			return
		}
		s.runOnce(w, r, next, claim)
	})
}

// takesKey reports whether a call that does something does it once for a key. What
// happens inside a sandbox is not kept: it may be large, and it is the agent's own
// to repeat.
func takesKey(method, path string) bool {
	return method != http.MethodGet && method != http.MethodHead && !strings.Contains(path, "/sandbox/")
}

// again reads a body that is compared with that of an earlier call; it can be read
// once more until done. sum takes what it holds.
func (s *server) again(w http.ResponseWriter, r *http.Request, asked route, sum io.Writer) (body io.ReadCloser, done func(), err error) {
	if asked.streamed {
		return s.spooled(r.Body, asked, sum)
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, asked.limit()))
	if err != nil {
		return nil, nil, bodyError(err)
	}
	_, _ = sum.Write(content)
	return io.NopCloser(bytes.NewReader(content)), func() {}, nil
}

func (s *server) replay(w http.ResponseWriter, r *http.Request, earlier *idempotency.Answer, err error) {
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Idempotency-Replayed", "true")
	w.WriteHeader(earlier.Status)
	_, _ = w.Write(earlier.Body)
}

type claimKey struct{}

// claimOf is the claim of a call that keeps its own answer, nil without a key.
func claimOf(ctx context.Context) *idempotency.Claim {
	c, _ := ctx.Value(claimKey{}).(*idempotency.Claim)
	return c
}

// keep writes the answer to a claim, that something was made, in the transaction
// that makes it: the very bytes that its caller gets.
func keep[T any](ctx context.Context, s *server, tx store.Tx, claim *idempotency.Claim, made *Out[T]) error {
	var body bytes.Buffer
	if err := huma.DefaultJSONFormat.Marshal(&body, made.Body); err != nil {
		return err
	}
	return s.Idempotency.Keep(ctx, tx, *claim, idempotency.Answer{Status: http.StatusCreated, Body: body.Bytes()})
}

// refused is why a call that keeps its answer made nothing: for a second call with
// its key, that there was a first.
func refused(err error) error {
	if idempotency.Repeated(err) {
		return errKeyUsed()
	}
	return err
}

func errKeyUsed() error {
	return city.Errorf(city.CodeIdempotency, "This Idempotency-Key was used already.")
}

// answerOnce runs a call that writes its answer in its own transaction, where a
// second answer for the key fails. So it hopes that it is the first; what was
// refused may have been so because a call with the same key came before.
func (s *server) answerOnce(w http.ResponseWriter, r *http.Request, next http.Handler, claim idempotency.Claim) {
	if err := claim.Check(); err != nil {
		s.writeError(w, r, err)
		return
	}
	recorder := idempotency.NewRecorder(w)
	next.ServeHTTP(recorder, r.WithContext(context.WithValue(r.Context(), claimKey{}, &claim)))
	if recorder.Status >= http.StatusBadRequest {
		earlier, err := s.Idempotency.Find(r.Context(), claim)
		if city.CodeOf(err) == city.CodeIdempotency || err == nil && earlier != nil {
			s.replay(w, r, earlier, err)
			return
		}
	}
	recorder.Send()
}

// runOnce runs the call, keeps its answer and passes it on.
func (s *server) runOnce(w http.ResponseWriter, r *http.Request, next http.Handler, claim idempotency.Claim) {
	recorder := idempotency.NewRecorder(w)
	finished := false
	defer func() {
		if !finished { // the handler panicked: the next try may run
			recorder.Status = http.StatusInternalServerError
		}
		answer, err := s.Idempotency.End(contextWithoutCancel(r), claim, idempotency.Answer{Status: recorder.Status, Body: recorder.Body.Bytes()})
		if err != nil {
			s.Logger.WarnContext(r.Context(), "answer not kept", "error", err)
		}
		if finished {
			recorder.SendAs(answer)
		}
	}()
	next.ServeHTTP(recorder, r)
	finished = true
}
