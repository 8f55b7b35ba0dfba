package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"aicity.dev/aicity/internal/store"
)

// The chain makes a later change of any transfer visible: each link is the
// SHA-256 over a transfer's content and the link before it. It is made behind
// the transfers, in the order of their numbers, so that no two transfers ever
// wait for each other's hash.

// chainBatch is how many transfers one transaction links.
const chainBatch = 1000

// Chain links the transfers that are committed for good and have no link yet.
// It may run at any time, also twice.
func (l *Ledger) Chain(ctx context.Context, db *store.DB) error {
	upTo, err := settledUpTo(ctx, db)
	if err != nil {
		return fmt.Errorf("chain: %w", err)
	}
	for more := true; more; {
		err := db.InTx(ctx, func(ctx context.Context, tx store.Tx) (err error) {
			more, err = chainSome(ctx, tx, upTo)
			return err
		})
		// Another node was faster: what it linked is linked.
		if err != nil && !store.IsUnique(err, "ledger_chain", "seq") {
			return fmt.Errorf("chain: %w", err)
		}
	}
	return nil
}

func chainSome(ctx context.Context, tx store.Tx, upTo int64) (more bool, err error) {
	seq, link, err := head(ctx, tx)
	if err != nil {
		return false, err
	}
	records, err := after(ctx, tx, seq, upTo)
	if err != nil {
		return false, err
	}
	for chunk := range slices.Chunk(records, insertChunk) {
		seqs, links := make([]int64, len(chunk)), make([][]byte, len(chunk))
		for i, r := range chunk {
			link = next(link, r)
			seqs[i], links[i] = r.Seq, link
		}
		query, args := store.InsertMany(tx, `ledger_chain (seq, hash)`, seqs, links)
		if _, err := tx.Exec(ctx, query, args...); err != nil {
			return false, fmt.Errorf("insert links: %w", err)
		}
	}
	return len(records) == chainBatch, nil
}

// head is the last link; nothing before the first.
func head(ctx context.Context, q store.Querier) (seq int64, link []byte, err error) {
	err = q.QueryRow(ctx, `SELECT seq, hash FROM ledger_chain ORDER BY seq DESC LIMIT 1`).Scan(&seq, &link)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return 0, nil, fmt.Errorf("read the chain's head: %w", err)
	}
	return seq, link, nil
}

// after lists transfers in the order of their numbers.
func after(ctx context.Context, q store.Querier, seq, upTo int64) ([]Record, error) {
	list, err := records(ctx, q, `SELECT `+recordColumns+` FROM ledger_transfers WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`,
		seq, upTo, chainBatch)
	if err != nil {
		return nil, fmt.Errorf("list transfers: %w", err)
	}
	return list, nil
}

// next is the link of r behind link. Each field goes in with its length, so
// that no two contents give the same bytes.
func next(link []byte, r Record) []byte {
	h := sha256.New()
	number := func(n int64) { _ = binary.Write(h, binary.BigEndian, n) }
	text := func(s string) {
		number(int64(len(s)))
		_, _ = h.Write([]byte(s))
	}
	text(string(link))
	number(r.Seq)
	for _, s := range []string{r.ID, string(r.Debit), string(r.Credit), r.Kind, r.Ref, string(r.Phase), r.PendingID} {
		text(s)
	}
	number(int64(r.Amount))
	number(store.Micros(r.At))
	return h.Sum(nil)
}

// verifyChain recomputes every link, and names the first transfer that was
// changed, taken out or put in between after it was linked.
func verifyChain(ctx context.Context, q store.Querier, r *Report) error {
	last, link, err := head(ctx, q)
	if err != nil {
		return err
	}
	r.Head = hex.EncodeToString(link)
	rows, err := q.Query(ctx, `SELECT c.seq, t.seq, t.id, t.debit, t.credit, t.amount, t.kind, t.ref, t.phase, COALESCE(t.pending_id, ''),
		t.created_at, c.hash FROM ledger_transfers t LEFT JOIN ledger_chain c ON c.seq = t.seq WHERE t.seq <= $1 ORDER BY t.seq`, last)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	link = nil
	for rows.Next() {
		var linked *int64
		var t Record
		var at int64
		var hash []byte
		err := rows.Scan(&linked, &t.Seq, &t.ID, &t.Debit, &t.Credit, &t.Amount, &t.Kind, &t.Ref, &t.Phase, &t.PendingID, &at, &hash)
		if err != nil {
			return err
		}
		t.At = store.FromMicros(at)
		if linked == nil {
			r.add("transfer %s: it was put between older ones", t.ID)
			return nil
		}
		if link = next(link, t); string(link) != string(hash) {
			r.add("transfer %s: it, or the one before it, is not what was linked into the chain", t.ID)
			return nil
		}
		r.Linked++
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return verifyTail(ctx, q, last, r)
}

// verifyTail finds links whose transfers are gone from the chain's end.
func verifyTail(ctx context.Context, q store.Querier, last int64, r *Report) error {
	var gone int64
	err := q.QueryRow(ctx, `SELECT c.seq FROM ledger_chain c LEFT JOIN ledger_transfers t ON t.seq = c.seq
		WHERE c.seq <= $1 AND t.seq IS NULL ORDER BY c.seq LIMIT 1`, last).Scan(&gone)
	if errors.Is(err, store.ErrNoRows) {
		return nil
	}
	if err == nil {
		r.add("transfer number %d: it was linked into the chain and is gone", gone)
	}
	return err
}
