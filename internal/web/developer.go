package web

import (
	"net/http"

	"aicity.dev/aicity/internal/account"
)

// tokenLives are how many days a token may last.
var tokenLives = []option{{"", "never"}, {"30", "in 30 days"}, {"90", "in 90 days"}, {"365", "in a year"}}

func (s *site) developerPage(w http.ResponseWriter, r *http.Request) error {
	s.clearFlash(w, r)
	return s.showDeveloper(w, r, http.StatusOK, formOf(nil), "")
}

func (s *site) showDeveloper(w http.ResponseWriter, r *http.Request, status int, in form, secret string) error {
	tokens, err := s.Accounts.ListTokens(r.Context(), visitorOf(r).owner.ID)
	if err != nil {
		return err
	}
	f := s.frame(r, "Developer settings")
	f.Path = "/settings/developer"
	return s.render(w, r, status, developerSettings(f, in, tokens, secret))
}

// createToken answers with the page itself: the secret must not pass through a
// redirect, where it would have to be kept.
func (s *site) createToken(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	var days *int
	if in.get("expires") != "" {
		n := in.number("expires", 0)
		days = &n
	}
	_, secret, err := s.Accounts.CreateToken(r.Context(), visitorOf(r).owner.ID, account.NewToken{Name: in.get("name"), ExpiresInDays: days})
	if err != nil {
		if !in.refused(err) {
			return err
		}
		return s.showDeveloper(w, r, http.StatusUnprocessableEntity, in, "")
	}
	return s.showDeveloper(w, r, http.StatusOK, formOf(nil), secret)
}

func (s *site) revokeToken(w http.ResponseWriter, r *http.Request) error {
	if err := s.Accounts.RevokeToken(r.Context(), visitorOf(r).owner.ID, r.PathValue("id")); err != nil {
		return err
	}
	return s.goTo(w, r, "/settings/developer", "The token no longer works.")
}
