package httpapi

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ratelimit"
)

type requestIDKey struct{}

func requestIDOf(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// withRequestID names each request, in the answer and in the one log line it leaves.
func (s *server) withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := city.NewID(city.PrefixRequest)
		w.Header().Set("X-Request-Id", id)
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		began := s.Clock.Now()
		sw := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		ctx := context.WithValue(r.Context(), requestIDKey{}, id)
		ctx = context.WithValue(ctx, loggerKey{}, s.Logger)
		defer func() { // also when the answer is cut off
			// The path holds ids only; queries may hold text and are left out.
			s.Logger.DebugContext(r.Context(), "request", "method", r.Method, "path", r.URL.Path, "status", sw.status,
				"duration", s.Clock.Now().Sub(began).Round(time.Microsecond), "requestId", id)
		}()
		next.ServeHTTP(sw, r.WithContext(context.WithValue(ctx, clientIPKey{}, s.clientIP(r))))
	})
}

// recovered answers a panic with an internal error instead of a cut connection.
// Where the answer has begun it is cut off: with more behind it, or an end, a part
// would pass for the whole.
func (s *server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sw := &statusWriter{ResponseWriter: w}
		defer func() {
			value := recover()
			if value == nil {
				return
			}
			if value != http.ErrAbortHandler { //nolint:errorlint // a sentinel by contract
				s.Logger.ErrorContext(r.Context(), "request panicked", "path", r.URL.Path, "panic", value, "stack", string(debug.Stack()))
				if !sw.begun {
					s.writeError(w, r, city.Errorf(city.CodeInternal, internalMessage))
					return
				}
			}
			panic(http.ErrAbortHandler)
		}()
		next.ServeHTTP(sw, r)
	})
}

// statusWriter remembers the status for the log, and that there is one.
type statusWriter struct {
	http.ResponseWriter
	status int
	begun  bool
}

func (w *statusWriter) WriteHeader(status int) {
	w.status, w.begun = status, true
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	w.begun = true
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach flushing and deadlines.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush passes streams on at once.
func (w *statusWriter) Flush() {
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

func (s *server) writeError(w http.ResponseWriter, r *http.Request, err error) {
	body := answer(r.Context(), s.Logger, err)
	maps.Copy(w.Header(), body.GetHeaders())
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(body.status)
	_ = json.NewEncoder(w).Encode(body)
}

// otherwise answers what no endpoint takes: with the methods that there are, or
// that there is nothing.
func (s *server) otherwise(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var methods []string
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			asked := &http.Request{Method: method, URL: r.URL, Host: r.Host}
			if _, pattern := mux.Handler(asked); pattern != "/" && pattern != "" {
				methods = append(methods, method)
			}
		}
		if len(methods) == 0 {
			s.writeError(w, r, errNoEndpoint())
			return
		}
		s.refuseMethod(w, r, methods...)
	}
}

func (s *server) refuseMethod(w http.ResponseWriter, r *http.Request, taken ...string) {
	list := strings.Join(taken, ", ")
	w.Header().Set("Allow", list)
	s.writeError(w, r, city.Errorf(city.CodeMethodNotAllowed, "This endpoint takes %s only.", list))
}

type loggerKey struct{}

// loggerOf is the server's logger, for code that huma calls without one.
func loggerOf(ctx context.Context) *slog.Logger {
	if logger, ok := ctx.Value(loggerKey{}).(*slog.Logger); ok {
		return logger
	}
	return slog.New(slog.DiscardHandler)
}

// contextWithoutCancel lets what must be written outlive a caller that left.
func contextWithoutCancel(r *http.Request) context.Context { return context.WithoutCancel(r.Context()) }

type clientIPKey struct{}

func clientIPOf(ctx context.Context) string {
	ip, _ := ctx.Value(clientIPKey{}).(string)
	return ip
}

// clientIP is the address that limits apply to.
func (s *server) clientIP(r *http.Request) string { return ratelimit.ClientIP(r, s.TrustedProxy) }
