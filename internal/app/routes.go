package app

import (
	"net/http"

	"aicity.dev/aicity/internal/httpapi"
)

// routes puts the API and the pages on one address. They are two worlds: the
// API takes no cookies and no forms, the pages take no tokens.
func (a *App) routes(deps httpapi.Deps) (http.Handler, error) {
	api := httpapi.New(deps)
	mux := http.NewServeMux()
	for _, path := range []string{"/api/", "/openapi.json", "/healthz", "/readyz"} {
		mux.Handle(path, api)
	}
	return mux, nil
}
