package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/credential"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/column"
)

// ownerRow is an owner with what never leaves this package.
type ownerRow struct {
	Owner
	passwordHash string
}

// ownerColumns are those of the owner that is a part of a T.
func ownerColumns[T any](of func(*T) *Owner) column.List[T] {
	return column.List[T]{
		column.Text("id", func(t *T) *string { return &of(t).ID }),
		column.Text("name", func(t *T) *string { return &of(t).Name }),
		{
			Name: "email", // NULL: the city itself
			Write: func(t *T) any {
				if of(t).Email == "" {
					return nil
				}
				return of(t).Email
			},
			Read: column.Via(func(t *T, email *string) error {
				if email != nil {
					of(t).Email = *email
				}
				return nil
			}),
		},
		column.Plain("is_operator", func(t *T) *bool { return &of(t).IsOperator }),
		column.Plain("is_city", func(t *T) *bool { return &of(t).IsCity }),
		column.TimePtr("email_verified_at", func(t *T) **time.Time { return &of(t).EmailVerifiedAt }),
		column.Time("created_at", func(t *T) *time.Time { return &of(t).CreatedAt }),
	}
}

var (
	owners = append(ownerColumns(func(o *ownerRow) *Owner { return &o.Owner }),
		column.Text("password_hash", func(o *ownerRow) *string { return &o.passwordHash }))
	selectOwners   = `SELECT ` + owners.Selected("") + ` FROM owners`
	insertOwnerSQL = owners.Insert("owners")
)

// findOwner returns the owner by one of its unique columns, or store.ErrNoRows.
func findOwner(ctx context.Context, q store.Querier, column string, value any) (ownerRow, error) {
	o, err := owners.Scan(q.QueryRow(ctx, selectOwners+` WHERE `+column+` = $1`, value))
	if err != nil {
		return ownerRow{}, fmt.Errorf("find owner: %w", err)
	}
	return o, nil
}

func insertOwner(ctx context.Context, tx store.Tx, o ownerRow) error {
	_, err := tx.Exec(ctx, insertOwnerSQL, owners.Values(&o)...)
	if store.IsUnique(err, "owners", "email") {
		return errEmailTaken()
	}
	if err != nil {
		return fmt.Errorf("insert owner: %w", err)
	}
	return nil
}

// insertCityOwner does nothing when the city has its owner already.
func insertCityOwner(ctx context.Context, tx store.Tx, o ownerRow) error {
	if _, err := tx.Exec(ctx, insertOwnerSQL+` ON CONFLICT DO NOTHING`, owners.Values(&o)...); err != nil {
		return fmt.Errorf("insert city owner: %w", err)
	}
	return nil
}

func updatePassword(ctx context.Context, tx store.Tx, ownerID, hash string) error {
	if _, err := tx.Exec(ctx, `UPDATE owners SET password_hash = $2 WHERE id = $1`, ownerID, hash); err != nil {
		return fmt.Errorf("update password: %w", err)
	}
	return nil
}

func updateName(ctx context.Context, tx store.Tx, ownerID, name string) error {
	if _, err := tx.Exec(ctx, `UPDATE owners SET name = $2 WHERE id = $1`, ownerID, name); err != nil {
		return fmt.Errorf("update name: %w", err)
	}
	return nil
}

// saveReset replaces the owner's way to a new password; it reports false, and
// leaves it, when it was made after before.
func saveReset(ctx context.Context, tx store.Tx, ownerID string, hash []byte, expires, before time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO password_resets (owner_id, secret_hash, created_at, expires_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner_id) DO UPDATE SET secret_hash = $2, created_at = $3, expires_at = $4 WHERE password_resets.created_at <= $5`,
		ownerID, hash, store.Micros(tx.Now()), store.Micros(expires), store.Micros(before))
	if err != nil {
		return false, fmt.Errorf("save password reset: %w", err)
	}
	return n > 0, nil
}

// findReset returns whose password a live secret replaces, or store.ErrNoRows.
func findReset(ctx context.Context, q store.Querier, hash []byte, now time.Time) (ownerID string, err error) {
	err = q.QueryRow(ctx, `SELECT owner_id FROM password_resets WHERE secret_hash = $1 AND expires_at > $2`, hash, store.Micros(now)).Scan(&ownerID)
	if err != nil {
		return "", fmt.Errorf("find password reset: %w", err)
	}
	return ownerID, nil
}

// takeReset is findReset, and uses the secret up: of two at once one gets it.
func takeReset(ctx context.Context, tx store.Tx, hash []byte, now time.Time) (ownerID string, err error) {
	err = tx.QueryRow(ctx, `DELETE FROM password_resets WHERE secret_hash = $1 AND expires_at > $2 RETURNING owner_id`, hash, store.Micros(now)).Scan(&ownerID)
	if err != nil {
		return "", fmt.Errorf("use password reset: %w", err)
	}
	return ownerID, nil
}

func deleteReset(ctx context.Context, tx store.Tx, ownerID string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM password_resets WHERE owner_id = $1`, ownerID); err != nil {
		return fmt.Errorf("delete password reset: %w", err)
	}
	return nil
}

