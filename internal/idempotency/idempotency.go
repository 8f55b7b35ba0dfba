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
package idempotency

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
)

const (
	keep     = 24 * time.Hour // how long an answer is remembered
	takeOver = time.Minute    // when a call without an answer counts as dead
	// MaxKey bounds a key, in bytes.
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

// Hash identifies a request: what is asked of whom with which content.
func Hash(method, path string, body []byte) string {
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%s\n%s\n", method, path)
	_, _ = sum.Write(body)
	return hex.EncodeToString(sum.Sum(nil))
}

// Begin claims key for a request. It returns the answer of an earlier call, or
// nil when the caller must run the request and call End. Errors:
// IDEMPOTENCY_CONFLICT, VALIDATION_ERROR.
func (s *Service) Begin(ctx context.Context, caller, key, hash string) (*Answer, error) {
	if len(key) > MaxKey {
		return nil, city.InvalidField("Idempotency-Key", "at most %d characters", MaxKey)
	}
	var found *Answer
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		found = nil
		n, err := tx.Exec(ctx, `INSERT INTO idempotency_keys (caller, key, request_hash, status, answer, created_at)
			VALUES ($1, $2, $3, 0, '', $4) ON CONFLICT (caller, key) DO NOTHING`, caller, key, hash, store.Micros(tx.Now()))
		if err != nil || n == 1 {
			return err
		}
		found, err = s.earlier(ctx, tx, caller, key, hash)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim idempotency key: %w", err)
	}
	return found, nil
}

func (s *Service) earlier(ctx context.Context, tx store.Tx, caller, key, hash string) (*Answer, error) {
	var oldHash, sealed string
	var status int
	var at int64
	err := tx.QueryRow(ctx, `SELECT request_hash, status, answer, created_at FROM idempotency_keys
		WHERE caller = $1 AND key = $2`+store.ForUpdate(tx), caller, key).Scan(&oldHash, &status, &sealed, &at)
	if err != nil {
		return nil, err
	}
	if oldHash != hash {
		return nil, city.Errorf(city.CodeIdempotency, "This Idempotency-Key was used for another request. Use a new key for each request.")
	}
	if status != 0 {
		body, err := s.sealer.Open(sealed, place(caller, key))
		return &Answer{Status: status, Body: body}, err
	}
	if tx.Now().Sub(store.FromMicros(at)) < takeOver {
		return nil, city.Errorf(city.CodeIdempotency, "The first request with this Idempotency-Key is still running. Try again in a moment.")
	}
	_, err = tx.Exec(ctx, `UPDATE idempotency_keys SET created_at = $3 WHERE caller = $1 AND key = $2`, caller, key, store.Micros(tx.Now()))
	return nil, err
}

// End stores the answer of a request that Begin let run. An answer that says
// the server failed is forgotten, so that the next try runs.
func (s *Service) End(ctx context.Context, caller, key string, a Answer) error {
	sealed, err := s.sealer.Seal(a.Body, place(caller, key))
	if err != nil {
		return fmt.Errorf("seal answer: %w", err)
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		if a.Status >= 500 || a.Status == 429 {
			_, err := tx.Exec(ctx, `DELETE FROM idempotency_keys WHERE caller = $1 AND key = $2 AND status = 0`, caller, key)
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE idempotency_keys SET status = $3, answer = $4 WHERE caller = $1 AND key = $2`, caller, key, a.Status, sealed)
		return err
	})
	if err != nil {
		return fmt.Errorf("store answer: %w", err)
	}
	return nil
}

func place(caller, key string) string { return "idempotency/" + caller + "/" + key }

func (s *Service) prune(ctx context.Context) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM idempotency_keys WHERE created_at < $1`, store.Micros(tx.Now().Add(-keep)))
		return err
	})
	return err
}
