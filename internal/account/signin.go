package account

import (
	"context"
	"errors"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/credential"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/store"
)

const (
	// sessionLife is how long a sign-in lasts.
	sessionLife = 30 * 24 * time.Hour
	// maxSessions is how many sessions an owner keeps; the oldest end first.
	maxSessions = 100
)

// SignUp makes an owner and opens a session. With a Mailer configured the
// session is empty, and a verification link is on its way instead.
// Errors: VALIDATION_ERROR, EMAIL_TAKEN, RATE_LIMITED.
func (s *Service) SignUp(ctx context.Context, in SignUp) (Owner, Session, error) {
	// Only the client is counted: a taken address would tell who has an account.
	keys := keysOf("", in.ClientIP)
	if wait := s.attempts.begin(keys); wait > 0 {
		return Owner{}, Session{}, errRateLimited(wait)
	}
	row, err := s.prepare(ctx, in)
	var session Session
	if err == nil {
		session, err = s.signUp(ctx, &row)
	}
	if city.CodeOf(err) != city.CodeEmailTaken {
		s.attempts.succeeded(keys)
	}
	if err != nil {
		return Owner{}, Session{}, err
	}
	return row.Owner, session, nil
}

// prepare checks the input, hashes the password and names the new owner.
func (s *Service) prepare(ctx context.Context, in SignUp) (ownerRow, error) {
	in, err := in.checked()
	if err != nil {
		return ownerRow{}, err
	}
	// Asked before the costly hash; the unique index has the last word.
	_, err = findOwner(ctx, s.db.Read(), "email", in.Email)
	if err == nil {
		return ownerRow{}, errEmailTaken()
	}
	if !errors.Is(err, store.ErrNoRows) {
		return ownerRow{}, err
	}
	hash, err := s.hasher.hash(ctx, in.Password)
	if err != nil {
		return ownerRow{}, err
	}
	return ownerRow{Owner: Owner{ID: city.NewID(city.PrefixOwner), Name: in.Name, Email: in.Email}, passwordHash: hash}, nil
}

func (s *Service) signUp(ctx context.Context, row *ownerRow) (Session, error) {
	var session Session
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		row.CreatedAt = tx.Now()
		if err := insertOwner(ctx, tx, *row); err != nil {
			return err
		}
		if err := s.events.Append(ctx, tx, row.ID, event.OwnerSignedUp, struct{}{}); err != nil {
			return err
		}
		if s.mailer != nil {
			return s.enqueueVerification(ctx, tx, row.ID)
		}
		var err error
		session, err = s.openSession(ctx, tx, row.ID)
		return err
	})
	return session, err
}

// SignIn opens a session. An unknown address and a wrong password give the same
// answer at the same cost, and repeated failures slow down both.
// Errors: VALIDATION_ERROR, INVALID_CREDENTIALS, EMAIL_NOT_VERIFIED, RATE_LIMITED.
func (s *Service) SignIn(ctx context.Context, in SignIn) (Owner, Session, error) {
	in, err := in.checked()
	if err != nil {
		return Owner{}, Session{}, err
	}
	keys := keysOf(in.Email, in.ClientIP)
	if wait := s.attempts.begin(keys); wait > 0 {
		return Owner{}, Session{}, errRateLimited(wait)
	}
	row, stale, err := s.checkPassword(ctx, "email", in.Email, in.Password)
	if city.CodeOf(err) != city.CodeInvalidCredentials {
		s.attempts.succeeded(keys)
	}
	if err != nil {
		return Owner{}, Session{}, err
	}
	if s.mailer != nil && row.EmailVerifiedAt == nil {
		return Owner{}, Session{}, s.sendAgain(ctx, row.ID)
	}
	if stale {
		if row.passwordHash, err = s.hasher.hash(ctx, in.Password); err != nil {
			return Owner{}, Session{}, err
		}
	}
	var session Session
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		if stale {
			if err := updatePassword(ctx, tx, row.ID, row.passwordHash); err != nil {
				return err
			}
		}
		session, err = s.openSession(ctx, tx, row.ID)
		return err
	})
	if err != nil {
		return Owner{}, Session{}, err
	}
	return row.Owner, session, nil
}

