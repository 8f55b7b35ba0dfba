// Package web serves the pages: one file pair per page, templates in templ,
// handlers beside them. Handlers read forms, call the domain and show what came
// of it; they have no rules of their own. Forms work without JavaScript.
package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/a-h/templ"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/idempotency"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/pricing"
	"aicity.dev/aicity/internal/ratelimit"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/task"
	"aicity.dev/aicity/internal/webhook"
)

// Config is what the pages work with.
type Config struct {
	DB       *store.DB
	Accounts *account.Service
	Agents   *agent.Service
	Tasks    *task.Service
	Payments *payment.Service
	// Reconcile compares the books with the payment provider's.
	Reconcile    func(ctx context.Context) (payment.Reconciliation, error)
	Webhooks     *webhook.Service
	Archives     Archives
	Events       *event.Log
	Idempotency  *idempotency.Service
	Limits       *ratelimit.Limiter
	Prices       *pricing.Table
	Clock        city.Clock
	Logger       *slog.Logger
	PublicURL    string
	Secure       bool // users come over https
	TrustedProxy bool // X-Forwarded-For comes from a proxy of the operator
	RefundWindow time.Duration
	FeePercent   int // the platform's part of a charge
	OpenAPI      func() ([]byte, error)
	Status       func(city.Code) int // the API's table: a page answers an error as a call does
	Stopping     context.Context     //nolint:containedctx // a signal, not a request's context
}

type site struct {
	Config
	assets  map[string]string // name → hashed path
	sending sending
}

//go:embed static style
var files embed.FS

// sheets are the style sheets in the order of the cascade; browsers get them as
// one.
var sheets = []string{"tokens", "base", "frame", "forms", "surfaces", "content", "code", "settings", "phone", "landing", "media"}

// New returns the handler of all pages.
func New(cfg Config) (http.Handler, error) {
	s := &site{Config: cfg, assets: map[string]string{}, sending: sending{forms: map[string]chan struct{}{}}}
	mux := http.NewServeMux()
	if err := s.serveAssets(mux); err != nil {
		return nil, err
	}
	s.routes(mux)
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(s.page(func(http.ResponseWriter, *http.Request) error {
		return city.Errorf(city.CodeForbidden, "This form was sent from another site. Open the page here and try again.")
	}))
	return s.headers(guard.Handler(s.withVisitor(s.limited(mux)))), nil
}

// serveAssets serves what pages are made of, the style sheets as one.
func (s *site) serveAssets(mux *http.ServeMux) error {
	all, err := fs.ReadDir(files, "style")
	if err != nil {
		return err
	}
	if len(all) != len(sheets) {
		return fmt.Errorf("%d style sheets, of which %d have a place in the order", len(all), len(sheets))
	}
	var style []byte
	for _, sheet := range sheets {
		content, err := files.ReadFile("style/" + sheet + ".css")
		if err != nil {
			return err
		}
		style = append(style, content...)
	}
	s.serveAsset(mux, "app.css", style)
	static, err := fs.ReadDir(files, "static")
	if err != nil {
		return err
	}
	for _, file := range static {
		content, err := files.ReadFile("static/" + file.Name())
		if err != nil {
			return err
		}
		s.serveAsset(mux, file.Name(), content)
	}
	return nil
}

// serveAsset serves content under a name that changes with it, so that browsers
// may keep it for ever.
func (s *site) serveAsset(mux *http.ServeMux, name string, content []byte) {
	sum := sha256.Sum256(content)
	base, ext, _ := strings.Cut(name, ".")
	path := "/static/" + base + "." + hex.EncodeToString(sum[:6]) + "." + ext
	s.assets[name] = path
	mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	})
}

// contentPolicy allows what the pages are made of and nothing else.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (s *site) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Request-Id", city.NewID(city.PrefixRequest))
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-store")
		if s.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

type handler func(w http.ResponseWriter, r *http.Request) error

// maxForm bounds a form, inline code included, in bytes.
const maxForm = 2 << 20

// page turns a handler's error into an error page.
func (s *site) page(h handler) http.Handler { return s.bounded(maxForm, h) }

// bounded is a page whose form may have so many bytes.
func (s *site) bounded(limit int64, h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		defer func() {
			switch value := recover(); value {
			case nil:
			case http.ErrAbortHandler:
				panic(value)
			default:
				s.showError(w, r, fmt.Errorf("panic: %v\n%s", value, debug.Stack()))
			}
		}()
		if err := h(w, r); err != nil {
			s.showError(w, r, err)
		}
	})
}

func (s *site) render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	return c.Render(r.Context(), &printable{w: w})
}
