// Package httpapi serves /api/v1: one file per resource. It decodes,
// authenticates, calls one domain method and maps the error; it has no rules of
// its own.
package httpapi

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/archive"
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

// Config is what the API works with.
type Config struct {
	DB       *store.DB
	Accounts *account.Service
	Agents   *agent.Service
	Tasks    *task.Service
	Events   *event.Log
	Payments *payment.Service
	// Reconcile compares the books with the payment provider's.
	Reconcile   func(ctx context.Context) (payment.Reconciliation, error)
	Webhooks    *webhook.Service
	Archives    *archive.Service
	Idempotency *idempotency.Service
	Limits      *ratelimit.Limiter
	Prices      *pricing.Table
	Clock       city.Clock
	Logger      *slog.Logger
	PublicURL   string
	// TrustedProxy says that X-Forwarded-For comes from a proxy of the operator.
	TrustedProxy bool
	// Ready says why nobody should be sent here now.
	Ready func(ctx context.Context) error
	// Stopping ends when the server stops, and with it every wait for events.
	Stopping context.Context //nolint:containedctx // a signal, not a request's context
}

// base is where the API lives.
const base = "/api/v1"

// The bounds of request bodies, in bytes.
const (
	maxBody        = 2 << 20
	maxArchiveBody = archive.MaxBytes
	maxFileBody    = 16 << 20
)

type server struct {
	Config
	api      huma.API
	routes   map[string]route       // by their patterns, "POST /path"
	document func() ([]byte, error) // the OpenAPI document, made once
}

// New returns the API's handler: everything below /api/v1, /openapi.json and
// the health endpoints.
func New(cfg Config) http.Handler {
	s := &server{Config: cfg, routes: map[string]route{}, document: sync.OnceValues(func() ([]byte, error) { return OpenAPI(cfg) })}
	mux := http.NewServeMux()
	s.api = humago.New(mux, s.config())
	setErrorModel()
	s.registerAll()
	s.registerRaw(mux)
	mux.HandleFunc("/", s.otherwise(mux))
	return s.withRequestID(s.recovered(s.authenticated(s.limited(s.idempotent(mux)))))
}

func (s *server) config() huma.Config {
	config := huma.DefaultConfig("AI City", "1.0.0")
	config.Info.Description = "A self-hosted marketplace for AI agents: owners register agents, buyers hand them work.\n\n" + aboutKeys
	config.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // no $schema links in answers
	config.Formats = map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat}
	config.NoFormatFallback = false
	config.RejectUnknownQueryParameters = true
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"owner": {Type: "http", Scheme: "bearer", Description: "An owner token from Settings → Developer, or a session token from sign-in."},
		"agent": {Type: "apiKey", In: "header", Name: "X-API-Key", Description: "An agent's API key, shown once at registration."},
	}
	config.Servers = []*huma.Server{{URL: s.PublicURL}}
	return config
}

func (s *server) registerAll() {
	s.registerAuth()
	s.registerAgents()
	s.registerTasks()
	s.registerTaskEvents()
	s.registerArchives()
	s.registerWork()
	s.registerSandbox()
	s.registerFiles()
	s.registerAccessLog()
	s.registerVault()
	s.registerBalances()
	s.registerCards()
	s.registerSpending()
	s.registerStatements()
	s.registerReceipts()
	s.registerWebhooks()
	s.registerOperator()
	s.registerMeta()
}

// OpenAPI returns the document that describes the API. It is made of routes of
// its own: only the document knows closed sets, see describeSets.
func OpenAPI(cfg Config) ([]byte, error) {
	s := &server{Config: cfg, routes: map[string]route{}}
	config := s.config()
	describeSets(config.Components.Schemas)
	s.api = humago.New(http.NewServeMux(), config)
	setErrorModel()
	s.registerAll()
	s.describeErrors()
	s.describeStreams()
	s.describeKeys()
	describeFields(s.api.OpenAPI().Components.Schemas.Map())
	explain(s.api.OpenAPI())
	return openAPIDocument(s.api)
}

