package pricing_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/pricing"
)

// edgy draws an int64, the ends of the range and the steps of rounding more
// often than chance would.
func edgy(least int64) *rapid.Generator[int64] {
	near := rapid.SampledFrom([]int64{0, 100, 1_000_000, 1 << 31, 1 << 53, math.MaxInt64 / 100, math.MaxInt64})
	return rapid.Custom(func(t *rapid.T) int64 {
		if rapid.Bool().Draw(t, "anywhere") {
			return rapid.Int64Range(least, math.MaxInt64).Draw(t, "value")
		}
		at, off := near.Draw(t, "near"), rapid.Int64Range(-3, 3).Draw(t, "off")
		if off > 0 && at > math.MaxInt64-off {
			off = -off
		}
		return max(least, at+off)
	})
}

// oneModel is a table in which "m" has this price.
func oneModel(t *rapid.T, centsPerMTok int64) *pricing.Table {
	tb, err := pricing.ParseTable(head + fmt.Sprintf("m,M,standard,%d,here,2026-03-21\n", centsPerMTok))
	if err != nil {
		t.Fatal(err)
	}
	return tb
}

// exactEstimate is tokens × price × factor / 1,000,000, rounded up, with numbers
// that have no end; what fits no int64 is the largest one.
func exactEstimate(tokens, price int64) city.Cents {
	n := new(big.Int).Mul(big.NewInt(max(0, tokens)), big.NewInt(price*pricing.Factor))
	n.Add(n, big.NewInt(999_999)).Div(n, big.NewInt(1_000_000))
	if !n.IsInt64() {
		return math.MaxInt64
	}
	return city.Cents(n.Int64())
}

// The charge is never above the budget, never below zero, and exactly what the
// rule says, wherever in int64 its inputs lie.
func TestChargeIsExactAndBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		price := rapid.Int64Range(0, 1_000_000).Draw(t, "price")
		tokens, base, budget := edgy(math.MinInt64).Draw(t, "tokens"), edgy(math.MinInt64).Draw(t, "base"), edgy(math.MinInt64).Draw(t, "budget")
		q := oneModel(t, price).Quote("m", city.Cents(base), tokens, city.Cents(budget))
		if want := exactEstimate(tokens, price); q.EstimateCents != want {
			t.Fatalf("estimate %d, want %d", q.EstimateCents, want)
		}
		if q.ChargeCents < 0 || budget >= 0 && q.ChargeCents > city.Cents(budget) || budget < 0 && q.ChargeCents != 0 {
			t.Fatalf("charge %d with a budget of %d", q.ChargeCents, budget)
		}
		if want := max(0, min(city.Cents(budget), max(city.Cents(base), q.EstimateCents))); q.ChargeCents != want {
			t.Fatalf("charge %d, want %d", q.ChargeCents, want)
		}
	})
}

// More code, a dearer model, a higher rate or a larger budget never make a task
// cheaper.
func TestChargeIsMonotone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		low, high := [4]int64{}, [4]int64{}
		for i, name := range []string{"tokens", "base", "budget"} {
			a, b := edgy(0).Draw(t, name), edgy(0).Draw(t, name)
			low[i], high[i] = min(a, b), max(a, b)
		}
		a, b := rapid.Int64Range(0, 1_000_000).Draw(t, "price"), rapid.Int64Range(0, 1_000_000).Draw(t, "price")
		low[3], high[3] = min(a, b), max(a, b)
		charge := func(v [4]int64) city.Cents {
			return oneModel(t, v[3]).Quote("m", city.Cents(v[1]), v[0], city.Cents(v[2])).ChargeCents
		}
		for i := range low {
			up := low
			up[i] = high[i]
			if charge(up) < charge(low) {
				t.Fatalf("%v costs %d, %v costs %d", low, charge(low), up, charge(up))
			}
		}
	})
}

// The fee is the exact share, rounded half up, and the agent's part is never
// negative.
func TestFeeIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		charge, percent := edgy(0).Draw(t, "charge"), rapid.IntRange(0, 100).Draw(t, "percent")
		n := new(big.Int).Mul(big.NewInt(charge), big.NewInt(int64(percent)))
		want := n.Add(n, big.NewInt(50)).Div(n, big.NewInt(100)).Int64() // at most charge
		got := pricing.Fee(city.Cents(charge), percent)
		if got != city.Cents(want) || got < 0 || got > city.Cents(charge) {
			t.Fatalf("%d %% of %d is %d, want %d", percent, charge, got, want)
		}
	})
}

// Whatever a price table's text is, it is read or refused, and what is read can
// price a task.
func FuzzParseTable(f *testing.F) {
	f.Add(head + "x,X,budget,5,here,2026-03-21\n")
	f.Add(head + "\"x\ny\",X,premium,1000000,\"a, b\",2026-03-21\r\n# no row\n")
	f.Add("\ufeff" + head)
	f.Fuzz(func(t *testing.T, text string) {
		tb, err := pricing.ParseTable(text)
		if err != nil {
			return
		}
		for _, m := range tb.Models() {
			if m.ID == "" || m.InputCentsPerMTok < 0 || m.Source == "" || m.Date == "" {
				t.Fatalf("accepted %+v", m)
			}
			if c := tb.Quote(m.ID, 100, math.MaxInt64, 700).ChargeCents; c < 0 || c > 700 {
				t.Fatalf("%+v charges %d", m, c)
			}
		}
	})
}
