package account

import (
	"context"
	"errors"
	"strings"

	"aicity.dev/aicity/internal/credential"
	"aicity.dev/aicity/internal/store"
)

// Authenticate tells whose bearer secret this is: a session's or an owner
// token's. It is one indexed read, now and then. Errors: UNAUTHORIZED.
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
	kind, prefix, read := BySession, credential.Session, findBySession
	if strings.HasPrefix(bearer, string(credential.OwnerToken)) {
		kind, prefix, read = ByToken, credential.OwnerToken, findByToken
	}
	hash, ok := credential.Hash(prefix, bearer)
	if !ok {
		return foundCredential{}, "", store.ErrNoRows
	}
	if found, known := s.known.Look(string(hash)); known {
		return found, kind, nil
	}
	load := s.known.Begin()
	defer load.End()
	found, err := read(ctx, s.db.Read(), hash)
	if err == nil {
		load.Keep(string(hash), found.owner.ID, found)
	}
	return found, kind, err
}
