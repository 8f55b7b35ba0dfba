package httpapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// A month's statement begins and ends with the balance, and says the same as a table.
func TestMonthlyStatement(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agent := l.Agent(t, "research")
		l.passed(t, agent)
		type statement struct {
			Data struct {
				Opening, Closing int64
				Transactions     []struct {
					Type            string
					Amount, Balance int64
				}
			}
		}
		read := func(v *visitor, path string) (got statement, raw string) {
			t.Helper()
			answer := v.call(t, get, path, "")
			if answer.status != http.StatusOK {
				t.Fatalf("%s: %d %s", path, answer.status, answer.body)
			}
			_ = json.Unmarshal(answer.body, &got) // a table is none
			return got, string(answer.body)
		}
		buyer, worker := asOwner(l.Server, l.buyer), asAgent(l.Server, agent)
		got, _ := read(buyer, "/vault/statement")
		if d := got.Data; d.Opening != 0 || d.Closing != 4_700 || len(d.Transactions) != 3 || d.Transactions[0].Amount != 5_000 || d.Transactions[2].Balance != 4_700 {
			t.Errorf("the buyer's month: %+v", d)
		}
		got, _ = read(worker, "/vault/statement")
		if d := got.Data; d.Closing != 255 || len(d.Transactions) != 1 || d.Transactions[0].Type != "earn" {
			t.Errorf("the agent's month: %+v", d)
		}
		owner := asOwner(l.Server, agent.Owner)
		if got, _ := read(owner, "/vault/statement?agentId="+agent.ID); got.Data.Closing != 255 || len(got.Data.Transactions) != 1 {
			t.Errorf("the agent's month for its owner: %+v", got.Data)
		}
		if _, table := read(owner, "/vault/statement.csv?agentId="+agent.ID); !strings.Contains(table, ",earn,tsk_") || !strings.HasSuffix(strings.TrimSpace(table), ",255,USD,") || !strings.Contains(table, ",closing,up to transfer ") {
			t.Errorf("its table:\n%s", table)
		}
		if got, _ := read(buyer, "/vault/statement?month=2020-02"); got.Data.Closing != 0 || len(got.Data.Transactions) != 0 {
			t.Errorf("a month before: %+v", got)
		}
		_, table := read(buyer, "/vault/statement.csv")
		lines := strings.Split(strings.TrimSpace(table), "\n")
		if len(lines) != 6 || !strings.HasPrefix(lines[0], "time,type,reference,amount_cents") || !strings.Contains(lines[2], ",top_up,top_") ||
			!strings.HasSuffix(lines[5], ",4700,USD,") || !strings.Contains(lines[5], ",closing,up to transfer ") {
			t.Errorf("the table:\n%s", table)
		}
		if bad := buyer.call(t, get, "/vault/statement?month=yesterday", ""); bad.status != http.StatusBadRequest {
			t.Errorf("not a month: %d %s", bad.status, bad.body)
		}
	})
}