// markVerificationSent reports false when a link was sent after before.
func markVerificationSent(ctx context.Context, tx store.Tx, ownerID string, before time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE owners SET verification_sent_at = $2
		WHERE id = $1 AND (verification_sent_at IS NULL OR verification_sent_at <= $3)`,
		ownerID, store.Micros(tx.Now()), store.Micros(before))
	if err != nil {
		return false, fmt.Errorf("mark verification sent: %w", err)
	}
	return n > 0, nil
}

// markVerified reports false when the address was verified before.
func markVerified(ctx context.Context, tx store.Tx, ownerID string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE owners SET email_verified_at = $2 WHERE id = $1 AND email_verified_at IS NULL`,
		ownerID, store.Micros(tx.Now()))
	if err != nil {
		return false, fmt.Errorf("mark email verified: %w", err)
	}
	return n > 0, nil
}

// foundCredential is a credential with its owner.
type foundCredential struct {
	owner            Owner
	id               string
	expires, revoked *time.Time
}

var (
	foundOwner   = ownerColumns(func(f *foundCredential) *Owner { return &f.owner })
	foundColumns = slices.Concat(foundOwner, column.List[foundCredential]{
		column.Text("id", func(f *foundCredential) *string { return &f.id }),
		column.TimePtr("expires_at", func(f *foundCredential) **time.Time { return &f.expires }),
		column.TimePtr("revoked_at", func(f *foundCredential) **time.Time { return &f.revoked }),
	})
	selectBySession = `SELECT ` + foundOwner.Selected("o.") + `, s.id, s.expires_at, CAST(NULL AS BIGINT)
		FROM sessions s JOIN owners o ON o.id = s.owner_id WHERE s.secret_hash = $1`
	selectByToken = `SELECT ` + foundOwner.Selected("o.") + `, t.id, t.expires_at, t.revoked_at
		FROM owner_tokens t JOIN owners o ON o.id = t.owner_id WHERE t.secret_hash = $1`
)

func findBySession(ctx context.Context, q store.Querier, hash []byte) (foundCredential, error) {
	return findCredential(ctx, q, selectBySession, hash)
}

func findByToken(ctx context.Context, q store.Querier, hash []byte) (foundCredential, error) {
	return findCredential(ctx, q, selectByToken, hash)
}

func findCredential(ctx context.Context, q store.Querier, query string, hash []byte) (foundCredential, error) {
	f, err := foundColumns.Scan(q.QueryRow(ctx, query, hash))
	if err != nil {
		return foundCredential{}, fmt.Errorf("find credential: %w", err)
	}
	return f, nil
}

func insertSession(ctx context.Context, tx store.Tx, id, ownerID string, hash []byte, expires time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO sessions (id, owner_id, secret_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		id, ownerID, hash, store.Micros(tx.Now()), store.Micros(expires))
	if err != nil {
		return fmt.Errorf("insert session: %w", err)
	}
	return nil
}

// deleteOldSessions keeps the newest sessions of an owner; ids sort by time.
func deleteOldSessions(ctx context.Context, tx store.Tx, ownerID string, keep int) error {
	_, err := tx.Exec(ctx, `DELETE FROM sessions WHERE owner_id = $1 AND id <=
		(SELECT id FROM sessions WHERE owner_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)`, ownerID, keep)
	if err != nil {
		return fmt.Errorf("delete old sessions: %w", err)
	}
	return nil
}

// deleteSession ends a session and says whose it was, "" when there is none.
func deleteSession(ctx context.Context, tx store.Tx, hash []byte) (ownerID string, err error) {
	err = tx.QueryRow(ctx, `DELETE FROM sessions WHERE secret_hash = $1 RETURNING owner_id`, hash).Scan(&ownerID)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return "", fmt.Errorf("delete session: %w", err)
	}
	return ownerID, nil
}

