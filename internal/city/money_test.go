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
