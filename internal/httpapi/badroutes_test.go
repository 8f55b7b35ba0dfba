package httpapi_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/httpapi"
)

const (
	forbidden = "FORBIDDEN"
	closed    = "TASK_SEALED"
)

// What only operators may do, and what they may not.
var badOperators = []badCall{
	{name: "the refunds' queue for nobody", who: "nobody", method: get, path: "/operator/refunds", status: 401, code: unknown},
	{name: "the refunds' queue for a buyer", who: "buyer", method: get, path: "/operator/refunds", status: 403, code: forbidden},
	{name: "the re-checks' queue for a buyer", who: "buyer", method: get, path: "/operator/rechecks", status: 403, code: forbidden},
	{name: "the re-checks' queue for an agent", who: "agent", method: get, path: "/operator/rechecks", status: 403, code: wrongCaller},
	{name: "a case for a buyer", who: "buyer", method: get, path: "/operator/refunds/{running}", status: 403, code: forbidden},
	{name: "a re-check for a buyer", who: "buyer", method: get, path: "/operator/rechecks/{running}", status: 403, code: forbidden},
	{name: "a buyer decides", who: "buyer", method: post, path: "/operator/refunds/{running}", body: `{"decision":"refund"}`, status: 403, code: forbidden},
	{name: "an owner passes its own work", who: "worker", method: post, path: "/operator/rechecks/{running}", body: `{"decision":"overturn","note":"Good."}`, status: 403, code: forbidden},
	{name: "reconcile as a buyer", who: "buyer", method: post, path: "/operator/reconciliation", status: 403, code: "FORBIDDEN"},
	{name: "an unknown queue", who: "operator", method: get, path: "/operator/refunds?status=lost", status: 400, code: invalid, says: "status"},
	{name: "a page of no re-checks", who: "operator", method: get, path: "/operator/rechecks?limit=0", status: 400, code: invalid, says: "limit"},
	{name: "not a queue's cursor", who: "operator", method: get, path: "/operator/rechecks?cursor=xyz", status: 400, code: invalid, says: "cursor"},
	{name: "a task without a refund", who: "operator", method: get, path: "/operator/refunds/{running}", status: 404, code: noTask},
	{name: "a task without a re-check", who: "operator", method: get, path: "/operator/rechecks/{running}", status: 404, code: noTask},
	{name: "decide about nothing", who: "operator", method: post, path: "/operator/refunds/{running}", body: `{"decision":"refund"}`, status: 404, code: noTask},
	{name: "half a refund", who: "operator", method: post, path: "/operator/refunds/{running}", body: `{"decision":"half"}`, status: 400, code: invalid, says: "decision"},
	{name: "deny without a reason", who: "operator", method: post, path: "/operator/refunds/{running}", body: `{"decision":"deny"}`, status: 400, code: invalid, says: "note"},
	{name: "decide without a decision", who: "operator", method: post, path: "/operator/rechecks/{running}", body: `{"note":"x"}`, status: 400, code: invalid, says: "decision"},
	{name: "uphold without a reason", who: "operator", method: post, path: "/operator/rechecks/{running}", body: `{"decision":"uphold","note":" "}`, status: 400, code: invalid, says: "note"},
	{name: "a NUL in a decision's note", who: "operator", method: post, path: "/operator/rechecks/{running}", body: `{"decision":"uphold","note":"a\u0000b"}`, status: 400, code: invalid, says: "NUL"},
	{name: "a report without a case", who: "operator", method: get, path: "/tasks/{running}/gate", status: 404, code: noTask},
	{name: "a patch without a case", who: "operator", method: get, path: "/tasks/{running}/patch", status: 404, code: noTask},
	{name: "a cited file without a case", who: "operator", method: get, path: "/tasks/{running}/gate/file?path=a.go", status: 404, code: noTask},
}

