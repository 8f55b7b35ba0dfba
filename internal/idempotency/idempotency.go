// Package idempotency remembers answers to calls that carried an
// Idempotency-Key, so that a repeated call gets the first answer.
//
// A key belongs to its caller and to one request: the same key with another
// request is refused. While the first call runs, a repeat is refused too, and
// may be tried again. When the server dies between a call's effect and the
// stored answer, the repeat runs again after a minute; that is safe because
// what the calls do is idempotent by itself: a task and a top-up carry the key
// in a unique column, and every transition of a task is harmless to repeat.
// Answers of failed calls (5xx) are not kept. Answers are sealed, because some
// hold a secret that is shown once.
//
// Where the work itself does once what a key stands for, as a top-up and a
// withdrawal do, the claim says Anew: a repeat runs at once beside the first call,
// dead or alive, and whoever ends first has the answer that all of them give.
//
// A call whose whole effect is one transaction does better, as ordering a task and
// making an agent or a token do: it writes its answer with Keep in that
// transaction, so that effect and answer exist together or not at all. A repeat
// cannot succeed; what was refused asks Find whether it is one.
package idempotency

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"time"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
)

const (
	keep     = 24 * time.Hour // how long an answer is remembered
	takeOver = time.Minute    // when a call without an answer counts as dead
	// MaxKey bounds a key, in characters.
	MaxKey = 200
)

// Sealer encrypts the stored answers.
type Sealer interface {
	Seal(plaintext []byte, place string) (string, error)
	Open(sealed, place string) ([]byte, error)
}

// Service remembers answers.
type Service struct {
	db     *store.DB
	sealer Sealer
}

type pruneArgs struct{}

func (pruneArgs) Kind() string { return "idempotency_prune" }

// New returns a service and registers the job that forgets old answers.
func New(db *store.DB, queue *jobs.Queue, sealer Sealer) *Service {
	s := &Service{db: db, sealer: sealer}
	jobs.Handle(queue, func(ctx context.Context, _ pruneArgs, _ jobs.Attempt) error { return s.prune(ctx) })
	jobs.Every(queue, time.Hour, pruneArgs{})
	return s
}

// Answer is a call's answer.
type Answer struct {
	Status int
	Body   []byte
}

// Hash identifies a request: what is asked of whom, and the content that is
// written to it.
type Hash struct{ sum hash.Hash }

// NewHash begins with what is asked of whom.
func NewHash(method, path string) Hash {
	h := Hash{sha256.New()}
	_, _ = fmt.Fprintf(h.sum, "%s\n%s\n", method, path)
	return h
}

// Write takes more of the content.
func (h Hash) Write(p []byte) (int, error) { return h.sum.Write(p) }

func (h Hash) String() string { return hex.EncodeToString(h.sum.Sum(nil)) }

// Claim is a key as a caller uses it for one request.
type Claim struct {
	Caller string
	Key    string
	Hash   string // of the request, see Hash
	// Anew lets a repeat run while the first call has no answer: the work does once
	// what the key stands for, however many calls do it.
	Anew bool
}

// Check returns VALIDATION_ERROR for a key that is too long.
func (c Claim) Check() error {
	if utf8.RuneCountInString(c.Key) > MaxKey {
		return city.InvalidField("Idempotency-Key", "at most %d characters", MaxKey)
	}
	return nil
}

// Find returns the answer that the claim's first call kept, nil when there is
// none. Errors: IDEMPOTENCY_CONFLICT, VALIDATION_ERROR.
func (s *Service) Find(ctx context.Context, c Claim) (*Answer, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	r, err := find(ctx, s.db.Read(), c, "")
	if errors.Is(err, store.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find answer: %w", err)
	}
	if err := s.db.Durable(ctx); err != nil {
		return nil, err
	}
	return s.open(c, r)
}

