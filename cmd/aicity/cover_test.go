package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// forAgents are calls that an agent's own program makes while it works, with an
// SDK or by HTTP; nobody types them.
const forAgents = "- an agent's program"

// commandOf says for each call of the API by which command a user makes it.
var commandOf = map[string]string{
	"signUp": "account sign-up", "signIn": "login", "signOut": "logout", "verifyEmail": "account verify-email", "me": "whoami", "updateMe": "account rename",
	"changePassword": "account password", "forgotPassword": "account forgot", "resetPassword": "account reset-password",
	"listTokens": "token list", "createToken": "token create", "revokeToken": "token revoke",

	"searchAgents": "agent search", "registerAgent": "agent register", "getOwnAgent": "agent show", "updateOwnAgent": "agent update", "listMyAgents": "agent list",
	"getAgent": "agent show", "updateAgent": "agent update", "deactivateAgent": "agent deactivate", "reactivateAgent": "agent reactivate",
	"getReputation": "agent reputation", "rotateKey": "agent rotate-key", "listCategories": "categories", "listModels": "models",

	"getWebhook": "webhook show", "setWebhook": "webhook register", "deleteWebhook": "webhook delete", "listDeliveries": "webhook deliveries",
	"redeliver": "webhook redeliver", "rotateWebhookSecret": "webhook rotate-secret", "testWebhook": "webhook test",

	"submitTask": "task submit", "uploadArchive": "task submit", "listArchives": "archive list", "deleteArchive": "archive delete",
	"listTasks": "task list", "getTask": "task show", "approveTask": "task approve",
	"cancelTask": "task cancel", "streamTaskEvents": "task watch", "listTaskEvents": "task timeline", "giveFeedback": "task feedback", "getGateReport": "task gate",
	"getCitedFile": "task file", "getPatch": "task patch", "getReceipt": "receipt get", "getStatement": "task statement", "getAccessLog": "task access-log",
	"requestRecheck": "task recheck",

	"getBalance": "wallet show", "getPool": "wallet show", "topUp": "wallet topup", "listTopUps": "wallet topups", "getBalancesAt": "wallet show", "listCards": "wallet cards", "removeCard": "wallet remove-card", "setAutoTopUp": "wallet auto-topup", "getLimits": "wallet limits",
	"setLimits": "wallet limits", "getAgentLimits": "wallet limits", "setAgentLimits": "wallet limits", "connectPayouts": "wallet connect",
	"withdraw": "wallet withdraw", "listWithdrawals": "wallet withdrawals", "listTransactions": "wallet transactions",
	"getMonthlyStatement": "wallet statement", "downloadMonthlyStatement": "wallet statement",

	"reconcilePayments": "admin reconcile", "listRefunds": "admin refunds list", "getRefund": "admin refunds show", "decideRefund": "admin refunds decide",
	"listRechecks": "admin rechecks list", "getRecheck": "admin rechecks show", "decideRecheck": "admin rechecks decide",

	"listSubmittedTasks": forAgents, "declineTask": forAgents, "startTask": forAgents, "completeTask": forAgents, "failTask": forAgents,
	"provisionSandbox": forAgents, "getSandbox": forAgents, "destroySandbox": forAgents, "execCommand": forAgents, "cancelCommand": forAgents,
	"listFiles": forAgents, "statFile": forAgents, "readFile": forAgents, "searchFiles": forAgents, "writeFile": forAgents,
	"makeDirectory": forAgents, "moveFile": forAgents, "deleteFile": forAgents,
}

// pageOf says for each call of the API on which page a person does the same, as
// the pages' routes have it.
var pageOf = map[string]string{
	"signUp": "POST /sign-up", "signIn": "POST /sign-in", "signOut": "POST /sign-out", "verifyEmail": "GET /verify-email", "me": "GET /settings/profile",
	"updateMe": "POST /settings/profile", "changePassword": "POST /settings/password", "forgotPassword": "POST /forgot-password",
	"resetPassword": "POST /reset-password", "listTokens": "GET /settings/developer", "createToken": "POST /settings/tokens",
	"revokeToken": "POST /settings/tokens/{id}/revoke",

	"searchAgents": "GET /explore", "registerAgent": "POST /agents/new", "getOwnAgent": "GET /agents/{id}/edit", "updateOwnAgent": "POST /agents/{id}/edit",
	"listMyAgents": "GET /dashboard", "getAgent": "GET /agents/{id}", "updateAgent": "POST /agents/{id}/edit", "deactivateAgent": "POST /agents/{id}/deactivate",
	"reactivateAgent": "POST /agents/{id}/reactivate", "getReputation": "GET /agents/{id}", "rotateKey": "POST /agents/{id}/rotate-key",
	"listCategories": "GET /explore", "listModels": "GET /docs/pricing",

	"getWebhook": "GET /agents/{id}/webhook", "setWebhook": "POST /agents/{id}/webhook", "deleteWebhook": "POST /agents/{id}/webhook/delete",
	"listDeliveries": "GET /agents/{id}/webhook", "redeliver": "POST /agents/{id}/webhook/deliveries/{delivery}/redeliver",
	"rotateWebhookSecret": "POST /agents/{id}/webhook/rotate-secret", "testWebhook": "POST /agents/{id}/webhook/test",

	"submitTask": "POST /tasks/new", "uploadArchive": "POST /tasks/new", "listArchives": "GET /settings/archives",
	"deleteArchive": "POST /settings/archives/{id}/delete", "listTasks": "GET /tasks", "getTask": "GET /tasks/{id}",
	"approveTask": "POST /tasks/{id}/approve", "cancelTask": "POST /tasks/{id}/cancel", "streamTaskEvents": "GET /tasks/{id}/live",
	"listTaskEvents": "GET /tasks/{id}", "giveFeedback": "POST /tasks/{id}/feedback", "getGateReport": "GET /tasks/{id}",
	"getCitedFile": "GET /tasks/{id}/files/{path...}", "getPatch": "GET /tasks/{id}/patch", "getReceipt": "GET /tasks/{id}/receipt",
	"getStatement": "GET /tasks/{id}", "getAccessLog": "GET /tasks/{id}/access-log", "requestRecheck": "POST /tasks/{id}/recheck",

	"getBalance": "GET /wallet", "getPool": "GET /wallet", "topUp": "POST /wallet/top-up", "listTopUps": "GET /wallet", "getBalancesAt": "GET /wallet/balances",
	"listCards": "GET /wallet", "removeCard": "POST /wallet/cards/remove", "setAutoTopUp": "POST /wallet/auto-top-up",
	"getLimits": "GET /wallet", "setLimits": "POST /wallet/limits", "getAgentLimits": "GET /agents/{id}/edit", "setAgentLimits": "POST /agents/{id}/limits",
	"connectPayouts": "POST /wallet/connect", "withdraw": "POST /wallet/withdraw", "listWithdrawals": "GET /wallet", "listTransactions": "GET /wallet",
	"getMonthlyStatement": "GET /wallet/statement", "downloadMonthlyStatement": "GET /wallet/statement.csv",

	"reconcilePayments": "POST /operator/reconciliation", "listRefunds": "GET /operator/refunds", "getRefund": "GET /operator/refunds/{id}", "decideRefund": "POST /operator/refunds/{id}",
	"listRechecks": "GET /operator/rechecks", "getRecheck": "GET /operator/rechecks/{id}", "decideRecheck": "POST /operator/rechecks/{id}",
}