// A task's documents and what is asked about it.
var badTaskReads = []badCall{
	{name: "a re-check before the verdict", who: "agent", method: post, path: "/tasks/{running}/recheck", body: `{"reason":"Too slow."}`, status: 409, code: state, says: "executing"},
	{name: "a re-check without a reason", who: "agent", method: post, path: "/tasks/{running}/recheck", body: `{"reason":""}`, status: 400, code: invalid, says: "reason"},
	{name: "a re-check of another agent's", who: "other", method: post, path: "/tasks/{running}/recheck", body: `{"reason":"Mine."}`, status: 404, code: noTask},
	{name: "a re-check by an owner", who: "worker", method: post, path: "/tasks/{running}/recheck", body: `{"reason":"Mine."}`, status: 403, code: wrongCaller, says: "X-API-Key"},
	{name: "a cited file before the verdict", who: "buyer", method: get, path: "/tasks/{running}/gate/file?path=a.go", status: 409, code: "GATE_NOT_READY"},
	{name: "a cited file without a name", who: "buyer", method: get, path: "/tasks/{running}/gate/file", status: 400, code: invalid, says: "path"},
	{name: "a cited file for the agent", who: "agent", method: get, path: "/tasks/{running}/gate/file?path=a.go", status: 404, code: noTask},
	{name: "an access log of somebody else's", who: "stranger", method: get, path: "/tasks/{running}/access-log", status: 404, code: noTask},
	{name: "an access log for the agent", who: "agent", method: get, path: "/tasks/{running}/access-log", status: 404, code: noTask},
	{name: "not an access log's cursor", who: "buyer", method: get, path: "/tasks/{running}/access-log?cursor=xyz", status: 400, code: invalid, says: "cursor"},
	{name: "an access log past all bounds", who: "buyer", method: get, path: "/tasks/{running}/access-log?limit=1001", status: 400, code: invalid, says: "limit"},
	{name: "a receipt before the charge", who: "buyer", method: get, path: "/tasks/{running}/receipt", status: 409, code: "RECEIPT_NOT_READY"},
	{name: "somebody else's receipt", who: "stranger", method: get, path: "/tasks/{running}/receipt", status: 404, code: noTask},
	{name: "somebody else's timeline", who: "stranger", method: get, path: "/tasks/{running}/timeline", status: 404, code: noTask},
	{name: "a timeline after less than nothing", who: "buyer", method: get, path: "/tasks/{running}/timeline?after=-1", status: 400, code: invalid, says: "after"},
	{name: "somebody else's events", who: "stranger", method: get, path: "/tasks/{running}/events", status: 404, code: noTask},
	{name: "events after no event", who: "buyer", method: get, path: "/tasks/{running}/events", header: []string{"Last-Event-ID", "x"}, status: 400, code: invalid, says: "Last-Event-ID"},
	{name: "approve what was cancelled", who: "buyer", method: post, path: "/tasks/{cancelled}/approve", status: 409, code: "APPROVAL_NOT_NEEDED", says: "cancelled"},
	{name: "approve what needs no approval", who: "buyer", method: post, path: "/tasks/{running}/approve", status: 409, code: "APPROVAL_NOT_NEEDED", says: "executing"},
	{name: "approve somebody else's", who: "stranger", method: post, path: "/tasks/{running}/approve", status: 404, code: noTask},
	{name: "archives for an agent's key", who: "agent", method: get, path: "/archives", status: 403, code: wrongCaller},
	{name: "not a cursor of archives", who: "buyer", method: get, path: "/archives?cursor=xyz", status: 400, code: invalid, says: "cursor"},
	{name: "an archive that there is not", who: "buyer", method: del, path: "/archives/arc_06h0hyvkhxtf5f6tmsavhjd81m", status: 404, code: "ARCHIVE_NOT_FOUND"},
	{name: "a path for an archive", who: "buyer", method: del, path: "/archives/..%2f..%2finstance.key", status: 404, code: "ARCHIVE_NOT_FOUND"},
	{name: "a NUL for an archive", who: "buyer", method: del, path: "/archives/%00", status: 404, code: "ARCHIVE_NOT_FOUND"},
	{name: "no text for an archive", who: "buyer", method: del, path: "/archives/%ff", status: 404, code: "ARCHIVE_NOT_FOUND"},
	{name: "delete archives as an agent", who: "agent", method: del, path: "/archives/arc_06h0hyvkhxtf5f6tmsavhjd81m", status: 403, code: wrongCaller},
	{name: "tasks in a third role", who: "agent", method: get, path: "/tasks?role=judge", status: 400, code: invalid, says: "role"},
	{name: "an owner as an agent", who: "buyer", method: get, path: "/tasks?role=agent", status: 400, code: invalid, says: "role"},
}

