package aicity_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	aicity "aicity.dev/aicity/sdk/go"
)

// table answers with a body that the test writes, and that ends with the call.
type table struct {
	status int
	body   *io.PipeReader
}

func (t table) RoundTrip(r *http.Request) (*http.Response, error) {
	context.AfterFunc(r.Context(), func() { _ = t.body.CloseWithError(r.Context().Err()) })
	return &http.Response{StatusCode: t.status, Header: http.Header{}, Body: t.body, Request: r}, nil
}

// download writes a statement whose pieces are written by city.
func download(t *testing.T, status int, to io.Writer, city func(w *io.PipeWriter)) error {
	t.Helper()
	body, w := io.Pipe()
	go city(w)
	c := aicity.New(aicity.Options{OwnerToken: "o", Timeout: time.Second, HTTPClient: &http.Client{Transport: table{status, body}}})
	return c.Vault.WriteStatementCSV(t.Context(), to, "agt_1", "2026-11")
}

// slow takes a minute for each piece, or fails.
type slow struct {
	strings.Builder
	fail error
}

func (s *slow) Write(b []byte) (int, error) {
	time.Sleep(time.Minute)
	if s.fail != nil {
		return 0, s.fail
	}
	return s.Builder.Write(b)
}

// TestStatementIsWrittenAsItComes: the timeout is for the city's silence, and not
// for how long the writer takes.
func TestStatementIsWrittenAsItComes(t *testing.T) {
	t.Parallel()
	var network *aicity.NetworkError
	pieces := func(end error, texts ...string) func(*io.PipeWriter) {
		return func(w *io.PipeWriter) {
			for _, text := range texts {
				_, _ = io.WriteString(w, text)
			}
			_ = w.CloseWithError(end)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		var to slow
		if err := download(t, 200, &to, pieces(nil, "id\n", "txn_1\n")); err != nil || to.String() != "id\ntxn_1\n" {
			t.Errorf("a slow writer: %q, %v", to.String(), err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		silent := func(w *io.PipeWriter) { _, _ = io.WriteString(w, "id\n") }
		if err := download(t, 200, io.Discard, silent); !errors.As(err, &network) {
			t.Errorf("silence: %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("the disk is full")
		if err := download(t, 200, &slow{fail: full}, pieces(nil, "id\n")); !errors.Is(err, full) || errors.As(err, &network) {
			t.Errorf("a writer that fails: %v", err)
		}
		if err := download(t, 200, io.Discard, pieces(io.ErrUnexpectedEOF, "id\n")); !errors.As(err, &network) {
			t.Errorf("a table that breaks off: %v", err)
		}
		err := download(t, 404, io.Discard, pieces(nil, `{"success":false,"error":{"code":"AGENT_NOT_FOUND","message":"No."}}`))
		if known, ok := errors.AsType[*aicity.Error](err); !ok || known.Code != aicity.CodeAgentNotFound {
			t.Errorf("a refusal: %v", err)
		}
	})
}
