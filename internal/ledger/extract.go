package ledger

import (
	"context"
	"fmt"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// How much of an extract is in memory at once.
const (
	extractPiece = 2_000
	maxTail      = 20_000 // of what is not linked into the chain yet
)

// Extract is what happened to accounts, seen as one purse, in a stretch of time, to
// be read line by line however much it is.
type Extract struct {
	From, To time.Time // To is not in it
	Opening  city.Cents
	Closing  city.Cents // Opening, and after Lines the balance at the end
	UpTo     int64      // after Lines: the number up to which it goes

	ledger   *Ledger
	db       *store.DB
	accounts []Account
}

// Extract begins an extract; what was before it must be settled.
func (l *Ledger) Extract(ctx context.Context, db *store.DB, accounts []Account, from, to time.Time) (*Extract, error) {
	opening, err := l.BalanceAt(ctx, db.Read(), accounts, from)
	if err != nil {
		return nil, err
	}
	return &Extract{From: from, To: to, Opening: opening, Closing: opening, ledger: l, db: db, accounts: accounts}, nil
}

// Lines gives f every line, oldest first, and ends with its error. No transaction
// stays open meanwhile and nobody waits: up to the chain's head transfers come piece
// by piece, since nothing is put between them any more, and what is younger comes
// from one statement at the end. So the lines are all that was committed when that
// statement began, and nothing else.
func (e *Extract) Lines(ctx context.Context, f func(Line) error) error {
	take := func(records []Record) error {
		for _, r := range records {
			line := Line{Record: r, Change: r.changeOf(e.accounts)}
			e.Closing += line.Change
			line.Balance = e.Closing
			if err := f(line); err != nil {
				return err
			}
		}
		return nil
	}
	for {
		linked, _, err := head(ctx, e.db.Read())
		if err != nil {
			return fmt.Errorf("extract: %w", err)
		}
		if err := e.pieces(ctx, linked, take); err != nil {
			return err
		}
		var tail []Record
		if tail, err = e.tail(ctx); err != nil {
			return fmt.Errorf("extract: %w", err)
		}
		if len(tail) <= maxTail {
			if len(tail) > 0 {
				e.UpTo = tail[len(tail)-1].Seq
			}
			return take(tail)
		}
		if err := e.ledger.Chain(ctx, e.db); err != nil { // it is behind
			return err
		}
	}
}

// pieces takes what is above UpTo, up to the transfer linked, and moves UpTo there.
func (e *Extract) pieces(ctx context.Context, linked int64, take func([]Record) error) error {
	for e.UpTo < linked {
		stretch, err := e.nextStretch(ctx, (e.UpTo+1)>>15, linked>>15)
		if err != nil {
			return fmt.Errorf("extract: %w", err)
		}
		e.UpTo = max(e.UpTo, stretch<<15-1)
		end := min(linked, (stretch+1)<<15-1)
		piece, err := e.piece(ctx, stretch, end)
		if err != nil {
			return fmt.Errorf("extract: %w", err)
		}
		if err := take(piece); err != nil {
			return err
		}
		if e.UpTo = end; len(piece) == extractPiece {
			e.UpTo = piece[len(piece)-1].Seq
		}
	}
	return nil
}

// nextStretch is the first stretch from one to another in which the accounts have
// transfers; the other when there is none.
func (e *Extract) nextStretch(ctx context.Context, from, to int64) (stretch int64, err error) {
	sides, args := e.sides(`EXISTS (SELECT 1 FROM ledger_transfers WHERE seq >> 15 = stretch AND %s = $%d)`, " OR ", from, to)
	err = e.db.Read().QueryRow(ctx, `WITH RECURSIVE stretches (stretch) AS (SELECT CAST($1 AS BIGINT)
		UNION ALL SELECT stretch + 1 FROM stretches WHERE stretch < $2 AND NOT (`+sides+`))
		SELECT MAX(stretch) FROM stretches`, args...).Scan(&stretch)
	return stretch, err
}

// piece lists transfers of one stretch above UpTo, up to the number end.
func (e *Extract) piece(ctx context.Context, stretch, end int64) ([]Record, error) {
	sides, args := e.sides(`SELECT * FROM (SELECT * FROM ledger_transfers WHERE seq >> 15 = $1 AND %s = $%d
		AND seq > $2 AND seq <= $3 AND created_at >= $4 AND created_at < $5 ORDER BY seq LIMIT $6) side`, " UNION ",
		stretch, e.UpTo, end, store.Micros(e.From), store.Micros(e.To), extractPiece)
	return records(ctx, e.db.Read(), `SELECT `+recordColumns+` FROM (`+sides+`) lines ORDER BY seq LIMIT $6`, args...)
}

// tail lists the transfers above UpTo, at most one more than maxTail.
func (e *Extract) tail(ctx context.Context) ([]Record, error) {
	sides, args := e.sides(`SELECT * FROM ledger_by_account WHERE %s = $%d AND stretch_end > $1 AND seq > $1
		AND created_at >= $2 AND created_at < $3`, " UNION ", e.UpTo, store.Micros(e.From), store.Micros(e.To), maxTail+1)
	return records(ctx, e.db.Read(), `SELECT `+recordColumns+` FROM (`+sides+`) lines ORDER BY seq LIMIT $4`, args...)
}

// sides is a query for both sides of each account, joined, with its arguments: some
// and then the accounts. In the query %s is the side, %d the account's argument.
func (e *Extract) sides(query, join string, args ...any) (string, []any) {
	var all []string
	for _, a := range e.accounts {
		args = append(args, string(a))
		for _, side := range [...]string{"debit", "credit"} {
			all = append(all, fmt.Sprintf(query, side, len(args)))
		}
	}
	return strings.Join(all, join), args
}
