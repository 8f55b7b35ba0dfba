package payment

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"aicity.dev/aicity/internal/store"
)

// Links knows which owners pay with the same card or are paid to the same bank
// account. It keeps keyed hashes of the provider's fingerprints: whoever has the
// database alone can neither read them nor look one up.
type Links struct {
	db  *store.DB
	key []byte
}

// NewLinks returns links whose hashes are made with the key, which must stay the
// same.
func NewLinks(db *store.DB, key []byte) *Links { return &Links{db: db, key: key} }

// Learn notes cards and bank accounts of an owner by the provider's
// fingerprints; empty ones are left out. What was noted stays: a card that was
// removed has been shared all the same.
func (l *Links) Learn(ctx context.Context, ownerID string, fingerprints ...string) error {
	err := l.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		for _, fingerprint := range fingerprints {
			if fingerprint == "" {
				continue
			}
			if err := insertFingerprint(ctx, tx, ownerID, l.hash(fingerprint)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note fingerprints: %w", err)
	}
	return nil
}

func (l *Links) hash(fingerprint string) string {
	mac := hmac.New(sha256.New, l.key)
	mac.Write([]byte(fingerprint))
	return hex.EncodeToString(mac.Sum(nil))
}

// AskLinked has the ids of the owners that share something with an owner put
// into linked; they are there when the transaction's next read is answered.
func (l *Links) AskLinked(ctx context.Context, tx store.Tx, ownerID string, linked *[]string) error {
	return tx.Ask(ctx, linkedQuery, []any{ownerID}, func(row store.Row) error {
		var ids string
		if err := row.Scan(&ids); err != nil {
			return fmt.Errorf("find linked owners: %w", err)
		}
		*linked = nil // a transaction may run again
		if ids != "" {
			*linked = strings.Split(ids, ",")
		}
		return nil
	})
}
