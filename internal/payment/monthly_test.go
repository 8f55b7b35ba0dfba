package payment_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
)

// A table has every movement of the month, and its balances lead from the opening to
// the closing one.
func TestMonthlyTable(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		for i, amount := range []city.Cents{700, 1300} {
			if _, _, err := b.TopUp(t.Context(), b.ann, amount, city.NewID("key")); err != nil {
				t.Fatal(i, err)
			}
		}
		table, err := b.MonthlyTable(t.Context(), b.ann, "")
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		if err := table.CSV(t.Context(), &text); err != nil {
			t.Fatal(err)
		}
		want := regexp.MustCompile(`^time,type,reference,amount_cents,balance_cents,currency,id
\d{4}-\d\d-01T00:00:00Z,opening,,,0,USD,
\d{4}-\d\d-[^,]+Z,top_up,top_\w+,700,700,USD,top_\w+/top_up
\d{4}-\d\d-[^,]+Z,top_up,top_\w+,1300,2000,USD,top_\w+/top_up
\d{4}-\d\d-01T00:00:00Z,closing,up to transfer \d+,,2000,USD,
$`)
		if !want.MatchString(text.String()) {
			t.Errorf("%s", text.String())
		}
		if err := table.CSV(t.Context(), broken{}); !errors.Is(err, errBroken) {
			t.Errorf("a reader that is gone: %v", err)
		}
		for _, month := range []string{"2026-13", "0000-01", "1969-12", "9999-12", "2026-1"} {
			_, err = b.MonthlyTable(t.Context(), b.ann, month)
			citytest.WantCode(t, month, err, city.CodeValidation)
			_, err = b.MonthlyStatement(t.Context(), b.ann, month)
			citytest.WantCode(t, month, err, city.CodeValidation)
		}
	})
}

var errBroken = errors.New("broken pipe")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }
