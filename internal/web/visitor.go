package web

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ratelimit"
)

const (
	sessionCookie = "aicity_session"
	themeCookie   = "aicity_theme"
	flashCookie   = "aicity_flash"
	flashSeconds  = 60
)

// visitor is who looks at a page.
type visitor struct {
	owner     *account.Owner
	sessionID string
	token     string
}

type visitorKey struct{}

func visitorOf(r *http.Request) visitor {
	v, _ := r.Context().Value(visitorKey{}).(visitor)
	return v
}

// withVisitor reads the session cookie. One that is no longer valid makes the
// visitor a stranger, not an error.
func (s *site) withVisitor(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie(sessionCookie)
		if err != nil || strings.HasPrefix(r.URL.Path, "/static/") {
			next.ServeHTTP(w, r)
			return
		}
		owner, credential, err := s.Accounts.Authenticate(r.Context(), cookie.Value)
		switch {
		case err == nil && credential.Kind == account.BySession:
			v := visitor{owner: &owner, sessionID: credential.ID, token: cookie.Value}
			r = r.WithContext(context.WithValue(r.Context(), visitorKey{}, v))
		case city.CodeOf(err) == city.CodeUnauthorized:
			s.setCookie(w, sessionCookie, "", -1)
		case err != nil && !errors.Is(err, context.Canceled):
			s.showError(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// limited bounds how many pages each visitor may ask for: owners by themselves,
// all others by their address. It is the API's limit, and counts with it.
func (s *site) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/static/") {
			next.ServeHTTP(w, r)
			return
		}
		key := "ip/" + ratelimit.ClientIP(r, s.TrustedProxy)
		if owner := visitorOf(r).owner; owner != nil {
			key = owner.ID
		}
		if state := s.Limits.Allow(key); !state.Allowed {
			seconds := max(1, int(math.Ceil(state.RetryAfter.Seconds())))
			w.Header().Set("Retry-After", strconv.Itoa(seconds))
			s.showError(w, r, city.Errorf(city.CodeRateLimited, "You ask for many pages at once. Try again in %d s.", seconds))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// signedIn sends strangers to the sign-in page and back afterwards.
func (s *site) signedIn(h func(w http.ResponseWriter, r *http.Request) error) func(w http.ResponseWriter, r *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if visitorOf(r).owner == nil {
			if r.Header.Get("HX-Request") != "" { // a part of an open page, which is no place for the sign-in page
				w.Header().Set("HX-Refresh", "true")
				w.WriteHeader(http.StatusNoContent)
				return nil
			}
			// A form cannot be sent again for its author, but the page it is on can be
			// shown, where browsers keep what was typed.
			next, flash := r.URL.RequestURI(), ""
			if r.Method != http.MethodGet {
				next, flash = "", "Your session has ended and nothing was done. Sign in and send the form again."
				if from, err := url.Parse(r.Referer()); err == nil && from.Host == r.Host {
					next = from.RequestURI()
				}
			}
			target := "/sign-in"
			if next != "" {
				target += "?next=" + url.QueryEscape(next)
			}
			return s.goTo(w, r, target, flash)
		}
		return h(w, r)
	}
}

func (s *site) setCookie(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure follows the public URL: plain http is for laptops
		Name: name, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode,
	})
}

func (s *site) startSession(w http.ResponseWriter, session account.Session) {
	s.setCookie(w, sessionCookie, session.Token, int(session.ExpiresAt.Sub(s.Clock.Now())/time.Second))
}

// flash shows a line on the next page.
func (s *site) flash(w http.ResponseWriter, text string) {
	s.setCookie(w, flashCookie, url.QueryEscape(text), flashSeconds)
}

// safeNext keeps a redirect inside the city.
func safeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, `\`) {
		return "/dashboard"
	}
	return next
}

// frame is what every page shows around its content.
type frame struct {
	Title   string
	Path    string
	Theme   string
	Flash   string
	Owner   *account.Owner
	CSS     string
	JS      string
	HTMX    string
	Test    bool   // payments are simulated
	Payment string // how the payment provider calls itself
}

func (s *site) frame(r *http.Request, title string) frame {
	f := frame{
		Title: title, Path: r.URL.Path, Owner: visitorOf(r).owner, CSS: s.assets["app.css"], JS: s.assets["app.js"], HTMX: s.assets["htmx.min.js"],
		Test: s.Payments.Test(), Payment: s.Payments.Label(),
	}
	if c, err := r.Cookie(themeCookie); err == nil && (c.Value == "dark" || c.Value == "light") {
		f.Theme = c.Value
	}
	if c, err := r.Cookie(flashCookie); err == nil {
		f.Flash, _ = url.QueryUnescape(c.Value)
	}
	return f
}

// clearFlash forgets a line that is being shown.
func (s *site) clearFlash(w http.ResponseWriter, r *http.Request) {
	if _, err := r.Cookie(flashCookie); err == nil {
		s.setCookie(w, flashCookie, "", -1)
	}
}

// show renders a page in its frame.
func (s *site) goTo(w http.ResponseWriter, r *http.Request, path, flash string) error {
	if flash != "" {
		s.flash(w, flash)
	}
	http.Redirect(w, r, path, http.StatusSeeOther) //nolint:gosec // our own paths, and safeNext for the one that is given
	return nil
}