// operation is a call of the API as its document has it.
type operation struct {
	ID      string `json:"operationId"`
	Summary string
	Tags    []string
	call    string // GET /tasks
}

// operations are the calls of the API, by group and path.
func operations(t *testing.T) (list []operation) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]operation
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(doc.Paths[path])) {
			o := doc.Paths[path][method]
			o.call = strings.ToUpper(method) + " " + strings.TrimPrefix(path, "/api/v1")
			list = append(list, o)
		}
	}
	slices.SortStableFunc(list, func(a, b operation) int { return strings.Compare(a.Tags[0], b.Tags[0]) })
	return list
}

// What is there by API is there on a page, and what a page changes there is by
// API: no form of the pages does what the API cannot.
func TestEveryCallHasAPage(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(filepath.Join("..", "..", "internal", "web", "routes.go"))
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]bool{}
	for _, match := range regexp.MustCompile(`"((?:GET|POST) /[^"]*)"`).FindAllStringSubmatch(string(source), -1) {
		pages[match[1]] = true
	}
	for _, o := range operations(t) {
		page := pageOf[o.ID]
		switch {
		case commandOf[o.ID] == forAgents && page == "":
		case page == "":
			t.Errorf("%s has no page, and no reason for it", o.ID)
		case !strings.HasPrefix(page, "-") && !pages[page]:
			t.Errorf("%s: there is no page %q", o.ID, page)
		}
	}
	used := slices.Collect(maps.Values(pageOf))
	for page := range pages {
		if strings.HasPrefix(page, "POST") && !slices.Contains(used, page) {
			t.Errorf("%s does what no call of the API does", page)
		}
	}
}

// docs/reach.md says what can be done where; it is written with -update.
func TestReachIsToldInDocs(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString(reachHead)
	group := ""
	for _, o := range operations(t) {
		if o.Tags[0] != group {
			group = o.Tags[0]
			fmt.Fprintf(&text, "\n## %s\n\n| What | API | Page | Command |\n| --- | --- | --- | --- |\n", group)
		}
		fmt.Fprintf(&text, "| %s | `%s` | %s | %s |\n", o.Summary, o.call, reach(pageOf[o.ID], ""), reach(commandOf[o.ID], "aicity "))
	}
	golden(t, filepath.Join("..", "..", "docs", "reach.md"), text.String())
}

const reachHead = `# What can be done where

By API, on a page, from a terminal: what a person does is there in all three; where a cell names a document, there is no page but that. What only an agent's own program does while it works (–) is there by API and in the SDKs. This page is written by a test (` + "`go test ./cmd/aicity -run Reach -update`" + `), which fails when a call has neither a page nor a command.
`

// reach is a cell: a page or command, or why there is none.
func reach(where, prefix string) string {
	switch {
	case where == "" || where == forAgents:
		return "–"
	case strings.HasPrefix(where, "- docs/"):
		page := strings.TrimPrefix(where, "- docs/")
		return "[" + page + "](" + page + ")"
	default:
		return "`" + prefix + where + "`"
	}
}

// What is there by API is there by command, or it stands here why not.
func TestEveryCallHasACommand(t *testing.T) {
	t.Parallel()
	parser, err := newParser(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, o := range operations(t) {
		known[o.ID] = true
		command := commandOf[o.ID]
		if command == "" {
			t.Errorf("%s has no command, and no reason for it", o.ID)
		}
		if command == "" || command == forAgents {
			continue
		}
		at := parser.Model.Node
		for name := range strings.FieldsSeq(command) {
			at = child(at, name)
			if at == nil {
				t.Errorf("%s: there is no command %q", o.ID, command)
				break
			}
		}
	}
	for _, ways := range []map[string]string{commandOf, pageOf} {
		for id := range ways {
			if !known[id] {
				t.Errorf("the API has no %s", id)
			}
		}
	}
}

func child(of *kong.Node, name string) *kong.Node {
	for _, node := range of.Children {
		if node.Name == name {
			return node
		}
	}
	return nil
}
