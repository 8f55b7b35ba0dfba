package web

import (
	"cmp"
	"net/http"

	"aicity.dev/aicity/internal/city"
)

// errorTitles head the pages of errors that are more than a refusal.
var errorTitles = map[city.Code]string{
	city.CodeCodeNotKept:     "No code here",
	city.CodeForbidden:       "Not for you",
	city.CodeRateLimited:     "Too fast",
	city.CodeRequestTimeout:  "Too slow",
	city.CodePayloadTooLarge: "Too large",
}

// showError answers with the page of an error. What has no code of its own is
// logged with its cause and shown as an internal error.
func (s *site) showError(w http.ResponseWriter, r *http.Request, err error) {
	code := city.CodeOf(err)
	view := errorView{Status: s.Status(code), Title: cmp.Or(errorTitles[code], "That did not work"), Message: asSentence(err)}
	switch {
	case code == city.CodeInternal && r.Context().Err() != nil:
		return // the visitor has left
	case code == city.CodeInternal:
		view.Title, view.Message = "Something went wrong", "It is on our side. Try again in a moment; if it happens again, name the request id."
		view.RequestID = w.Header().Get("X-Request-Id")
		s.Logger.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "requestId", view.RequestID, "error", err)
	case view.Status == http.StatusNotFound:
		view.Title = "Nothing here"
	}
	_ = s.render(w, r, view.Status, errorPage(s.frame(r, view.Title), view))
}
