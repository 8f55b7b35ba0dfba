package pricing

import (
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
)

// Model is a row of the price table.
type Model struct {
	ID                string // what a model's name must contain, in lower case: "claude-sonnet"
	Name              string // for people
	Tier              Tier
	InputCentsPerMTok int64  // cents for a million input tokens, rounded up
	Source            string // where the price was read
	Date              string // the day on which the source said so, YYYY-MM-DD
}

//go:embed models.csv
var modelsCSV string

// header is the first line of every price table.
var header = []string{"model", "name", "tier", "input_cents_per_mtok", "source", "date"}

// maxCentsPerMTok refuses prices that nobody can mean: $10,000 for a million tokens.
const maxCentsPerMTok = 1_000_000

// Table is the price table; the longest id that fits a model's name wins.
type Table struct{ models []Model }

// DefaultTable is the price table that ships with the city.
func DefaultTable() (*Table, error) { return ParseTable(modelsCSV) }

// LoadTable is the shipped table with the operator's rows over it; path is ""
// when there are none. A row with the id of a shipped one takes its place.
func LoadTable(path string) (*Table, error) {
	table, err := DefaultTable()
	if err != nil || path == "" {
		return table, err
	}
	text, err := os.ReadFile(path) //nolint:gosec // the operator names it
	if err != nil {
		return nil, fmt.Errorf("read model prices: %w", err)
	}
	own, err := ParseTable(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return table.with(own), nil
}

// with is t with the rows of own over it.
func (t *Table) with(own *Table) *Table {
	merged := &Table{models: t.Models()}
	for _, m := range own.models {
		if i := slices.IndexFunc(merged.models, func(old Model) bool { return old.ID == m.ID }); i >= 0 {
			merged.models[i] = m
			continue
		}
		merged.models = append(merged.models, m)
	}
	return merged
}

// ParseTable reads a price table: CSV with the header of models.csv, lines that
// begin with # left out. The error names every line that is wrong.
func ParseTable(text string) (*Table, error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))) // spreadsheets put a mark before it
	r.Comment, r.TrimLeadingSpace = '#', true
	first, err := r.Read()
	if errors.Is(err, io.EOF) || err == nil && !slices.Equal(first, header) {
		return nil, fmt.Errorf("read model prices: the first line must be %s", strings.Join(header, ","))
	}
	if err != nil {
		return nil, fmt.Errorf("read model prices: %w", err)
	}
	table, lines := &Table{}, map[string]int{}
	var wrong []error
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, csv.ErrFieldCount) {
			return nil, errors.Join(append(wrong, fmt.Errorf("read model prices: %w", err))...)
		}
		line, _ := r.FieldPos(0)
		m, err := parseRow(record)
		if before, twice := lines[m.ID]; err == nil && twice {
			err = fmt.Errorf("%s has a row already, in line %d", m.ID, before)
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("read model prices: line %d: %w", line, err))
			continue
		}
		lines[m.ID] = line
		table.models = append(table.models, m)
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return table, nil
}

func parseRow(record []string) (Model, error) {
	if len(record) != len(header) {
		return Model{}, fmt.Errorf("%d fields, want %d: %s", len(record), len(header), strings.Join(header, ","))
	}
	for i, field := range record {
		record[i] = strings.TrimSpace(field)
		if record[i] == "" {
			return Model{}, fmt.Errorf("%s is empty", header[i])
		}
	}
	m := Model{ID: strings.ToLower(record[0]), Name: record[1], Tier: Tier(record[2]), Source: record[4], Date: record[5]}
	if !slices.Contains([]Tier{Budget, Standard, Premium}, m.Tier) {
		return m, fmt.Errorf("%q is not a tier: %s, %s or %s", record[2], Budget, Standard, Premium)
	}
	price, err := strconv.ParseInt(record[3], 10, 64)
	if err != nil || price < 0 || price > maxCentsPerMTok {
		return m, fmt.Errorf("%q is not a price: whole cents for a million input tokens, 0 to %d", record[3], maxCentsPerMTok)
	}
	m.InputCentsPerMTok = price
	if _, err := time.Parse(time.DateOnly, m.Date); err != nil {
		return m, fmt.Errorf("%q is not a date like 2026-03-21", m.Date)
	}
	return m, nil
}

// Models lists the rows: the shipped ones in the file's order, then the operator's.
func (t *Table) Models() []Model { return slices.Clone(t.models) }

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
