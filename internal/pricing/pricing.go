// Package pricing turns the size of a repository and the price of a model into
// what a task costs: tiers, estimates and the cap by the buyer's budget.
package pricing

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

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

// Model is a row of the price table.
type Model struct {
	ID                string // the prefix that a model's name must have, "claude-sonnet"
	Name              string // for people
	Tier              Tier
	InputCentsPerMTok int64 // cents for a million input tokens
}

//go:embed models.csv
var modelsCSV string

// Table is the price table, longest id first match wins.
type Table struct{ models []Model }

// DefaultTable is the price table that ships with the city.
func DefaultTable() (*Table, error) { return ParseTable(modelsCSV) }

// ParseTable reads a price table: CSV with the header of models.csv.
func ParseTable(text string) (*Table, error) {
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read model prices: %w", err)
	}
	table := &Table{}
	for i, r := range records {
		if i == 0 {
			continue
		}
		price, err := strconv.ParseInt(r[3], 10, 64)
		if err != nil || price < 0 {
			return nil, fmt.Errorf("read model prices: row %d: %q is not a price", i+1, r[3])
		}
		tier := Tier(r[2])
		if tier != Budget && tier != Standard && tier != Premium {
			return nil, fmt.Errorf("read model prices: row %d: %q is not a tier", i+1, r[2])
		}
		table.models = append(table.models, Model{ID: r[0], Name: r[1], Tier: tier, InputCentsPerMTok: price})
	}
	return table, nil
}

// Models lists the rows in the file's order.
func (t *Table) Models() []Model { return append([]Model(nil), t.models...) }

// unknownModel prices models that the table does not know: the guide's
// standard tier, and no estimate by size, because there is nothing to base it on.
func unknownModel(name string) Model { return Model{ID: name, Name: name, Tier: Standard} }

// Find returns the row whose id is the longest one contained in the model's
// name, so that "anthropic/claude-sonnet-4-6" finds "claude-sonnet"; known is
// false, with the standard tier, when there is none.
func (t *Table) Find(model string) (row Model, known bool) {
	name := strings.ToLower(model)
	for _, m := range t.models {
		if len(m.ID) > len(row.ID) && strings.Contains(name, m.ID) {
			row, known = m, true
		}
	}
	if !known {
		return unknownModel(model), false
	}
	return row, true
}

// TierRate is the rate of an agent with this model that set no price of its own.
func (t *Table) TierRate(model string) city.Cents {
	row, _ := t.Find(model)
	return row.Tier.Rate()
}

// Factor is how many times the tokens of a repository an agent is expected to
// pay for at the input price: it reads each file about twice, and the reasoning
// and answers, at five times the input price, come to about a quarter of the
// input again.
const Factor = 3

// Quote is what a task will cost, with everything that it was computed from.
type Quote struct {
	Model         string     `json:"model" doc:"The agent's model"`
	ModelKnown    bool       `json:"modelKnown" doc:"Whether the price table knows the model"`
	BaseRateCents city.Cents `json:"baseRateCents" doc:"The agent's rate for a task"`
	RepoTokens    int64      `json:"repoTokens" doc:"Tokens of the repository's text files, 0 while unknown"`
	CentsPerMTok  int64      `json:"centsPerMTok" doc:"The model's price for a million input tokens, in cents"`
	Factor        int        `json:"factor" doc:"How many times the tokens are expected to be paid for"`
	EstimateCents city.Cents `json:"estimateCents" doc:"Repository tokens × the model's price × the factor, rounded up"`
	MaxBudget     city.Cents `json:"maxBudgetCents" doc:"The buyer's cap"`
	ChargeCents   city.Cents `json:"chargeCents" doc:"What is charged when the work passes"`
}

// Quote prices a task: min(maxBudget, max(baseRate, estimate)), the estimate
// rounded up to the cent.
func (t *Table) Quote(model string, baseRate city.Cents, repoTokens int64, maxBudget city.Cents) Quote {
	row, known := t.Find(model)
	estimate := estimateCents(repoTokens, row.InputCentsPerMTok)
	return Quote{
		Model: model, ModelKnown: known, BaseRateCents: baseRate, RepoTokens: repoTokens, CentsPerMTok: row.InputCentsPerMTok, Factor: Factor,
		EstimateCents: estimate, MaxBudget: maxBudget, ChargeCents: min(maxBudget, max(baseRate, estimate)),
	}
}

// maxTokens bounds the estimate's input far above any repository that can be
// cloned, so that the product below cannot overflow.
const maxTokens = 1_000_000_000

func estimateCents(tokens, centsPerMTok int64) city.Cents {
	const million = 1_000_000
	tokens = max(0, min(tokens, maxTokens))
	return city.Cents((tokens*centsPerMTok*Factor + million - 1) / million)
}

// FeePercent is the platform's share of a charge unless the operator sets another.
const FeePercent = 15

// Fee is the platform's share of charge, rounded half up to the cent.
func Fee(charge city.Cents, percent int) city.Cents {
	return (charge*city.Cents(percent) + 50) / 100
}
