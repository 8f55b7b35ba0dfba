package ledger

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"aicity.dev/aicity/internal/store"
)

// Route is where transfers of a kind move from and to. Both sides are SQL texts
// over o, the row that the transfer belongs to; one with a % is a LIKE pattern.
type Route struct {
	Kind, Debit, Credit string
	Phase               Phase // Posted when it is empty
}

// AccountSQL is the account of a row, in SQL over the column that has the id it is
// made of.
func AccountSQL(of func(id string) Account, column string) string {
	return "'" + string(of("' || "+column+" || '")) + "'"
}

// SumsSQL selects what was moved by each kind of transfer, as hold_sum for "hold".
func SumsSQL[K ~string](kinds ...K) string {
	text := ""
	for _, kind := range kinds {
		text += fmt.Sprintf(", CAST(SUM(CASE WHEN kind = '%[1]s' THEN amount ELSE 0 END) AS BIGINT) AS %[1]s_sum", kind)
	}
	return text
}

// condition is that a transfer t moves on the route.
func (r Route) condition() string {
	side := func(column, want string) string {
		if strings.Contains(want, "%") {
			return column + " LIKE " + want
		}
		return column + " = " + want
	}
	return fmt.Sprintf("(t.kind = '%s' AND t.phase = '%s' AND %s AND %s)", r.Kind, cmp.Or(r.Phase, Posted), side("t.debit", r.Debit), side("t.credit", r.Credit))
}

// VerifyRoutes looks at the transfers that belong to the rows of a table (their
// ref is its id) and names those that move on none of its routes: their sums may
// be right and the money with somebody else.
func VerifyRoutes(ctx context.Context, q store.Querier, table string, routes []Route, offence func(format string, args ...any)) error {
	conditions := make([]string, len(routes))
	for i, r := range routes {
		conditions[i] = r.condition()
	}
	return verifyTransfers(ctx, q, table+` o JOIN ledger_transfers t ON t.ref = o.id
		WHERE NOT (`+strings.Join(conditions, " OR ")+`)`,
		"it moves on a way that does not fit what it belongs to", offence)
}

// VerifyOwned names those transfers that belong to no row of any of the tables;
// which is a condition on a transfer t, in SQL.
func VerifyOwned(ctx context.Context, q store.Querier, which string, tables []string, offence func(format string, args ...any)) error {
	text := `ledger_transfers t`
	missing := []string{which}
	for _, table := range tables {
		text += fmt.Sprintf(` LEFT JOIN %[1]s ON %[1]s.id = t.ref`, table)
		missing = append(missing, table+`.id IS NULL`)
	}
	return verifyTransfers(ctx, q, text+` WHERE `+strings.Join(missing, " AND "), "what it belongs to does not exist", offence)
}

func verifyTransfers(ctx context.Context, q store.Querier, from, what string, offence func(format string, args ...any)) error {
	rows, err := q.Query(ctx, `SELECT t.id, t.kind, t.debit, t.credit, t.ref FROM `+from+` ORDER BY t.seq LIMIT $1`, maxOffences)
	if err != nil {
		return fmt.Errorf("verify transfers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, kind, debit, credit, ref string
		if err := rows.Scan(&id, &kind, &debit, &credit, &ref); err != nil {
			return fmt.Errorf("verify transfers: %w", err)
		}
		offence("transfer %s: %s (%s from %s to %s, for %q)", id, what, kind, debit, credit, ref)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("verify transfers: %w", err)
	}
	return nil
}
