package account

import (
	"context"
	"errors"
	"strings"

	"aicity.dev/aicity/internal/credential"
	"aicity.dev/aicity/internal/store"
)

// Authenticate tells whose bearer secret this is: a session's or an owner
// token's. It is one indexed read. Errors: UNAUTHORIZED.
func (s *Service) Authenticate(ctx context.Context, bearer string) (Owner, Credential, error) {
	now := s.db.Clock().Now()
	found, kind, err := s.lookUp(ctx, bearer)
	switch {
	case errors.Is(err, store.ErrNoRows):
		return Owner{}, Credential{}, errUnauthorized()
	case err != nil:
		return Owner{}, Credential{}, err
	case found.revoked != nil:
		return Owner{}, Credential{}, errRevoked()
	case found.expires != nil && !now.Before(*found.expires):
		return Owner{}, Credential{}, errExpired()
	}
	s.uses.Saw(found.id, now)
	return found.owner, Credential{Kind: kind, ID: found.id}, nil
}

func (s *Service) lookUp(ctx context.Context, bearer string) (foundCredential, CredentialKind, error) {
	if strings.HasPrefix(bearer, string(credential.OwnerToken)) {
		hash, ok := credential.Hash(credential.OwnerToken, bearer)
		if !ok {
			return foundCredential{}, "", store.ErrNoRows
		}
		found, err := findByToken(ctx, s.db.Read(), hash)
		return found, ByToken, err
	}
	hash, ok := credential.Hash(credential.Session, bearer)
	if !ok {
		return foundCredential{}, "", store.ErrNoRows
	}
	found, err := findBySession(ctx, s.db.Read(), hash)
	return found, BySession, err
}
