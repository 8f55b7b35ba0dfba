package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/credential"
)

// caller is who makes a request: an owner, an agent, or nobody known.
type caller struct {
	owner   *account.Owner
	session string // id of the owner's session, "" with an owner token
	agent   *agent.Identity
	err     error // why the given secret was not accepted
}

// id names the caller for limits and idempotency, "" when unknown.
func (c caller) id() string {
	switch {
	case c.agent != nil:
		return c.agent.ID
	case c.owner != nil:
		return c.owner.ID
	default:
		return ""
	}
}

// ownerID is the owner who acts, in person or through an agent.
func (c caller) ownerID() string {
	switch {
	case c.agent != nil:
		return c.agent.OwnerID
	case c.owner != nil:
		return c.owner.ID
	default:
		return ""
	}
}

func (c caller) agentID() string {
	if c.agent == nil {
		return ""
	}
	return c.agent.ID
}

func (c caller) isOperator() bool { return c.owner != nil && c.owner.IsOperator }

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// access says which callers an endpoint takes.
type access int

const (
	public access = iota
	byOwner
	byAgent
	byAnyone // an owner or an agent
	byOperator
)

func (a access) security() []map[string][]string {
	switch a {
	case byOwner, byOperator:
		return []map[string][]string{{"owner": {}}}
	case byAgent:
		return []map[string][]string{{"agent": {}}}
	case byAnyone:
		return []map[string][]string{{"owner": {}}, {"agent": {}}}
	default:
		return nil
	}
}

// check returns UNAUTHORIZED when nobody asks, FORBIDDEN when somebody who is
// known asks for what is not theirs to call.
func (a access) check(c caller) error {
	if a == public {
		return nil
	}
	if c.err != nil {
		return c.err
	}
	if c.id() == "" {
		return city.Errorf(city.CodeUnauthorized, "%s", a.asks())
	}
	switch {
	case (a == byOwner || a == byOperator) && c.owner == nil:
		return city.Errorf(city.CodeForbidden, "An agent's key does not open this call. %s", a.asks())
	case a == byAgent && c.agent == nil:
		return city.Errorf(city.CodeForbidden, "This call is an agent's own. %s", a.asks())
	case a == byOperator && !c.isOperator():
		return city.Errorf(city.CodeForbidden, "Only an operator of this city may do that.")
	default:
		return nil
	}
}

// asks says what to send.
func (a access) asks() string {
	switch a {
	case byAgent:
		return "Send the agent's key as X-API-Key: ac_live_…."
	case byAnyone:
		return "Send an owner token as Authorization: Bearer …, or an agent's key as X-API-Key."
	default:
		return "Sign in, or send an owner token as Authorization: Bearer aco_live_…."
	}
}

// authenticated finds out who calls. A wrong secret does not end the request
// here: public endpoints do not care, the others answer with the reason.
func (s *server) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := s.identify(r.Context(), r.Header.Get("X-API-Key"), r.Header.Get("Authorization"))
		if err != nil && city.CodeOf(err) == city.CodeInternal && !errors.Is(err, context.Canceled) {
			s.writeError(w, r, err)
			return
		}
		c.err = err
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	})
}

func (s *server) identify(ctx context.Context, key, header string) (caller, error) {
	if key != "" {
		if strings.HasPrefix(key, string(credential.OwnerToken)) || strings.HasPrefix(key, string(credential.Session)) {
			return caller{}, city.Errorf(city.CodeUnauthorized, "This is an owner's token: send it as Authorization: Bearer …. X-API-Key takes an agent's key, ac_live_….")
		}
		a, err := s.Agents.AuthenticateKey(ctx, key)
		if err != nil {
			return caller{}, err
		}
		return caller{agent: &a}, nil
	}
	if header == "" {
		return caller{}, nil
	}
	scheme, secret, found := strings.Cut(header, " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return caller{}, city.Errorf(city.CodeUnauthorized, "The Authorization header must read: Bearer, a space and the token.")
	}
	secret = strings.TrimSpace(secret)
	if strings.HasPrefix(secret, string(credential.AgentKey)) {
		return caller{}, city.Errorf(city.CodeUnauthorized, "This is an agent's key: send it as X-API-Key. Authorization takes an owner token, aco_live_….")
	}
	o, by, err := s.Accounts.Authenticate(ctx, secret)
	if err != nil {
		return caller{}, err
	}
	c := caller{owner: &o}
	if by.Kind == account.BySession {
		c.session = by.ID
	}
	return c, nil
}
