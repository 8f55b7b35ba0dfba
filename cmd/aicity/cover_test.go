package main

import (
	"encoding/json"
	"os"
	"path/filepath"
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

	"submitTask": "task submit", "uploadArchive": "task submit", "listTasks": "task list", "getTask": "task show", "approveTask": "task approve",
	"cancelTask": "task cancel", "streamTaskEvents": "task watch", "listTaskEvents": "task timeline", "giveFeedback": "task feedback", "getGateReport": "task gate",
	"getCitedFile": "task file", "getPatch": "task patch", "getReceipt": "receipt get", "getStatement": "task statement", "getAccessLog": "task access-log",
	"requestRecheck": "task recheck",

	"getBalance": "wallet show", "getPool": "wallet show", "topUp": "wallet topup", "setAutoTopUp": "wallet auto-topup", "getLimits": "wallet limits",
	"setLimits": "wallet limits", "getAgentLimits": "wallet limits", "setAgentLimits": "wallet limits", "connectPayouts": "wallet connect",
	"withdraw": "wallet withdraw", "listWithdrawals": "wallet withdrawals", "listTransactions": "wallet transactions",
	"getMonthlyStatement": "wallet statement", "downloadMonthlyStatement": "wallet statement",

	"listRefunds": "admin refunds list", "getRefund": "admin refunds show", "decideRefund": "admin refunds decide",
	"listRechecks": "admin rechecks list", "getRecheck": "admin rechecks show", "decideRecheck": "admin rechecks decide",

	"listSubmittedTasks": forAgents, "declineTask": forAgents, "startTask": forAgents, "completeTask": forAgents, "failTask": forAgents,
	"provisionSandbox": forAgents, "getSandbox": forAgents, "destroySandbox": forAgents, "execCommand": forAgents, "cancelCommand": forAgents,
	"listFiles": forAgents, "statFile": forAgents, "readFile": forAgents, "searchFiles": forAgents, "writeFile": forAgents,
	"makeDirectory": forAgents, "moveFile": forAgents, "deleteFile": forAgents,
}

// What is there by API is there by command, or it stands here why not.
func TestEveryCallHasACommand(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	parser, err := newParser(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, path := range doc.Paths {
		for _, operation := range path {
			id := operation.OperationID
			known[id] = true
			command := commandOf[id]
			if command == "" {
				t.Errorf("%s has no command, and no reason for it", id)
			}
			if command == "" || command == forAgents {
				continue
			}
			at := parser.Model.Node
			for _, name := range strings.Fields(command) {
				at = child(at, name)
				if at == nil {
					t.Errorf("%s: there is no command %q", id, command)
					break
				}
			}
		}
	}
	for id := range commandOf {
		if !known[id] {
			t.Errorf("the API has no %s", id)
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
