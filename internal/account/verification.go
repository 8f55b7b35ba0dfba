package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
)

const (
	// linkLife is how long a verification link works.
	linkLife = 48 * time.Hour
	// sendAgainAfter is the least time between two links to one address.
	sendAgainAfter = 10 * time.Minute
	// verifyPath is the page the link leads to.
	verifyPath = "/verify-email"
)

func errVerificationLink() error {
	return city.InvalidField("token", "is not a valid link or is too old; sign in to get a new one")
}

func errAlreadyVerified() error {
	return city.Errorf(city.CodeInvalidState, "This link was used already. Sign in.")
}

type verifyMailArgs struct {
	OwnerID string `json:"ownerId"`
}

func (verifyMailArgs) Kind() string { return "account.verify_mail" }

func (s *Service) enqueueVerification(ctx context.Context, tx store.Tx, ownerID string) error {
	due, err := markVerificationSent(ctx, tx, ownerID, tx.Now().Add(-sendAgainAfter))
	if err != nil || !due {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, verifyMailArgs{OwnerID: ownerID})
}

// sendAgain sends another link to somebody who knows the password, and says so.
func (s *Service) sendAgain(ctx context.Context, ownerID string) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error { return s.enqueueVerification(ctx, tx, ownerID) })
	if err != nil {
		return err
	}
	return errEmailNotVerified()
}

// sendVerification is the job that sends the link. The link is made here, so
// that no secret lies in the job table.
func (s *Service) sendVerification(ctx context.Context, args verifyMailArgs, _ jobs.Attempt) error {
	row, err := findOwner(ctx, s.db.Read(), "id", args.OwnerID)
	if errors.Is(err, store.ErrNoRows) {
		return jobs.Cancel(fmt.Errorf("send verification link: owner %s is gone", args.OwnerID))
	}
	if err != nil {
		return err
	}
	if row.EmailVerifiedAt != nil {
		return nil
	}
	link := s.publicURL.JoinPath(verifyPath)
	link.RawQuery = "token=" + s.signLink(row.Owner, s.db.Clock().Now().Add(linkLife))
	// The name is left out: anybody can sign up with any address, and the mail
	// must not carry a stranger's text to it.
	text := "Somebody, hopefully you, signed up at AI City with this address.\n\n" +
		"To confirm it, open this link within 48 hours:\n\n" + link.String() + "\n\n" +
		"If it was not you, ignore this mail: without the link the account cannot be used.\n"
	if err := s.mailer.Send(ctx, row.Email, "Confirm your email address", text); err != nil {
		return fmt.Errorf("send verification link: %w", err)
	}
	return nil
}

// VerifyEmail confirms the address that a link was sent to. A link works once.
// Errors: VALIDATION_ERROR for a bad or old link, INVALID_STATE for a used one.
func (s *Service) VerifyEmail(ctx context.Context, token string) (Owner, error) {
	ownerID, expires, ok := parseLink(token)
	if !ok || s.mailer == nil || !s.db.Clock().Now().Before(expires) {
		return Owner{}, errVerificationLink()
	}
	var owner Owner
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		row, err := findOwner(ctx, tx, "id", ownerID)
		if errors.Is(err, store.ErrNoRows) {
			return errVerificationLink()
		}
		if err != nil {
			return err
		}
		if !hmac.Equal([]byte(token), []byte(s.signLink(row.Owner, expires))) {
			return errVerificationLink()
		}
		verified, err := markVerified(ctx, tx, ownerID)
		if err != nil {
			return err
		}
		if !verified {
			return errAlreadyVerified()
		}
		now := tx.Now()
		owner = row.Owner
		owner.EmailVerifiedAt = &now
		return s.events.Append(ctx, tx, ownerID, event.OwnerEmailVerified, struct{}{})
	})
	return owner, err
}

// signLink returns "owner.expiry.signature". The address is signed too: a link
// to one address never confirms another.
func (s *Service) signLink(o Owner, expires time.Time) string {
	body := o.ID + "." + strconv.FormatInt(expires.Unix(), 10)
	mac := hmac.New(sha256.New, s.signingKey)
	_, _ = mac.Write([]byte("verify-email\x00" + body + "\x00" + o.Email))
	return body + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func parseLink(token string) (ownerID string, expires time.Time, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || city.CheckID(city.PrefixOwner, parts[0]) != nil {
		return "", time.Time{}, false
	}
	seconds, err := strconv.ParseInt(parts[1], 10, 64)
	return parts[0], time.Unix(seconds, 0), err == nil
}