func deleteOtherSessions(ctx context.Context, tx store.Tx, ownerID, keep string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE owner_id = $1 AND id <> $2`, ownerID, keep); err != nil {
		return fmt.Errorf("delete sessions: %w", err)
	}
	return nil
}

// deleteEnded deletes sessions and password resets that ended before
// sessionsBefore, and tokens that ended before tokensBefore.
func deleteEnded(ctx context.Context, tx store.Tx, sessionsBefore, tokensBefore time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE expires_at <= $1`, store.Micros(sessionsBefore)); err != nil {
		return fmt.Errorf("delete expired sessions: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM password_resets WHERE expires_at <= $1`, store.Micros(sessionsBefore)); err != nil {
		return fmt.Errorf("delete expired password resets: %w", err)
	}
	_, err := tx.Exec(ctx, `DELETE FROM owner_tokens WHERE revoked_at <= $1 OR expires_at <= $1`, store.Micros(tokensBefore))
	if err != nil {
		return fmt.Errorf("delete ended tokens: %w", err)
	}
	return nil
}

// tokens are the columns of an owner token but for its hash, which is only compared.
var tokens = column.List[Token]{
	column.Text("id", func(t *Token) *string { return &t.ID }),
	column.Text("name", func(t *Token) *string { return &t.Name }),
	column.Text("prefix", func(t *Token) *string { return &t.Prefix }),
	column.Time("created_at", func(t *Token) *time.Time { return &t.CreatedAt }),
	column.TimePtr("expires_at", func(t *Token) **time.Time { return &t.ExpiresAt }),
	column.TimePtr("last_used_at", func(t *Token) **time.Time { return &t.LastUsedAt }),
}

var (
	selectTokens   = `SELECT ` + tokens.Selected("") + ` FROM owner_tokens`
	insertTokenSQL = tokens.Insert("owner_tokens", "owner_id", "secret_hash")
)

func insertToken(ctx context.Context, tx store.Tx, ownerID string, t Token, hash []byte) error {
	_, err := tx.Exec(ctx, insertTokenSQL, append(tokens.Values(&t), ownerID, hash)...)
	if err != nil {
		return fmt.Errorf("insert token: %w", err)
	}
	return nil
}

// countTokens counts the owner's tokens that can still be used, and locks the
// owner, so that two calls at once do not both find room.
func countTokens(ctx context.Context, tx store.Tx, ownerID string) (int, error) {
	var id string
	if err := tx.QueryRow(ctx, `SELECT id FROM owners WHERE id = $1`+store.ForUpdate(tx), ownerID).Scan(&id); err != nil {
		return 0, fmt.Errorf("lock owner: %w", err)
	}
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM owner_tokens
		WHERE owner_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`,
		ownerID, store.Micros(tx.Now())).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count tokens: %w", err)
	}
	return n, nil
}

func listTokens(ctx context.Context, q store.Querier, ownerID string) ([]Token, error) {
	list, err := store.All(ctx, q, tokens.Scan, selectTokens+`
		WHERE owner_id = $1 AND revoked_at IS NULL ORDER BY id DESC`, ownerID)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return list, nil
}

// revokeToken reports whether the owner has the token, and whether it was live.
func revokeToken(ctx context.Context, tx store.Tx, ownerID, tokenID string) (found, revoked bool, err error) {
	n, err := tx.Exec(ctx, `UPDATE owner_tokens SET revoked_at = $3 WHERE id = $1 AND owner_id = $2 AND revoked_at IS NULL`,
		tokenID, ownerID, store.Micros(tx.Now()))
	if err != nil {
		return false, false, fmt.Errorf("revoke token: %w", err)
	}
	if n > 0 {
		return true, true, nil
	}
	var count int
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM owner_tokens WHERE id = $1 AND owner_id = $2`, tokenID, ownerID).Scan(&count)
	if err != nil {
		return false, false, fmt.Errorf("find token: %w", err)
	}
	return count > 0, false, nil
}

func revokeAllTokens(ctx context.Context, tx store.Tx, ownerID string) error {
	_, err := tx.Exec(ctx, `UPDATE owner_tokens SET revoked_at = $2 WHERE owner_id = $1 AND revoked_at IS NULL`, ownerID, store.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("revoke tokens: %w", err)
	}
	return nil
}

// updateLastUsed never moves a time back: another node may have written a later one.
func updateLastUsed(ctx context.Context, tx store.Tx, uses []credential.Use) error {
	for _, use := range uses {
		table := "owner_tokens"
		if strings.HasPrefix(use.ID, city.PrefixSession+"_") {
			table = "sessions"
		}
		_, err := tx.Exec(ctx, `UPDATE `+table+` SET last_used_at = $2
			WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)`, use.ID, store.Micros(use.At))
		if err != nil {
			return fmt.Errorf("record last use: %w", err)
		}
	}
	return nil
}
