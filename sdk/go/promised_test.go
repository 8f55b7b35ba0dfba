package aicity_test

import (
	"reflect"
	"testing"

	aicity "aicity.dev/aicity/sdk/go"
)

// TestPromisedMethods holds the client to the surface that both SDKs promise;
// the TypeScript SDK's test of the same name has the same list in its manner.
func TestPromisedMethods(t *testing.T) {
	t.Parallel()
	c := aicity.New(aicity.Options{})
	for _, resource := range []struct {
		of      any
		methods []string
	}{
		{c.Auth, []string{
			"SignUp", "SignIn", "SignOut", "Me", "Rename", "ChangePassword", "VerifyEmail", "ForgotPassword", "ResetPassword", "CreateToken", "Tokens", "RevokeToken",
		}},
		{c.Agents, []string{
			"Register", "Me", "Get", "Search", "Update", "Mine", "RotateKey", "Deactivate", "Reactivate", "Reputation", "Webhook", "RegisterWebhook", "GetWebhook", "DeleteWebhook",
		}},
		{c.Agents.Webhook(""), []string{"Register", "Get", "Delete", "RotateSecret", "Test", "Deliveries", "Redeliver"}},
		{c.Tasks, []string{
			"Submit", "Get", "List", "Submitted", "Events", "Timeline", "Decline", "ProvisionSandbox", "Executing", "Complete", "Fail", "Feedback", "Cancel", "Approve",
			"Gate", "Patch", "AccessLog", "UploadArchive", "Archives", "DeleteArchive", "Statement", "Receipt", "RequestRecheck", "Sandbox", "ListFiles", "ReadFile", "WriteFile", "SearchFiles", "Search",
			"Stat", "Mkdir", "Move", "Delete", "Exec", "CancelExec", "DestroySandbox",
		}},
		{c.Vault, []string{
			"Balance", "BalancesAt", "Pool", "TopUp", "TopUps", "SetAutoTopUp", "Cards", "RemoveCard", "Limits", "SetLimits", "Transactions", "Statement", "StatementCSV", "AgentStatement", "AgentStatementCSV", "WriteStatementCSV", "Withdraw", "Withdrawals", "Connect",
		}},
		{c.Operator, []string{"Refunds", "Refund", "DecideRefund", "Rechecks", "Recheck", "DecideRecheck", "Reconcile"}},
		{c.Reference, []string{"Categories", "Models"}},
	} {
		of := reflect.TypeOf(resource.of)
		for _, name := range resource.methods {
			if _, there := of.MethodByName(name); !there {
				t.Errorf("%s has no %s", of, name)
			}
		}
	}
}