// checkPassword returns the owner found by column whose password this is. The
// hash is computed also when there is none. stale asks for a new hash.
func (s *Service) checkPassword(ctx context.Context, column, value, password string) (row ownerRow, stale bool, err error) {
	row, err = findOwner(ctx, s.db.Read(), column, value)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return ownerRow{}, false, err
	}
	match, stale, err := s.hasher.verify(ctx, row.passwordHash, password)
	if err != nil {
		return ownerRow{}, false, err
	}
	if !match {
		return ownerRow{}, false, errInvalidCredentials()
	}
	return row, stale, nil
}

// openSession makes a session; the owner's oldest ones may end with it.
func (s *Service) openSession(ctx context.Context, tx store.Tx, ownerID string) (Session, error) {
	secret := credential.New(credential.Session)
	expires := tx.Now().Add(sessionLife)
	if err := insertSession(ctx, tx, city.NewID(city.PrefixSession), ownerID, secret.Hash, expires); err != nil {
		return Session{}, err
	}
	s.events.Wake(tx, ownerID)
	return Session{Token: secret.Value, ExpiresAt: expires}, deleteOldSessions(ctx, tx, ownerID, maxSessions)
}

// SignOut ends the session with this token. One that has ended already, or that
// never was, is no error. Errors: FORBIDDEN for an owner token, which it would
// leave as it is.
func (s *Service) SignOut(ctx context.Context, token string) error {
	if strings.HasPrefix(token, string(credential.OwnerToken)) {
		return errNoSession()
	}
	hash, ok := credential.Hash(credential.Session, token)
	if !ok {
		return nil
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		ownerID, err := deleteSession(ctx, tx, hash)
		if err == nil && ownerID != "" {
			s.events.Wake(tx, ownerID)
		}
		return err
	})
}

// PasswordChange is what an owner types to get a new password.
type PasswordChange struct {
	Current, New string
	ClientIP     string // whose failures count together; "" when unknown
	KeepSession  string // ses_…: the session that asks, which stays open
}

// ChangePassword sets a new password and ends the owner's other sessions; owner
// tokens stay. Errors: VALIDATION_ERROR, INVALID_CREDENTIALS when the current
// password is wrong, RATE_LIMITED.
func (s *Service) ChangePassword(ctx context.Context, ownerID string, in PasswordChange) error {
	var v city.Invalid
	v.Check(in.Current != "" && len(in.Current) <= 4*maxPassword, "currentPassword", "must have 1 to %d characters", maxPassword)
	checkPassword(&v, "newPassword", in.New)
	if err := v.Err(); err != nil {
		return err
	}
	owner, err := s.Find(ctx, ownerID)
	if err != nil {
		return err
	}
	keys := keysOf(owner.Email, in.ClientIP)
	if wait := s.attempts.begin(keys); wait > 0 {
		return errRateLimited(wait)
	}
	_, _, err = s.checkPassword(ctx, "id", ownerID, in.Current)
	if city.CodeOf(err) != city.CodeInvalidCredentials {
		s.attempts.succeeded(keys)
	}
	if err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, in.New)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		if err := updatePassword(ctx, tx, ownerID, hash); err != nil {
			return err
		}
		if err := deleteOtherSessions(ctx, tx, ownerID, in.KeepSession); err != nil {
			return err
		}
		// A link that was sent before is not to undo the change: who asked for it may be a thief.
		if err := deleteReset(ctx, tx, ownerID); err != nil {
			return err
		}
		return s.events.Append(ctx, tx, ownerID, event.OwnerPasswordChanged, struct{}{})
	})
}
