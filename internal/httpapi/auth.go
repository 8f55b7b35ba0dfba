package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/store"
)

// Owner is an owner as they see themselves.
type Owner struct {
	ID            string    `json:"id"`
	Name          string    `json:"name" doc:"The owner's name"`
	Email         string    `json:"email"`
	EmailVerified bool      `json:"emailVerified" doc:"Whether the link in the mail was followed"`
	IsOperator    bool      `json:"isOperator,omitempty" doc:"Whether they decide about refunds and re-checks"`
	CreatedAt     time.Time `json:"createdAt" doc:"When the account was opened"`
}

func ownerView(o account.Owner) Owner {
	return Owner{
		ID: o.ID, Name: o.Name, Email: o.Email, EmailVerified: o.EmailVerifiedAt != nil, IsOperator: o.IsOperator, CreatedAt: o.CreatedAt,
	}
}

// SignedIn is a fresh session.
type SignedIn struct {
	Token     string     `json:"token" doc:"Session token; empty when the mail address must be verified first"`
	ExpiresAt *time.Time `json:"expiresAt,omitempty" doc:"When the session ends"`
	Owner     Owner      `json:"owner" doc:"Who signed in"`
}

// signedInOut repeats the token at the top level, where older clients read it.
type signedInOut struct {
	Body struct {
		Envelope[SignedIn]
		Token string `json:"token" doc:"The same token, for older clients"`
	}
}

func signedIn(o account.Owner, session account.Session) *signedInOut {
	out := &signedInOut{}
	data := SignedIn{Token: session.Token, Owner: ownerView(o)}
	if session.Token != "" {
		data.ExpiresAt = &session.ExpiresAt
	}
	out.Body.Envelope = Envelope[SignedIn]{Success: true, Data: data}
	out.Body.Token = session.Token
	return out
}

func (s *server) registerAuth() {
	add(s, route{method: http.MethodPost, path: "/auth/sign-up", id: "signUp", tag: "Accounts", who: public, status: http.StatusCreated,
		summary: "Open an account"}, s.signUp)
	add(s, route{method: http.MethodPost, path: "/auth/sign-in", id: "signIn", tag: "Accounts", who: public,
		summary: "Open a session"}, s.signIn)
	add(s, route{method: http.MethodPost, path: "/auth/sign-out", id: "signOut", tag: "Accounts", who: public,
		summary: "End the session of the bearer token; an owner token is revoked by DELETE /tokens/{id}"}, s.signOut)
	add(s, route{method: http.MethodPost, path: "/auth/verify-email", id: "verifyEmail", tag: "Accounts", who: public,
		summary: "Confirm a mail address with the token of the link"}, s.verifyEmail)
	add(s, route{method: http.MethodPost, path: "/auth/forgot-password", id: "forgotPassword", tag: "Accounts", who: public, status: http.StatusAccepted,
		summary: "Have a link to a new password sent; the answer is the same for unknown addresses"}, s.forgotPassword)
	add(s, route{method: http.MethodPost, path: "/auth/reset-password", id: "resetPassword", tag: "Accounts", who: public,
		summary: "Choose a new password with the token of the link; all sessions end"}, s.resetPassword)
	add(s, route{method: http.MethodPatch, path: "/me", id: "updateMe", tag: "Accounts", who: byOwner, summary: "Change your name"}, s.updateMe)
	add(s, route{method: http.MethodPost, path: "/me/password", id: "changePassword", tag: "Accounts", who: byOwner,
		summary: "Change your password; all other sessions end"}, s.changePassword)
	add(s, route{method: http.MethodGet, path: "/me", id: "me", tag: "Accounts", who: byAnyone, summary: "Who am I"}, s.me)
	add(s, route{method: http.MethodPost, path: "/tokens", id: "createToken", tag: "Accounts", who: byOwner, status: http.StatusCreated, keepsAnswer: true,
		summary: "Create an owner token, shown once"}, s.createToken)
	add(s, route{method: http.MethodGet, path: "/tokens", id: "listTokens", tag: "Accounts", who: byOwner, summary: "List your owner tokens"}, s.listTokens)
	add(s, route{method: http.MethodDelete, path: "/tokens/{id}", id: "revokeToken", tag: "Accounts", who: byOwner,
		summary: "Revoke an owner token at once"}, s.revokeToken)
}

func (s *server) signUp(ctx context.Context, in *struct {
	Body struct {
		Name     string `json:"name" doc:"Your name or your company's"`
		Email    string `json:"email" doc:"The mail address that will sign in"`
		Password string `json:"password" doc:"At least 10 characters"`
	}
}) (*signedInOut, error) {
	o, session, err := s.Accounts.SignUp(ctx, account.SignUp{
		Name: in.Body.Name, Email: in.Body.Email, Password: in.Body.Password, ClientIP: clientIPOf(ctx),
	})
	if err != nil {
		return nil, err
	}
	return signedIn(o, session), nil
}

func (s *server) signIn(ctx context.Context, in *struct {
	Body struct {
		Email    string `json:"email" doc:"The account's mail address"`
		Password string `json:"password" doc:"Its password"`
	}
}) (*signedInOut, error) {
	o, session, err := s.Accounts.SignIn(ctx, account.SignIn{Email: in.Body.Email, Password: in.Body.Password, ClientIP: clientIPOf(ctx)})
	if err != nil {
		return nil, err
	}
	return signedIn(o, session), nil
}

// Done says that the call had its effect.
type Done struct {
	Done bool `json:"done"`
}

func (s *server) signOut(ctx context.Context, in *struct {
	Authorization string `header:"Authorization"`
}) (*Out[Done], error) {
	_, secret, _ := strings.Cut(in.Authorization, " ")
	if err := s.Accounts.SignOut(ctx, strings.TrimSpace(secret)); err != nil {
		return nil, err
	}
	return ok(Done{Done: true}), nil
}

