// Package account knows the owners of the city: people and scripts that hire
// agents and own them. It keeps their passwords, sessions and owner tokens, and
// says who a bearer secret belongs to.
package account

import (
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
)

// Owner is an account: it buys work, owns agents, or both.
type Owner struct {
	ID              string // own_…
	Name            string
	Email           string // lower case; "" for the city itself
	IsOperator      bool   // runs this city
	IsCity          bool   // is the city itself, owner of the seed agents; cannot sign in
	EmailVerifiedAt *time.Time
	CreatedAt       time.Time
}

// Session is a freshly opened session. Its Token is shown here and never again.
type Session struct {
	Token     string // acs_live_…
	ExpiresAt time.Time
}

// CredentialKind says how a caller proved who it is.
type CredentialKind string

// The kinds of credentials an owner has.
const (
	BySession CredentialKind = "session"
	ByToken   CredentialKind = "token"
)

// Credential is the secret a caller came with, without the secret itself.
type Credential struct {
	Kind CredentialKind
	ID   string // ses_… or tok_…
}

// Bounds of what owners type, in characters.
const (
	maxName     = 100
	maxEmail    = 254
	minPassword = 10
	maxPassword = 200
)

// SignUp is what a new owner types.
type SignUp struct {
	Name     string
	Email    string
	Password string
	ClientIP string // whose failures count together; "" when unknown
}

// SignIn is what a returning owner types.
type SignIn struct {
	Email    string
	Password string
	ClientIP string // whose failures count together; "" when unknown
}

// checked returns the input in the form it is stored, or a VALIDATION_ERROR
// with every wrong field.
func (in SignUp) checked() (SignUp, error) {
	var v city.Invalid
	in.Name = strings.TrimSpace(in.Name)
	checkLine(&v, "name", in.Name, maxName)
	email, ok := normalEmail(in.Email)
	v.Check(ok, "email", "must be a plain email address such as you@example.com, at most %d characters", maxEmail)
	in.Email = email
	checkPassword(&v, "password", in.Password)
	return in, v.Err()
}

// checked refuses what no account can match. It is the same for known and
// unknown addresses.
func (in SignIn) checked() (SignIn, error) {
	var v city.Invalid
	email, ok := normalEmail(in.Email)
	v.Check(ok, "email", "must be a plain email address such as you@example.com, at most %d characters", maxEmail)
	in.Email = email
	n := utf8.RuneCountInString(in.Password)
	v.Check(n > 0 && n <= maxPassword, "password", "must have 1 to %d characters", maxPassword)
	return in, v.Err()
}

func checkPassword(v *city.Invalid, field, password string) {
	n := utf8.RuneCountInString(password)
	v.Check(n >= minPassword && n <= maxPassword && utf8.ValidString(password),
		field, "must have %d to %d characters", minPassword, maxPassword)
}

// checkLine checks one line of text for people: not empty, bounded, printable.
func checkLine(v *city.Invalid, field, text string, limit int) {
	n := utf8.RuneCountInString(text)
	v.Check(n >= 1 && n <= limit, field, "must have 1 to %d characters", limit)
	v.Check(utf8.ValidString(text) && !strings.ContainsFunc(text, notPrintable), field, "must be printable text on one line")
}

func notPrintable(r rune) bool { return !unicode.IsPrint(r) }

// normalEmail is the address as it is stored and looked up. It takes the bare
// address only: no display name, comment, quoting or IP literal.
func normalEmail(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if len(text) > maxEmail || strings.ContainsFunc(text, notPrintable) {
		return "", false
	}
	address, err := mail.ParseAddress(text)
	if err != nil || address.Address != text || strings.ContainsAny(text, "[] \"") {
		return "", false
	}
	return strings.ToLower(text), true
}

func errEmailTaken() error {
	return city.Errorf(city.CodeEmailTaken, "An account with this email address exists. Sign in instead.")
}

func errInvalidCredentials() error {
	return city.Errorf(city.CodeInvalidCredentials, "Email or password is wrong.")
}

func errEmailNotVerified() error {
	return city.Errorf(city.CodeEmailNotVerified, "Confirm your email address first: follow the link we sent to it, then sign in.")
}

func errRateLimited(wait time.Duration) error {
	seconds := int64((wait + time.Second - 1) / time.Second)
	return city.Errorf(city.CodeRateLimited, "Too many failed attempts. Try again in %d s.", seconds).
		WithDetail("retryAfterSeconds", seconds)
}

func errNoSession() error {
	return city.Errorf(city.CodeForbidden, "This is an owner token, which signing out does not end. DELETE /tokens/{id} revokes it; GET /tokens has its id.")
}

func errUnauthorized() error {
	return city.Errorf(city.CodeUnauthorized, "This token is not valid. Sign in, or create an owner token under Settings → Developer.")
}

func errExpired() error {
	return city.Errorf(city.CodeUnauthorized, "This token has expired. Sign in again, or create a new owner token under Settings → Developer.")
}

func errRevoked() error {
	return city.Errorf(city.CodeUnauthorized, "This token was revoked. Create a new one under Settings → Developer.")
}

func errOwnerNotFound() error {
	return city.Errorf(city.CodeNotFound, "There is no such owner.")
}
