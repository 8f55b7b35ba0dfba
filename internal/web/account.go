package web

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/ratelimit"
)

func (s *site) signUpPage(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, http.StatusOK, signUpForm(s.frame(r, "Sign up"), formOf(url.Values{"next": {r.URL.Query().Get("next")}})))
}

func (s *site) signUp(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	owner, session, err := s.Accounts.SignUp(r.Context(), account.SignUp{
		Name: in.get("name"), Email: in.get("email"), Password: r.PostForm.Get("password"), ClientIP: ratelimit.ClientIP(r, s.TrustedProxy),
	})
	if err != nil {
		if !in.refused(err) {
			return err
		}
		return s.render(w, r, http.StatusUnprocessableEntity, signUpForm(s.frame(r, "Sign up"), in))
	}
	if session.Token == "" {
		return s.render(w, r, http.StatusOK, mailSent(s.frame(r, "Confirm your mail address"), owner.Email))
	}
	s.startSession(w, session)
	return s.goTo(w, r, safeNext(in.get("next")), "Welcome to the city, "+owner.Name+".")
}

// withNext is a page that leads on to where its visitor wanted to go.
func withNext(path string, in form) templ.SafeURL {
	if next := in.get("next"); next != "" {
		path += "?next=" + url.QueryEscape(next)
	}
	return templ.SafeURL(path)
}

func (s *site) signInPage(w http.ResponseWriter, r *http.Request) error {
	s.clearFlash(w, r)
	in := formOf(url.Values{"next": {r.URL.Query().Get("next")}})
	return s.render(w, r, http.StatusOK, signInForm(s.frame(r, "Sign in"), in))
}

func (s *site) signIn(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	_, session, err := s.Accounts.SignIn(r.Context(), account.SignIn{Email: in.get("email"), Password: r.PostForm.Get("password"), ClientIP: ratelimit.ClientIP(r, s.TrustedProxy)})
	if err != nil {
		if !in.refused(err) {
			return err
		}
		return s.render(w, r, http.StatusUnprocessableEntity, signInForm(s.frame(r, "Sign in"), in))
	}
	s.startSession(w, session)
	return s.goTo(w, r, safeNext(in.get("next")), "")
}

func (s *site) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.Accounts.SignOut(r.Context(), visitorOf(r).token); err != nil {
		return err
	}
	s.setCookie(w, sessionCookie, "", -1)
	return s.goTo(w, r, "/", "")
}

func (s *site) verifyEmail(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.Accounts.VerifyEmail(r.Context(), r.URL.Query().Get("token")); err != nil {
		return err
	}
	return s.goTo(w, r, "/sign-in", "Your mail address is confirmed. Sign in now.")
}

func (s *site) forgotPasswordPage(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, http.StatusOK, forgotPasswordForm(s.frame(r, "Forgot your password?"), formOf(nil), s.Accounts.SendsMail()))
}

func (s *site) forgotPassword(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	if err := s.Accounts.ForgotPassword(r.Context(), in.get("email"), ratelimit.ClientIP(r, s.TrustedProxy)); err != nil {
		if !in.refused(err) {
			return err
		}
		return s.render(w, r, http.StatusUnprocessableEntity, forgotPasswordForm(s.frame(r, "Forgot your password?"), in, s.Accounts.SendsMail()))
	}
	return s.render(w, r, http.StatusOK, resetSent(s.frame(r, "Look into your mail"), in.get("email")))
}

// resetPasswordPage only shows the form: mail programs open links by themselves,
// which must not use them up.
func (s *site) resetPasswordPage(w http.ResponseWriter, r *http.Request) error {
	in := formOf(url.Values{"token": {r.URL.Query().Get("token")}})
	return s.render(w, r, http.StatusOK, resetPasswordForm(s.frame(r, "Choose a new password"), in))
}

func (s *site) resetPassword(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	_, err = s.Accounts.ResetPassword(r.Context(), account.PasswordReset{
		Token: in.get("token"), New: r.PostForm.Get("new"), RevokeTokens: in.has("tokens", "revoke"),
	})
	if err != nil {
		if !in.refused(err) {
			return err
		}
		return s.render(w, r, http.StatusUnprocessableEntity, resetPasswordForm(s.frame(r, "Choose a new password"), in))
	}
	s.setCookie(w, sessionCookie, "", -1)
	return s.goTo(w, r, "/sign-in", "Your password is changed. Sign in with it.")
}

func (s *site) profilePage(w http.ResponseWriter, r *http.Request) error {
	s.clearFlash(w, r)
	return s.showProfile(w, r, http.StatusOK, nil, formOf(nil))
}

// showProfile shows both forms, that of the name as it is unless it was refused.
func (s *site) showProfile(w http.ResponseWriter, r *http.Request, status int, about *form, password form) error {
	if about == nil {
		current := formOf(url.Values{"name": {visitorOf(r).owner.Name}})
		about = &current
	}
	f := s.frame(r, "Profile")
	f.Path = "/settings/profile"
	return s.render(w, r, status, profileForm(f, *about, password))
}

func (s *site) changeProfile(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	if _, err := s.Accounts.Rename(r.Context(), visitorOf(r).owner.ID, in.get("name")); err != nil {
		if !in.refused(err) {
			return err
		}
		return s.showProfile(w, r, http.StatusUnprocessableEntity, &in, formOf(nil))
	}
	return s.goTo(w, r, "/settings/profile", "Your name is changed.")
}

func (s *site) changePassword(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	v := visitorOf(r)
	err = s.Accounts.ChangePassword(r.Context(), v.owner.ID, account.PasswordChange{
		Current: r.PostForm.Get("current"), New: r.PostForm.Get("new"), ClientIP: ratelimit.ClientIP(r, s.TrustedProxy), KeepSession: v.sessionID,
	})
	if err != nil {
		if !in.refused(err) {
			return err
		}
		return s.showProfile(w, r, http.StatusUnprocessableEntity, nil, in)
	}
	return s.goTo(w, r, "/settings/profile", "Your password is changed; your other sessions have ended.")
}
