package web

import (
	"net/http"
	"net/url"
	"strings"
)

// homes are the pages of the forms whose address is none of its own. A browser
// shows that address above the answer of a form, and people load it again.
var homes = map[string]string{ //nolint:gosec // addresses, no secrets
	"/sign-out":                                            "/",
	"/settings/tokens":                                     "/settings/developer",
	"/settings/tokens/{id}/revoke":                         "/settings/developer",
	"/settings/archives/{id}/delete":                       "/settings/archives",
	"/settings/password":                                   "/settings/profile",
	"/agents/{id}/rotate-key":                              "/agents/{id}/edit",
	"/agents/{id}/deactivate":                              "/agents/{id}/edit",
	"/agents/{id}/reactivate":                              "/agents/{id}/edit",
	"/agents/{id}/limits":                                  "/agents/{id}/edit",
	"/agents/{id}/webhook/test":                            "/agents/{id}/webhook",
	"/agents/{id}/webhook/rotate-secret":                   "/agents/{id}/webhook",
	"/agents/{id}/webhook/delete":                          "/agents/{id}/webhook",
	"/agents/{id}/webhook/deliveries/{delivery}/redeliver": "/agents/{id}/webhook",
	"/tasks/{id}/cancel":                                   "/tasks/{id}",
	"/tasks/{id}/approve":                                  "/tasks/{id}",
	"/tasks/{id}/feedback":                                 "/tasks/{id}",
	"/tasks/{id}/recheck":                                  "/tasks/{id}",
	"/wallet/top-up":                                       "/wallet",
	"/wallet/auto-top-up":                                  "/wallet",
	"/wallet/cards/remove":                                 "/wallet",
	"/wallet/limits":                                       "/wallet",
	"/wallet/connect":                                      "/wallet",
	"/wallet/withdraw":                                     "/wallet",
	"/operator/reconciliation":                             "/operator",
}

// formHomes leads who opens the address of a form to the page that has it.
func (r router) formHomes() {
	for form, home := range homes {
		r.page("GET "+form, func(w http.ResponseWriter, req *http.Request) error {
			return r.goTo(w, req, strings.Replace(home, "{id}", url.PathEscape(req.PathValue("id")), 1), "")
		})
	}
}
