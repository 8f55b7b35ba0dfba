package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/credential"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
)

const (
	// resetLife is how long the link to a new password works.
	resetLife = time.Hour
	// resetPath is the page the link leads to.
	resetPath = "/reset-password"
)

func errNoMail() error {
	return city.Errorf(city.CodeMailUnavailable, "This city sends no mail. Ask its operator for a new password.")
}

func errResetLink() error {
	return city.InvalidField("token", "is not a valid link, was used or is too old; ask for a new one")
}

// SendsMail reports whether forgotten passwords can be replaced by mail.
func (s *Service) SendsMail() bool { return s.mailer != nil }

type resetMailArgs struct {
	Email string `json:"email"`
}

func (resetMailArgs) Kind() string { return "account.reset_mail" }

// ForgotPassword has a link to a new password sent to an address. It answers the
// same, at the same cost, whether somebody has the address or not: the job looks
// it up. Errors: VALIDATION_ERROR, RATE_LIMITED, MAIL_UNAVAILABLE.
func (s *Service) ForgotPassword(ctx context.Context, email, clientIP string) error {
	if s.mailer == nil {
		return errNoMail()
	}
	address, ok := normalEmail(email)
	if !ok {
		return city.InvalidField("email", "must be a plain email address such as you@example.com, at most %d characters", maxEmail)
	}
	keys := keysOf("", clientIP)
	keys = append(keys, key{"reset " + address, perEmail})
	if wait := s.attempts.begin(keys); wait > 0 { // each counts: there is no success to tell
		return errRateLimited(wait)
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		return s.jobs.Enqueue(ctx, tx, resetMailArgs{Email: address})
	})
}

// sendReset is the job that sends the link. The secret is made here, so that it
// lies in no table; a repeated attempt makes another one.
func (s *Service) sendReset(ctx context.Context, args resetMailArgs, attempt jobs.Attempt) error {
	row, err := findOwner(ctx, s.db.Read(), "email", args.Email)
	if errors.Is(err, store.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	secret := credential.New(credential.PasswordReset)
	var due bool
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		before := tx.Now().Add(-sendAgainAfter)
		if attempt.Number > 1 {
			before = tx.Now() // the first attempt's link never arrived
		}
		due, err = saveReset(ctx, tx, row.ID, secret.Hash, tx.Now().Add(resetLife), before)
		return err
	})
	if err != nil || !due {
		return err
	}
	link := s.publicURL.JoinPath(resetPath)
	link.RawQuery = "token=" + secret.Value
	text := "Somebody, hopefully you, forgot the password of the AI City account with this address.\n\n" +
		"To choose a new one, open this link within an hour:\n\n" + link.String() + "\n\n" +
		"If it was not you, ignore this mail: your password stays as it is.\n"
	if err := s.mailer.Send(ctx, row.Email, "Choose a new password", text); err != nil {
		return fmt.Errorf("send reset link: %w", err)
	}
	return nil
}

// PasswordReset is what somebody types who followed the link.
type PasswordReset struct {
	Token        string
	New          string
	RevokeTokens bool // owner tokens end as well
}

// ResetPassword sets a new password with the secret of a link, which works once,
// and ends all sessions. Whoever reads the mail has the address, so it counts as
// verified. Errors: VALIDATION_ERROR for a bad, used or old link, too.
func (s *Service) ResetPassword(ctx context.Context, in PasswordReset) (Owner, error) {
	var v city.Invalid
	checkPassword(&v, "newPassword", in.New)
	if err := v.Err(); err != nil {
		return Owner{}, err
	}
	secret, ok := credential.Hash(credential.PasswordReset, in.Token)
	if !ok {
		return Owner{}, errResetLink()
	}
	// Asked before the costly hash; the deletion has the last word.
	if _, err := findReset(ctx, s.db.Read(), secret, s.db.Clock().Now()); err != nil {
		return Owner{}, resetError(err)
	}
	hash, err := s.hasher.hash(ctx, in.New)
	if err != nil {
		return Owner{}, err
	}
	var owner Owner
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		id, err := takeReset(ctx, tx, secret, tx.Now())
		if err != nil {
			return resetError(err)
		}
		if _, err := markVerified(ctx, tx, id); err != nil {
			return err
		}
		row, err := findOwner(ctx, tx, "id", id)
		if err != nil {
			return err
		}
		owner = row.Owner
		return s.replacePassword(ctx, tx, id, hash, in.RevokeTokens)
	})
	return owner, err
}

func resetError(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return errResetLink()
	}
	return err
}

// replacePassword is for a password that was lost: every session ends, since
// one may be a thief's, and with revokeTokens every owner token.
func (s *Service) replacePassword(ctx context.Context, tx store.Tx, ownerID, hash string, revokeTokens bool) error {
	if err := updatePassword(ctx, tx, ownerID, hash); err != nil {
		return err
	}
	if err := deleteOtherSessions(ctx, tx, ownerID, ""); err != nil {
		return err
	}
	if err := deleteReset(ctx, tx, ownerID); err != nil {
		return err
	}
	if revokeTokens {
		if err := revokeAllTokens(ctx, tx, ownerID); err != nil {
			return err
		}
	}
	return s.events.Append(ctx, tx, ownerID, event.OwnerPasswordReset, map[string]any{"tokensRevoked": revokeTokens})
}

// SetPassword gives the owner of an address a new password, for operators.
// Errors: VALIDATION_ERROR, NOT_FOUND.
func (s *Service) SetPassword(ctx context.Context, email, password string, revokeTokens bool) (Owner, error) {
	var v city.Invalid
	checkPassword(&v, "password", password)
	if err := v.Err(); err != nil {
		return Owner{}, err
	}
	owner, err := s.FindByEmail(ctx, email)
	if err != nil {
		return Owner{}, err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return Owner{}, err
	}
	return owner, s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		return s.replacePassword(ctx, tx, owner.ID, hash, revokeTokens)
	})
}

// Rename gives an owner another name. Errors: VALIDATION_ERROR.
func (s *Service) Rename(ctx context.Context, ownerID, name string) (Owner, error) {
	name = strings.TrimSpace(name)
	var v city.Invalid
	checkLine(&v, "name", name, maxName)
	if err := v.Err(); err != nil {
		return Owner{}, err
	}
	var owner Owner
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		if err := updateName(ctx, tx, ownerID, name); err != nil {
			return err
		}
		s.events.Wake(tx, ownerID)
		row, err := findOwner(ctx, tx, "id", ownerID)
		owner = row.Owner
		return err
	})
	return owner, err
}