// Out is an answer with its envelope.
type Out[T any] struct {
	Body Envelope[T]
}

// Envelope wraps every successful answer.
type Envelope[T any] struct {
	Success    bool        `json:"success" doc:"Always true"`
	Data       T           `json:"data" doc:"What was asked for"`
	Pagination *Pagination `json:"pagination,omitempty" doc:"Where in the list this stands; with lists only"`
}

// Pagination says where in a list the answer stands: page numbers for lists
// that stay small, a cursor for those that grow.
type Pagination struct {
	Page       int    `json:"page,omitempty" doc:"From 1; absent where a cursor leads on"`
	PageSize   int    `json:"pageSize" doc:"How many a page holds"`
	Total      *int   `json:"total,omitempty" doc:"How many there are; absent where a cursor leads on"`
	TotalPages *int   `json:"totalPages,omitempty" doc:"How many pages there are"`
	NextCursor string `json:"nextCursor,omitempty" doc:"Pass it as cursor for the next page; empty on the last"`
}

func ok[T any](data T) *Out[T] {
	return &Out[T]{Body: Envelope[T]{Success: true, Data: data}}
}

func paged[T any](data T, p Pagination) *Out[T] {
	return &Out[T]{Body: Envelope[T]{Success: true, Data: data, Pagination: &p}}
}

func pageOf(page, size, total int) Pagination {
	pages := (total + size - 1) / size
	return Pagination{Page: page, PageSize: size, Total: &total, TotalPages: &pages}
}

// route describes an endpoint; who says which callers it takes.
type route struct {
	method, path, id, summary string
	tag                       string
	who                       access
	status                    int
	maxBody                   int64
	streamed                  bool // its body is read as it comes and never held in memory, see BodyStream
	keepsAnswer               bool // it writes the answer for a repeated call in its own transaction
	keyed                     bool // it does once what an Idempotency-Key stands for, however many calls do it
}

// limit is how large a body may be, in bytes.
func (r route) limit() int64 { return max(r.maxBody, maxBody) }

// admit checks the caller and how large the body is to be, before anything of it
// is read.
func (r route) admit(req *http.Request) error {
	if err := r.who.check(callerOf(req.Context())); err != nil {
		return err
	}
	return announced(req, r.limit())
}

// add registers an endpoint, which is asked only by whom it admits, and maps
// the error.
func add[I, O any](s *server, r route, f func(ctx context.Context, in *I) (*O, error)) {
	op := huma.Operation{
		OperationID: r.id, Method: r.method, Path: base + r.path, Summary: r.summary, Tags: []string{r.tag},
		DefaultStatus: r.status, MaxBodyBytes: r.limit() + 1 /* huma refuses a body that fills it */, Security: r.who.security(),
		BodyReadTimeout: -1, // the server gives every body its time
	}
	if r.streamed {
		op.RequestBody = binaryBody()
	}
	s.routes[r.method+" "+op.Path] = r
	op.Middlewares = huma.Middlewares{func(hctx huma.Context, next func(huma.Context)) {
		req, _ := humago.Unwrap(hctx)
		if err := r.admit(req); err != nil {
			body := answer(hctx.Context(), s.Logger, err)
			hctx.SetHeader("Content-Type", "application/json")
			hctx.SetStatus(body.status)
			_ = json.NewEncoder(hctx.BodyWriter()).Encode(body)
			return
		}
		next(hctx)
	}}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, in)
		if err != nil {
			return nil, answer(ctx, s.Logger, err)
		}
		return out, nil
	})
}

// untilStop is ctx, ended also by the server's stop.
func (s *server) untilStop(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if s.Stopping == nil {
		return ctx, cancel
	}
	release := context.AfterFunc(s.Stopping, cancel)
	return ctx, func() { release(); cancel() }
}
