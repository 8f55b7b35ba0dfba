package ledger

import (
	"context"
	"fmt"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// PurseLine is a line of one of several purses.
type PurseLine struct {
	Line
	Purse int // which one, from 0
}

// Newest lists the newest transfers of several purses, newest first, each with the
// balance of its own purse; of one between two purses there is a line for each. None
// of the accounts may be hot.
func (l *Ledger) Newest(ctx context.Context, q store.Querier, purses [][]Account, limit int) ([]PurseLine, error) {
	var names []string
	var owners []int64
	for i, purse := range purses {
		for _, a := range purse {
			names, owners = append(names, string(a)), append(owners, int64(i))
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	mine, args := store.Many(q, 2, names, owners)
	rows, err := q.Query(ctx, `WITH RECURSIVE mine (name, purse) AS (SELECT column1, column2 FROM `+mine+` JOIN ledger_accounts ON name = column1), `+newestWalk+`
		SELECT `+recordColumns+`, purse, (SELECT CAST(COALESCE(SUM(a.credits_posted - a.debits_posted), 0) AS BIGINT)
			FROM mine every JOIN ledger_accounts a ON a.name = every.name WHERE every.purse = mine.purse)
		FROM walk JOIN ledger_transfers ON seq = place / 2 JOIN mine ON mine.name IN (debit, credit)
		WHERE (place & 1) = 1 ORDER BY seq DESC, purse`, append([]any{limit}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("newest transfers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var lines []PurseLine
	balances := map[int]city.Cents{} // of each purse before the lines so far
	for rows.Next() {
		var line PurseLine
		var posted city.Cents
		if line.Record, err = scanRecord(rows, &line.Purse, &posted); err != nil {
			return nil, fmt.Errorf("newest transfers: %w", err)
		}
		if n := len(lines); n > 0 && lines[n-1].Seq == line.Seq && lines[n-1].Purse == line.Purse {
			continue // it moved inside the purse
		}
		if _, known := balances[line.Purse]; !known {
			balances[line.Purse] = posted
		}
		line.Change, line.Balance = line.changeOf(purses[line.Purse]), balances[line.Purse]
		balances[line.Purse] -= line.Change
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("newest transfers: %w", err)
	}
	return lines, nil
}

// newestWalk is walk from the newest transfer on, for the accounts of a table mine.
var newestWalk = walk("newest + 1", "$1",
	`SELECT (`+walkSide("debit", "mine.name")+`) AS seq FROM mine`, `SELECT (`+walkSide("credit", "mine.name")+`) FROM mine`)
