package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/pricing"
	"aicity.dev/aicity/internal/receipt"
	"aicity.dev/aicity/internal/task"
)

// priceView is a quote with everything it was computed from, as pages show it.
type priceView struct {
	Model                          string
	Known                          bool
	Rate, Estimate, Budget, Charge city.Cents
	Tokens, CentsPerMTok           int64
	Factor                         int
	Source, Date                   string // of the model's price
	Code, Sealed, Started          bool   // whether there is code, its exact size is not to be told, work began
	Size                           string // class of the code, "" until it is measured
}

func priceOf(q pricing.Quote) priceView {
	return priceView{
		Model: q.Model, Known: q.ModelKnown, Rate: q.BaseRateCents, Estimate: q.EstimateCents, Budget: q.MaxBudget, Charge: q.ChargeCents,
		Tokens: q.RepoTokens, CentsPerMTok: q.CentsPerMTok, Factor: q.Factor, Source: q.PriceSource, Date: q.PriceDate,
	}
}

func (s *site) pricingPage(w http.ResponseWriter, r *http.Request) error {
	f := s.frame(r, "Prices")
	f.Path = "/docs"
	return s.render(w, r, http.StatusOK, pricingView(f, s.Prices.Models()))
}

// buyerPrice is the price as the buyer of the task sees it.
func buyerPrice(t *task.Task) priceView {
	v := priceOf(t.Quote)
	v.Code, v.Started, v.Size = t.Source.Any(), t.StartedAt != nil, t.Size
	return v
}

// agentPrice is the price as the agent that has the task sees it.
func agentPrice(t task.AgentView) priceView {
	v := priceOf(t.Quote)
	v.Code, v.Started, v.Size, v.Sealed = t.HasRepo || t.HasCode, t.StartedAt != nil, t.SizeClass, t.Input.Redacted
	return v
}

// receiptPrice is the price that a receipt of the task was signed with.
func receiptPrice(p receipt.Price, t *task.Task) priceView {
	return priceView{
		Model: p.Model, Known: p.ModelKnown, Rate: p.BaseRateCents, Estimate: p.EstimateCents, Budget: p.MaxBudget, Charge: p.ChargeCents,
		Tokens: p.RepoTokens, CentsPerMTok: p.CentsPerMTok, Factor: p.Factor, Source: p.PriceSource, Date: p.PriceDate, Code: t.Source.Any(), Started: true, Size: t.Size,
	}
}

func (v priceView) measured() bool { return v.Size != "" || v.Tokens > 0 }

// sizeText says how much code there is, as exactly as may be told.
func (v priceView) sizeText() string {
	switch {
	case !v.Code:
		return "no code"
	case v.Tokens > 0:
		return thousands(v.Tokens) + " tokens"
	case v.Sealed && v.Size != "":
		return v.Size
	case v.measured():
		return "0 tokens"
	case v.Started:
		return "not measured"
	default:
		return "not measured yet"
	}
}

// estimateText says how the estimate comes about.
func (v priceView) estimateText() string {
	size := "tokens"
	if v.Tokens > 0 {
		size = thousands(v.Tokens)
	}
	return fmt.Sprintf("%s × %s a million × %d", size, city.Cents(v.CentsPerMTok), v.Factor)
}

// why says in a sentence what decides the price.
func (v priceView) why() string {
	switch {
	case v.Code && v.Known && !v.measured() && !v.Started:
		return "The code is measured when the agent opens its sandbox. Until work starts the quote can rise with its size, never above the budget; then it stands."
	case max(v.Rate, v.Estimate) > v.Budget:
		return "Capped by the budget."
	case v.Estimate > v.Rate:
		return "The estimate by size, which is above the agent's rate."
	case v.Code && !v.Known:
		return "The agent's rate: the price table does not know this model, so nothing is added for size."
	case v.Code && v.measured():
		return "The agent's rate: the estimate by size is not above it."
	default:
		return "The agent's rate."
	}
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// hostOf is what a person recognises of an address.
func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil {
		return strings.TrimPrefix(u.Host, "www.")
	}
	return address
}
