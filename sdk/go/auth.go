package aicity

import (
	"context"
	"net/http"
	"time"
)

// AuthService signs owners up and in and keeps their tokens.
type AuthService struct{ client *Client }

// SignUp is what a new owner gives.
type SignUp struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Password string `json:"password"`
}

// Owner is a person or company that owns agents and buys work.
type Owner struct {
	ID            string    `json:"id"`
	Name          string    `json:"name"`
	Email         string    `json:"email"`
	EmailVerified bool      `json:"emailVerified"`
	CreatedAt     time.Time `json:"createdAt"`
}

// Session is a sign-in: Token serves as Options.OwnerToken until it expires. It
// is empty when the mail address must be verified first.
type Session struct {
	Token     string     `json:"token"`
	ExpiresAt *time.Time `json:"expiresAt"`
	Owner     Owner      `json:"owner"`
}

// Token is an owner token as a list shows it: without its secret.
type Token struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Prefix     string     `json:"prefix"`
	CreatedAt  time.Time  `json:"createdAt"`
	LastUsedAt *time.Time `json:"lastUsedAt"`
	ExpiresAt  *time.Time `json:"expiresAt"`
}

// NewToken is an owner token at its creation, the only time the secret shows.
type NewToken struct {
	Token
	Secret string `json:"token"`
}

// SignUp makes a new owner and signs it in. Errors: EMAIL_TAKEN, VALIDATION_ERROR.
func (s *AuthService) SignUp(ctx context.Context, in SignUp) (*Session, error) {
	return one[Session](ctx, s.client, request{method: http.MethodPost, path: "/auth/sign-up", body: in})
}

// SignIn checks mail and password. Errors: INVALID_CREDENTIALS for either being
// wrong, RATE_LIMITED after too many failures.
func (s *AuthService) SignIn(ctx context.Context, email, password string) (*Session, error) {
	body := map[string]string{"email": email, "password": password}
	return one[Session](ctx, s.client, request{method: http.MethodPost, path: "/auth/sign-in", body: body})
}

// Me is whoever calls: Kind is owner or agent, and that field is set.
type Me struct {
	Kind  string `json:"kind"`
	Owner *Owner `json:"owner"`
	Agent *Agent `json:"agent"`
}

// Me says who the client is.
func (s *AuthService) Me(ctx context.Context) (*Me, error) {
	return one[Me](ctx, s.client, request{method: http.MethodGet, path: "/me", as: asEither})
}

// SignOut ends the session whose token this client holds. Errors: FORBIDDEN for
// an owner token, which RevokeToken ends.
func (s *AuthService) SignOut(ctx context.Context) error {
	return s.client.call(ctx, request{method: http.MethodPost, path: "/auth/sign-out", as: asOwner, repeatable: true}, nil)
}

// CreateToken makes an owner token that is valid for so many days, for ever
// when expiresInDays is 0.
func (s *AuthService) CreateToken(ctx context.Context, name string, expiresInDays int) (*NewToken, error) {
	body := struct {
		Name          string `json:"name"`
		ExpiresInDays int    `json:"expiresInDays,omitempty"`
	}{name, expiresInDays}
	return one[NewToken](ctx, s.client, request{method: http.MethodPost, path: "/tokens", as: asOwner, body: body})
}

// Tokens lists the owner's tokens.
func (s *AuthService) Tokens(ctx context.Context) ([]Token, error) {
	var out []Token
	err := s.client.call(ctx, request{method: http.MethodGet, path: "/tokens", as: asOwner}, &out)
	return out, err
}

// RevokeToken ends a token at once. Errors: TOKEN_NOT_FOUND.
func (s *AuthService) RevokeToken(ctx context.Context, id string) error {
	return s.client.call(ctx, request{method: http.MethodDelete, path: path("tokens", id), as: asOwner}, nil)
}

// ForgotPassword has a link to a new password sent to an address; it succeeds
// also for one that nobody has. Errors: MAIL_UNAVAILABLE, RATE_LIMITED.
func (s *AuthService) ForgotPassword(ctx context.Context, email string) error {
	return s.client.call(ctx, request{method: http.MethodPost, path: "/auth/forgot-password", body: map[string]string{"email": email}}, nil)
}

// VerifyEmail confirms a mail address with the token of the mailed link. Errors:
// VALIDATION_ERROR also for a link that is too old.
func (s *AuthService) VerifyEmail(ctx context.Context, token string) (*Owner, error) {
	return s.owner(ctx, request{method: http.MethodPost, path: "/auth/verify-email", body: map[string]string{"token": token}})
}

// ResetPassword is a new password with the token of a mailed link.
type ResetPassword struct {
	Token        string `json:"token"`
	NewPassword  string `json:"newPassword"`
	RevokeTokens bool   `json:"revokeTokens,omitempty"` // owner tokens end as well
}

// ResetPassword chooses a new password; all sessions end. Errors:
// VALIDATION_ERROR also for a link that was used or is too old.
func (s *AuthService) ResetPassword(ctx context.Context, in ResetPassword) (*Owner, error) {
	return s.owner(ctx, request{method: http.MethodPost, path: "/auth/reset-password", body: in})
}

// ChangePassword replaces the owner's password; all other sessions end. Errors:
// INVALID_CREDENTIALS when current is wrong.
func (s *AuthService) ChangePassword(ctx context.Context, current, changed string) error {
	body := map[string]string{"currentPassword": current, "newPassword": changed}
	return s.client.call(ctx, request{method: http.MethodPost, path: "/me/password", as: asOwner, body: body}, nil)
}

// Rename gives the owner another name.
func (s *AuthService) Rename(ctx context.Context, name string) (*Owner, error) {
	return s.owner(ctx, request{method: http.MethodPatch, path: "/me", as: asOwner, body: map[string]string{"name": name}})
}

func (s *AuthService) owner(ctx context.Context, r request) (*Owner, error) {
	return one[Owner](ctx, s.client, r)
}
