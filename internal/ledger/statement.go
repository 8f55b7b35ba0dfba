package ledger

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// Line is one transfer on a statement of one or several accounts, seen as one purse.
type Line struct {
	Record
	Change  city.Cents // what the transfer did to the purse: > 0 came in, 0 moved inside or is only set aside
	Balance city.Cents // what was posted in the purse afterwards
}

// Page is a part of a statement, newest line first.
type Page struct {
	Lines []Line
	Next  string // cursor of the page after, "" on the last
}

// Statement pages through the transfers of accounts, newest first, from cursor
// ("" for the newest; else Page.Next). A limit of 0 is 50, the most is 200.
// Every page costs the same, however deep: the cursor carries the balance on.
// Errors: VALIDATION_ERROR for a cursor that is none.
func (l *Ledger) Statement(ctx context.Context, q store.Querier, accounts []Account, cursor string, limit int) (Page, error) {
	if len(accounts) == 0 {
		return Page{}, nil
	}
	from := position{seq: math.MaxInt64}
	if cursor != "" {
		var ok bool
		if from, ok = parseCursor(cursor); !ok {
			return Page{}, city.NotACursor()
		}
	}
	limit = store.PageLimit(limit)
	lines, opening, err := statementLines(ctx, q, accounts, from.seq, limit+1)
	if err != nil {
		return Page{}, fmt.Errorf("statement: %w", err)
	}
	if cursor != "" {
		opening = from.balance
	}
	for i := range lines {
		lines[i].Balance = opening
		opening -= lines[i].Change
	}
	if len(lines) <= limit {
		return Page{Lines: lines}, nil
	}
	last := lines[limit-1]
	return Page{Lines: lines[:limit], Next: position{seq: last.Seq, balance: last.Balance - last.Change}.String()}, nil
}

// walk is a table of the numbers of the newest transfers below one, at most limit,
// of the accounts whose sides are queries. It goes from one to the next, and where a
// stretch has no more of them to the beginning of the stretch, which makes no line.
// place is twice the number, and one more where it is a line's; lines are those
// before it.
func walk(below, limit string, sides ...string) string {
	return `walk (place, lines) AS (
	SELECT 2 * (` + below + `), CAST(0 AS BIGINT) FROM (SELECT COALESCE(MAX(seq), 0) AS newest FROM ledger_transfers) there
	UNION ALL SELECT COALESCE(2 * (SELECT MAX(seq) FROM (` + strings.Join(sides, " UNION ALL ") + `) sides) + 1, 2 * (((place / 2 - 1) >> 15) << 15)), lines + (place & 1)
		FROM walk WHERE place > 1 AND lines + (place & 1) < ` + limit + `)`
}

// walkSide is the next transfer on one side of an account in the stretch where the
// walk is. PostgreSQL is not to plan for the name each time: planning takes longer
// than the walk.
func walkSide(side, account string) string {
	return fmt.Sprintf(`SELECT MAX(seq) AS seq FROM ledger_transfers WHERE seq >> 15 = (place / 2 - 1) >> 15 AND %s = (SELECT CAST(%s AS TEXT))
		AND seq >= ((place / 2 - 1) >> 15) << 15 AND seq < place / 2`, side, account)
}

// statementLines reads up to limit lines below seq, and the purse's posted
// balance in the same statement, so that both are of one moment.
func statementLines(ctx context.Context, q store.Querier, accounts []Account, seq int64, limit int) ([]Line, city.Cents, error) {
	args := []any{seq, limit}
	var sides, sums []string
	for _, a := range accounts {
		args = append(args, string(a))
		name := fmt.Sprintf("$%d", len(args))
		sides = append(sides, walkSide("debit", name), walkSide("credit", name))
		sums = append(sums, fmt.Sprintf(`COALESCE((%s), 0)`, postedSQL(a, name)))
	}
	rows, err := q.Query(ctx, `WITH RECURSIVE `+walk(`CASE WHEN newest < $1 THEN newest + 1 ELSE CAST($1 AS BIGINT) END`, "$2", sides...)+`
		SELECT `+recordColumns+`, CAST(`+strings.Join(sums, " + ")+` AS BIGINT)
		FROM walk JOIN ledger_transfers ON seq = place / 2 WHERE (place & 1) = 1 ORDER BY seq DESC`, args...)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = rows.Close() }()
	var lines []Line
	var posted city.Cents
	for rows.Next() {
		record, err := scanRecord(rows, &posted)
		if err != nil {
			return nil, 0, err
		}
		lines = append(lines, Line{Record: record, Change: record.changeOf(accounts)})
	}
	return lines, posted, rows.Err()
}

// postedSQL is a query for the posted balance of one account.
func postedSQL(a Account, placeholder string) string {
	if a.Hot() {
		return `SELECT credits - debits FROM (` + fmt.Sprintf(hotSums, placeholder) + `) sums`
	}
	return `SELECT credits_posted - debits_posted FROM ledger_accounts WHERE name = ` + placeholder
}

// changeOf is what the transfer did to what was posted in accounts together.
func (r Record) changeOf(accounts []Account) city.Cents {
	var change city.Cents
	if !r.Moves() {
		return 0
	}
	if slices.Contains(accounts, r.Credit) {
		change += r.Amount
	}
	if slices.Contains(accounts, r.Debit) {
		change -= r.Amount
	}
	return change
}

// position is where a page ends: below which transfer, and the balance there.
type position struct {
	seq     int64
	balance city.Cents
}

func (p position) String() string { return fmt.Sprintf("%d.%d", p.seq, p.balance) }

func parseCursor(text string) (position, bool) {
	seqText, balanceText, ok := strings.Cut(text, ".")
	if !ok {
		return position{}, false
	}
	seq, err := strconv.ParseInt(seqText, 10, 64)
	if err != nil || seq <= 0 {
		return position{}, false
	}
	balance, err := strconv.ParseInt(balanceText, 10, 64)
	return position{seq: seq, balance: city.Cents(balance)}, err == nil
}

// byRef finds the transfers of $1: most ids are the ref and what the transfer is
// for, and ref is indexed for the others only.
const byRef = `SELECT * FROM ledger_transfers WHERE id >= $1 AND id < $1 || '0' AND ref = $1
	UNION SELECT * FROM ledger_transfers WHERE ref = $1 AND id <> ref AND substr(id, 1, length(ref) + 1) <> ref || '/'`

// ByRef lists the transfers of a task, top-up or payout, oldest first.
func (l *Ledger) ByRef(ctx context.Context, q store.Querier, ref string) ([]Record, error) {
	list, err := records(ctx, q, `SELECT `+recordColumns+` FROM (`+byRef+`) list ORDER BY seq`, ref)
	if err != nil {
		return nil, fmt.Errorf("list transfers: %w", err)
	}
	return list, nil
}
