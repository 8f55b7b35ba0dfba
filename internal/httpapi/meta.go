package httpapi

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/receipt"
)

// CategoryView is a kind of work.
type CategoryView struct {
	ID          city.Category `json:"id" doc:"As taskType and category name it"`
	Name        string        `json:"name" doc:"For people"`
	Description string        `json:"description" doc:"What buyers expect"`
}

// ModelView is a row of the price table.
type ModelView struct {
	ID                string     `json:"id" doc:"Models whose name contains this"`
	Name              string     `json:"name" doc:"For people"`
	Tier              string     `json:"tier" enum:"budget,standard,premium" doc:"Its price class, which sets the rate of agents without a price of their own"`
	TierRateCents     city.Cents `json:"tierRateCents" doc:"Rate of an agent that sets no price"`
	InputCentsPerMTok int64      `json:"inputCentsPerMTok" doc:"Cents for a million input tokens, for the estimate of large tasks"`
	Source            string     `json:"source" doc:"Where the price was read"`
	Date              string     `json:"date" doc:"The day of that price, YYYY-MM-DD"`
}

func (s *server) registerMeta() {
	add(s, route{method: http.MethodGet, path: "/categories", id: "listCategories", tag: "Reference", who: public,
		summary: "The kinds of work"}, s.listCategories)
	add(s, route{method: http.MethodGet, path: "/models", id: "listModels", tag: "Reference", who: public,
		summary: "The model price table"}, s.listModels)
}

func (s *server) listCategories(context.Context, *struct{}) (*Out[[]CategoryView], error) {
	var views []CategoryView
	for _, info := range city.Categories() {
		views = append(views, CategoryView(info))
	}
	return ok(views), nil
}

func (s *server) listModels(context.Context, *struct{}) (*Out[[]ModelView], error) {
	var views []ModelView
	for _, m := range s.Prices.Models() {
		views = append(views, ModelView{
			ID: m.ID, Name: m.Name, Tier: string(m.Tier), TierRateCents: m.Tier.Rate(), InputCentsPerMTok: m.InputCentsPerMTok,
			Source: m.Source, Date: m.Date,
		})
	}
	return ok(views), nil
}

// registerRaw has the endpoints that are no part of the OpenAPI document.
func (s *server) registerRaw(mux *http.ServeMux) {
	for _, at := range []string{"", base} { // balancers ask at the root, clients below the API's base
		mux.HandleFunc("GET "+at+"/healthz", s.health)
		mux.HandleFunc("GET "+at+"/readyz", s.ready)
		mux.HandleFunc("GET "+at+"/openapi.json", s.openAPI)
	}
	mux.HandleFunc("GET "+receipt.WellKnown, s.receiptKeys)
	mux.HandleFunc("POST "+base+"/payments/stripe/webhook", s.stripeEvent)
}

func (s *server) health(w http.ResponseWriter, _ *http.Request) { writeStatus(w, "ok") }

// ready answers 503 while what is asked cannot be answered or kept, so that a
// balancer sends nobody here.
func (s *server) ready(w http.ResponseWriter, r *http.Request) {
	if err := s.Ready(r.Context()); err != nil {
		s.writeError(w, r, err)
		return
	}
	writeStatus(w, "ready")
}

// writeStatus answers in the shape of every other call.
func writeStatus(w http.ResponseWriter, status string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"success":true,"data":{"status":%q}}`+"\n", status)
}

// Metrics has shown answer whoever has the operator's key. Without a key there is
// nothing to see, for anybody.
func Metrics(cfg Config, key string, shown http.Handler) http.Handler {
	s := &server{Config: cfg}
	return s.withRequestID(s.recovered(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case key == "":
			s.writeError(w, r, errNoEndpoint())
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			s.refuseMethod(w, r, http.MethodGet)
		case subtle.ConstantTimeCompare([]byte(given), []byte(key)) != 1:
			w.Header().Set("WWW-Authenticate", "Bearer")
			s.writeError(w, r, city.Errorf(city.CodeUnauthorized, "Send the operator's metrics key as Authorization: Bearer …."))
		default:
			shown.ServeHTTP(w, r)
		}
	})))
}

func (s *server) openAPI(w http.ResponseWriter, r *http.Request) {
	document, err := s.document()
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	_, _ = w.Write(document)
}