func (s *server) verifyEmail(ctx context.Context, in *struct {
	Body struct {
		Token string `json:"token" doc:"From the link in the mail"`
	}
}) (*Out[Owner], error) {
	o, err := s.Accounts.VerifyEmail(ctx, in.Body.Token)
	if err != nil {
		return nil, err
	}
	return ok(ownerView(o)), nil
}

func (s *server) forgotPassword(ctx context.Context, in *struct {
	Body struct {
		Email string `json:"email" doc:"Where the link is sent, when there is such an account"`
	}
}) (*Out[Done], error) {
	if err := s.Accounts.ForgotPassword(ctx, in.Body.Email, clientIPOf(ctx)); err != nil {
		return nil, err
	}
	return ok(Done{Done: true}), nil
}

func (s *server) resetPassword(ctx context.Context, in *struct {
	Body struct {
		Token        string `json:"token" doc:"Of the link; works once, within an hour"`
		NewPassword  string `json:"newPassword" doc:"At least 10 characters"`
		RevokeTokens bool   `json:"revokeTokens,omitempty" doc:"Owner tokens end as well"`
	}
}) (*Out[Owner], error) {
	o, err := s.Accounts.ResetPassword(ctx, account.PasswordReset{Token: in.Body.Token, New: in.Body.NewPassword, RevokeTokens: in.Body.RevokeTokens})
	if err != nil {
		return nil, err
	}
	return ok(ownerView(o)), nil
}

func (s *server) updateMe(ctx context.Context, in *struct {
	Body struct {
		Name string `json:"name" doc:"The new name"`
	}
}) (*Out[Owner], error) {
	o, err := s.Accounts.Rename(ctx, callerOf(ctx).owner.ID, in.Body.Name)
	if err != nil {
		return nil, err
	}
	return ok(ownerView(o)), nil
}

func (s *server) changePassword(ctx context.Context, in *struct {
	Body struct {
		CurrentPassword string `json:"currentPassword" doc:"The password that is to be replaced"`
		NewPassword     string `json:"newPassword" doc:"At least 10 characters"`
	}
}) (*Out[Done], error) {
	c := callerOf(ctx)
	err := s.Accounts.ChangePassword(ctx, c.owner.ID, account.PasswordChange{
		Current: in.Body.CurrentPassword, New: in.Body.NewPassword, ClientIP: clientIPOf(ctx), KeepSession: c.session,
	})
	if err != nil {
		return nil, err
	}
	return ok(Done{Done: true}), nil
}

// Me is whoever calls.
type Me struct {
	Kind  string    `json:"kind" enum:"owner,agent" doc:"Whether an owner or an agent calls"`
	Owner *Owner    `json:"owner,omitempty" doc:"The calling owner"`
	Agent *OwnAgent `json:"agent,omitempty" doc:"The calling agent"`
}

func (s *server) me(ctx context.Context, _ *struct{}) (*Out[Me], error) {
	c := callerOf(ctx)
	if c.agent != nil {
		a, err := s.Agents.Find(ctx, c.agent.ID)
		if err != nil {
			return nil, err
		}
		view := ownAgentView(a)
		return ok(Me{Kind: "agent", Agent: &view}), nil
	}
	o := ownerView(*c.owner)
	return ok(Me{Kind: "owner", Owner: &o}), nil
}

// OwnerToken is an owner token as listed.
type OwnerToken struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Prefix     string     `json:"prefix" doc:"The start of the secret, for recognition"`
	CreatedAt  time.Time  `json:"createdAt"`
	ExpiresAt  *time.Time `json:"expiresAt,omitempty"`
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty"`
}

// NewOwnerToken is an owner token with its secret.
type NewOwnerToken struct {
	OwnerToken
	Token string `json:"token" doc:"The secret; shown only now"`
}

func (s *server) createToken(ctx context.Context, in *struct {
	Body struct {
		Name          string `json:"name" doc:"What it is for; you see it in the list"`
		ExpiresInDays *int   `json:"expiresInDays,omitempty" doc:"1 to 3650; without it the token never expires"`
	}
}) (*Out[NewOwnerToken], error) {
	asked := account.NewToken{Name: in.Body.Name, ExpiresInDays: in.Body.ExpiresInDays}
	view := func(t account.Token, secret string) *Out[NewOwnerToken] {
		return ok(NewOwnerToken{OwnerToken: OwnerToken(t), Token: secret})
	}
	if claim := claimOf(ctx); claim != nil {
		asked.Keep = func(ctx context.Context, tx store.Tx, t account.Token, secret string) error {
			return keep(ctx, s, tx, claim, view(t, secret))
		}
	}
	token, secret, err := s.Accounts.CreateToken(ctx, callerOf(ctx).owner.ID, asked)
	if err != nil {
		return nil, refused(err)
	}
	return view(token, secret), nil
}

func (s *server) listTokens(ctx context.Context, _ *struct{}) (*Out[[]OwnerToken], error) {
	tokens, err := s.Accounts.ListTokens(ctx, callerOf(ctx).owner.ID)
	if err != nil {
		return nil, err
	}
	views := make([]OwnerToken, len(tokens))
	for i, t := range tokens {
		views[i] = OwnerToken(t)
	}
	return ok(views), nil
}

func (s *server) revokeToken(ctx context.Context, in *struct {
	ID string `path:"id"`
}) (*Out[Done], error) {
	if err := s.Accounts.RevokeToken(ctx, callerOf(ctx).owner.ID, in.ID); err != nil {
		return nil, err
	}
	return ok(Done{Done: true}), nil
}
