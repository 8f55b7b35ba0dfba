package pricing_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/pricing"
)

func table(t *testing.T) *pricing.Table {
	t.Helper()
	tb, err := pricing.DefaultTable()
	if err != nil {
		t.Fatal(err)
	}
	return tb
}

func TestTierRates(t *testing.T) {
	t.Parallel()
	for model, want := range map[string]city.Cents{
		"gemini-flash": 150, "gemini-2.5-flash-lite": 150, "claude-sonnet-4-6": 300, "gpt-4o": 300, "gpt-4o-mini-2024": 150,
		"claude-opus-4": 500, "anthropic/Claude-Opus-4": 500, "my-own-model": 300,
	} {
		if got := table(t).TierRate(model); got != want {
			t.Errorf("TierRate(%q) = %v, want %v", model, got, want)
		}
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		model        string
		base, budget city.Cents
		tokens       int64
		want         city.Cents
	}{
		{"small repository costs the base rate", "claude-sonnet-4-6", 300, 2000, 50_000, 300},
		{"large repository costs the estimate", "claude-sonnet-4-6", 300, 2000, 1_000_000, 900},
		{"the estimate is rounded up", "claude-sonnet-4-6", 1, 2000, 1, 1},
		{"never more than the budget", "claude-opus-4", 300, 800, 1_000_000, 800},
		{"an unknown model has no estimate", "my-own-model", 300, 2000, 1_000_000, 300},
		{"absurd sizes do not wrap", "claude-opus-4", 300, 2000, 1 << 62, 2000},
		{"negative sizes count as none", "claude-opus-4", 300, 2000, -5, 300},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := table(t).Quote(tt.model, tt.base, tt.tokens, tt.budget).ChargeCents; got != tt.want {
				t.Errorf("charge %v, want %v", got, tt.want)
			}
		})
	}
}

func TestFeeIsRoundedHalfUp(t *testing.T) {
	t.Parallel()
	for charge, want := range map[city.Cents]city.Cents{0: 0, 1: 0, 3: 0, 4: 1, 10: 2, 100: 15, 300: 45, 333: 50, 150: 23} {
		if got := pricing.Fee(charge, pricing.FeePercent); got != want {
			t.Errorf("Fee(%d) = %d, want %d", charge, got, want)
		}
	}
}