const folder = "/tasks/{waiting}/sandbox/files"

// The sandbox before the commitment, and calls that make no sense.
var badSandbox = []badCall{
	{name: "provision another agent's", who: "other", method: post, path: "/tasks/{waiting}/sandbox/provision", status: 404, code: noTask},
	{name: "provision as an owner", who: "buyer", method: post, path: "/tasks/{waiting}/sandbox/provision", status: 403, code: wrongCaller},
	{name: "provision what was cancelled", who: "agent", method: post, path: "/tasks/{cancelled}/sandbox/provision", status: 409, code: state},
	{name: "destroy another agent's", who: "other", method: del, path: "/tasks/{waiting}/sandbox/sbx_1", status: 404, code: noTask},
	{name: "cancel a command before the start", who: "agent", method: post, path: "/tasks/{waiting}/sandbox/exec/x/cancel", status: 403, code: closed},
	{name: "cancel another agent's command", who: "other", method: post, path: "/tasks/{running}/sandbox/exec/x/cancel", status: 404, code: noTask},
	{name: "stat before the start", who: "agent", method: get, path: folder + "/stat?path=/", status: 403, code: closed},
	{name: "stat nothing", who: "agent", method: get, path: folder + "/stat", status: 400, code: invalid, says: "path"},
	{name: "read before the start", who: "agent", method: get, path: folder + "/read?path=/a", status: 403, code: closed},
	{name: "read from before the beginning", who: "agent", method: get, path: folder + "/read?path=/a&offset=-1", status: 400, code: invalid, says: "offset"},
	{name: "search before the start", who: "agent", method: get, path: folder + "/search?q=x", status: 403, code: closed},
	{name: "search for nothing", who: "agent", method: get, path: folder + "/search?q=", status: 400, code: invalid, says: "q"},
	{name: "write before the start", who: "agent", method: put, path: folder + "/write", body: `{"path":"/a","content":"x"}`, status: 403, code: closed},
	{name: "write in an unknown encoding", who: "agent", method: put, path: folder + "/write", body: `{"path":"/a","content":"x","encoding":"rot13"}`, status: 400, code: invalid, says: "encoding"},
	{name: "write what is no base64", who: "agent", method: put, path: folder + "/write", body: `{"path":"/a","content":"?","encoding":"base64"}`, status: 400, code: invalid, says: "base64"},
	{name: "make a folder before the start", who: "agent", method: post, path: folder + "/mkdir", body: `{"path":"/a"}`, status: 403, code: closed},
	{name: "make no folder", who: "agent", method: post, path: folder + "/mkdir", body: `{}`, status: 400, code: invalid, says: "path"},
	{name: "move before the start", who: "agent", method: post, path: folder + "/move", body: `{"from":"/a","to":"/b"}`, status: 403, code: closed},
	{name: "move to nowhere", who: "agent", method: post, path: folder + "/move", body: `{"from":"/a"}`, status: 400, code: invalid, says: "to"},
	{name: "delete before the start", who: "agent", method: del, path: folder + "?path=/a", status: 403, code: closed},
	{name: "delete another agent's", who: "other", method: del, path: folder + "?path=/a", status: 404, code: noTask},
}

