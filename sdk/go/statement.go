package aicity

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Statement is a month of an owner's credits, or of an agent's wallet. Amounts
// are in cents.
type Statement struct {
	Month        string        `json:"month"` // 2026-11
	From         time.Time     `json:"from"`
	To           time.Time     `json:"to"` // the first instant after the month
	Opening      int64         `json:"opening"`
	Closing      int64         `json:"closing"`
	Currency     string        `json:"currency"`
	Transactions []Transaction `json:"transactions"` // oldest first
	Cut          bool          `json:"cut"`          // the oldest are left out, because there were too many; the CSV has all
}

// Statement returns a month, like 2026-11; "" is this one.
func (s *VaultService) Statement(ctx context.Context, month string) (*Statement, error) {
	return one[Statement](ctx, s.client, request{method: http.MethodGet, path: "/vault/statement", query: ofMonth(month), as: asOwner})
}

// AgentStatement returns a month of the wallet of one of the owner's agents.
// Errors: AGENT_NOT_FOUND.
func (s *VaultService) AgentStatement(ctx context.Context, agentID, month string) (*Statement, error) {
	query := ofMonth(month)
	setText(query, "agentId", agentID)
	return one[Statement](ctx, s.client, request{method: http.MethodGet, path: "/vault/statement", query: query, as: asOwner})
}

// StatementCSV returns what Statement does as a table for spreadsheets.
func (s *VaultService) StatementCSV(ctx context.Context, month string) ([]byte, error) {
	return s.statementCSV(ctx, ofMonth(month))
}

// AgentStatementCSV is StatementCSV of the wallet of one of the owner's agents.
func (s *VaultService) AgentStatementCSV(ctx context.Context, agentID, month string) ([]byte, error) {
	query := ofMonth(month)
	setText(query, "agentId", agentID)
	return s.statementCSV(ctx, query)
}

func (s *VaultService) statementCSV(ctx context.Context, query url.Values) ([]byte, error) {
	r := request{method: http.MethodGet, path: "/vault/statement.csv", query: query, as: asOwner, accept: "text/csv"}
	got, err := s.client.send(ctx, r)
	if err != nil {
		return nil, err
	}
	return got.body, nil
}

// WriteStatementCSV writes what AgentStatementCSV returns as it comes, however long
// it is; an agentID of "" is the owner's credits. The client's timeout is for the
// city's silence, not for how long to takes. It is not tried again: after an error
// to holds a part of it.
func (s *VaultService) WriteStatementCSV(ctx context.Context, to io.Writer, agentID, month string) error {
	query := ofMonth(month)
	setText(query, "agentId", agentID)
	r := request{method: http.MethodGet, path: "/vault/statement.csv", query: query, as: asOwner, accept: "text/csv"}
	header, err := s.client.headers(ctx, r)
	if err != nil {
		return err
	}
	alive, cancel := context.WithCancel(ctx)
	defer cancel()
	idle := time.AfterFunc(s.client.timeout, cancel)
	defer idle.Stop()
	res, err := s.client.open(alive, r, header, nil)
	if err != nil {
		return callerFirst(ctx, r, err)
	}
	defer func() { _ = res.Body.Close() }()
	body := &watched{Reader: res.Body, seen: func() { idle.Reset(s.client.timeout) }}
	if res.StatusCode >= 300 {
		text, err := readAll(body)
		if err != nil {
			return callerFirst(ctx, r, &NetworkError{Op: r.op(), Err: err})
		}
		return errorOf(r, res, text)
	}
	busy := &patient{Writer: to, before: func() { idle.Stop() }, after: func() { idle.Reset(s.client.timeout) }}
	_, err = io.Copy(busy, body)
	if busy.failed != nil {
		return fmt.Errorf("write the statement: %w", busy.failed)
	}
	if err != nil {
		return callerFirst(ctx, r, &NetworkError{Op: r.op(), Err: err})
	}
	return nil
}

// patient tells when a write begins and ends, and keeps why one failed.
type patient struct {
	io.Writer
	before, after func()
	failed        error
}

func (p *patient) Write(b []byte) (n int, err error) {
	p.before()
	defer p.after()
	n, p.failed = p.Writer.Write(b)
	return n, p.failed
}

func ofMonth(month string) url.Values {
	query := url.Values{}
	setText(query, "month", month)
	return query
}