// Keep writes the answer of a claim in tx. A second one for the same key makes
// the transaction fail.
func (s *Service) Keep(ctx context.Context, tx store.Tx, c Claim, a Answer) error {
	sealed, err := s.sealer.Seal(a.Body, c.place())
	if err != nil {
		return fmt.Errorf("seal answer: %w", err)
	}
	return tx.Queue(ctx, "keep answer", `INSERT INTO idempotency_keys (caller, key, request_hash, status, answer, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, c.Caller, c.Key, c.Hash, a.Status, sealed, store.Micros(tx.Now()))
}

// Repeated reports whether err says that a transaction wanted to Keep a second
// answer for a key.
func Repeated(err error) bool { return store.IsUnique(err, "idempotency_keys", "caller", "key") }

// record is a key as it is stored; status is 0 while its call runs.
type record struct {
	hash, sealed string
	status       int
	at           time.Time
}

func find(ctx context.Context, q store.Querier, c Claim, lock string) (record, error) {
	var r record
	var at int64
	err := q.QueryRow(ctx, `SELECT request_hash, status, answer, created_at FROM idempotency_keys
		WHERE caller = $1 AND key = $2`+lock, c.Caller, c.Key).Scan(&r.hash, &r.status, &r.sealed, &at)
	r.at = store.FromMicros(at)
	return r, err
}

// open returns a record's answer, nil while its call runs.
func (s *Service) open(c Claim, r record) (*Answer, error) {
	if r.hash != c.Hash {
		return nil, city.Errorf(city.CodeIdempotency, "This Idempotency-Key was used for another request. Use a new key for each request.")
	}
	if r.status == 0 {
		return nil, nil
	}
	body, err := s.sealer.Open(r.sealed, c.place())
	if err != nil {
		return nil, fmt.Errorf("open answer: %w", err)
	}
	return &Answer{Status: r.status, Body: body}, nil
}

// Begin claims key for a request. It returns the answer of an earlier call, or
// nil when the caller must run the request and call End. Errors:
// IDEMPOTENCY_CONFLICT, VALIDATION_ERROR.
func (s *Service) Begin(ctx context.Context, c Claim) (*Answer, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	var found *Answer
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		found = nil
		tx.ReleaseEarly() // no answer before it is durable
		n, err := tx.Exec(ctx, `INSERT INTO idempotency_keys (caller, key, request_hash, status, answer, created_at)
			VALUES ($1, $2, $3, 0, '', $4) ON CONFLICT (caller, key) DO NOTHING`, c.Caller, c.Key, c.Hash, store.Micros(tx.Now()))
		if err != nil || n == 1 {
			return err
		}
		found, err = s.earlier(ctx, tx, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim idempotency key: %w", err)
	}
	return found, nil
}

func (s *Service) earlier(ctx context.Context, tx store.Tx, c Claim) (*Answer, error) {
	r, err := find(ctx, tx, c, store.ForUpdate(tx))
	if err != nil {
		return nil, err
	}
	if answer, err := s.open(c, r); answer != nil || err != nil {
		return answer, err
	}
	if c.Anew {
		return nil, nil
	}
	if tx.Now().Sub(r.at) < takeOver {
		return nil, city.Errorf(city.CodeIdempotency, "The first request with this Idempotency-Key is still running. Try again in a moment.")
	}
	_, err = tx.Exec(ctx, `UPDATE idempotency_keys SET created_at = $3 WHERE caller = $1 AND key = $2`, c.Caller, c.Key, store.Micros(tx.Now()))
	return nil, err
}

// End stores the answer of a request that Begin let run and returns the one that
// counts: another call with the key may have ended before. An answer that says the
// server failed is forgotten, so that the next try runs.
func (s *Service) End(ctx context.Context, c Claim, a Answer) (Answer, error) {
	sealed, err := s.sealer.Seal(a.Body, c.place())
	if err != nil {
		return a, fmt.Errorf("seal answer: %w", err)
	}
	counts := a
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		counts = a
		if a.Status >= 500 || a.Status == 429 {
			_, err := tx.Exec(ctx, `DELETE FROM idempotency_keys WHERE caller = $1 AND key = $2 AND status = 0`, c.Caller, c.Key)
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE idempotency_keys SET status = $3, answer = $4 WHERE caller = $1 AND key = $2 AND status = 0`, c.Caller, c.Key, a.Status, sealed)
		if err != nil || n == 1 {
			return err
		}
		counts, err = s.first(ctx, tx, c, a)
		return err
	})
	if err != nil {
		return a, fmt.Errorf("store answer: %w", err)
	}
	return counts, nil
}

// first is the answer of the call that ended first; a, when none is kept because
// that one failed.
func (s *Service) first(ctx context.Context, tx store.Tx, c Claim, a Answer) (Answer, error) {
	r, err := find(ctx, tx, c, "")
	if errors.Is(err, store.ErrNoRows) {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	kept, err := s.open(c, r)
	if err != nil || kept == nil {
		return a, err
	}
	return *kept, nil
}

func (c Claim) place() string { return "idempotency/" + c.Caller + "/" + c.Key }

func (s *Service) prune(ctx context.Context) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM idempotency_keys WHERE created_at < $1`, store.Micros(tx.Now().Add(-keep)))
		return err
	})
	return err
}