// Limits, statements, webhooks and accounts, as they were added.
var badLater = []badCall{
	{name: "a limit under nothing", who: "buyer", method: put, path: "/vault/limits", body: `{"perTask":-1,"perDay":0,"perMonth":0,"approveAbove":0}`, status: 400, code: invalid, says: "perTask"},
	{name: "half of the limits", who: "buyer", method: put, path: "/vault/limits", body: `{"perTask":1}`, status: 400, code: invalid, says: "perDay"},
	{name: "limits for an agent's key", who: "agent", method: get, path: "/vault/limits", status: 403, code: wrongCaller},
	{name: "limits of somebody else's agent", who: "stranger", method: get, path: "/agents/{agent}/limits", status: 404, code: noAgent},
	{name: "limit somebody else's agent", who: "stranger", method: put, path: "/agents/{agent}/limits", body: `{"perTask":1,"perDay":1,"perMonth":1,"approveAbove":1}`, status: 404, code: noAgent},
	{name: "a month that is none", who: "buyer", method: get, path: "/vault/statement?month=2026-13", status: 400, code: invalid, says: "month"},
	{name: "the last month that can be written", who: "buyer", method: get, path: "/vault/statement?month=9999-12", status: 400, code: invalid, says: "future"},
	{name: "a forged cursor of movements", who: "buyer", method: get, path: "/vault/transactions?cursor=9000000000.100000000", status: 400, code: invalid, says: "cursor"},
	{name: "the earnings of somebody else's agent", who: "stranger", method: get, path: "/vault/statement?agentId={agent}", status: 404, code: noAgent},
	{name: "a table of somebody else's agent", who: "stranger", method: get, path: "/vault/statement.csv?agentId={agent}", status: 404, code: noAgent},
	{name: "a table of no month", who: "buyer", method: get, path: "/vault/statement.csv?month=now", status: 400, code: invalid, says: "month"},
	{name: "not a cursor of movements", who: "buyer", method: get, path: "/vault/transactions?cursor=xyz", status: 400, code: invalid, says: "cursor"},
	{name: "not a cursor of payouts", who: "worker", method: get, path: "/vault/withdrawals?cursor=xyz", status: 400, code: invalid, says: "cursor"},
	{name: "not a cursor of top-ups", who: "buyer", method: get, path: "/vault/top-ups?cursor=wdr_1", status: 400, code: invalid, says: "cursor"},
	{name: "top-ups for an agent", who: "agent", method: get, path: "/vault/top-ups", status: 403, code: wrongCaller},
	{name: "cards for an agent", who: "agent", method: get, path: "/vault/cards", status: 403, code: wrongCaller},
	{name: "no card to remove", who: "buyer", method: del, path: "/vault/cards/pm_1", status: 404, code: "CARD_NOT_FOUND", says: "no such saved card"},
	{name: "balances at no time", who: "buyer", method: get, path: "/vault/balances?at=yesterday", status: 400, code: invalid, says: "at"},
	{name: "balances of times to come", who: "agent", method: get, path: "/vault/balances?at=2999-01-01", status: 400, code: invalid, says: "future"},
	{name: "a pool for an agent", who: "agent", method: get, path: "/vault/pool", status: 403, code: wrongCaller},
	{name: "a balance for nobody", who: "nobody", method: get, path: "/vault/balance", status: 401, code: unknown},
	{name: "payouts for an agent's key", who: "agent", method: post, path: "/vault/connect", status: 403, code: wrongCaller},
	{name: "a reputation of nobody", who: "nobody", method: get, path: "/agents/agt_06h0hyvkhxtf5f6tmsavhjd81m/reputation", status: 404, code: noAgent},
	{name: "not a reputation's cursor", who: "nobody", method: get, path: "/agents/{agent}/reputation?cursor=-1", status: 400, code: invalid, says: "cursor"},
	{name: "a reputation past all bounds", who: "nobody", method: get, path: "/agents/{agent}/reputation?limit=101", status: 400, code: invalid, says: "limit"},
	{name: "reactivate somebody else's agent", who: "stranger", method: post, path: "/agents/{agent}/reactivate", status: 404, code: noAgent},
	{name: "my agents with a key", who: "agent", method: get, path: "/agents/mine", status: 403, code: wrongCaller},
	{name: "no webhook to read", who: "agent", method: get, path: "/agents/me/webhook", status: 404, code: "WEBHOOK_NOT_FOUND"},
	{name: "no secret to rotate", who: "agent", method: post, path: "/agents/me/webhook/rotate-secret", status: 404, code: "WEBHOOK_NOT_FOUND"},
	{name: "a webhook of somebody else's agent", who: "stranger", method: del, path: "/agents/me/webhook?agentId={agent}", status: 404, code: noAgent},
	{name: "not a cursor of messages", who: "agent", method: get, path: "/agents/me/webhook/deliveries?cursor=xyz", status: 400, code: invalid, says: "cursor"},
	{name: "no message to send again", who: "agent", method: post, path: "/agents/me/webhook/deliveries/evt_1/redeliver", status: 404, code: "WEBHOOK_NOT_FOUND"},
	{name: "confirm with no token", who: "nobody", method: post, path: "/auth/verify-email", body: `{"token":"x"}`, status: 400, code: invalid, says: "token"},
	{name: "a link to no address", who: "nobody", method: post, path: "/auth/forgot-password", body: `{}`, status: 400, code: invalid, says: "email"},
	{name: "a new password with no link", who: "nobody", method: post, path: "/auth/reset-password", body: `{"token":"x","newPassword":"correct horse battery"}`, status: 400, code: invalid, says: "token"},
	{name: "a short new password", who: "buyer", method: post, path: "/me/password", body: `{"currentPassword":"x","newPassword":"short"}`, status: 400, code: invalid, says: "newPassword"},
	{name: "no name", who: "buyer", method: patch, path: "/me", body: `{"name":" "}`, status: 400, code: invalid, says: "name"},
	{name: "tokens for nobody", who: "nobody", method: get, path: "/tokens", status: 401, code: unknown},
	{name: "sign out of the kitchen", who: "nobody", method: post, path: "/auth/sign-out?where=kitchen", status: 400, code: invalid, says: "where"},
	{name: "categories by an unknown parameter", who: "nobody", method: get, path: "/categories?page=2", status: 400, code: invalid, says: "page"},
	{name: "models by an unknown parameter", who: "nobody", method: get, path: "/models?tier=best", status: 400, code: invalid, says: "tier"},
}

