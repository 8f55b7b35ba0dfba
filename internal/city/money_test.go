package city

import (
	"math"
	"testing"
)

func TestCentsForPeople(t *testing.T) {
	t.Parallel()
	for c, want := range map[Cents]string{
		0: "$0.00", 5: "$0.05", -5: "-$0.05", 300: "$3.00", 99_999: "$999.99", 100_000: "$1,000.00", -1_250_000: "-$12,500.00",
		123_456_789_00: "$123,456,789.00", math.MaxInt64: "$92,233,720,368,547,758.07", math.MinInt64: "-$92,233,720,368,547,758.08",
	} {
		if got := c.String(); got != want {
			t.Errorf("%d cents are %s, want %s", int64(c), got, want)
		}
	}
}

// What is shown as an amount can be typed, in the shell and into pages.
func TestDollarsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]Cents{
		"12": 1200, "12.50": 1250, "12.5": 1250, "$12": 1200, "12,500": 1_250_000, "$1,234,567.89": 123_456_789, "0": 0, "0.05": 5,
		"999999999999.99": 99_999_999_999_999,
	} {
		if got, ok := ParseDollars(typed); !ok || got != want {
			t.Errorf("%q is read as %d cents (%v), want %d", typed, got, ok, want)
		}
	}
	for _, c := range []Cents{0, 5, 1250, 1_250_000, 99_999_999_999_999} {
		if got, ok := ParseDollars(c.String()); !ok || got != c {
			t.Errorf("%s is read as %d cents (%v)", c, got, ok)
		}
	}
	for _, typed := range []string{"", "$", ".5", "12.", "12,50", "1,2500", ",500", "12.345", "-3", "+3", "1e3", "0x10", " 5", "much", "1000000000000"} {
		if got, ok := ParseDollars(typed); ok {
			t.Errorf("%q is read as %d cents, and is no amount", typed, got)
		}
	}
}
