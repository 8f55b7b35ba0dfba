package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"aicity.dev/aicity/internal/city"
)

// StatementView is a month of a buyer's credits or an agent's wallet.
type StatementView struct {
	Month        string            `json:"month" example:"2026-11" doc:"The month, YYYY-MM"`
	From         time.Time         `json:"from" doc:"The first instant of the month"`
	To           time.Time         `json:"to" doc:"The first instant after the month"`
	Opening      city.Cents        `json:"opening" doc:"Balance before the month, in cents"`
	Closing      city.Cents        `json:"closing" doc:"Balance at its end, or now"`
	Currency     string            `json:"currency"`
	Transactions []TransactionView `json:"transactions" doc:"Oldest first"`
	Cut          bool              `json:"cut,omitempty" doc:"The oldest are left out, because there were more than 50,000; GET /vault/statement.csv has them all"`
}

// MonthQuery names a month, and whose.
type MonthQuery struct {
	AgentID string `query:"agentId" doc:"For an owner: the wallet of this agent of yours; your credits without it"`

	Month string `query:"month" doc:"A month like 2026-11, in UTC; this one without it"`
}

func (s *server) registerStatements() {
	add(s, route{method: http.MethodGet, path: "/vault/statement", id: "getMonthlyStatement", tag: "Vault", who: byAnyone,
		summary: "A month of your credits, or of an agent's wallet"}, s.getMonthlyStatement)
	add(s, route{method: http.MethodGet, path: "/vault/statement.csv", id: "downloadMonthlyStatement", tag: "Vault", who: byAnyone,
		summary: "The same as a table for spreadsheets, whole however long it is"}, s.downloadMonthlyStatement)
}

// whosever has a month read of what the caller means: the agent's own wallet, that
// of one of the owner's agents, or the owner's credits.
func whosever[T any](ctx context.Context, s *server, in *MonthQuery, credits, wallet func(ctx context.Context, id, month string) (T, error)) (T, error) {
	c := callerOf(ctx)
	if c.agent != nil {
		return wallet(ctx, c.agent.ID, in.Month)
	}
	if in.AgentID == "" {
		return credits(ctx, c.owner.ID, in.Month)
	}
	a, err := s.Agents.FindOwned(ctx, c.owner.ID, in.AgentID)
	if err != nil {
		var none T
		return none, err
	}
	return wallet(ctx, a.ID, in.Month)
}

func (s *server) getMonthlyStatement(ctx context.Context, in *MonthQuery) (*Out[StatementView], error) {
	st, err := whosever(ctx, s, in, s.Payments.MonthlyStatement, s.Payments.AgentMonthlyStatement)
	if err != nil {
		return nil, err
	}
	view := StatementView{Month: st.Month, From: st.From, To: st.To, Opening: st.Opening, Closing: st.Closing, Currency: city.USD, Cut: st.Cut, Transactions: []TransactionView{}}
	for _, t := range st.Transactions {
		view.Transactions = append(view.Transactions, TransactionView(t))
	}
	return ok(view), nil
}

func (s *server) downloadMonthlyStatement(ctx context.Context, in *MonthQuery) (*huma.StreamResponse, error) {
	table, err := whosever(ctx, s, in, s.Payments.MonthlyTable, s.Payments.AgentMonthlyTable)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hctx huma.Context) {
		hctx.SetHeader("Content-Type", "text/csv; charset=utf-8")
		hctx.SetHeader("Content-Disposition", `attachment; filename="`+table.Filename()+`"`)
		if err := table.CSV(hctx.Context(), hctx.BodyWriter()); err != nil {
			s.Logger.WarnContext(hctx.Context(), "a statement was not sent whole", "error", err)
			panic(http.ErrAbortHandler) // or a part of it would pass for the whole
		}
	}}, nil
}