// badGroups are all bad calls.
func badGroups() [][]badCall {
	return [][]badCall{
		badSecrets, badOrders, badRepositories, badTaskCalls, badTaskReads, badSandbox, badAgents, badMoney, badOperators, badLater, badElse,
	}
}

// Each call of the API is called wrongly at least once.
func TestEveryRouteHasABadCall(t *testing.T) {
	t.Parallel()
	text, err := httpapi.OpenAPI(httpapi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	// {id} of a path stands for one segment; a path without one is more exact.
	parameter := regexp.MustCompile(`\\\{[^/]*?\\\}`)
	tried := func(method, path string) bool {
		pattern := regexp.MustCompile("^" + parameter.ReplaceAllString(regexp.QuoteMeta(path), "[^/]+") + "$")
		for _, group := range badGroups() {
			for _, c := range group {
				called, _, _ := strings.Cut("/api/v1"+c.path, "?")
				if _, exact := doc.Paths[called]; c.method == method && (called == path || !exact && pattern.MatchString(called)) {
					return true
				}
			}
		}
		return false
	}
	for path, operations := range doc.Paths {
		for method, operation := range operations {
			if !tried(strings.ToUpper(method), path) {
				t.Errorf("%s (%s %s) has no row among the bad calls", operation.OperationID, method, path)
			}
		}
	}
}
