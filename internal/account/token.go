package account

import (
	"context"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/credential"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/store"
)

// Token is an owner token as its owner sees it: never the secret.
type Token struct {
	ID         string // tok_…
	Name       string
	Prefix     string // the start of the secret
	CreatedAt  time.Time
	ExpiresAt  *time.Time // nil: never
	LastUsedAt *time.Time // to the minute; nil: never used
}

const (
	maxTokens     = 100 // live ones of one owner
	maxExpireDays = 3650
)

func errTokenNotFound() error {
	return city.Errorf(city.CodeTokenNotFound, "You have no such token.")
}

func errTooManyTokens() error {
	return city.Errorf(city.CodeInvalidState, "You have %d tokens. Revoke one that you no longer use.", maxTokens)
}

// NewToken is what an owner says about a token to be made.
type NewToken struct {
	Name          string
	ExpiresInDays *int // nil: never

	// Keep writes down the answer, with the secret, in the transaction that makes
	// the token; it may be nil.
	Keep func(ctx context.Context, tx store.Tx, t Token, secret string) error
}

// CreateToken makes an owner token and returns its secret, which is shown
// nowhere else.
// Errors: VALIDATION_ERROR, INVALID_STATE when the owner has too many.
func (s *Service) CreateToken(ctx context.Context, ownerID string, n NewToken) (Token, string, error) {
	var v city.Invalid
	name, days := strings.TrimSpace(n.Name), n.ExpiresInDays
	checkLine(&v, "name", name, maxName)
	v.Check(days == nil || *days >= 1 && *days <= maxExpireDays,
		"expiresInDays", "must be between 1 and %d, or left out for a token that never expires", maxExpireDays)
	if err := v.Err(); err != nil {
		return Token{}, "", err
	}
	secret := credential.New(credential.OwnerToken)
	token := Token{ID: city.NewID(city.PrefixToken), Name: name, Prefix: secret.Prefix}
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		token.CreatedAt = tx.Now()
		if days != nil {
			expires := tx.Now().AddDate(0, 0, *days)
			token.ExpiresAt = &expires
		}
		if live, err := countTokens(ctx, tx, ownerID); err != nil {
			return err
		} else if live >= maxTokens {
			return errTooManyTokens()
		}
		if err := insertToken(ctx, tx, ownerID, token, secret.Hash); err != nil {
			return err
		}
		err := s.events.Append(ctx, tx, ownerID, event.OwnerTokenCreated, map[string]any{"tokenId": token.ID, "name": name})
		if err != nil || n.Keep == nil {
			return err
		}
		return n.Keep(ctx, tx, token, secret.Value)
	})
	if err != nil {
		return Token{}, "", err
	}
	return token, secret.Value, nil
}

// ListTokens returns the owner's tokens that are not revoked, newest first.
func (s *Service) ListTokens(ctx context.Context, ownerID string) ([]Token, error) {
	return listTokens(ctx, s.db.Read(), ownerID)
}

// RevokeToken ends a token at once. Revoking it again is no error.
// Errors: TOKEN_NOT_FOUND, also for another owner's token.
func (s *Service) RevokeToken(ctx context.Context, ownerID, tokenID string) error {
	if city.CheckID(city.PrefixToken, tokenID) != nil {
		return errTokenNotFound()
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		found, revoked, err := revokeToken(ctx, tx, ownerID, tokenID)
		if err != nil {
			return err
		}
		if !found {
			return errTokenNotFound()
		}
		if !revoked {
			return nil
		}
		return s.events.Append(ctx, tx, ownerID, event.OwnerTokenRevoked, map[string]any{"tokenId": tokenID})
	})
}
