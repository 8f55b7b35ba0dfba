package pricing_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/pricing"
)

const head = "model,name,tier,input_cents_per_mtok,source,date\n"

func TestEveryShippedPriceHasASourceAndADate(t *testing.T) {
	t.Parallel()
	models := table(t).Models()
	if len(models) < 20 {
		t.Errorf("%d rows", len(models))
	}
	for _, m := range models {
		if m.Source == "" || m.Date == "" {
			t.Errorf("%+v", m)
		}
	}
}

func TestBadRowsAreNamed(t *testing.T) {
	t.Parallel()
	const good = "x,X,budget,5,here,2026-03-21\n"
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "the first line must be model,name,tier,input_cents_per_mtok,source,date"},
		{"another header", "model,name,tier,input_cents_per_mtok\n", "the first line must be"},
		{"no tier of ours", head + good + "y,Y,golden,5,here,2026-03-21\n", `line 3: "golden" is not a tier: budget, standard or premium`},
		{"a negative price", head + "y,Y,budget,-5,here,2026-03-21\n", `line 2: "-5" is not a price: whole cents`},
		{"dollars", head + "y,Y,budget,1.25,here,2026-03-21\n", `line 2: "1.25" is not a price`},
		{"a price past int64", head + "y,Y,budget,99999999999999999999,here,2026-03-21\n", "is not a price"},
		{"a price nobody means", head + "y,Y,budget,1000001,here,2026-03-21\n", "0 to 1000000"},
		{"no source", head + "y,Y,budget,5,,2026-03-21\n", "line 2: source is empty"},
		{"no model, which would fit all", head + " ,Y,budget,5,here,2026-03-21\n", "line 2: model is empty"},
		{"no day", head + "y,Y,budget,5,here,March\n", `line 2: "March" is not a date like 2026-03-21`},
		{"no such day", head + "y,Y,budget,5,here,2026-02-30\n", "is not a date"},
		{"too few fields", head + "y,Y\n" + good, "line 2: 2 fields, want 6: model,name"},
		{"twice", head + good + "X,X again,budget,6,here,2026-03-21\n", "line 3: x has a row already, in line 2"},
		{"an open quote", head + "\"y,Y,budget,5,here,2026-03-21\n", "read model prices"},
		{"two mistakes are both told", head + "y,Y,golden,5,here,2026-03-21\nz,Z,budget,x,here,2026-03-21\n", "line 3: \"x\" is not a price"},
	} {
		if _, err := pricing.ParseTable(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestOperatorsRowsLieOverTheShippedOnes(t *testing.T) {
	t.Parallel()
	shipped := table(t)
	file := filepath.Join(t.TempDir(), "models.csv")
	text := "\ufeff" + head + "# what we pay\nClaude-Sonnet, Our Sonnet, premium, 250, our contract, 2026-06-01\nhouse-model,House,budget,7,our own,2026-06-01\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := pricing.LoadTable(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(got.Models()); n != len(shipped.Models())+1 {
		t.Errorf("%d rows, want one more than %d", n, len(shipped.Models()))
	}
	want := pricing.Model{ID: "claude-sonnet", Name: "Our Sonnet", Tier: pricing.Premium, InputCentsPerMTok: 250, Source: "our contract", Date: "2026-06-01"}
	if m, known := got.Find("claude-sonnet-4-6"); !known || m != want {
		t.Errorf("%+v, %v", m, known)
	}
	if rate := got.TierRate("house-model-7b"); rate != 150 {
		t.Errorf("rate of a model that is the operator's: %s", rate)
	}
	q := got.Quote("claude-sonnet-4-6", 300, 1_000_000, 2000)
	if q.EstimateCents != 750 || q.ChargeCents != 750 || q.PriceSource != "our contract" || q.PriceDate != "2026-06-01" {
		t.Errorf("%+v", q)
	}
	if _, known := shipped.Find("house-model"); known {
		t.Error("the shipped table was changed")
	}
}

func TestLoadTableNamesTheFile(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "none.csv")
	if _, err := pricing.LoadTable(missing); err == nil || !strings.Contains(err.Error(), "none.csv") {
		t.Errorf("%v", err)
	}
	bad := filepath.Join(t.TempDir(), "bad.csv")
	if err := os.WriteFile(bad, []byte(head+"x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pricing.LoadTable(bad); err == nil || !strings.Contains(err.Error(), "bad.csv: read model prices: line 2: 1 fields") {
		t.Errorf("%v", err)
	}
	if got, err := pricing.LoadTable(""); err != nil || len(got.Models()) != len(table(t).Models()) {
		t.Errorf("%v", err)
	}
}

func TestUnknownModelCostsItsRate(t *testing.T) {
	t.Parallel()
	q := table(t).Quote("nobodys-model-9", 400, 10_000_000, 5000)
	if q.ModelKnown || q.CentsPerMTok != 0 || q.EstimateCents != 0 || q.ChargeCents != 400 || q.PriceSource != "" {
		t.Errorf("%+v", q)
	}
	if rate := table(t).TierRate("nobodys-model-9"); rate != city.Cents(300) {
		t.Errorf("rate %s", rate)
	}
}
