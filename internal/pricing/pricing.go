// Package pricing turns the size of a repository and the price of a model into
// what a task costs: tiers, estimates and the cap by the buyer's budget.
package pricing

import (
	"math"
	"math/bits"

	"aicity.dev/aicity/internal/city"
)

// Tier is a class of models with a usual price.
type Tier string

// The tiers of the guide with their usual rates.
const (
	Budget   Tier = "budget"   // $1.50
	Standard Tier = "standard" // $3.00
	Premium  Tier = "premium"  // $5.00
)

// Rate is what a task costs when the agent has set no price.
func (t Tier) Rate() city.Cents {
	switch t {
	case Budget:
		return 150
	case Premium:
		return 500
	default:
		return 300
	}
}

// Factor is how many times the tokens of a repository an agent is expected to
// pay for at the input price: it reads each file about twice, and writes about a
// fifth as many tokens as there are, at five times the input price.
const Factor = 3

// Quote is what a task will cost, with everything that it was computed from.
type Quote struct {
	Model         string     `json:"model" doc:"The agent's model"`
	ModelKnown    bool       `json:"modelKnown" doc:"Whether the price table knows the model; without it there is no estimate by size"`
	BaseRateCents city.Cents `json:"baseRateCents" doc:"The agent's rate for a task"`
	RepoTokens    int64      `json:"repoTokens,omitempty" doc:"Tokens of the text files that people wrote; absent until the code is fetched for the agent's sandbox, and for the agent until it commits"`
	CentsPerMTok  int64      `json:"centsPerMTok" doc:"The model's price for a million input tokens, in cents"`
	PriceSource   string     `json:"priceSource,omitempty" doc:"Where the model's price was read"`
	PriceDate     string     `json:"priceDate,omitempty" doc:"The day of that price, YYYY-MM-DD"`
	Factor        int        `json:"factor" doc:"How many times the tokens are expected to be paid for"`
	EstimateCents city.Cents `json:"estimateCents,omitempty" doc:"Repository tokens × the model's price × the factor, rounded up; absent while the code is not measured, without code, and for a model without a price"`
	MaxBudget     city.Cents `json:"maxBudgetCents" doc:"The buyer's cap"`
	ChargeCents   city.Cents `json:"chargeCents" doc:"What is charged when the work passes: the larger of rate and estimate, at most the cap"`
}

// Quote prices a task: min(maxBudget, max(baseRate, estimate)), the estimate
// rounded up to the cent, and never less than nothing.
func (t *Table) Quote(model string, baseRate city.Cents, repoTokens int64, maxBudget city.Cents) Quote {
	row, known := t.Find(model)
	estimate := estimateCents(repoTokens, row.InputCentsPerMTok)
	return Quote{
		Model: model, ModelKnown: known, BaseRateCents: baseRate, RepoTokens: repoTokens, CentsPerMTok: row.InputCentsPerMTok,
		PriceSource: row.Source, PriceDate: row.Date, Factor: Factor,
		EstimateCents: estimate, MaxBudget: maxBudget, ChargeCents: max(0, min(maxBudget, max(baseRate, estimate))),
	}
}

// estimateCents is tokens × centsPerMTok × Factor / 1,000,000, rounded up. The
// product is taken in 128 bits, so no size of a repository makes it wrap; what
// no int64 can hold is the largest one, which every budget caps.
func estimateCents(tokens, centsPerMTok int64) city.Cents {
	const million = 1_000_000
	if tokens <= 0 || centsPerMTok <= 0 {
		return 0
	}
	high, low := bits.Mul64(uint64(tokens), uint64(min(centsPerMTok, maxCentsPerMTok)*Factor))
	low, carry := bits.Add64(low, million-1, 0)
	high += carry
	if high >= million { // the quotient needs more than 64 bits
		return math.MaxInt64
	}
	cents, _ := bits.Div64(high, low, million)
	return city.Cents(min(cents, math.MaxInt64))
}

// FeePercent is the platform's share of a charge unless the operator sets another.
const FeePercent = 15

// Fee is the platform's share of charge, rounded half up to the cent; percent
// is 0 to 100. Whole dollars are taken apart from the rest, so that nothing wraps.
func Fee(charge city.Cents, percent int) city.Cents {
	p := city.Cents(percent)
	return charge/100*p + (charge%100*p+50)/100
}
