package account

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/credential"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
)

// Mailer sends a plain text mail to one address.
type Mailer interface {
	Send(ctx context.Context, to, subject, text string) error
}

// Config is what a Service needs.
type Config struct {
	DB     *store.DB
	Events *event.Log
	Jobs   *jobs.Queue // New registers the package's jobs on it
	Logger *slog.Logger

	// Mailer sends verification links. Without one, addresses are not verified.
	Mailer Mailer
	// PublicURL is where the links lead, "https://city.example". Needed with a Mailer.
	PublicURL string
	// SigningKey signs the links: at least 32 bytes, the same on every node.
	// Needed with a Mailer.
	SigningKey []byte

	// Hashing is the cost of a password hash; zero is DefaultHashing.
	Hashing Hashing
}

// Service does everything that concerns owners.
type Service struct {
	db       *store.DB
	events   *event.Log
	jobs     *jobs.Queue
	logger   *slog.Logger
	hasher   *hasher
	attempts *attempts
	uses     *credential.Uses
	// known remembers whose sessions and tokens are whose, by their hashes, until
	// something happens to the owner.
	known *event.Memo[foundCredential]

	mailer     Mailer
	publicURL  *url.URL
	signingKey []byte
}

// knownFor is how long a session or token is taken without another look. Ending
// it ends it at once on this node, and elsewhere with the notification.
const knownFor = time.Second

// minSigningKey is the length of a key with the full strength of HMAC-SHA256.
const minSigningKey = 32

// New returns a service and registers its jobs.
func New(cfg Config) (*Service, error) {
	attempts, err := newAttempts(cfg.DB.Clock())
	if err != nil {
		return nil, fmt.Errorf("build sign-in limits: %w", err)
	}
	s := &Service{
		db: cfg.DB, events: cfg.Events, jobs: cfg.Jobs, logger: cfg.Logger,
		hasher: newHasher(cfg.Hashing), attempts: attempts,
		mailer: cfg.Mailer, signingKey: cfg.SigningKey,
	}
	s.uses = credential.NewUses(s.saveUses)
	if s.mailer != nil {
		if len(s.signingKey) < minSigningKey {
			return nil, fmt.Errorf("a signing key of at least %d bytes is needed to send verification links", minSigningKey)
		}
		if s.publicURL, err = url.Parse(cfg.PublicURL); err != nil || s.publicURL.Host == "" {
			return nil, errors.New("a public URL is needed to send verification links")
		}
		jobs.Handle(s.jobs, s.sendVerification)
		jobs.Handle(s.jobs, s.sendReset)
	}
	s.known = event.NewMemo[foundCredential](cfg.Events, knownFor)
	jobs.Handle(s.jobs, s.sweep)
	jobs.Every(s.jobs, sweepEvery, sweepArgs{})
	return s, nil
}

// Run records the last use of sessions and tokens once a minute until ctx ends.
func (s *Service) Run(ctx context.Context) { s.uses.Run(ctx, s.logger) }

// FlushUses records the last use of sessions and tokens now.
func (s *Service) FlushUses(ctx context.Context) error { return s.uses.Flush(ctx) }

func (s *Service) saveUses(ctx context.Context, uses []credential.Use) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error { return updateLastUsed(ctx, tx, uses) })
}

// Find returns an owner. Errors: NOT_FOUND.
func (s *Service) Find(ctx context.Context, id string) (Owner, error) {
	if city.CheckID(city.PrefixOwner, id) != nil {
		return Owner{}, errOwnerNotFound()
	}
	row, err := findOwner(ctx, s.db.Read(), "id", id)
	if errors.Is(err, store.ErrNoRows) {
		return Owner{}, errOwnerNotFound()
	}
	return row.Owner, err
}

// FindByEmail returns the owner with this address, for operators. Errors: NOT_FOUND.
func (s *Service) FindByEmail(ctx context.Context, email string) (Owner, error) {
	email, ok := normalEmail(email)
	if !ok {
		return Owner{}, errOwnerNotFound()
	}
	row, err := findOwner(ctx, s.db.Read(), "email", email)
	if errors.Is(err, store.ErrNoRows) {
		return Owner{}, errOwnerNotFound()
	}
	return row.Owner, err
}

// EnsureCityOwner returns the owner of the city's own agents and makes it when
// there is none. It has no address and no password: nobody signs in as the city.
func (s *Service) EnsureCityOwner(ctx context.Context) (Owner, error) {
	var owner Owner
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		now := tx.Now()
		made := ownerRow{Owner: Owner{
			ID: city.NewID(city.PrefixOwner), Name: "AI City", IsCity: true, EmailVerifiedAt: &now, CreatedAt: now,
		}}
		if err := insertCityOwner(ctx, tx, made); err != nil {
			return err
		}
		row, err := findOwner(ctx, tx, "is_city", true)
		owner = row.Owner
		return err
	})
	return owner, err
}

// CreateOperator makes an owner who runs this city. The address counts as
// verified: whoever may call this has the machine. Errors: VALIDATION_ERROR,
// EMAIL_TAKEN.
func (s *Service) CreateOperator(ctx context.Context, in SignUp) (Owner, error) {
	row, err := s.prepare(ctx, in)
	if err != nil {
		return Owner{}, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		now := tx.Now()
		row.IsOperator, row.EmailVerifiedAt, row.CreatedAt = true, &now, now
		if err := insertOwner(ctx, tx, row); err != nil {
			return err
		}
		return s.events.Append(ctx, tx, row.ID, event.OwnerSignedUp, map[string]any{"operator": true})
	})
	return row.Owner, err
}

const (
	sweepEvery = time.Hour
	// keepTokens is how long revoked and expired tokens stay on record.
	keepTokens = 90 * 24 * time.Hour
)

type sweepArgs struct{}

func (sweepArgs) Kind() string { return "account.sweep" }

// sweep deletes sessions that have ended and tokens that ended long ago.
func (s *Service) sweep(ctx context.Context, _ sweepArgs, _ jobs.Attempt) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		return deleteEnded(ctx, tx, tx.Now(), tx.Now().Add(-keepTokens))
	})
}
