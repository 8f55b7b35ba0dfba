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

// Deps is what the pages work with.
type Deps struct {
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
	OpenAPI      func() ([]byte, error)
	Stopping     context.Context //nolint:containedctx // a signal, not a request's context
}

type site struct {
	Deps
	assets  map[string]string // name → hashed path
	sending sending
}

//go:embed static style
var files embed.FS

// sheets are the style sheets in the order of the cascade; browsers get them as
// one.
var sheets = []string{"tokens", "base", "frame", "forms", "surfaces", "content", "code", "settings", "phone", "landing", "media"}

// New returns the handler of all pages.
func New(deps Deps) (http.Handler, error) {
	s := &site{Deps: deps, assets: map[string]string{}, sending: sending{forms: map[string]chan struct{}{}}}
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

type handler func(w http.ResponseWriter, r *http.Request) error

func (s *site) routes(mux *http.ServeMux) {
	page := func(pattern string, h handler) { mux.Handle(pattern, s.page(h)) }
	owned := func(pattern string, h handler) { mux.Handle(pattern, s.page(s.signedIn(h))) }
	page("GET /{$}", s.landing)
	page("GET /explore", s.explore)
	page("GET /agents/{id}", s.agentPage)
	page("GET /sign-up", s.signUpPage)
	page("POST /sign-up", s.signUp)
	page("GET /sign-in", s.signInPage)
	page("POST /sign-in", s.signIn)
	page("POST /sign-out", s.signOut)
	page("GET /verify-email", s.verifyEmail)
	page("GET /forgot-password", s.forgotPasswordPage)
	page("POST /forgot-password", s.forgotPassword)
	page("GET /reset-password", s.resetPasswordPage)
	page("POST /reset-password", s.resetPassword)
	page("GET /docs", s.guidePage)
	page("GET /docs/guide", s.guidePage)
	page("GET /docs/gate", s.gateDocPage)
	page("GET /docs/pricing", s.pricingPage)
	page("GET /docs/api", s.apiPage)
	owned("GET /dashboard", s.dashboard)
	owned("GET /settings", s.developerPage)
	owned("GET /settings/developer", s.developerPage)
	owned("POST /settings/tokens", s.once(s.createToken))
	owned("POST /settings/tokens/{id}/revoke", s.confirm(s.askRevoke, s.once(s.revokeToken)))
	owned("GET /settings/archives", s.archivesPage)
	owned("POST /settings/archives/{id}/delete", s.deleteArchive)
	owned("GET /settings/profile", s.profilePage)
	owned("POST /settings/profile", s.changeProfile)
	owned("POST /settings/password", s.changePassword)
	owned("GET /agents/new", s.newAgentPage)
	owned("POST /agents/new", s.once(s.registerAgent))
	owned("GET /agents/{id}/edit", s.editAgentPage)
	owned("POST /agents/{id}/edit", s.updateAgent)
	owned("POST /agents/{id}/rotate-key", s.confirm(s.askRotateKey, s.once(s.rotateKey)))
	owned("POST /agents/{id}/deactivate", s.confirm(s.askDeactivate, s.deactivateAgent))
	owned("POST /agents/{id}/reactivate", s.reactivateAgent)
	owned("POST /agents/{id}/limits", s.setAgentLimits)
	owned("GET /agents/{id}/webhook", s.webhookPage)
	owned("POST /agents/{id}/webhook", s.once(s.setWebhook))
	owned("POST /agents/{id}/webhook/test", s.once(s.testWebhook))
	owned("POST /agents/{id}/webhook/rotate-secret", s.confirm(s.askRotateSecret, s.once(s.rotateWebhookSecret)))
	owned("POST /agents/{id}/webhook/delete", s.confirm(s.askDeleteWebhook, s.once(s.deleteWebhook)))
	owned("POST /agents/{id}/webhook/deliveries/{delivery}/redeliver", s.once(s.redeliver))
	owned("GET /tasks", s.tasksPage)
	owned("GET /tasks/new", s.newTaskPage)
	mux.Handle("POST /tasks/new", s.bounded(maxUpload, s.signedIn(s.submitTask)))
	owned("GET /tasks/{id}", s.taskPage)
	owned("GET /tasks/{id}/fragment", s.taskFragment)
	owned("GET /tasks/{id}/live", s.taskLive)
	owned("GET /tasks/{id}/patch", s.downloadPatch)
	owned("GET /tasks/{id}/access-log", s.accessLog)
	owned("GET /tasks/{id}/files/{path...}", s.citedPage)
	owned("GET /tasks/{id}/receipt", s.receiptPage)
	owned("GET /tasks/{id}/receipt.json", s.downloadReceipt)
	owned("GET /wallet/receipts", s.receiptsPage)
	owned("POST /tasks/{id}/cancel", s.confirm(s.askCancel, s.cancelTask))
	owned("POST /tasks/{id}/approve", s.approveTask)
	owned("POST /tasks/{id}/feedback", s.once(s.giveFeedback))
	owned("POST /tasks/{id}/recheck", s.once(s.askRecheck))
	owned("GET /wallet", s.wallet)
	owned("GET /wallet/fragment", s.walletFragment)
	owned("GET /wallet/balances", s.balancesPage)
	owned("GET /wallet/statement", s.statement)
	owned("GET /wallet/statement.csv", s.statementCSV)
	owned("POST /wallet/top-up", s.topUp)
	owned("POST /wallet/auto-top-up", s.setAutoTopUp)
	owned("POST /wallet/cards/remove", s.confirm(s.askRemoveCard, s.removeCard))
	owned("POST /wallet/limits", s.setLimits)
	owned("POST /wallet/connect", s.connect)
	owned("POST /wallet/withdraw", s.confirm(s.askWithdraw, s.withdraw))
	operated := func(pattern string, h handler) { mux.Handle(pattern, s.page(s.operated(h))) }
	operated("GET /operator", s.operatorPage)
	operated("GET /operator/refunds", s.refundsPage)
	operated("GET /operator/refunds/{id}", s.refundPage)
	operated("POST /operator/reconciliation", s.reconcile)
	operated("POST /operator/refunds/{id}", s.confirm(s.askRefund, s.once(s.decideRefund)))
	operated("GET /operator/rechecks", s.rechecksPage)
	operated("GET /operator/rechecks/{id}", s.recheckPage)
	operated("POST /operator/rechecks/{id}", s.confirm(s.askRecheckDecision, s.once(s.decideRecheck)))
	page("/", func(http.ResponseWriter, *http.Request) error {
		return city.Errorf(city.CodeNotFound, "There is no page here.")
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

func (s *site) showError(w http.ResponseWriter, r *http.Request, err error) {
	view := errorView{Title: "Something went wrong", Message: "It is on our side. Try again in a moment; if it happens again, name the request id.", Status: http.StatusInternalServerError}
	switch code := city.CodeOf(err); {
	case code == city.CodeInternal && r.Context().Err() != nil:
		return // the visitor has left
	case code == city.CodeInternal:
		view.RequestID = w.Header().Get("X-Request-Id")
		s.Logger.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "requestId", view.RequestID, "error", err)
	case strings.HasSuffix(string(code), "NOT_FOUND"):
		view = errorView{Title: "Nothing here", Message: publicMessage(err), Status: http.StatusNotFound}
	case code == city.CodeCodeNotKept:
		view = errorView{Title: "No code here", Message: publicMessage(err), Status: http.StatusGone}
	case code == city.CodeForbidden:
		view = errorView{Title: "Not for you", Message: publicMessage(err), Status: http.StatusForbidden}
	case code == city.CodeRateLimited:
		view = errorView{Title: "Too fast", Message: publicMessage(err), Status: http.StatusTooManyRequests}
	case code == city.CodeRequestTimeout:
		view = errorView{Title: "Too slow", Message: publicMessage(err), Status: http.StatusRequestTimeout}
	case code == city.CodeValidation:
		view = errorView{Title: "That did not work", Message: asSentence(err), Status: http.StatusBadRequest}
	case code == city.CodePayloadTooLarge:
		view = errorView{Title: "Too large", Message: publicMessage(err), Status: http.StatusRequestEntityTooLarge}
	default:
		view = errorView{Title: "That did not work", Message: publicMessage(err), Status: http.StatusConflict}
	}
	_ = s.render(w, r, view.Status, errorPage(s.frame(r, view.Title), view))
}
