package payment_test

import (
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/payment"
)

// A table from which lines are left out says so, and its balances still lead from
// the opening to the closing one.
func TestCutTableSaysSo(t *testing.T) {
	t.Parallel()
	march := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	st := payment.Statement{
		Month: "2026-03", From: march, To: march.AddDate(0, 1, 0), Opening: 100, Closing: 470, Cut: true,
		Transactions: []payment.Transaction{{ID: "b", Type: "hold", Amount: -30, Balance: 470, Ref: "tsk_b", Currency: city.USD, CreatedAt: march}},
	}
	table, err := st.CSV()
	want := strings.Join([]string{
		"time,type,reference,amount_cents,balance_cents,currency,id",
		"2026-03-01T00:00:00Z,opening,,,100,USD,",
		`2026-03-01T00:00:00Z,movements_left_out,"the oldest, only the newest 50000 follow",,500,USD,`,
		"2026-03-01T00:00:00Z,hold,tsk_b,-30,470,USD,b",
		"2026-04-01T00:00:00Z,closing,,,470,USD,", "",
	}, "\n")
	if err != nil || string(table) != want {
		t.Errorf("%v\n%s", err, table)
	}
}
